// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief check() of tests/support in a scene: a failure is a finding.
 */
#include "tests/support/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "sim/explore/explore.h"

void check_failed(const char *file, int line, const char *cond, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ex_finding("not so: %s: %s\n(%s:%d)", cond, text, file, line);
}
