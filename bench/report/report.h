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

section_fn section_compare, section_sweep, section_matrix, section_place, section_scale, section_stores;

/** compare: the recorded programs, and the micro workloads. */
section_fn section_traces, section_workloads;

/** The answer in sentences, with the machine and the date; nothing if the document has none. */
section_fn verdict_print;
/** "beside-mmap, 1000 changes a second" */
void workload_title(struct reader *r, const struct at *at, char *text, size_t size);

/** Is @a path, by its name, a story of explore? */
bool story_is(const char *path);
/** @return its text, which the caller frees; NULL: err */
char *story_read(const char *path, struct bench_error *err);
void story_print(struct report *report, const char *name, const char *svg);

/* --- how it was measured: a <dl> --------------------------------------------------------------- */

/** The host and the arguments; the list stays open for measured_row(). */
void measured_begin(struct report *report, struct reader *r, const struct at *top);
void measured_row(struct report *report, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void measured_end(struct report *report);
/** Rows for a simulated machine, which is @a of's "machine". */
void measured_machine(struct report *report, struct reader *r, const struct at *of);
/** All of the list for a document whose "machine" is a simulated one. */
void measured_simulated(struct report *report, struct reader *r, const struct at *top);
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
	struct measure_ratio answer;		/**< of the figure that the answer is by, to the baseline */
	double percentile[MEASURE_PERCENTILES];	/**< median over runs of the median, p90, p99, p999 and the longest */
	double spread;				/**< of the runs, stat_spread() */
	double *sample;				/**< that figure, a value a run */
	size_t nr_samples;
};

/** A ratio object of the document, or null. */
struct measure_ratio measure_ratio(struct reader *r, const struct at *up, const char *key);
/** The percentiles and the spread, over runs: of the member @a key, in @a inner where that is not NULL. */
void measure_runs(struct reader *r, const struct at *runs, const char *inner, const char *key, struct measure *m);
/** Fill the samples from runs of @a one, a trace or a workload; measures_free() frees them. */
typedef void measure_samples_fn(struct reader *r, const struct at *one, const struct at *runs, struct measure *m);
measure_samples_fn measure_trace_samples, measure_workload_samples;
/**
 * Fill each one's answer: what its column says under @a key, or from the samples.
 * @context they have samples
 */
void measures_answer(struct reader *r, const struct at *columns, struct measure *m, unsigned int nr, const char *baseline,
		     const char *key);
void measures_free(struct measure *m, unsigned int nr);
/** Dots, curves and a table of them. @param what the figure of the dots, "time in the mm a fault, calls included" */
void measures_print(struct report *report, const struct measure *m, unsigned int nr, const char *baseline, const char *what);
/** Name and figures of one kind of event, a row of a table. */
void measure_row(struct report *report, const struct measure *m, const char *kind);
/** Two cells: ratio and interval, verdict. */
void measure_ratio_cells(FILE *out, const struct measure_ratio *q);
void measure_head(struct report *report, const char *first, const char *caption);
/** A cell with a time in the unit that fits it, "-" for NaN. */
void measure_time(FILE *out, double ns);

#endif /* HAVE_JANSSON */
#endif /* BENCH_REPORT_REPORT_H */
