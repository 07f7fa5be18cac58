/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The map as a table, Markdown or CSV: which scheme wins where, by how much, and where the runs do
 * not decide.
 */
#include <math.h>
#include <string.h>

#include "bench/cli/grid.h"
#include "bench/cli/ratio.h"
#include "bench/cli/host.h"
#include "bench/lib/plural.h"
#include "bench/sweep/sweep.h"

struct writer {
	const struct sweep *s;
	FILE *out;
	enum grid_style style;
};

static const struct sweep_cell *cell_at(const struct sweep *s, unsigned int pressure,
					unsigned int change)
{
	return &s->cell[pressure * s->nr_changes + change];
}

static char letter(unsigned int scheme)
{
	return (char)('A' + scheme);
}

/* "F=E 1.30": F is best, E is not distinguishable from it, the next one is 1.30 times as slow. */
static void map_cell(const struct writer *p, struct grid *g, const struct sweep_cell *c)
{
	char text[2 * SWEEP_MAX_COLUMNS + 1];
	struct verdict w;
	size_t n = 0;

	if (!c->done) {
		grid_cell(g, true, "-");
		return;
	}
	sweep_winner(p->s, c, &w);
	text[n++] = letter(w.best);
	for (unsigned int i = 0; i < p->s->nr_schemes; i++) {
		if (i == w.best || !w.level[i])
			continue;
		text[n++] = '=';
		text[n++] = letter(i);
	}
	text[n] = '\0';
	if (w.next == p->s->nr_schemes)
		grid_cell(g, true, "cannot tell");
	else
		grid_cell(g, true, "%s %.2f", text, w.behind.ratio);
}

static void map(const struct writer *p)
{
	const struct sweep *s = p->s;
	struct grid *g = grid_create();
	char buf[64];

	grid_row(g);
	grid_cell(g, true, "memory \\ changes a fault");
	for (unsigned int x = 0; x < s->nr_changes; x++)
		grid_cell(g, true, "%g", cell_at(s, 0, x)->changes);
	for (unsigned int y = 0; y < s->nr_pressures; y++) {
		grid_row(g);
		grid_cell(g, true, "%s", sweep_pressure_name(&cell_at(s, y, 0)->pressure, buf));
		for (unsigned int x = 0; x < s->nr_changes; x++)
			map_cell(p, g, cell_at(s, y, x));
	}
	grid_end(g, "The fastest: least time in the mm per fault, changes included", p->style, p->out);
	fputs(p->style == GRID_MARKDOWN ? "\n" : "  ", p->out);
	for (unsigned int i = 0; i < s->nr_schemes; i++)
		fprintf(p->out, "%s%c %s", i ? ", " : "", letter(i), s->name[i]);
	fputs(".\n", p->out);
}

/* Every scheme in every cell, against the baseline. */
static void figures(const struct writer *p)
{
	const struct sweep *s = p->s;
	struct grid *g = grid_begin("ns per fault (ratio)|>changes");
	char buf[64], text[RATIO_SIZE];
	double level = sweep_level(s);

	for (unsigned int i = 0; i < s->nr_schemes; i++)
		grid_cell(g, false, "%s", s->name[i]);
	for (unsigned int at = 0; at < s->nr_cells; at++) {
		const struct sweep_cell *c = &s->cell[at];

		if (!c->done)
			continue;
		grid_row(g);
		grid_cell(g, true, "%s", sweep_pressure_name(&c->pressure, buf));
		grid_cell(g, false, "%g", c->changes);
		for (unsigned int i = 0; i < s->nr_schemes; i++) {
			struct stat_ratio r = stat_ratio(c->column[i].mm_ns,
							 c->column[s->baseline].mm_ns, s->runs);

			grid_cell(g, false, "%.0f (%s)", sweep_median(s, c, i),
				  ratio_text(r, i == s->baseline, s->runs, level, text));
		}
	}
	snprintf(buf, sizeof(buf), "Against %.40s", s->name[s->baseline]);
	grid_end(g, buf, p->style, p->out);
}

/* Is @name an answer to a question that the scheme @of leaves open, or the same scheme over another rung? */
static bool variant_of(const char *name, const char *of)
{
	size_t n = strlen(of);

	return !strncmp(name, of, n) && (name[n] == '_' || name[n] == ':');
}

