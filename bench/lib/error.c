/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Writing the one line.
 */
#include "bench/lib/error.h"
#include "bench/lib/foreign.h"

#include <stdarg.h>
#include <stdio.h>

int bench_fail(struct bench_error *err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(err->line, sizeof(err->line), format, ap);
	va_end(ap);
	/* Text from a damaged file may hold anything; the message must stay one line. */
	foreign_text(err->line);
	return -1;
}

int bench_fail_memory(struct bench_error *err, const char *doing)
{
	return bench_fail(err, "not enough memory: %s", doing);
}
