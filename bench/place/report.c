/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The answer, then the tables, as text, Markdown or CSV.
 */
#include "bench/cli/grid.h"
#include "bench/lib/plural.h"
#include "bench/place/place.h"

static double share_of_mm(const struct place_point *point, double ns)
{
	return point->run[0].mm_ns ? ns / (double)point->run[0].mm_ns : 0;
}

/* --- text and Markdown ------------------------------------------------------------------------------------ */

static void head(const struct places *ps, bool markdown, FILE *out)
{
	fprintf(out, "%sfaultline place on the simulated machine%s ", markdown ? "# " : "", plural(ps->nr));
	for (unsigned int i = 0; i < ps->nr; i++)
		fprintf(out, "%s%s", !i ? "" : i + 1 < ps->nr ? ", " : " and ", ps->of[i]->machine->name);
	fprintf(out, ", threads placed %s\n%s", ps->of[0]->machine->placement, markdown ? "\n" : "");
	for (unsigned int i = 0; i < ps->nr; i++)
		fprintf(out, "%s, %u CPUs; ", ps->of[i]->machine->title, ps->of[i]->machine->cpus);
	fprintf(out, "%u seed%s, all latencies times 1, 0.7 and 1.3\n", ps->of[0]->options->seeds, plural(ps->of[0]->options->seeds));
}

static void answers(const struct place *p, bool markdown, FILE *out)
{
	char sentence[VERDICT_SENTENCE];

	for (unsigned int i = 0; i < p->nr_programs; i++) {
		fputs(markdown && !i ? "\n" : "", out);
		for (unsigned int k = 0; place_answer(p, &p->program[i], k, sentence); k++)
			fprintf(out, "%s%s\n", markdown ? "- " : "  ", sentence);
	}
}

static void answers_title(FILE *out)
{
	fputs("\nThe answer; a difference counts if it is more than 3 % in every run, whatever the latencies:\n", out);
}

static void machine_row(struct grid *grid, const struct place *p, const struct place_program *g, enum place_pace pace)
{
	const struct place_point *point = place_point(p, g, pace, g->nr_cpus - 1, 0), *base = &point[p->options->baseline];
	char outcome[VERDICT_SENTENCE] = "";
	struct sentence t = { .buf = outcome };
	struct place_verdict v;
	unsigned int from = 0;

	place_judge(p, g, pace, g->nr_cpus - 1, &v);
	place_outcome(&t, p, &v);
	for (unsigned int s = 0; s < p->options->nr_schemes; s++)
		if (v.wins[s] && place_wins_from(p, g, pace, s) > from)
			from = place_wins_from(p, g, pace, s);
	grid_row(grid);
	grid_cell(grid, true, "%s", g->name);
	grid_cell(grid, true, "%s", g->alone ? "-" : place_pace_name(pace));
	grid_cell(grid, true, "%s", p->machine->name);
	grid_cell(grid, false, "%u", g->cpus[g->nr_cpus - 1]);
	grid_cell(grid, true, "%s", outcome);
	if (v.outcome == PLACE_WIN) {
		grid_cell(grid, false, "%u", g->cpus[from]);
		grid_cell(grid, false, "%.2f", place_mm_ns(base) / place_mm_ns(&point[v.best]));
	} else {
		grid_cell(grid, false, "-");
		grid_cell(grid, false, "-");
	}
	grid_cell(grid, true, "%s", base->waits.nr ? base->waits.at[0].name : "nothing");
	grid_cell(grid, false, "%.0f %%", 100 * share_of_mm(base, base->waits.nr ? base->waits.at[0].ns : 0));
	grid_cell(grid, false, "%u, %u, %u", v.kept, v.level, v.unsure);
}

