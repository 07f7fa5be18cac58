/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A program's place as a table, Markdown or CSV.
 */
#include <math.h>
#include <string.h>

#include "bench/cli/grid.h"
#include "bench/place/place.h"

static const char *name_of(const struct place *p, unsigned int scheme)
{
	return p->compare->options->chain[scheme].name;
}

/* The model does not tell schemes apart that are nearer to each other than it is to what was measured. */
static bool level(const struct place *p, unsigned int scheme)
{
	return p->column[scheme].model_ns <= p->column[p->winner].model_ns * place_error_factor(p);
}

/* --- table and Markdown --------------------------------------------------------------------------------------- */

struct writer {
	const struct place *p;
	FILE *out;
	enum grid_style style;
};

static void line(const struct writer *w, const char *text)
{
	fprintf(w->out, w->style == GRID_MARKDOWN ? "\n%s\n" : "  %s\n", text);
}

static void head(const struct writer *w)
{
	const struct place *p = w->p;
	const struct place_rates *r = &p->rates;
	char text[512];
	int at = 0;

	fprintf(w->out, w->style == GRID_MARKDOWN ? "\n## %s\n" : "\n%s\n", p->compare->trace->trace->name);
	snprintf(text, sizeof(text), "its place: %.3g changes per fault, %.3g %% of faults meet failing GFP_NOWAIT",
		 r->changes, 100 * r->failing);
	line(w, text);
	snprintf(text, sizeof(text), "%.0f threads at a time; of its faults another thread's precedes %.1f %% in the address space, %.1f %% in the VMA",
		 r->threads, 100 * r->mm_moves, 100 * r->vma_moves);
	line(w, text);
	at = snprintf(text, sizeof(text), "the given machine:");
	for (unsigned int i = 0; i < NR_PLACE_COSTS; i++)
		at += snprintf(text + at, sizeof(text) - (size_t)at, " --%s %.10g", place_costs[i].option,
			       p->machine->cost[i]);
	line(w, text);
	fputc('\n', w->out);
}

static double factor(const struct place_break_even *b)
{
	return b->from > 0 ? b->to / b->from : INFINITY;
}

/* The nearest by factor of the knobs [from, to); what begins at 0 only if there is no other.  NR_PLACE_KNOBS: none */
static unsigned int nearest(const struct place_column *c, unsigned int from, unsigned int to)
{
	unsigned int best = NR_PLACE_KNOBS;

	for (unsigned int i = from; i < to; i++)
		if (c->turn[i].found && (best == NR_PLACE_KNOBS || fabs(log(factor(&c->turn[i]))) <
							fabs(log(factor(&c->turn[best])))))
			best = i;
	return best;
}

static void turn_cell(struct grid *g, const struct place_column *c, unsigned int from, unsigned int to)
{
	unsigned int k = nearest(c, from, to);
	const struct place_break_even *b = &c->turn[k < NR_PLACE_KNOBS ? k : 0];

	if (k == NR_PLACE_KNOBS)
		grid_cell(g, true, "none alone");
	else if (b->from > 0)
		grid_cell(g, true, "%s %.3g -> %.3g (x %.3g)", place_knob_name(k), b->from, b->to, factor(b));
	else
		grid_cell(g, true, "%s 0 -> %.3g", place_knob_name(k), b->to);
}

static void rows(const struct writer *w)
{
	const struct place *p = w->p;
	struct grid *g = grid_begin("scheme|>measured ns/fault|>median fault|>modelled ns/fault|>to winner|would win at the rate|or at the cost");

	for (unsigned int i = 0; i < p->compare->options->nr_schemes; i++) {
		const struct place_column *c = &p->column[i];

		grid_row(g);
		grid_cell(g, true, "%s", name_of(p, i));
		grid_cell(g, false, "%.0f", c->measured_ns);
		grid_cell(g, false, "%.0f", c->median_fault_ns);
		grid_cell(g, false, "%.0f", c->model_ns);
		grid_cell(g, false, "%.2f", c->model_ns / p->column[p->winner].model_ns);
		if (level(p, i)) {
			grid_cell(g, true, i == p->winner ? "least" : "not told from it");
			grid_cell(g, true, " ");
			continue;
		}
		turn_cell(g, c, PLACE_CHANGES, NR_PLACE_KNOBS);
		turn_cell(g, c, 0, NR_PLACE_COSTS);
	}
	grid_end(g, NULL, w->style, w->out);
}

