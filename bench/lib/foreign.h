/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Makes text from outside safe to show: names of traces and files, or of schemes in a file of results.
 */
#ifndef BENCH_LIB_FOREIGN_H
#define BENCH_LIB_FOREIGN_H

/**
 * Replace control characters by '?', including 8-bit ones, whether in UTF-8 or as single bytes.
 * Everything else stays, letters of every language included.
 */
void foreign_text(char *text);

#endif /* BENCH_LIB_FOREIGN_H */
