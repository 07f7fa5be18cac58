/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Recorded programs as tables: one block a trace, in each group a line a scheme.
 */
#include <string.h>

#include "bench/cli/ratio.h"
#include "bench/compare/traces.h"
#include "bench/lib/plural.h"

struct writer {
	const struct trace_compare *c;
	FILE *out;
	enum grid_style style;
};

static const char *scheme_name(const struct writer *w, unsigned int s)
{
	return w->c->options->chain[s].name;
}

static void note(const struct writer *w, const char *text)
{
	fprintf(w->out, w->style == GRID_MARKDOWN ? "\n%s\n" : "  %s\n", text);
}

/* "12,345" */
static const char *grouped(u64 n, char buf[32])
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n), at = 0;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = digits[i];
	}
	buf[at] = '\0';
	return buf;
}

/* --- head ------------------------------------------------------------------------------ */

static u64 changes(const struct compare_trace *t)
{
	u64 n = 0;

	for (unsigned int k = KIND_MMAP; k < NR_RUN_KINDS; k++)
		n += traces_events(t, k);
	return n;
}

static void head(const struct writer *w, const struct compare_trace *t)
{
	const struct run_result *v = &t->cell[0].verify;
	char a[32], b[32], x[32], y[32];

	fprintf(w->out, w->style == GRID_MARKDOWN ? "\n## %s\n\n" : "\n%s\n", t->trace->name);
	fprintf(w->out, "%s%s fault%s, %s call%s; %u thread%s on %u worker%s; %s of %s VMAs as recorded\n",
		w->style == GRID_MARKDOWN ? "" : "  ",
		grouped(traces_events(t, COMPARE_FAULTS), a), plural(traces_events(t, COMPARE_FAULTS)), grouped(changes(t), b), plural(changes(t)),
		t->plan->nr_threads, plural(t->plan->nr_threads), t->workers, plural(t->workers),
		grouped(v->checked - v->mismatched, x), grouped(v->checked, y));
	if (t->plan->nr_spaces > 1)
		fprintf(w->out, "%s%s address spaces, %s of them copied by fork; %s process%s started in %s maker's (vfork)\n",
			w->style == GRID_MARKDOWN ? "\n" : "  ", grouped(t->plan->nr_spaces, a),
			grouped(t->plan->forks, b), grouped(t->plan->lent, x),
			t->plan->lent == 1 ? "" : "es", t->plan->lent == 1 ? "its" : "their");
	for (int s = 0; s < NR_PLAN_SKIPS; s++) {
		if (!t->plan->skipped[s])
			continue;
		fprintf(w->out, "%sskipped: %s line%s %s\n", w->style == GRID_MARKDOWN ? "\n" : "  ",
			grouped(t->plan->skipped[s], a), plural(t->plan->skipped[s]), plan_skip_meaning((enum plan_skip)s));
	}
	if (t->plan->sigsegv)
		fprintf(w->out, "%s%s fault%s where the calls of the trace leave nothing that allows the access: SIGSEGV here; was it one there?\n",
			w->style == GRID_MARKDOWN ? "\n" : "  ", grouped(t->plan->sigsegv, a), plural(t->plan->sigsegv));
	if (t->plan->no_zero_page)
		fprintf(w->out, "%sno zero page: a read of untouched memory makes a page\n",
			w->style == GRID_MARKDOWN ? "\n" : "  ");
	if (!t->whole)
		fprintf(w->out, "%sPARTIAL: %u of %u run%s\n", w->style == GRID_MARKDOWN ? "\n" : "  ",
			t->cell[0].nr_runs / compare_variants(), w->c->options->runs, plural(w->c->options->runs));
	else if (w->c->options->by_need)
		fprintf(w->out, "%s%u runs of each scheme\n", w->style == GRID_MARKDOWN ? "\n" : "  ", t->cell[0].nr_runs);
	if (t->workers == 1)
		note(w, "one thread at a time: this shows what a fault costs, not who waits for whom");
}

/* --- groups ------------------------------------------------------------------------------- */

