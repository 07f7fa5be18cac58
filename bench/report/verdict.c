/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The answer at the head of the page, and what it was measured on.
 *
 * A comparison's sentences are made again from the samples in the document, so that they are about what is there; those of
 * a simulated machine, whose document does not hold all samples, of a sweep and of curves stand in it.
 */
#include "config.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lib/plural.h"
#include "bench/lib/verdict.h"

/* --- from samples -------------------------------------------------------------------------------------- */

static struct stat_ratio ratio(const void *samples, unsigned int a, unsigned int b)
{
	const struct measure *m = samples;

	return stat_ratio(m[a].sample, m[b].sample, m[b].nr_samples);
}

static void judge(const struct measure *m, unsigned int nr, unsigned int baseline, const char *what, enum verdict_alone alone,
		  FILE *out)
{
	struct verdict_question q = { .baseline = baseline, .ratio = ratio, .samples = m, .runs = m[0].nr_samples };
	char sentence[VERDICT_SENTENCE];
	struct verdict v;

	for (q.nr = 0; q.nr < nr && q.nr < VERDICT_MAX; q.nr++) {
		q.name[q.nr] = m[q.nr].name;
		q.median[q.nr] = stat_median(m[q.nr].sample, m[q.nr].nr_samples);
		q.spread = fmax(q.spread, stat_spread(m[q.nr].sample, m[q.nr].nr_samples));
	}
	verdict_judge(&q, &v);
	html_element(out, "li", verdict_sentence(&q, &v, what, alone, sentence));
	fputc('\n', out);
}

/* Of a trace, or a workload, all columns but the host's. */
static void answer(struct reader *r, const struct at *one, const char *columns_key, const char *name_key, const char *baseline,
		   const char *what, enum verdict_alone alone, measure_samples_fn *take, FILE *out)
{
	struct at columns = at_array(r, one, columns_key);
	struct measure *m = calloc(at_size(&columns) + 1, sizeof(*m));
	unsigned int nr = 0, base = 0;

	if (!m)
		exit(page_no_memory());
	for (size_t i = 0; i < at_size(&columns) && !r->failed; i++) {
		struct at column = at_element(r, &columns, i), runs = at_array(r, &column, "runs");

		if (at_has(&column, "host") && at_bool(r, &column, "host"))
			continue;
		m[nr].name = at_text(r, &column, name_key);
		take(r, one, &runs, &m[nr]);
		if (nr && m[nr].nr_samples != m[0].nr_samples)
			at_fail(r, &runs, "it has not as many elements as the first scheme's");
		if (!strcmp(m[nr].name, baseline))
			base = nr;
		nr++;
	}
	if (!r->failed && nr && m[0].nr_samples)
		judge(m, nr, base, what, alone, out);
	measures_free(m, nr);
	free(m);
}

static void traces(struct reader *r, const struct at *top, const char *baseline, FILE *out)
{
	struct at list = at_array(r, top, "traces");

	for (size_t i = 0; i < at_size(&list) && !r->failed; i++) {
		struct at one = at_element(r, &list, i);
		u64 threads = at_count(r, &one, at_has(&one, "peak_threads") ? "peak_threads" : "recorded_threads", 1000000);
		u64 workers = at_count(r, &one, "workers", 1000000);

		answer(r, &one, "schemes", "scheme", baseline, at_text(r, &one, "name"), threads < 2 ? VERDICT_ONE_THREAD :
		       workers < 2 ? VERDICT_ONE_WORKER : VERDICT_SEVERAL_THREADS, measure_trace_samples, out);
	}
}

static void workloads(struct reader *r, const struct at *top, const char *baseline, FILE *out)
{
	struct at list = at_array(r, top, "workloads");

	for (size_t i = 0; i < at_size(&list) && !r->failed; i++) {
		struct at one = at_element(r, &list, i);
		char name[256];

		workload_title(r, &one, name, sizeof(name));
		answer(r, &one, "columns", "name", baseline, name, at_count(r, &one, "threads", 1000000) < 2 ? VERDICT_ONE_THREAD :
		       VERDICT_SEVERAL_THREADS, measure_workload_samples, out);
	}
}

/* --- the paragraph -------------------------------------------------------------------------------------- */

static void where(struct report *report, struct reader *r, const struct at *top)
{
	FILE *out = report->page;
	const char *schema = at_text(r, top, "schema");
	struct at host;
	u64 cpus;

	if (!strcmp(schema, "faultline/place/1")) {
		struct at list = at_array(r, top, "machines");

		fprintf(out, "On the simulated machine%s ", plural(at_size(&list)));
		for (size_t i = 0; i < at_size(&list) && !r->failed; i++) {
			struct at each = at_element(r, &list, i), machine = at_object(r, &each, "machine");

			fputs(!i ? "" : i + 1 < at_size(&list) ? ", " : " and ", out);
			html_text(out, at_text(r, &machine, "name"));
		}
		return;
	}
	if (at_has(top, "simulated_machine") || !strcmp(schema, "faultline/scale/1")) {
		struct at machine = at_object(r, top, at_has(top, "simulated_machine") ? "simulated_machine" : "machine");

		fputs("On the simulated machine ", out);
		html_text(out, at_text(r, &machine, "name"));
		return;
	}
	host = at_object(r, top, "host");
	cpus = at_count(r, &host, "cpus", 1000000);
	fputs("Measured ", out);
	if (at_has(top, "date")) {
		fputs("on ", out);
		html_text(out, at_text(r, top, "date"));
		fputc(' ', out);
	}
	fputs("on ", out);
	html_text(out, at_text(r, &host, "cpu"));
	fprintf(out, ", %llu CPU%s%s", (unsigned long long)cpus, plural(cpus), at_bool(r, &host, "virtual_machine") ? " of a virtual machine" : "");
}

static void stored(struct reader *r, const struct at *top, FILE *out)
{
	struct at list = at_array(r, top, "verdict");

	for (size_t i = 0; i < at_size(&list) && !r->failed; i++)
		html_element(out, "li", at_text_element(r, &list, i));
}

void verdict_print(struct report *report, struct reader *r, const struct at *top)
{
	bool samples = at_has(top, "traces") && at_has(top, "workloads") && !at_has(top, "simulated_machine");
	FILE *out = report->page;

	if (!samples && !at_has(top, "verdict"))
		return;
	fputs("<div class=\"answer\"><p>", out);
	where(report, r, top);
	fputs(":</p>\n<ul>\n", out);
	if (samples) {
		traces(r, top, at_text(r, top, "baseline"), out);
		workloads(r, top, at_text(r, top, "baseline"), out);
	} else {
		stored(r, top, out);
	}
	fputs("</ul></div>\n", out);
}

#endif /* HAVE_JANSSON */
