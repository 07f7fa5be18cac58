/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The section of what recorded programs want: for each, at each pace, time in the mm over CPUs, a table.
 */
#include "config.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <string.h>

#include "bench/lib/plural.h"

static struct at last_of(struct reader *r, const struct at *list)
{
	return at_element(r, list, at_size(list) ? at_size(list) - 1 : 0);
}

/* The points of the baseline: what the others' are multiples of. */
static bool is_baseline(struct reader *r, const struct at *scheme, const char *baseline)
{
	return !strcmp(at_text(r, scheme, "scheme"), baseline);
}

static bool wins(struct reader *r, const struct at *verdict, const char *scheme)
{
	struct at list = at_array(r, verdict, "wins");

	for (size_t i = 0; i < at_size(&list) && !r->failed; i++)
		if (!strcmp(at_text_element(r, &list, i), scheme))
			return true;
	return false;
}

/* What it waits for most on the most CPUs. */
static void wait_cells(struct reader *r, const struct at *point, FILE *out)
{
	struct at waits = at_array(r, point, "waits"), first;

	if (!at_size(&waits)) {
		fputs("<td>nothing</td><td class=\"n\">-</td>", out);
		return;
	}
	first = at_element(r, &waits, 0);
	fputs("<td><code>", out);
	html_text(out, at_text(r, &first, "name"));
	fputs("</code> ", out);
	if (strcmp(at_text(r, &first, "name"), at_text(r, &first, "kind")))
		html_text(out, at_text(r, &first, "kind"));
	fputs("</td>", out);
	html_number(out, "%.0f %%", 100 * at_number(r, &first, "share_of_mm"));
}

static void row(struct report *report, struct reader *r, const struct at *scheme, const struct at *base, const struct at *verdict)
{
	struct at points = at_array(r, scheme, "points"), last = last_of(r, &points);
	FILE *out = report->page;

	fputs("<tr><th scope=\"row\">", out);
	page_key(out, &report->names, at_text(r, scheme, "scheme"));
	fputs("</th>", out);
	for (size_t i = 0; i < at_size(&points) && !r->failed; i++) {
		struct at point = at_element(r, &points, i), other = at_element(r, base, i);
		double mine = at_number(r, &point, "mm_ns"), theirs = at_number(r, &other, "mm_ns");

		fprintf(out, "<td class=\"n\">%.3f (%.2f)</td>", mine / 1e6, mine / theirs);
	}
	fprintf(out, "<td>%s</td>", wins(r, verdict, at_text(r, scheme, "scheme")) ? "wins" : "");
	wait_cells(r, &last, out);
	fputs("</tr>\n", out);
}

static void pace(struct report *report, struct reader *r, const struct at *one, const char *baseline)
{
	struct at schemes = at_array(r, one, "schemes"), verdicts = at_array(r, one, "verdicts"), verdict = last_of(r, &verdicts);
	struct at base = { .j = NULL }, scheme;
	FILE *out = report->page;
	size_t at = 0;

	for (size_t i = 0; i < at_size(&schemes) && !r->failed; i++) {
		scheme = at_element(r, &schemes, i);
		at = is_baseline(r, &scheme, baseline) ? i : at;
	}
	scheme = at_element(r, &schemes, at);
	base = at_array(r, &scheme, "points");
	fprintf(out, "<div class=\"scroll\" tabindex=\"0\"><table><caption>%s: ms in the mm, in brackets over the baseline's</caption><thead><tr><th scope=\"col\">CPUs</th>",
		!strcmp(at_text(r, one, "pace"), "own") ? "At its own pace" : "As soon as possible, an upper bound of contention");
	for (size_t i = 0; i < at_size(&base) && !r->failed; i++) {
		struct at point = at_element(r, &base, i);

		fprintf(out, "<th scope=\"col\" class=\"n\">%llu</th>", (unsigned long long)at_count(r, &point, "cpus", 100000));
	}
	fprintf(out, "<th scope=\"col\">on %llu</th><th scope=\"col\">waits most for</th><th scope=\"col\" class=\"n\">of its ms</th></tr></thead><tbody>\n",
		(unsigned long long)at_count(r, &verdict, "cpus", 100000));
	for (size_t i = 0; i < at_size(&schemes) && !r->failed; i++) {
		struct at each = at_element(r, &schemes, i);

		row(report, r, &each, &base, &verdict);
	}
	fputs("</tbody></table></div>\n", out);
}

