/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Curves in print: a sentence a curve, then the tables.
 */
#include "bench/scale/scale.h"

static const char *limit_name(const struct scale_point *p)
{
	return p->waits.nr ? p->waits.at[0].name : "nothing";
}

/* "line mm.mmap_lock.count"; what has no place is its own name. */
static void print_limit(const struct scale_point *p, FILE *out)
{
	if (!p->waits.nr)
		fputs("nothing is waited for", out);
	else
		fprintf(out, "%s (%s) is %.0f %% of all waiting and %.0f %% of the threads' time", limit_name(p), p->waits.at[0].kind,
			100 * scale_share_of_waiting(p), 100 * scale_share_of_time(p));
}

static void print_sentence(const struct scale_curve *c, FILE *out, const char *bullet)
{
	const struct scale_point *peak = &c->point[scale_peak(c)], *knee = &c->point[scale_knee(c)];
	bool bends = scale_knee(c) + 1 < c->nr_points;
	const struct scale_point *limited = bends ? knee + 1 : knee;

	fprintf(out, "%s%s: %.3g M faults/s at most, on %u CPUs; ", bullet, c->scheme, scale_rate(peak) / 1e6, peak->cpus);
	if (bends)
		fprintf(out, "the knee is at %u; beyond it, on %u, ", knee->cpus, limited->cpus);
	else
		fprintf(out, "no knee up to %u, where ", knee->cpus);
	print_limit(limited, out);
	fputs(".\n", out);
}

static void print_rates(const struct scale *s, unsigned int source, enum grid_style style, FILE *out)
{
	const struct scale_options *o = s->options;
	struct grid *g = grid_create();
	unsigned int most = 0;

	grid_row(g);
	grid_cell(g, false, "CPUs");
	for (unsigned int k = 0; k < o->nr_schemes; k++) {
		grid_cell(g, false, "%s", o->chain[k].name);
		if (scale_curve(s, source, k)->nr_points > most)
			most = scale_curve(s, source, k)->nr_points;
	}
	grid_cell(g, true, "ahead");
	for (unsigned int i = 0; i < most; i++) {
		grid_row(g);
		grid_cell(g, false, "%u", scale_curve(s, source, 0)->point[i].cpus);
		for (unsigned int k = 0; k < o->nr_schemes; k++) {
			const struct scale_curve *c = scale_curve(s, source, k);

			if (i < c->nr_points)
				grid_cell(g, false, "%.3f (%.0f ns)", scale_rate(&c->point[i]) / 1e6, scale_ns(&c->point[i]));
			else
				grid_cell(g, false, "-");
		}
		grid_cell(g, true, "%s", scale_winner(s, source, i) ? scale_winner(s, source, i) : "~");
	}
	fputs("\nM faults a second, and ns a fault takes:\n\n", out);
	grid_print(g, style, out);
	grid_free(g);
}

static void print_limits(const struct scale *s, unsigned int source, enum grid_style style, FILE *out)
{
	struct grid *g = grid_create();

	grid_row(g);
	grid_cell(g, true, "scheme");
	grid_cell(g, false, "CPUs");
	grid_cell(g, true, "limited by");
	grid_cell(g, true, "kind");
	grid_cell(g, false, "of waiting");
	grid_cell(g, false, "of time");
	for (unsigned int k = 0; k < s->options->nr_schemes; k++) {
		const struct scale_curve *c = scale_curve(s, source, k);

		for (unsigned int i = 0; i < c->nr_points; i++) {
			const struct scale_point *p = &c->point[i];

			grid_row(g);
			grid_cell(g, true, "%s", i ? "" : c->scheme);
			grid_cell(g, false, "%u", p->cpus);
			grid_cell(g, true, "%s", limit_name(p));
			grid_cell(g, true, "%s", p->waits.nr ? p->waits.at[0].kind : "-");
			grid_cell(g, false, "%.0f %%", 100 * scale_share_of_waiting(p));
			grid_cell(g, false, "%.0f %%", 100 * scale_share_of_time(p));
		}
	}
	fputs("\nWhat threads wait for most:\n\n", out);
	grid_print(g, style, out);
	grid_free(g);
}

