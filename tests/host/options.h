/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Command-line options of the programs here, and their random numbers.
 */
#ifndef TESTS_HOST_OPTIONS_H
#define TESTS_HOST_OPTIONS_H

#include "common/mm/scheme.h"

struct options {
	u64 seed;
	unsigned long calls;		/**< in all, dealt to the schemes */
	const char *spec;		/**< of a scheme; NULL: every one in turn */
};

/** Ends the program with a line and status 2 if an option is wrong. */
void options_parse(struct options *o, int argc, char **argv);

/** Says why nothing can be tested here, and ends the program with status 77. */
void skip_all(const char *why) __attribute__((noreturn));

struct random {
	u64 state;
};

/** A sequence of its own for each pair of numbers. */
void random_begin(struct random *r, u64 seed, u64 stream);

/** 0 .. n - 1 */
unsigned long random_below(struct random *r, unsigned long n);

static inline bool one_in(struct random *r, unsigned long n)
{
	return !random_below(r, n);
}

#endif /* TESTS_HOST_OPTIONS_H */
