/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Ratios in tables with their verdicts; and whether there are enough runs for a verdict.
 */
#ifndef BENCH_CLI_RATIO_H
#define BENCH_CLI_RATIO_H

#include "bench/cli/grid.h"
#include "bench/lib/stat.h"

#define RATIO_SIZE 16

/** Three cells: the ratio, its interval, its verdict. */
void ratio_cells(struct grid *g, struct stat_ratio r, bool baseline, size_t runs, double level);
/**
 * Write the ratio to @a buf, such as "1.20".  A tilde before it ("~1.01") means that the runs cannot tell it from 1.
 * Where nothing can be divided, because the baseline is 0 or was not measured, it writes "none".
 */
const char *ratio_text(struct stat_ratio r, bool baseline, size_t runs, double level, char buf[RATIO_SIZE]);
/**
 * Before the wait: print a line on stderr if @a runs runs of each of @a nr_schemes cannot name a winner, whatever they show.
 * @param what	it is about
 */
void ratio_note_runs(const char *what, unsigned int nr_schemes, size_t runs);

#endif /* BENCH_CLI_RATIO_H */
