/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Figures of a run, warnings with their remedies, lines on what is broken.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "bench/compare/figures.h"

double compare_figure(const struct run_result *run, unsigned int kind, enum compare_figure figure)
{
	const struct run_times *t = kind == COMPARE_FAULTS ? &run->faults : &run->kind[kind];

	if (!t->nr)
		return NAN;
	return figure == FIGURE_MEDIAN ? t->median_ns : figure == FIGURE_MEAN ? t->mean_ns : t->p99_ns;
}

/* Every variants-th value, from the first-th on. */
static size_t pick(const double *values, size_t nr, size_t first, double *to)
{
	size_t n = 0;

	for (size_t i = first; i < nr; i += compare_variants())
		to[n++] = values[i];
	return n;
}

size_t compare_nominal(double *values, size_t nr)
{
	size_t n = pick(values, nr, 0, values), present = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(values[i]))
			values[present++] = values[i];
	return present;
}

double compare_median(double *values, size_t nr)
{
	size_t n = compare_nominal(values, nr);

	return n ? stat_median(values, n) : NAN;
}

struct stat_ratio compare_survives(const double *mine, const double *base, size_t nr,
				   struct stat_ratio (*figure)(const double *a, const double *b, size_t n))
{
	struct stat_ratio all = { 0 };
	double a[COMPARE_MAX_ROUNDS], b[COMPARE_MAX_ROUNDS];

	for (size_t i = 0; i < nr; i++)
		if (isnan(mine[i]) || isnan(base[i]))
			return STAT_NONE;

	for (unsigned int variant = 0; variant < compare_variants(); variant++) {
		size_t n = pick(mine, nr, variant, a);
		struct stat_ratio r;

		if (!n)
			continue;
		pick(base, nr, variant, b);
		r = figure(a, b, n);
		if (!variant)
			all = r;
		all.low = r.low < all.low ? r.low : all.low;
		all.high = r.high > all.high ? r.high : all.high;
	}
	if (compare_variants() > 1 && figure == stat_ratio) {
		all.low /= RUN_MACHINE_RESOLUTION;
		all.high *= RUN_MACHINE_RESOLUTION;
	}
	return all;
}

void compare_warn_spread(const char *what, double worst, const char *scheme)
{
	if (worst > STAT_SPREAD)
		fprintf(stderr, "faultline: warning: %s: runs differ by %.0f %% (quartiles, %s): stop other programs, or ask for more with --runs\n",
			what, 100 * worst, scheme);
}

void compare_warn_host_faults(const char *what, u64 most, u64 faults)
{
	if (most * 100 > faults)
		fprintf(stderr, "faultline: warning: %s: the host took up to %llu page faults of its own in a timed run: more memory, or fewer --frames\n",
			what, (unsigned long long)most);
}

void compare_broken(struct compare_broken *b, const char *format, ...)
{
	va_list ap;

	if (b->nr == COMPARE_MAX_BROKEN)
		return;
	va_start(ap, format);
	vsnprintf(b->line[b->nr++], sizeof(b->line[0]), format, ap);
	va_end(ap);
}

void compare_broken_leaks(struct compare_broken *b, const char *what, const char *scheme, const struct world_leaks *l)
{
	if (world_leaks_any(l))
		compare_broken(b, "%s under %s leaks %llu frames, %llu tables, %llu VMAs, %llu tree nodes, %llu anon_vmas, %llu swap slots, %llu cached pages, %llu charged",
			       what, scheme, (unsigned long long)l->frames, (unsigned long long)l->tables,
			       (unsigned long long)l->vmas, (unsigned long long)l->nodes, (unsigned long long)l->anon_vmas,
			       (unsigned long long)l->swap_slots, (unsigned long long)l->cached,
			       (unsigned long long)l->charged);
}
