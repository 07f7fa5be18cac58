/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Calls in words: the files in tests/host/scripts, and how a line of them becomes a call.
 */
#ifndef TESTS_HOST_SCRIPT_H
#define TESTS_HOST_SCRIPT_H

#include "tests/host/op.h"

#define SCRIPT_LINES	256
#define SCRIPT_WORDS	8

struct script {
	char name[128];
	char differs[256];	/**< why the last line differs from the host, by docs/kernel-map.md; empty: nothing does */
	char line[SCRIPT_LINES][96];
	unsigned int number[SCRIPT_LINES];	/**< of the line in its file */
	unsigned int nr;
	bool heap;		/**< some address is the heap's */
	bool many;		/**< it fills the address space with VMAs, which takes long */
};

/** A file of scripts while it is read. */
struct script_file;

/** Ends the program with a line where there is no such file. */
struct script_file *script_open(const char *path);
/** @return false: there are no more.  Ends the program with a line where the file makes no sense. */
bool script_next(struct script_file *file, struct script *script);
void script_close(struct script_file *file);

/** What a line asks for. */
enum step_kind {
	STEP_OP,
	STEP_LIMIT_AS,		/**< so many more pages may be mapped */
	STEP_LIMIT_MAPS,	/**< so many more VMAs may be made */
};

struct step {
	enum step_kind kind;
	struct op op;
	long number;
};

/** Read line @a i, with the addresses of @a tw. */
void script_step(const struct script *script, unsigned int i, const struct twins *tw, struct step *step);

#endif /* TESTS_HOST_SCRIPT_H */