static void program(struct report *report, struct reader *r, const struct at *one, const char *baseline)
{
	struct at paces = at_array(r, one, "paces"), timed = at_object(r, one, "timed");
	u64 threads = at_count(r, &timed, "threads", 1000000);

	html_element(report->page, "h3", at_text(r, one, "name"));
	fprintf(report->page, "\n<p class=\"dim\">Timed: %llu of %llu faults, and %llu calls, of %llu thread%s.</p>\n",
		(unsigned long long)at_count(r, &timed, "faults", ~0u), (unsigned long long)at_count(r, one, "faults", ~0u),
		(unsigned long long)at_count(r, &timed, "calls", ~0u), (unsigned long long)threads, plural(threads));
	for (size_t i = 0; i < at_size(&paces) && !r->failed; i++) {
		struct at each = at_element(r, &paces, i);

		pace(report, r, &each, baseline);
	}
}

/* A row for each pace on the most CPUs: what came of it there. */
static void machine_rows(struct report *report, struct reader *r, const struct at *machine, const struct at *one)
{
	struct at named = at_object(r, machine, "machine"), paces = at_array(r, one, "paces");
	FILE *out = report->page;

	for (size_t i = 0; i < at_size(&paces) && !r->failed; i++) {
		struct at pace = at_element(r, &paces, i), verdicts = at_array(r, &pace, "verdicts"), last = last_of(r, &verdicts);
		struct at wins = at_array(r, &last, "wins"), pairs = at_object(r, &last, "pairs");

		fputs("<tr><th scope=\"row\">", out);
		html_text(out, at_text(r, &named, "name"));
		fputs("</th><td>", out);
		html_text(out, at_text(r, one, "name"));
		fprintf(out, "</td><td>%s</td>", strcmp(at_text(r, &pace, "pace"), "own") ? "as soon as possible" : "its own");
		html_number(out, "%.0f", (double)at_count(r, &last, "cpus", 100000));
		fputs("<td>", out);
		html_text(out, at_text(r, &last, "outcome"));
		for (size_t k = 0; k < at_size(&wins) && !r->failed; k++) {
			fputs(k ? ", " : ": ", out);
			page_key(out, &report->names, at_text_element(r, &wins, k));
		}
		fprintf(out, "</td><td class=\"n\">%llu, %llu, %llu</td></tr>\n", (unsigned long long)at_count(r, &pairs, "in_order", 100000),
			(unsigned long long)at_count(r, &pairs, "level", 100000), (unsigned long long)at_count(r, &pairs, "cannot_tell", 100000));
	}
}

/* Several machines beside each other. */
static void by_machine(struct report *report, struct reader *r, const struct at *machines)
{
	FILE *out = report->page;

	fputs("<div class=\"scroll\" tabindex=\"0\"><table><caption>By machine, on the most CPUs that the program can use there</caption><thead><tr>"
	      "<th scope=\"col\">machine</th><th scope=\"col\">program</th><th scope=\"col\">pace</th><th scope=\"col\" class=\"n\">CPUs</th>"
	      "<th scope=\"col\">outcome</th><th scope=\"col\" class=\"n\">pairs in order, level, untold</th></tr></thead><tbody>\n", out);
	for (size_t i = 0; i < at_size(machines) && !r->failed; i++) {
		struct at machine = at_element(r, machines, i), programs = at_array(r, &machine, "programs");

		for (size_t k = 0; k < at_size(&programs) && !r->failed; k++) {
			struct at one = at_element(r, &programs, k);

			machine_rows(report, r, &machine, &one);
		}
	}
	fputs("</tbody></table></div>\n", out);
}

void section_place(struct report *report, struct reader *r, const struct at *top)
{
	struct at machines = at_array(r, top, "machines");

	measured_begin(report, r, top);
	for (size_t i = 0; i < at_size(&machines) && !r->failed; i++) {
		struct at each = at_element(r, &machines, i);

		measured_machine(report, r, &each);
	}
	measured_end(report);
	if (at_size(&machines) > 1)
		by_machine(report, r, &machines);
	for (size_t i = 0; i < at_size(&machines) && !r->failed; i++) {
		struct at each = at_element(r, &machines, i), named = at_object(r, &each, "machine"), programs = at_array(r, &each, "programs");

		if (at_size(&machines) > 1)
			html_element(report->page, "h3", at_text(r, &named, "name"));
		for (size_t k = 0; k < at_size(&programs) && !r->failed; k++) {
			struct at one = at_element(r, &programs, k);

			program(report, r, &one, at_text(r, top, "baseline"));
		}
	}
}

#endif /* HAVE_JANSSON */
