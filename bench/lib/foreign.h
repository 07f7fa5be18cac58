/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Text that somebody else wrote, before it is shown: a trace's name, a file's, a scheme's in a file of results.
 */
#ifndef BENCH_LIB_FOREIGN_H
#define BENCH_LIB_FOREIGN_H

/**
 * What a terminal would obey becomes '?': control characters, those of 8 bits among them, in UTF-8 or alone.
 * Everything else stays, letters of every language too.
 */
void foreign_text(char *text);

#endif /* BENCH_LIB_FOREIGN_H */
