/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief TAP for the programs of this folder, which have a main of their own.
 */
#ifndef TESTS_EXPLORE_TAP_H
#define TESTS_EXPLORE_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned int tap_nr, tap_failed;

static inline __attribute__((format(printf, 2, 3))) void tap(bool ok, const char *format, ...)
{
	va_list args;

	tap_failed += !ok;
	printf("%sok %u - ", ok ? "" : "not ", ++tap_nr);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

static inline __attribute__((format(printf, 1, 2))) void tap_note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static inline int tap_end(void)
{
	printf("1..%u\n", tap_nr);
	return tap_failed != 0;
}

#endif /* TESTS_EXPLORE_TAP_H */
