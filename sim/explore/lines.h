/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Return addresses as "function (file:line)", by addr2line.
 */
#ifndef SIM_EXPLORE_LINES_H
#define SIM_EXPLORE_LINES_H

#include "common/platform/types.h"

#define LINES_TEXT 160u

/**
 * The innermost function that was inlined at each address, and where the call stands in it; without
 * addr2line, or debug information, what the symbol table says.
 * @param source	receives the lines themselves, or "" where the source is not at hand; or NULL
 * @return 0 or -errno; @a text is filled in any case
 */
int lines_of(const void *const *where, unsigned int nr, char (*text)[LINES_TEXT], char (*source)[LINES_TEXT]);

#endif /* SIM_EXPLORE_LINES_H */