/* What the answer is by. */
static void in_the_mm(const struct writer *w, const struct compare_trace *t)
{
	struct grid *g = grid_begin("ns in the mm, calls too, a fault|>median|>ratio|95 % interval|verdict");

	for (unsigned int s = 0; s < w->c->options->nr_schemes; s++) {
		grid_row(g);
		grid_cell(g, true, "%s", scheme_name(w, s));
		grid_cell(g, false, "%.0f", traces_mm_ns(&t->cell[s]));
		ratio_cells(g, traces_mm_ratio(t, s, w->c->options->baseline), s == w->c->options->baseline,
			    t->cell[s].nr_runs / compare_variants(), t->level);
	}
	grid_end(g, "All of it", w->style, w->out);
}

static void faults(const struct writer *w, const struct compare_trace *t)
{
	struct grid *g = grid_begin("ns a fault|>median|>ratio|95 % interval|verdict|>mean|>ratio|95 % interval|verdict|>p99");

	for (unsigned int s = 0; s < w->c->options->nr_schemes; s++) {
		grid_row(g);
		grid_cell(g, true, "%s", scheme_name(w, s));
		for (enum compare_figure f = FIGURE_MEDIAN; f <= FIGURE_MEAN; f++) {
			struct stat_ratio r = traces_to_baseline(w->c, t, s, COMPARE_FAULTS, f);

			grid_cell(g, false, "%.0f", traces_over_runs(&t->cell[s], COMPARE_FAULTS, f));
			ratio_cells(g, r, s == w->c->options->baseline, t->cell[s].nr_runs / compare_variants(), t->level);
		}
		grid_cell(g, false, "%.0f", traces_over_runs(&t->cell[s], COMPARE_FAULTS,
							      FIGURE_P99));
	}
	grid_end(g, "Faults", w->style, w->out);
}

static void calls(const struct writer *w, const struct compare_trace *t)
{
	struct grid *g = grid_begin("ns a call, median (ratio)");
	char text[RATIO_SIZE];

	for (unsigned int k = KIND_MMAP; k < NR_RUN_KINDS; k++)
		if (traces_events(t, k))
			grid_cell(g, false, "%s", run_kind_name((enum run_kind)k));
	for (unsigned int s = 0; s < w->c->options->nr_schemes; s++) {
		grid_row(g);
		grid_cell(g, true, "%s", scheme_name(w, s));
		for (unsigned int k = KIND_MMAP; k < NR_RUN_KINDS; k++) {
			struct stat_ratio r;

			if (!traces_events(t, k))
				continue;
			r = traces_to_baseline(w->c, t, s, k, FIGURE_MEDIAN);
			grid_cell(g, false, "%.0f (%s)", traces_over_runs(&t->cell[s], k, FIGURE_MEDIAN),
				  ratio_text(r, s == w->c->options->baseline, t->cell[s].nr_runs / compare_variants(),
						     t->level, text));
		}
	}
	grid_end(g, "Calls", w->style, w->out);
}

/* How the faults that a scheme saw went, and why some fell to the next rung. */
static void rungs(const struct writer *w, const struct compare_trace *t)
{
	struct grid *g = grid_begin("of all faults|handled on the rung of|counted on the way (a run)");

	for (unsigned int s = 0; s < w->c->options->nr_schemes; s++) {
		const struct scheme_chain *chain = &w->c->options->chain[s];
		const struct compare_cell *cell = &t->cell[s];
		u64 all = traces_counter(cell, STAT_FAULT);
		u64 runs = cell->nr_runs ? cell->nr_runs / compare_variants() : 1;
		char handled[256] = "", why[256] = "";
		unsigned int named = 0;
		size_t n = 0, m = 0;

		for (unsigned int r = 0; r < chain->nr; r++) {
			const struct scheme_counter *counter = chain->inst[r].scheme->counters;
			u64 done = traces_rung(cell, r, 0);

			if (all && n < sizeof(handled))
				n += (size_t)snprintf(handled + n, sizeof(handled) - n,
						      "%s%s %.2f %%", r ? ", " : "",
						      chain->inst[r].scheme->name,
						      100.0 * (double)done / (double)all);
			for (unsigned int i = 1; counter[0].name && counter[i].name; i++) {
				u64 v = traces_rung(cell, r, i);

				if (!v || m >= sizeof(why))
					continue;
				/* Rungs below the first are named. */
				if (r && named != r)
					m += (size_t)snprintf(why + m, sizeof(why) - m, "%s%s:",
							      m ? "; " : "",
							      chain->inst[r].scheme->name);
				else if (m)
					m += (size_t)snprintf(why + m, sizeof(why) - m, ",");
				named = r;
				if (m < sizeof(why))
					m += (size_t)snprintf(why + m, sizeof(why) - m, "%s%s %.*f",
							      m ? " " : "", counter[i].name,
							      v < runs, (double)v / (double)runs);
			}
		}
		grid_row(g);
		grid_cell(g, true, "%s", scheme_name(w, s));
		grid_cell(g, true, "%s", handled);
		grid_cell(g, true, "%s", why[0] ? why : "nothing");
	}
	grid_end(g, "Rungs", w->style, w->out);
}