/* What holds on all machines, and a row for each. */
static void over_machines(const struct places *ps, enum grid_style style, FILE *out)
{
	const struct place_options *o = ps->of[0]->options;
	bool markdown = style == GRID_MARKDOWN;
	struct grid *grid = grid_create();
	char sentence[VERDICT_SENTENCE];

	answers_title(out);
	fputs(markdown ? "\n" : "", out);
	for (unsigned int k = 0; places_answer(ps, k, sentence); k++)
		fprintf(out, "%s%s\n", markdown ? "- " : "  ", sentence);
	grid_row(grid);
	grid_cell(grid, true, "program");
	grid_cell(grid, true, "pace");
	grid_cell(grid, true, "machine");
	grid_cell(grid, false, "CPUs");
	grid_cell(grid, true, "there");
	grid_cell(grid, false, "from");
	grid_cell(grid, false, "times as fast");
	grid_cell(grid, true, "%s waits for", o->chain[o->baseline].name);
	grid_cell(grid, false, "of its time");
	grid_cell(grid, false, "pairs in order, level, untold");
	for (unsigned int k = 0; k < ps->of[0]->nr_programs; k++)
		for (enum place_pace pace = 0; pace < place_paces(&ps->of[0]->program[k]); pace++)
			for (unsigned int i = 0; i < ps->nr; i++)
				machine_row(grid, ps->of[i], &ps->of[i]->program[k], pace);
	grid_end(grid, "By machine", style, out);
}

static void part(const struct place_program *g, bool markdown, FILE *out)
{
	const struct place_part *part = &g->part;

	fprintf(out, "\n%s%s\n%s", markdown ? "## " : "", g->name, markdown ? "\n" : "  ");
	fprintf(out, "timed: %llu of %llu faults, and %llu calls, from %.3f to %.3f s of the recording%s; %u thread%s have them, and %.1f %% follow another thread's in the same address space\n",
		(unsigned long long)part->faults, (unsigned long long)part->all_faults, (unsigned long long)part->calls,
		(double)part->begins_ns / 1e9, (double)part->ends_ns / 1e9,
		part->faults == part->all_faults ? "" : part->meetings ? ", where its threads meet most" : ", its middle", part->threads, plural(part->threads),
		100 * (double)part->meetings / (double)(part->faults + part->calls ? part->faults + part->calls : 1));
}

static const char *stands(const struct place *p, const struct place_verdict *v, unsigned int s)
{
	if (s == p->options->baseline)
		return "baseline";
	if (v->wins[s])
		return "wins";
	return v->to_baseline[s] == PLACE_FASTER ? "faster" : v->to_baseline[s] == PLACE_SLOWER ? "slower" :
	       v->to_baseline[s] == PLACE_LEVEL ? "no difference" : "cannot tell";
}

static void table(const struct place *p, const struct place_program *g, enum place_pace pace, enum grid_style style, FILE *out)
{
	struct grid *grid = grid_create();
	unsigned int last = g->nr_cpus - 1;
	struct place_verdict v;
	char title[80];

	place_judge(p, g, pace, last, &v);
	grid_row(grid);
	grid_cell(grid, true, "ms in the mm, on CPUs:");
	for (unsigned int i = 0; i < g->nr_cpus; i++)
		grid_cell(grid, false, "%u", g->cpus[i]);
	grid_cell(grid, true, "on %u", g->cpus[last]);
	if (pace == PLACE_OWN_PACE)
		grid_cell(grid, false, "ms late");
	grid_cell(grid, true, "waits most for");
	grid_cell(grid, true, "kind");
	grid_cell(grid, false, "of its ms");
	for (unsigned int s = 0; s < p->options->nr_schemes; s++) {
		const struct place_point *point = place_point(p, g, pace, last, s);
		const struct wait_at *wait = &point->waits.at[0];

		grid_row(grid);
		grid_cell(grid, true, "%s", p->options->chain[s].name);
		for (unsigned int i = 0; i < g->nr_cpus; i++) {
			const struct place_point *row = place_point(p, g, pace, i, 0);

			grid_cell(grid, false, "%.3f (%.2f)", place_mm_ns(&row[s]) / 1e6, place_mm_ns(&row[s]) / place_mm_ns(&row[p->options->baseline]));
		}
		grid_cell(grid, true, "%s", stands(p, &v, s));
		if (pace == PLACE_OWN_PACE)
			grid_cell(grid, false, "%.3f", place_late_ns(point) / 1e6);
		grid_cell(grid, true, "%s", point->waits.nr ? wait->name : "nothing");
		grid_cell(grid, true, "%s", point->waits.nr ? wait->kind : "-");
		grid_cell(grid, false, "%.0f %%", 100 * share_of_mm(point, point->waits.nr ? wait->ns : 0));
	}
	snprintf(title, sizeof(title), "%s", g->alone ? "On one CPU" : pace == PLACE_OWN_PACE ? "At its own pace" : "As soon as possible");
	grid_end(grid, title, style, out);
}