static void print_head(const struct scale *s, bool markdown, FILE *out)
{
	const struct run_machine *m = run_machine();
	const struct scale_options *o = s->options;

	fprintf(out, "%sfaultline scale on the simulated machine %s, threads placed %s\n", markdown ? "# " : "", m->name, m->placement);
	fprintf(out, "%s%s, %u CPUs; %u seed%s", markdown ? "\n" : "", m->title, m->cpus, o->runs, o->runs == 1 ? "" : "s");
	if (o->nr_factors > 1) {
		fputs(", all latencies times", out);
		for (unsigned int i = 0; i < o->nr_factors; i++)
			fprintf(out, "%s %g", i ? "," : "", o->factor[i]);
	}
	fputs(".\n", out);
	if (s->partial)
		fprintf(out, "%sPARTIAL: a signal ended it; what stands here was measured whole before\n", markdown ? "\n" : "");
}

static void print_answers(const struct scale *s, bool markdown, FILE *out)
{
	char sentence[VERDICT_SENTENCE], stable[VERDICT_SENTENCE];

	fprintf(out, "\nThe answer; ahead is what is faster by more than 3 %% in every run, whatever the latencies:\n%s", markdown ? "\n" : "");
	for (unsigned int source = 0; source < scale_sources(s); source++)
		if (*scale_answer(s, source, sentence))
			fprintf(out, "%s%s\n%s%s%s", markdown ? "- " : "  ", sentence, *scale_stability(s, source, stable) ? "  " : "", stable,
				*stable ? "\n" : "");
}

static void print(const struct scale *s, enum grid_style style, FILE *out)
{
	bool markdown = style == GRID_MARKDOWN;

	print_head(s, markdown, out);
	if (markdown)
		print_answers(s, markdown, out);
	for (unsigned int source = 0; source < scale_sources(s); source++) {
		fprintf(out, "\n%s%s\n%s", markdown ? "## " : "", scale_curve(s, source, 0)->source, markdown ? "\n" : "");
		for (unsigned int k = 0; k < s->options->nr_schemes; k++)
			if (scale_curve(s, source, k)->nr_points)
				print_sentence(scale_curve(s, source, k), out, markdown ? "- " : "  ");
		print_rates(s, source, style, out);
		print_limits(s, source, style, out);
	}
	fprintf(out, "\nAhead: faster than every other scheme in every run, whatever the latencies; ~: none is.\n"
		"The knee: beyond it a CPU brings less than half of what it brings at first.\n%s\n", RUN_MACHINE_LACKS);
	for (unsigned int i = 0; i < s->nr_broken; i++)
		fprintf(out, "\nBROKEN: %s\n", s->broken[i]);
	if (!markdown)
		print_answers(s, markdown, out);
}

static void csv(const struct scale *s, FILE *out)
{
	fputs("machine,placement,workload,scheme,cpus,seed,latencies,faults_per_s,ns_per_fault,limit,limit_kind,limit_of_waiting,limit_of_time\n", out);
	for (unsigned int i = 0; i < s->nr_curves; i++)
		for (unsigned int k = 0; k < s->curve[i].nr_points; k++) {
			const struct scale_point *p = &s->curve[i].point[k];

			for (unsigned int r = 0; r < p->nr_runs; r++) {
				fprintf(out, "%s,%s,%s,\"%s\",%u,%llu,%g,%.0f,%.2f,", run_machine()->name, run_machine()->placement,
					s->curve[i].source, s->curve[i].scheme, p->cpus, (unsigned long long)p->run[r].seed,
					p->run[r].factor, p->run[r].faults_per_s, p->run[r].ns_per_fault);
				if (r)
					fputs(",,,\n", out);
				else
					fprintf(out, "%s,%s,%.4f,%.4f\n", limit_name(p), p->waits.nr ? p->waits.at[0].kind : "",
						scale_share_of_waiting(p), scale_share_of_time(p));
			}
		}
}

int scale_render(const void *scale, enum output_format format, FILE *out)
{
	const struct scale *s = scale;

	switch (format) {
	case OUTPUT_TABLE:
		print(s, GRID_TEXT, out);
		return 0;
	case OUTPUT_MARKDOWN:
		print(s, GRID_MARKDOWN, out);
		return 0;
	case OUTPUT_CSV:
		csv(s, out);
		return 0;
	case OUTPUT_JSON:
		return scale_json(s, out);
	}
	return -1;
}
