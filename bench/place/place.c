/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief From a comparison's counters to counts per fault and per change.
 */
#include <string.h>

#include "bench/place/place.h"
#include "bench/trace/info.h"

/* --- what schemes are made of ---------------------------------------------------------------------------------- */

/* Counts of one attempt.  Reading a number in the VMA is not a store. */
static const struct rung {
	const char *scheme;
	double walks, mm_stores, vma_stores;
} rungs[] = {
	{ "mmap_lock", 1, 3, 0 },
	{ "per_vma_rwsem", 1, 0, 3 },
	{ "per_vma_rwsem_wait", 1, 0, 3 },
	{ "per_vma_refcount", 1, 0, 2 },
	{ "vma_hazptr", 1, 0, 0 },
	{ "vma_hazptr_membarrier", 1, 0, 0 },
	{ "seqcount_retry", 1, 0, 0 },
	{ "rcu_everything", 1, 0, 0 },
	{ "rcu_everything_continue", 1, 0, 0 },
	{ "rcu_everything_keep", 1, 0, 0 },
	{ "rcu_everything_leave", 1, 0, 0 },
	{ "rcu_everything_grace", 1, 0, 0 },
	{ "vma_seq_retry", 1, 0, 0 },
};

static const struct rung *rung_of(const struct scheme *scheme)
{
	for (size_t i = 0; i < ARRAY_SIZE(rungs); i++)
		if (!strcmp(rungs[i].scheme, scheme->name))
			return &rungs[i];
	return NULL;
}

static const struct cause_name {
	const char *counter;
	enum place_cause cause;
} causes[] = {
	{ "done", CAUSE_NONE },
	{ "stack", CAUSE_NONE },
	{ "continued", CAUSE_NONE },
	{ "left", CAUSE_NONE },
	{ "not_locked", CAUSE_NONE },	/* already counted among those that fell */
	{ "miss", CAUSE_OTHER },
	{ "needs_mmap_lock", CAUSE_OTHER },
	{ "not_made", CAUSE_OTHER },
	{ "file_gone", CAUSE_OTHER },
	{ "page_busy", CAUSE_OTHER },
	{ "page_io", CAUSE_OTHER },
	{ "sigbus", CAUSE_OTHER },
	{ "abort_unmapped", CAUSE_OTHER },
	{ "abort_no_speculate", CAUSE_OTHER },
	{ "abort_access_error", CAUSE_OTHER },
	{ "abort_no_table", CAUSE_OTHER },
	{ "abort_swap", CAUSE_OTHER },
	{ "abort_anon_vma", CAUSE_OTHER },
	{ "abort_oom", CAUSE_OTHER },
	{ "marked", CAUSE_CHANGED },
	{ "marked_locked", CAUSE_CHANGED },
	{ "marked_named", CAUSE_CHANGED },
	{ "contended", CAUSE_CHANGED },
	{ "changed", CAUSE_CHANGED },
	{ "torn", CAUSE_CHANGED },
	{ "outside", CAUSE_CHANGED },
	{ "other_mm", CAUSE_CHANGED },
	{ "abort_odd", CAUSE_CHANGED },
	{ "abort_vma_copy", CAUSE_CHANGED },
	{ "abort_seq1", CAUSE_CHANGED },
	{ "abort_seq2", CAUSE_CHANGED },
	{ "abort_ptl", CAUSE_CHANGED },
	{ "walked", CAUSE_NONE },	/* a second walk of the same attempt, once a grace period at most */
	{ "again", CAUSE_AGAIN },
	{ "gone", CAUSE_AGAIN },
	{ "would_sleep", CAUSE_FAILING },
};

enum place_cause place_cause(const char *counter)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (!strcmp(causes[i].counter, counter))
			return causes[i].cause;
	return CAUSE_UNKNOWN;
}

static void add_below(struct place_scheme *p, const struct scheme_chain *chain, unsigned int rung,
		      double share)
{
	const struct rung *r = rung_of(chain->inst[rung].scheme);

	p->below_walks += share * r->walks;
	p->below_mm_stores += share * r->mm_stores;
	p->below_vma_stores += share * r->vma_stores;
	if (rung == chain->nr - 1)
		p->below_holds += share;
}

bool place_known(const struct scheme_chain *chain, struct place_scheme *p)
{
	const struct scheme_inst *top = &chain->inst[0];
	const struct rung *r = rung_of(top->scheme);

	*p = (struct place_scheme){ 0 };
	for (unsigned int i = 0; i < chain->nr; i++)
		if (!rung_of(chain->inst[i].scheme))
			return false;
	p->walks = r->walks;
	p->mm_stores = r->mm_stores;
	p->vma_stores = r->vma_stores;
	p->holds = chain->nr == 1;
	for (unsigned int i = 0; top->scheme->counters[i].name; i++)
		if (place_cause(top->scheme->counters[i].name) == CAUSE_FAILING)
			p->fall_failing = 1;
	/*
	 * It goes on where it is, with the VMA's lock; rcu_everything_keep walks again, and what fails is
	 * the page, so it has none to keep.
	 */
	if (top->scheme->sleep == SLEEPS_WITH_VMA_LOCK) {
		p->fall_failing = 0;
		p->failing_vma_stores = rung_of(chain->inst[1].scheme)->vma_stores;
	}
	if (top->scheme->valid == VALID_BY_GRACE)
		p->grace = 1;
	if (chain->nr > 1)
		add_below(p, chain, 1, 1);
	return true;
}

