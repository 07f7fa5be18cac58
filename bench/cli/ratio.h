/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Ratios in tables, with what they let one say; and whether the runs suffice for that.
 */
#ifndef BENCH_CLI_RATIO_H
#define BENCH_CLI_RATIO_H

#include "bench/cli/grid.h"
#include "bench/lib/stat.h"

#define RATIO_SIZE 16

/** Three cells: the ratio, its interval, its verdict. */
void ratio_cells(struct grid *g, struct stat_ratio r, bool baseline, size_t runs, double level);
/** "1.20", "~1.01" where nothing can be told, "none" where there is no ratio; in @a buf. */
const char *ratio_text(struct stat_ratio r, bool baseline, size_t runs, double level, char buf[RATIO_SIZE]);
/**
 * A line on stderr where so many runs cannot tell one difference alone among @a nr ratios of one table.
 * @param what	the table is of
 */
void ratio_note_runs(const char *what, size_t nr, size_t runs);

#endif /* BENCH_CLI_RATIO_H */