static double variants_level(const struct sweep *s, unsigned int first)
{
	struct stat_family family = { .p = NULL };

	for (unsigned int at = 0; at < s->nr_cells; at++)
		for (unsigned int i = 0; s->cell[at].done && i < s->nr_schemes; i++)
			if (variant_of(s->name[i], s->name[first]))
				stat_family_add(&family, stat_ratio(s->cell[at].column[i].mm_ns,
								    s->cell[at].column[first].mm_ns, s->runs));
	return stat_family_level(&family);
}

/* A scheme's variants against it: above all, what a fault does when it cannot go on. */
static void variants(const struct writer *p)
{
	const struct sweep *s = p->s;

	for (unsigned int first = 0; first < s->nr_schemes; first++) {
		struct grid *g;
		unsigned int nr = 0;
		char buf[64], text[RATIO_SIZE];
		double level;

		for (unsigned int i = 0; i < s->nr_schemes; i++)
			nr += variant_of(s->name[i], s->name[first]);
		if (!nr)
			continue;
		level = variants_level(s, first);
		g = grid_create();
		grid_row(g);
		grid_cell(g, true, "against %s", s->name[first]);
		grid_cell(g, false, "changes");
		grid_cell(g, false, "failed a fault");
		for (unsigned int i = 0; i < s->nr_schemes; i++)
			if (variant_of(s->name[i], s->name[first]))
				grid_cell(g, false, "%s", s->name[i]);
		for (unsigned int at = 0; at < s->nr_cells; at++) {
			const struct sweep_cell *c = &s->cell[at];

			if (!c->done)
				continue;
			grid_row(g);
			grid_cell(g, true, "%s", sweep_pressure_name(&c->pressure, buf));
			grid_cell(g, false, "%g", c->changes);
			grid_cell(g, false, "%.3f", c->column[first].failed);
			for (unsigned int i = 0; i < s->nr_schemes; i++) {
				struct stat_ratio r;

				if (!variant_of(s->name[i], s->name[first]))
					continue;
				r = stat_ratio(c->column[i].mm_ns, c->column[first].mm_ns, s->runs);
				grid_cell(g, false, "%s", ratio_text(r, false, s->runs, level, text));
			}
		}
		grid_end(g, "One scheme's variants", p->style, p->out);
	}
}

/* The column of the map that a program's rate is nearest to, on a scale of ratios. */
static unsigned int nearest(const struct sweep *s, double changes)
{
	unsigned int best = 0;
	double least = INFINITY, d;

	for (unsigned int x = 0; x < s->nr_changes; x++) {
		d = fabs(log(changes + 1e-5) - log(cell_at(s, 0, x)->changes + 1e-5));
		if (d < least) {
			least = d;
			best = x;
		}
	}
	return best;
}

static void programs(const struct writer *p)
{
	const struct sweep *s = p->s;
	struct grid *g;

	if (!s->nr_programs)
		return;
	g = grid_begin("recorded program|>changes a fault|>nearest column|fastest there, memory for all");
	for (unsigned int i = 0; i < s->nr_programs; i++) {
		const struct sweep_program *program = &s->program[i];
		double rate = program->faults ? (double)program->changes / (double)program->faults : 0;
		unsigned int x = nearest(s, rate);

		grid_row(g);
		grid_cell(g, true, "%s", program->name);
		grid_cell(g, false, "%.4f", rate);
		grid_cell(g, false, "%g", cell_at(s, 0, x)->changes);
		map_cell(p, g, cell_at(s, 0, x));
	}
	grid_end(g, "Where recorded programs live (how often GFP_NOWAIT failed there is not recorded)", p->style, p->out);
}

static void answers(const struct writer *p)
{
	bool markdown = p->style == GRID_MARKDOWN;
	char sentence[VERDICT_SENTENCE];

	if (!sweep_answer(p->s, 0, sentence))
		return;
	fprintf(p->out, "\nThe answer, by time in the mm per fault, changes included:\n%s", markdown ? "\n" : "");
	for (unsigned int i = 0; sweep_answer(p->s, i, sentence); i++)
		fprintf(p->out, "%s%s\n", markdown ? "- " : "  ", sentence);
}