static void print_table(const struct place *p, enum grid_style style, FILE *out)
{
	const struct writer w = { p, out, style };
	char text[1024];

	head(&w);
	rows(&w);
	fputc('\n', out);
	line(&w, "The answer:");
	snprintf(text, sizeof(text), "On the given machine, by the model: least, or nearer to it than the model's error (a factor of %.2f): %s",
		 place_error_factor(p), name_of(p, p->winner));
	for (unsigned int i = 0; i < p->compare->options->nr_schemes; i++)
		if (i != p->winner && level(p, i) &&
		    strlen(text) + strlen(name_of(p, i)) + 4 < sizeof(text))
			strcat(strcat(text, ", "), name_of(p, i));
	line(&w, strcat(text, "."));
	snprintf(text, sizeof(text), "On this machine, by replay, as compare has it: %.900s", p->compare->trace->answer);
	line(&w, text);
	if (p->error.ratios)
		snprintf(text, sizeof(text), "the model on that sweep: ratios off by a factor of %.2f typically, %.2f at worst; order right in %u of %u pairs",
			 p->error.typical, p->error.worst, p->error.right, p->error.pairs);
	else
		snprintf(text, sizeof(text), "the model's ratios are off by a factor of up to %.1f typically, by the sweep in its tests; --calibrate tells it for yours",
			 PLACE_TYPICAL_ERROR);
	line(&w, text);
}

/* --- CSV -------------------------------------------------------------------------------------------------------------- */

static void print_csv(const struct place *p, FILE *out)
{
	fputs("scheme,metric,value\n", out);
	fprintf(out, ",changes_per_fault,%.9g\n,failing_share,%.9g\n", p->rates.changes, p->rates.failing);
	fprintf(out, ",mm_moves_share,%.9g\n,vma_moves_share,%.9g\n", p->rates.mm_moves, p->rates.vma_moves);
	for (unsigned int i = 0; i < NR_PLACE_COSTS; i++)
		fprintf(out, ",%s,%.9g\n", place_costs[i].key, p->machine->cost[i]);
	for (unsigned int i = 0; i < p->compare->options->nr_schemes; i++) {
		const struct place_column *c = &p->column[i];
		const char *name = name_of(p, i);

		fprintf(out, "%s,measured_ns_per_fault,%.3f\n", name, c->measured_ns);
		fprintf(out, "%s,median_fault_ns,%.3f\n", name, c->median_fault_ns);
		fprintf(out, "%s,model_ns_per_fault,%.3f\n", name, c->model_ns);
		fprintf(out, "%s,fell_share,%.9g\n", name, c->fell);
		fprintf(out, "%s,walks,%g\n%s,mm_stores,%g\n%s,vma_stores,%g\n", name, c->counts.walks,
			name, c->counts.mm_stores, name, c->counts.vma_stores);
		fprintf(out, "%s,wins,%d\n", name, i == p->winner);
		for (unsigned int k = 0; k < NR_PLACE_KNOBS; k++)
			if (i != p->winner && c->turn[k].found)
				fprintf(out, "%s,wins_at_%s,%.9g\n", name, place_knob_name(k), c->turn[k].to);
	}
}

int place_render(const void *result, enum output_format format, FILE *out)
{
	const struct place *p = result;

	switch (format) {
	case OUTPUT_CSV:
		print_csv(p, out);
		return 0;
	case OUTPUT_JSON:
		return place_json(p, out);
	case OUTPUT_MARKDOWN:
		print_table(p, GRID_MARKDOWN, out);
		return 0;
	case OUTPUT_TABLE:
		print_table(p, GRID_TEXT, out);
		return 0;
	}
	return -1;
}
