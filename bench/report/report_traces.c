/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Recorded programs of a comparison.
 */
#include "config.h"
#include "bench/lib/plural.h"
#include "bench/lib/stat.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The figures of one kind of event over runs; an older document has no verdict here, but the interval. */
static void figure(struct reader *r, const struct at *over, const char *kind, struct measure *m)
{
	struct at at = at_object(r, over, kind);

	m->count = (double)at_count(r, &at, "count", (u64)AT_MAX);
	m->median_ns = at_number(r, &at, "median_ns");
	m->median = (struct measure_ratio){ at_number(r, &at, "median_ratio"), at_number(r, &at, "median_ratio_low"),
		at_number(r, &at, "median_ratio_high"), at_has(&at, "median_verdict") ? at_text(r, &at, "median_verdict") : NULL };
	m->mean_ns = at_number(r, &at, "mean_ns");
	m->mean = (struct measure_ratio){ at_number(r, &at, "mean_ratio"), at_number(r, &at, "mean_ratio_low"),
		at_number(r, &at, "mean_ratio_high"), at_has(&at, "mean_verdict") ? at_text(r, &at, "mean_verdict") : NULL };
}

static void kinds(struct report *report, struct reader *r, const struct at *columns)
{
	struct at first = at_element(r, columns, 0), all = at_object(r, &first, "over_runs");
	const char *kind;
	const json_t *value;

	fputs("<details><summary>Every kind of call and fault</summary><div class=\"scroll\" tabindex=\"0\"><table>\n", report->page);
	measure_head(report, "kind", "Every kind of call and fault under every scheme");
	fputs("<tbody>\n", report->page);
	json_object_foreach((json_t *)all.j, kind, value) {
		for (size_t i = 0; i < at_size(columns); i++) {
			struct at scheme = at_element(r, columns, i), over = at_object(r, &scheme, "over_runs");
			struct measure m = { .name = at_text(r, &scheme, "scheme") };

			figure(r, &over, kind, &m);
			measure_row(report, &m, kind);
		}
	}
	fputs("</tbody></table></div></details>\n", report->page);
}

static u64 mismatches(struct reader *r, const struct at *columns, size_t i)
{
	struct at scheme = at_element(r, columns, i), order = at_object(r, &scheme, "recorded_order");

	return at_count(r, &order, "vmas_mismatched", (u64)AT_MAX) + at_count(r, &order, "unexpected", (u64)AT_MAX);
}

/* It is the recording's fault, not a scheme's, so all have the same; if not, that is worth a line each. */
static void warn_mismatches(struct report *report, struct reader *r, const struct at *columns)
{
	u64 first = at_size(columns) ? mismatches(r, columns, 0) : 0;
	bool same = true;

	for (size_t i = 1; i < at_size(columns); i++)
		same &= mismatches(r, columns, i) == first;
	for (size_t i = 0; i < at_size(columns) && !(same && i); i++) {
		struct at scheme = at_element(r, columns, i);
		u64 wrong = mismatches(r, columns, i);

		if (wrong)
			measured_warn(report, "%s: %llu mappings or events came out otherwise than recorded.",
				      same ? "Under every scheme" : at_text(r, &scheme, "scheme"), (unsigned long long)wrong);
	}
}

static void trace(struct report *report, struct reader *r, const struct at *at, u64 runs, const char *baseline)
{
	struct at columns = at_array(r, at, "schemes");
	struct measure *m = calloc(at_size(&columns) + 1, sizeof(*m));
	unsigned int nr = (unsigned int)at_size(&columns);
	u64 threads = at_count(r, at, "recorded_threads", 1000000), workers = at_count(r, at, "workers", 1000000);
	u64 spaces = at_count(r, at, "address_spaces", 1000000);
	double worst = 0;

	if (!m)
		exit(page_no_memory());
	html_element(report->page, "h3", at_text(r, at, "name"));
	fprintf(report->page, "<p class=\"dim\">Recorded: %llu thread%s, %llu address space%s; replayed by %llu worker%s in %llu frames; from <code>",
		(unsigned long long)threads, plural(threads), (unsigned long long)spaces, plural(spaces),
		(unsigned long long)workers, plural(workers), (unsigned long long)at_count(r, at, "frames", (u64)AT_MAX));
	html_text(report->page, at_text(r, at, "path"));
	fputs("</code></p>\n", report->page);
	for (unsigned int i = 0; i < nr && !r->failed; i++) {
		struct at one = at_element(r, &columns, i), list = at_array(r, &one, "runs");

		m[i].name = at_text(r, &one, "scheme");
		if (!runs)
			continue;
		if (at_size(&list) > runs)
			at_fail(r, &list, "it has more elements than \"runs\" says");
		struct at over = at_object(r, &one, "over_runs");

		figure(r, &over, "all_faults", &m[i]);
		measure_runs(r, &list, NULL, "all_faults", &m[i]);
		measure_trace_samples(r, at, &list, &m[i]);
		worst = fmax(worst, m[i].spread);
	}
	if (!nr)
		at_fail(r, &columns, "it is empty");
	warn_mismatches(report, r, &columns);
	if (worst > STAT_SPREAD)
		measured_warn(report, "Runs differ by %.0f %% (quartiles of the worst scheme): the machine was not quiet.", 100 * worst);
	if (runs && !r->failed) {
		measures_answer(r, &columns, m, nr, baseline, "mm_per_fault");
		measures_print(report, m, nr, baseline, "Time in the mm per fault, calls included");
		kinds(report, r, &columns);
	}
	measures_free(m, nr);
	free(m);
}

void section_traces(struct report *report, struct reader *r, const struct at *top)
{
	struct at traces = at_array(r, top, "traces");

	for (size_t i = 0; i < at_size(&traces) && !r->failed; i++) {
		struct at one = at_element(r, &traces, i);

		trace(report, r, &one, at_count(r, top, "runs", 1000000), at_text(r, top, "baseline"));
	}
	fputs("<p class=\"dim\">Faults of all kinds. [...] is the 95 % interval of the ratio, from runs in pairs. \"faster\", \"slower\" and"
	      " \"cannot tell\" are the verdicts of the whole table: 5 % of those given are false on average.</p>\n", report->page);
}

#endif /* HAVE_JANSSON */
