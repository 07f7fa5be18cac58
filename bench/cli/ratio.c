/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Ratios as people read them.
 */
#include <stdio.h>

#include "bench/cli/ratio.h"
#include "bench/lib/plural.h"
#include "bench/lib/verdict.h"

void ratio_cells(struct grid *g, struct stat_ratio r, bool baseline, size_t runs, double level)
{
	if (stat_is_none(r))
		grid_cell(g, false, "none");
	else
		grid_cell(g, false, "%.2f", r.ratio);
	if (baseline)
		grid_cell(g, true, "baseline");
	else if (stat_is_none(r))
		grid_cell(g, true, "-");
	else
		grid_cell(g, true, "%.2f - %.2f", r.low, r.high);
	grid_cell(g, true, "%s", baseline ? "-" : stat_verdict_name(stat_verdict(r, runs, level)));
}

const char *ratio_text(struct stat_ratio r, bool baseline, size_t runs, double level,
			       char buf[RATIO_SIZE])
{
	bool tell = baseline || stat_verdict(r, runs, level) != STAT_CANNOT_TELL;

	if (stat_is_none(r))
		snprintf(buf, RATIO_SIZE, "none");
	else
		snprintf(buf, RATIO_SIZE, "%s%.2f", tell ? "" : "~", r.ratio);
	return buf;
}

void ratio_note_runs(const char *what, unsigned int nr_schemes, size_t runs)
{
	size_t least = verdict_least_runs(nr_schemes);

	if (nr_schemes > 1 && runs && runs < least)
		fprintf(stderr, "faultline: note: %s: %zu run%s of each cannot name the best of %u schemes: it takes --runs %zu\n", what, runs,
			plural(runs), nr_schemes, least);
}
