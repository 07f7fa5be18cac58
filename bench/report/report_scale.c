/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The section of scaling curves: throughput over CPUs, both logarithmic; at each knee the field that limits.
 */
#include "config.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <math.h>
#include <string.h>

#define WIDTH	330
#define HEIGHT	330
#define MAX_CURVES 32u

struct bounds {
	double cpus, low, high;		/* most CPUs; least and most M faults/s */
};

static double rate(struct reader *r, const struct at *point)
{
	return at_number(r, point, "faults_per_s") / 1e6;
}

static struct bounds bounds_of(struct reader *r, const struct at *curves)
{
	struct bounds b = { 1, INFINITY, 0 };

	for (size_t c = 0; c < at_size(curves); c++) {
		struct at curve = at_element(r, curves, c), points = at_array(r, &curve, "points");

		for (size_t i = 0; i < at_size(&points) && !r->failed; i++) {
			struct at point = at_element(r, &points, i);
			double y = rate(r, &point);

			b.cpus = fmax(b.cpus, (double)at_count(r, &point, "cpus", 100000));
			if (y > 0) {
				b.low = fmin(b.low, y);
				b.high = fmax(b.high, y);
			}
		}
	}
	if (!(b.high > 0))
		b.low = b.high = 1;
	return b;
}

/* Powers of two; 1, 2 and 5 of each decade. */
static void ticks(FILE *s, const struct bounds *b)
{
	const char *comma = "";

	fputs("set xtics (", s);
	for (unsigned int n = 1; n <= b->cpus; n *= 2) {
		fprintf(s, "%s\"%u\" %u", comma, n, n);
		comma = ", ";
	}
	fputs(")\nset ytics (", s);
	comma = "";
	for (int e = -4; e < 6; e++)
		for (int m = 1; m <= 5; m += m == 1 ? 1 : 3) {
			double value = m * pow(10, e);

			if (value < b->low / 1.3 || value > b->high * 1.3)
				continue;
			fprintf(s, "%s\"%g\" %.9g", comma, value, value);
			comma = ", ";
		}
	fputs(")\n", s);
}

/* What limits a point: the name of a line, such as "mm.mmap_lock.count"; or of something else, after its kind. */
static void limit_text(struct reader *r, const struct at *point, char *text, size_t size)
{
	struct at waits = at_array(r, point, "waits"), first;
	const char *name, *kind;

	snprintf(text, size, "nothing");
	if (!at_size(&waits))
		return;
	first = at_element(r, &waits, 0);
	name = at_text(r, &first, "name");
	kind = at_text(r, &first, "kind");
	if (!strcmp(kind, "line") || !strcmp(kind, name))
		snprintf(text, size, "%.80s", name);
	else
		snprintf(text, size, "%.80s (%.20s)", name, kind);
}

/* The point beyond the knee is the first that is limited. */
static size_t limited_point(struct reader *r, const struct at *curve, const struct at *points)
{
	u64 knee = at_has(curve, "knee_cpus") ? at_count(r, curve, "knee_cpus", 100000) : ~0ULL;

	for (size_t i = 0; i < at_size(points); i++) {
		struct at point = at_element(r, points, i);

		if (at_count(r, &point, "cpus", 100000) > knee)
			return i;
	}
	return at_size(points) - 1;
}

static void plot(struct report *report, struct reader *r, const struct at *workload)
{
	static const unsigned int marks[] = { 7, 5, 9, 11, 13 };
	struct at curves = at_array(r, workload, "curves");
	unsigned int nr = at_size(&curves) < MAX_CURVES ? (unsigned int)at_size(&curves) : MAX_CURVES;
	struct bounds b = bounds_of(r, &curves);
	FILE *s = plot_begin(report->plots, report->page, "M faults a second, over CPUs; named where the curve bends: what limits it beyond",
			     WIDTH, HEIGHT);

	fprintf(s, "set lmargin at screen 0.11\nset rmargin at screen 0.98\nset tmargin at screen 0.97\nset bmargin at screen 0.08\n"
		"set logscale xy\nset xrange [0.9:%g]\nset yrange [%.9g:%.9g]\n", b.cpus * 1.12, b.low / (1.3 + 0.25 * nr), b.high * 1.2);
	ticks(s, &b);
	for (unsigned int c = 0; c < nr && !r->failed; c++) {
		struct at curve = at_element(r, &curves, c), points = at_array(r, &curve, "points"), point;
		unsigned int colour = page_colour(&report->names, at_text(r, &curve, "scheme"));
		char text[128];
		double x;

		fprintf(s, "$curve%u << EOD\n", c);
		for (size_t i = 0; i < at_size(&points); i++) {
			point = at_element(r, &points, i);
			fprintf(s, "%llu %.9g\n", (unsigned long long)at_count(r, &point, "cpus", 100000), rate(r, &point));
		}
		fputs("EOD\n", s);
		if (!at_size(&points) || !at_has(&curve, "knee_cpus"))
			continue;
		point = at_element(r, &points, limited_point(r, &curve, &points));
		limit_text(r, &point, text, sizeof(text));
		x = (double)at_count(r, &point, "cpus", 100000);
		/* Below the curves, a line each, so that none lies on another. */
		bool right = x > sqrt(b.cpus);

		fprintf(s, "set label \"~%u~\" at first %g, graph %g %s offset %d,0 front textcolor rgb 0x%06x point pt 7 ps 0.5 lc rgb 0x%06x\n",
			plot_text(report->plots, text), x, 0.04 + 0.05 * (nr - 1 - c % 8), right ? "right" : "left", right ? -1 : 1,
			plot_rgb(PLOT_INK), plot_rgb(PLOT_SERIES + colour));
	}
	for (unsigned int c = 0; c < nr && !r->failed; c++) {
		struct at curve = at_element(r, &curves, c);
		unsigned int colour = page_colour(&report->names, at_text(r, &curve, "scheme"));

		fprintf(s, "%s$curve%u using 1:2 with linespoints lw 2 ps 0.7 pt %u lc rgb 0x%06x", c ? ", " : "plot ", c, marks[c % 5],
			plot_rgb(PLOT_SERIES + colour));
	}
	fputs(nr ? "\n" : "plot 1 notitle\n", s);
}

