/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Return addresses as "function (file:line)", with the line itself.
 */
#ifndef SIM_EXPLORE_LINES_H
#define SIM_EXPLORE_LINES_H

#include "common/platform/types.h"

#define LINES_TEXT 160u

/**
 * The innermost function that was inlined at an address, and where the call stands in it; if that is
 * unknown, what sim_place() says.
 * @param text		of LINES_TEXT bytes
 * @param source	LINES_TEXT bytes for the line itself, or "" where the source is not at hand; or NULL
 * @return false: only what sim_place() says
 */
bool line_of(const void *where, char *text, char *source);

#endif /* SIM_EXPLORE_LINES_H */
