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

static void head(const struct place *p, bool markdown, FILE *out)
{
	fprintf(out, "%sfaultline place on the simulated machine %s, threads placed %s\n", markdown ? "# " : "", p->machine->name,
		p->machine->placement);
	fprintf(out, "%s%s, %u CPUs; %u seed%s, all latencies times 1, 0.7 and 1.3\n", markdown ? "\n" : "", p->machine->title, p->machine->cpus,
		p->options->seeds, plural(p->options->seeds));
}

static void answers(const struct place *p, bool markdown, FILE *out)
{
	char sentence[VERDICT_SENTENCE];

	fputs("\nThe answer; a difference counts if it is more than 3 % in every run, whatever the latencies:\n", out);
	for (unsigned int i = 0; i < p->nr_programs; i++) {
		fputs(markdown && !i ? "\n" : "", out);
		for (unsigned int k = 0; place_answer(p, &p->program[i], k, sentence); k++)
			fprintf(out, "%s%s\n", markdown ? "- " : "  ", sentence);
	}
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

static void print(const struct place *p, enum grid_style style, FILE *out)
{
	bool markdown = style == GRID_MARKDOWN;
	const char *paragraph = markdown ? "\n" : "";

	head(p, markdown, out);
	if (markdown)
		answers(p, markdown, out);
	for (unsigned int i = 0; i < p->nr_programs; i++) {
		const struct place_program *g = &p->program[i];

		part(g, markdown, out);
		for (enum place_pace pace = 0; pace < place_paces(g); pace++)
			table(p, g, pace, style, out);
	}
	fprintf(out, "\nIn brackets: over %s. Late: how far behind the recording the latest thread ended.\n"
		"%s'faultline compare' replays as soon as possible, if not --mode paced, all of a recording, on this host: what it says belongs beside the upper bound.\n%s%s\n",
		p->options->chain[p->options->baseline].name, paragraph, paragraph, RUN_MACHINE_LACKS);
	/* Last, so that it is what a terminal shows. */
	if (!markdown)
		answers(p, markdown, out);
}

/* --- CSV ------------------------------------------------------------------------------------------------------ */

static void csv(const struct place *p, FILE *out)
{
	fputs("machine,placement,program,pace,scheme,cpus,seed,latencies,mm_ns,late_ns,limit,limit_kind,limit_of_mm\n", out);
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

int place_render(const void *place, enum output_format format, FILE *out)
{
	switch (format) {
	case OUTPUT_TABLE:
		print(place, GRID_TEXT, out);
		return 0;
	case OUTPUT_MARKDOWN:
		print(place, GRID_MARKDOWN, out);
		return 0;
	case OUTPUT_CSV:
		csv(place, out);
		return 0;
	case OUTPUT_JSON:
		return place_json(place, out);
	}
	return -1;
}