static void locks(const struct writer *w, const struct compare_trace *t)
{
	struct grid *g = grid_begin("mmap_lock, ms|>write: times|>waited|>held|>read: times|>waited|>held|>wait for edges");

	for (unsigned int s = 0; s < w->c->options->nr_schemes; s++) {
		const struct compare_cell *cell = &t->cell[s];
		const u64 *e = cell->lock.stats.event;
		double edges = 0;
		char buf[32];

		for (unsigned int i = 0; i < cell->nr_runs; i += compare_variants())
			edges += (double)cell->run[i].edge_wait_ns * compare_variants() / cell->nr_runs;
		grid_row(g);
		grid_cell(g, true, "%s", scheme_name(w, s));
		grid_cell(g, false, "%s", grouped(e[STAT_MMAP_LOCK_WRITE], buf));
		grid_cell(g, false, "%.2f", (double)e[STAT_MMAP_LOCK_WRITE_WAIT_NS] / 1e6);
		grid_cell(g, false, "%.2f", (double)e[STAT_MMAP_LOCK_WRITE_HOLD_NS] / 1e6);
		grid_cell(g, false, "%s", grouped(e[STAT_MMAP_LOCK_READ], buf));
		grid_cell(g, false, "%.2f", (double)e[STAT_MMAP_LOCK_READ_WAIT_NS] / 1e6);
		grid_cell(g, false, "%.2f", (double)e[STAT_MMAP_LOCK_READ_HOLD_NS] / 1e6);
		grid_cell(g, false, "%.2f", edges / 1e6);
	}
	grid_end(g, "Locks", w->style, w->out);
}

/* One trace over its numbers of workers, the first of which is @first. */
static void curve(const struct writer *w, unsigned int first)
{
	const struct compare_options *o = w->c->options;
	struct grid *g = grid_begin("ns in the mm, calls too, a fault (ratio)");
	char text[RATIO_SIZE], title[96];

	for (unsigned int k = 0; k < o->nr_curve; k++)
		grid_cell(g, false, "%u thread%s", o->curve[k], plural(o->curve[k]));
	for (unsigned int s = 0; s < o->nr_schemes; s++) {
		grid_row(g);
		grid_cell(g, true, "%s", scheme_name(w, s));
		for (unsigned int k = 0; k < o->nr_curve && first + k < w->c->nr_traces; k++) {
			const struct compare_trace *t = &w->c->trace[first + k];

			grid_cell(g, false, "%.0f (%s)", traces_mm_ns(&t->cell[s]),
				  ratio_text(traces_mm_ratio(t, s, o->baseline), s == o->baseline, t->cell[s].nr_runs / compare_variants(),
					     t->level, text));
		}
	}
	snprintf(title, sizeof(title), "%.*s over threads", (int)strcspn(w->c->trace[first].trace->name, ","), w->c->trace[first].trace->name);
	grid_end(g, title, w->style, w->out);
}

void traces_table(const struct trace_compare *c, enum grid_style style, FILE *out)
{
	const struct writer w = { c, out, style };

	for (unsigned int i = 0; i < c->nr_traces; i++) {
		const struct compare_trace *t = &c->trace[i];

		head(&w, t);
		if (!t->cell[0].nr_runs)
			continue;
		in_the_mm(&w, t);
		if (traces_events(t, COMPARE_FAULTS))
			faults(&w, t);
		if (changes(t))
			calls(&w, t);
		if (traces_events(t, COMPARE_FAULTS))
			rungs(&w, t);
		if (t->locks)
			locks(&w, t);
	}
	for (unsigned int i = 0; c->options->nr_curve && i < c->nr_traces; i += c->options->nr_curve)
		curve(&w, i);
}
