/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Ratios as people read them.
 */
#include <math.h>
#include <stdio.h>

#include "bench/cli/ratio.h"

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

void ratio_note_runs(const char *what, size_t nr, size_t runs)
{
	double least = stat_least_p(runs);

	if (nr < 2 || runs < STAT_MIN_RUNS || least <= STAT_LEVEL / (double)nr)
		return;
	fprintf(stderr, "faultline: note: %s: %zu ratios are judged together; %zu runs (least p %.2g) tell a difference only if some %.0f of them differ, one alone takes --runs %zu\n",
		what, nr, runs, least, ceil(least * (double)nr / STAT_LEVEL), stat_runs_for(nr));
}