static void legend(struct report *report, struct reader *r, const struct at *curves)
{
	fputs("<p class=\"legend\">", report->page);
	for (size_t c = 0; c < at_size(curves) && !r->failed; c++) {
		struct at curve = at_element(r, curves, c);

		page_key(report->page, &report->names, at_text(r, &curve, "scheme"));
	}
	fputs("</p>\n", report->page);
}

static void rows(struct report *report, struct reader *r, const struct at *curve)
{
	struct at points = at_array(r, curve, "points");
	FILE *out = report->page;

	for (size_t i = 0; i < at_size(&points) && !r->failed; i++) {
		struct at point = at_element(r, &points, i), waits = at_array(r, &point, "waits"), first;
		char text[128];

		fputs("<tr><th scope=\"row\">", out);
		if (!i)
			page_key(out, &report->names, at_text(r, curve, "scheme"));
		fprintf(out, "</th><td class=\"n\">%llu</td>", (unsigned long long)at_count(r, &point, "cpus", 100000));
		html_number(out, "%.3f", rate(r, &point));
		html_number(out, "%.0f", at_number(r, &point, "ns_per_fault"));
		limit_text(r, &point, text, sizeof(text));
		fputs("<td><code>", out);
		html_text(out, text);
		fputs("</code></td>", out);
		if (at_size(&waits)) {
			first = at_element(r, &waits, 0);
			html_number(out, "%.0f %%", 100 * at_number(r, &first, "share_of_waiting"));
			html_number(out, "%.0f %%", 100 * at_number(r, &first, "share_of_time"));
		} else {
			fputs("<td class=\"n\">-</td><td class=\"n\">-</td>", out);
		}
		fputs("</tr>\n", out);
	}
}

static void workload(struct report *report, struct reader *r, const struct at *one)
{
	struct at curves = at_array(r, one, "curves");
	FILE *out = report->page;

	html_element(out, "h3", at_text(r, one, "name"));
	fputc('\n', out);
	legend(report, r, &curves);
	plot(report, r, one);
	fputs("<details><summary>The numbers</summary><div class=\"scroll\" tabindex=\"0\"><table><caption>Each point, and what threads waited for most</caption><thead><tr><th scope=\"col\">scheme</th><th scope=\"col\" class=\"n\">CPUs</th>"
	      "<th scope=\"col\" class=\"n\">M faults/s</th><th scope=\"col\" class=\"n\">ns a fault</th><th scope=\"col\">waited for most</th><th scope=\"col\" class=\"n\">of waiting</th>"
	      "<th scope=\"col\" class=\"n\">of time</th></tr></thead><tbody>\n", out);
	for (size_t c = 0; c < at_size(&curves) && !r->failed; c++) {
		struct at curve = at_element(r, &curves, c);

		rows(report, r, &curve);
	}
	fputs("</tbody></table></div></details>\n", out);
}

void section_scale(struct report *report, struct reader *r, const struct at *top)
{
	struct at workloads = at_array(r, top, "workloads");

	measured_simulated(report, r, top);
	if (at_bool(r, top, "partial"))
		measured_warn(report, "A signal ended it: only what was whole by then is here.");
	for (size_t i = 0; i < at_size(&workloads) && !r->failed; i++) {
		struct at one = at_element(r, &workloads, i);

		workload(report, r, &one);
	}
}

#endif /* HAVE_JANSSON */
