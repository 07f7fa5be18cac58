/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The section of a comparison: how it was measured, recorded programs, micro workloads.
 */
#include "config.h"
#include "bench/lib/plural.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <string.h>

#include "bench/lib/stat.h"

/* Every knob as it was, in one line each: null is what was not set. */
static void machine(struct report *report, struct reader *r, const struct at *top)
{
	struct at knobs = at_object(r, top, "machine");
	FILE *out = report->page;
	const char *key;
	const json_t *value;
	bool first = true;

	if (!knobs.j)
		return;
	fputs("<dt>machine</dt><dd>", out);
	json_object_foreach((json_t *)knobs.j, key, value) {
		if (json_is_null(value) || json_is_false(value) ||
		    (json_is_number(value) && json_number_value(value) == 0))
			continue;
		if (!first)
			fputs(", ", out);
		first = false;
		html_text(out, key);
		if (json_is_string(value)) {
			fputc(' ', out);
			html_text(out, json_string_value(value));
		} else if (json_is_number(value)) {
			fprintf(out, " %.15g", at_number(r, &knobs, key));
		}
	}
	fputs(first ? "nothing set</dd>\n" : "; all else off, or 0</dd>\n", out);
}

static void broken(struct report *report, struct reader *r, const struct at *top)
{
	struct at list = at_array(r, top, "broken");
	FILE *out = report->page;

	if (!at_size(&list))
		return;
	fputs("<p class=\"bad\">Invariants are broken: no timing below makes up for it.</p><ul class=\"bad\">", out);
	for (size_t i = 0; i < at_size(&list); i++)
		html_element(out, "li", at_text_element(r, &list, i));
	fputs("</ul>\n", out);
}

void section_compare(struct report *report, struct reader *r, const struct at *top)
{
	struct at traces = at_array(r, top, "traces"), workloads = at_array(r, top, "workloads");
	u64 runs = at_count(r, top, "runs", 1000000);

	measured_begin(report, r, top);
	bool by_need = at_has(top, "runs_by_need") && at_bool(r, top, "runs_by_need");

	measured_row(report, "runs", "%s%llu of each scheme, timed, interleaved; mode %.40s", by_need ? "as many as the intervals took, up to " : "",
		     (unsigned long long)runs, at_text(r, top, "mode"));
	measured_row(report, "baseline", "%.200s", at_text(r, top, "baseline"));
	measured_row(report, "clock", "%.3g ns for reading it are taken off each time",
		     at_number(r, top, "clock_taken_off_ns"));
	machine(report, r, top);
	measured_end(report);
	if (!runs)
		measured_warn(report, "No timed runs: what is here was replayed in recorded order only.");
	else if (runs < STAT_MIN_RUNS)
		measured_warn(report, "%llu run%s: no verdict below %d (--runs).", (unsigned long long)runs, plural(runs),
			      STAT_MIN_RUNS);
	broken(report, r, top);
	if (at_size(&traces))
		section_traces(report, r, top);
	if (at_size(&workloads))
		section_workloads(report, r, top);
	if (!at_size(&traces) && !at_size(&workloads))
		at_fail(r, top, "it has neither traces nor workloads");
}

#endif /* HAVE_JANSSON */