/* --- what this program makes of them -------------------------------------------------------------------------------- */

/* Faults that left rung @rung, for @cause or, with CAUSE_NONE, for any. */
static double fallen(const struct place *p, unsigned int scheme, unsigned int rung,
		     enum place_cause cause)
{
	const struct scheme_chain *chain = &p->compare->options->chain[scheme];
	const struct scheme_counter *counter = chain->inst[rung].scheme->counters;
	double sum = 0;

	for (unsigned int i = 0; counter[i].name; i++) {
		enum place_cause is = place_cause(counter[i].name);
		bool falls = is == CAUSE_CHANGED || is == CAUSE_FAILING || is == CAUSE_OTHER;

		if (cause == CAUSE_NONE ? falls : is == cause)
			sum += (double)traces_rung(&p->compare->trace->cell[scheme], rung, i);
	}
	/* Kernel faults may begin on the last rung: count them as if they had fallen from each rung above. */
	if (rung < chain->nr - 1 && (cause == CAUSE_NONE || cause == CAUSE_OTHER))
		sum += (double)traces_counter(&p->compare->trace->cell[scheme], STAT_FAULT_KERNEL);
	return sum;
}

static double runs_mm_ns(const struct compare_cell *cell)
{
	double value[COMPARE_MAX_RUNS];

	for (unsigned int i = 0; i < cell->nr_runs; i++)
		value[i] = (double)cell->run[i].mm_ns / (double)cell->run[i].faults.nr;
	return stat_median(value, cell->nr_runs);
}

static void count_scheme(struct place *p, unsigned int scheme)
{
	const struct trace_compare *c = p->compare;
	const struct scheme_chain *chain = &c->options->chain[scheme];
	const struct compare_cell *cell = &c->trace->cell[scheme];
	struct place_column *column = &p->column[scheme];
	struct place_scheme *s = &column->counts;
	double faults = (double)traces_counter(cell, STAT_FAULT);
	double changes = faults * p->rates.changes, first = fallen(p, scheme, 0, CAUSE_NONE);

	column->fell = chain->nr > 1 ? first / faults : 0;
	s->fall_other = chain->nr > 1 ? fallen(p, scheme, 0, CAUSE_OTHER) / faults : 0;
	if (changes > 0) {
		s->fall_changed = fallen(p, scheme, 0, CAUSE_CHANGED) / changes;
		s->again = fallen(p, scheme, 0, CAUSE_AGAIN) / changes;
		s->dropped = (double)traces_counter(cell, STAT_FAULT_DROPPED) / changes;
	}
	/* Rungs further down, by what fell there of those that fell at all. */
	for (unsigned int r = 2; first > 0 && r < chain->nr; r++)
		add_below(s, chain, r, fallen(p, scheme, r - 1, CAUSE_NONE) / first);
	column->measured_ns = runs_mm_ns(cell);
	column->median_fault_ns = traces_over_runs(cell, COMPARE_FAULTS, FIGURE_MEDIAN);
}

/*
 * Short memory is a property of the machine, not of the scheme; but only a scheme that allocates with
 * GFP_NOWAIT shows how often it happens.
 */
static double failing(const struct place *p)
{
	double most = 0;

	for (unsigned int i = 0; i < p->compare->options->nr_schemes; i++) {
		const struct compare_cell *cell = &p->compare->trace->cell[i];
		double share = (double)traces_counter(cell, STAT_PAGE_ALLOC_FAIL) /
			(double)traces_counter(cell, STAT_FAULT);

		if (share > most)
			most = share;
	}
	return most > 1 ? 1 : most;
}

double place_error_factor(const struct place *p)
{
	return p->error.ratios ? p->error.typical : PLACE_TYPICAL_ERROR;
}

int place_program(struct place *p, struct bench_error *err)
{
	const struct compare_options *o = p->compare->options;
	const struct compare_trace *t = p->compare->trace;
	struct place_scheme all[COMPARE_MAX_SCHEMES];
	struct trace_info info;

	if (trace_info(&info, t->trace, err) || place_moves(t->trace, &p->rates, err))
		return -1;
	/* Interrupted before a whole round. */
	if (!t->cell[0].nr_runs)
		return bench_fail(err, "%s: no run is whole: nothing to place", t->trace->path);
	if (!info.faults || !traces_counter(&t->cell[0], STAT_FAULT))
		return bench_fail(err, "%s: has no fault that can be replayed: nothing to place", t->trace->path);
	p->faults = info.faults;
	p->changes = info.changes;
	p->rates.changes = (double)info.changes / (double)info.faults;
	p->rates.threads = info.peak_threads;
	p->rates.counted = t->workers;
	p->rates.failing = failing(p);
	for (unsigned int i = 0; i < o->nr_schemes; i++) {
		if (!place_known(&o->chain[i], &all[i]))
			return bench_fail(err, "%s: its walks and stores are not known to the model", o->chain[i].name);
		p->column[i].counts = all[i];
		count_scheme(p, i);
		all[i] = p->column[i].counts;
	}
	p->winner = place_winner(p->machine, &p->rates, all, o->nr_schemes);
	for (unsigned int i = 0; i < o->nr_schemes; i++) {
		p->column[i].model_ns = place_ns(p->machine, &p->rates, &all[i]);
		for (unsigned int k = 0; k < NR_PLACE_KNOBS; k++)
			p->column[i].turn[k] = place_break_even(p->machine, &p->rates, all, o->nr_schemes, i, k);
	}
	return 0;
}