static void print_machine(const struct place *p, bool several, enum grid_style style, FILE *out)
{
	bool markdown = style == GRID_MARKDOWN;

	if (several) {
		fprintf(out, "\n%sOn %s\n", markdown ? "## " : "", p->machine->name);
		answers(p, markdown, out);
	}
	for (unsigned int i = 0; i < p->nr_programs; i++) {
		const struct place_program *g = &p->program[i];

		part(g, markdown, out);
		for (enum place_pace pace = 0; pace < place_paces(g); pace++)
			table(p, g, pace, style, out);
	}
}

static void print_answer(const struct places *ps, enum grid_style style, FILE *out)
{
	if (ps->nr > 1) {
		over_machines(ps, style, out);
		return;
	}
	answers_title(out);
	answers(ps->of[0], style == GRID_MARKDOWN, out);
}

static void print(const struct places *ps, enum grid_style style, FILE *out)
{
	const struct place_options *o = ps->of[0]->options;
	bool markdown = style == GRID_MARKDOWN;
	const char *paragraph = markdown ? "\n" : "";

	head(ps, markdown, out);
	if (markdown)
		print_answer(ps, style, out);
	for (unsigned int i = 0; i < ps->nr; i++)
		print_machine(ps->of[i], ps->nr > 1, style, out);
	fprintf(out, "\nIn brackets: over %s. Late: how far behind the recording the latest thread ended.\n"
		"%s'faultline compare' replays as soon as possible, if not --mode paced, all of a recording, on this host: what it says belongs beside the upper bound.\n%s%s\n",
		o->chain[o->baseline].name, paragraph, paragraph, RUN_MACHINE_LACKS);
	/* Last, so that it is what a terminal shows. */
	if (!markdown)
		print_answer(ps, style, out);
}

/* --- CSV ------------------------------------------------------------------------------------------------------ */

static void csv(const struct place *p, FILE *out)
{
	for (unsigned int i = 0; i < p->nr_programs; i++) {
		const struct place_program *g = &p->program[i];

		for (unsigned int at = 0; at < place_paces(g) * g->nr_cpus * p->options->nr_schemes; at++) {
			const struct place_point *point = &g->point[at];
			unsigned int scheme = at % p->options->nr_schemes, cpus = at / p->options->nr_schemes % g->nr_cpus;
			enum place_pace pace = at / p->options->nr_schemes / g->nr_cpus;

			for (unsigned int r = 0; r < point->nr_runs; r++) {
				const struct place_run *run = &point->run[r];

				fprintf(out, "%s,%s,%s,%s,\"%s\",%u,%llu,%g,%llu,%llu,", p->machine->name, p->machine->placement, g->name,
					place_pace_name(pace), p->options->chain[scheme].name, g->cpus[cpus], (unsigned long long)run->seed,
					run->latencies, (unsigned long long)run->mm_ns, (unsigned long long)run->late_ns);
				if (r)
					fputs(",,\n", out);
				else
					fprintf(out, "%s,%s,%.4f\n", point->waits.nr ? point->waits.at[0].name : "nothing",
						point->waits.nr ? point->waits.at[0].kind : "",
						share_of_mm(point, point->waits.nr ? point->waits.at[0].ns : 0));
			}
		}
	}
}

int place_render(const void *places, enum output_format format, FILE *out)
{
	const struct places *ps = places;

	switch (format) {
	case OUTPUT_TABLE:
		print(ps, GRID_TEXT, out);
		return 0;
	case OUTPUT_MARKDOWN:
		print(ps, GRID_MARKDOWN, out);
		return 0;
	case OUTPUT_CSV:
		fputs("machine,placement,program,pace,scheme,cpus,seed,latencies,mm_ns,late_ns,limit,limit_kind,limit_of_mm\n", out);
		for (unsigned int i = 0; i < ps->nr; i++)
			csv(ps->of[i], out);
		return 0;
	case OUTPUT_JSON:
		return place_json(ps, out);
	}
	return -1;
}