/* The machine that was measured, if all cells are of one: this host, another one, or a simulated machine. */
static void print_machine(const struct sweep *s, FILE *out)
{
	const char *machine = NULL;
	struct host host;
	char here[160];

	host_describe(&host);
	snprintf(here, sizeof(here), "%.70s, %.80s", host.cpu, host.system);
	for (unsigned int i = 0; i < s->nr_cells && !machine && sweep_nr_machines(s) == 1; i++)
		machine = s->cell[i].done ? s->cell[i].machine : NULL;
	if (machine && strcmp(machine, here))
		fputs(machine, out);
	else
		fprintf(out, "%s, %u CPU%s%s, %s", host.cpu, host.cpus, plural(host.cpus),
			host.virtual_machine ? " (a virtual machine)" : "", host.system);
}

static void report(const struct writer *p)
{
	const struct sweep *s = p->s;

	fprintf(p->out, "%sfaultline sweep: %u thread%s, %llu faults each, %u run%s, interleaved in a balanced order; %u of %u cells\n",
		p->style == GRID_MARKDOWN ? "# " : "", s->threads, plural(s->threads), (unsigned long long)s->faults, s->runs,
		plural(s->runs), sweep_nr_done(s), s->nr_cells);
	if (s->partial)
		fprintf(p->out, "%sPARTIAL: a signal ended it; the cells that stand here are whole\n",
			p->style == GRID_MARKDOWN ? "\n" : "");
	fputs(p->style == GRID_MARKDOWN ? "\n" : "", p->out);
	print_machine(s, p->out);
	fprintf(p->out, "; page zeroing %s; %sepisodes of %u faults; seed %llu\n",
		s->zero_pages ? "on" : "OFF", s->touch ? "what is mapped is touched; " : "", s->burst, (unsigned long long)s->seed);
	if (p->style == GRID_MARKDOWN)
		answers(p);
	map(p);
	figures(p);
	variants(p);
	programs(p);
	fputs(p->style == GRID_MARKDOWN ? "\n" : "\n", p->out);
	fputs("A=B: the runs cannot tell them apart; the number is how far the next is behind; ~: cannot be told from the baseline.\n",
	      p->out);
	if (p->style != GRID_MARKDOWN)
		answers(p);
}

static void csv(const struct sweep *s, FILE *out)
{
	fputs("cell,changes_per_fault,episode_share,memory_share,limit_share,delay_ns,scheme,run,metric,value\n", out);
	for (unsigned int at = 0; at < s->nr_cells; at++) {
		const struct sweep_cell *c = &s->cell[at];

		for (unsigned int i = 0; c->done && i < s->nr_schemes; i++) {
			char head[160 + SCHEME_SPEC_SIZE];

			snprintf(head, sizeof(head), "%u,%.9g,%.9g,%.9g,%.9g,%llu,%s", at, c->changes,
				 c->pressure.share, c->pressure.memory, c->pressure.limit,
				 (unsigned long long)c->pressure.delay_ns, s->name[i]);
			for (unsigned int r = 0; r < s->runs; r++) {
				fprintf(out, "%s,%u,mm_ns_per_fault,%.9g\n", head, r + 1,
					c->column[i].mm_ns[r]);
				fprintf(out, "%s,%u,fault_mean_ns,%.9g\n", head, r + 1,
					c->column[i].fault_ns[r]);
			}
			fprintf(out, "%s,all,failed_per_fault,%.9g\n", head, c->column[i].failed);
			fprintf(out, "%s,all,fell_share,%.9g\n", head, c->column[i].fell);
		}
	}
}

int sweep_render(const void *sweep, enum output_format format, FILE *out)
{
	switch (format) {
	case OUTPUT_TABLE:
		report(&(struct writer){ sweep, out, GRID_TEXT });
		return 0;
	case OUTPUT_MARKDOWN:
		report(&(struct writer){ sweep, out, GRID_MARKDOWN });
		return 0;
	case OUTPUT_CSV:
		csv(sweep, out);
		return 0;
	case OUTPUT_JSON:
		return sweep_json(sweep, out);
	}
	return -1;
}
