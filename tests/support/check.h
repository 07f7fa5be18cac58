/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief check(): what must hold, from any thread and with or without a test library.
 *
 * It says where and what on stderr and aborts, which fails a Criterion test and a
 * plain program alike.  check_context() names the case that is being tried, since
 * one test tries many.
 */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include "common/platform/types.h"

/** What is being tried; printed with a failure.  One line, printf-like. */
void check_context(const char *format, ...) __attribute__((format(printf, 1, 2)));

void check_failed(const char *file, int line, const char *cond, const char *format, ...)
	__attribute__((format(printf, 4, 5), noreturn));

/** @a cond holds, or the test has failed; the rest is a printf-like explanation. */
#define check(cond, ...) \
	do { \
		if (unlikely(!(cond))) \
			check_failed(__FILE__, __LINE__, #cond, __VA_ARGS__); \
	} while (0)

/** Two numbers are the same; both are printed if not. */
#define check_same(got, want, what) \
	do { \
		unsigned long long got_ = (unsigned long long)(got); \
		unsigned long long want_ = (unsigned long long)(want); \
		if (unlikely(got_ != want_)) \
			check_failed(__FILE__, __LINE__, #got " is " #want, \
				     "%s: got %#llx, want %#llx", (what), got_, want_); \
	} while (0)

/** A test that hangs has failed: end the process after @a seconds. 0: switch this off. */
void check_watchdog(unsigned int seconds);

#endif /* TESTS_SUPPORT_CHECK_H */
