/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Facts read from a scheme's source: its operations, the rung below, its ways down.
 */
#ifndef BENCH_COMPLEXITY_SCHEMES_H
#define BENCH_COMPLEXITY_SCHEMES_H

#include <clang-c/Index.h>

#include "bench/complexity/program.h"

/** Take in @a variable, defined in @a path, if it is a scheme's struct scheme or one of its tables. */
void cx_scheme_note(struct cx_program *p, CXCursor variable, const char *path, const char *root);

/** Add the lines of the unit's own file, @a path, to its scheme, if it is in a scheme's folder. */
void cx_scheme_lines(struct cx_program *p, CXTranslationUnit unit, const char *path);

#endif /* BENCH_COMPLEXITY_SCHEMES_H */
