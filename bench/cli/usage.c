/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What is wrong, in one line.
 */
#include <stdarg.h>
#include <stdio.h>

#include "bench/cli/usage.h"

int usage_error(const char *format, ...)
{
	va_list ap;

	fputs("faultline: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_USAGE;
}
