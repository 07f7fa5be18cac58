/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Prints an error in one line.
 */
#include <stdarg.h>
#include <stdio.h>

#include "bench/cli/usage.h"
#include "bench/lib/foreign.h"

int usage_error(const char *format, ...)
{
	char line[4096];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	foreign_text(line);	/* arguments and paths may hold control characters too */
	fprintf(stderr, "faultline: %s\n", line);
	return EXIT_USAGE;
}
