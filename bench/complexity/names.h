/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Names of functions and files in the output of `faultline complexity`.
 */
#ifndef BENCH_COMPLEXITY_NAMES_H
#define BENCH_COMPLEXITY_NAMES_H

#include <clang-c/Index.h>

/** A function's key: its name; with the path below @a root where its linkage is internal.  free() it; NULL: no memory */
char *cx_key(CXCursor function, const char *root);

/** The path of what is at @a where, below @a root if it is there.  free() it; NULL: no memory, or no file */
char *cx_path(CXSourceLocation where, const char *root);

#endif /* BENCH_COMPLEXITY_NAMES_H */
