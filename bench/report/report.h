/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The sections of the page, one function for each schema.
 */
#ifndef BENCH_REPORT_REPORT_H
#define BENCH_REPORT_REPORT_H

#include "config.h"
#include "bench/report/at.h"
#include "bench/report/page.h"
#include "bench/report/plot.h"

#ifdef HAVE_JANSSON

struct report {
	FILE *page;
	struct plots *plots;
	struct page_names names;
};

/**
 * Prints a section's body.  An error in the document goes to @a r, and what was printed is then useless.
 */
typedef void section_fn(struct report *report, struct reader *r, const struct at *top);

section_fn section_compare, section_sweep, section_matrix, section_scale, section_stores;

/** compare: the recorded programs, and the micro workloads. */
section_fn section_traces, section_workloads;

/* --- how it was measured: a <dl> --------------------------------------------------------------- */

/** The host and the arguments; the list stays open for measured_row(). */
void measured_begin(struct report *report, struct reader *r, const struct at *top);
void measured_row(struct report *report, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void measured_end(struct report *report);
/** A warning below the list. */
void measured_warn(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- one workload or trace under every scheme: measures.c --------------------------------------- */

#define MEASURE_PERCENTILES 5

struct measure_ratio {
	double ratio, low, high;
	const char *verdict;		/**< NULL: the document has none */
};

/** A scheme, or the host. */
struct measure {
	const char *name;
	double count, median_ns, mean_ns;
	struct measure_ratio median, mean;	/**< to the baseline */
	double percentile[MEASURE_PERCENTILES];	/**< median over runs of the median, p90, p99, p999 and the longest */
	double spread;				/**< of the runs, stat_spread() */
};

/** A ratio object of the document, or null. */
struct measure_ratio measure_ratio(struct reader *r, const struct at *up, const char *key);
/** The percentiles and the spread, over runs: of the member @a key, in @a inner where that is not NULL. */
void measure_runs(struct reader *r, const struct at *runs, const char *inner, const char *key, struct measure *m);
/** Bars, curves and a table of them. */
void measures_print(struct report *report, const struct measure *m, unsigned int nr, const char *baseline);
/** Name and figures of one kind of event, a row of a table. */
void measure_row(struct report *report, const struct measure *m, const char *kind);
/** Two cells: ratio and interval, verdict. */
void measure_ratio_cells(FILE *out, const struct measure_ratio *q);
void measure_head(struct report *report, const char *first);

#endif /* HAVE_JANSSON */
#endif /* BENCH_REPORT_REPORT_H */
