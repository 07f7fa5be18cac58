/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Lists of operations on a VMA tree: making, running, shrinking.
 */
#include "tests/mm/tree_ops.h"
#include "common/mm/scheme.h"
#include "common/mm/vma.h"
#include "tests/mm/tree_oracle.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_IDS 1024

/** The tree follows no pointer to a VMA; only their addresses matter here. */
static struct vma vmas[MAX_IDS], other_vmas[2];

static struct vma *vma_of(unsigned int id)
{
	return id ? &vmas[id] : NULL;
}

struct world *tree_world(void)
{
	static const struct scheme_chain no_chain = { .vma_bytes = sizeof(struct vma) };
	struct world_config config = world_config_default(64);
	struct world *w;

	config.nr_tasks = 2;
	if (world_create(&w, &config, &no_chain)) {
		fprintf(stderr, "no world\n");
		exit(2);
	}
	return w;
}

/* --- making ------------------------------------------------------------------------- */

static unsigned int below(u64 *rng, unsigned int n)
{
	return tree_random(rng) % n;
}

static void op_make(struct tree_op *op, u64 *rng, const struct tree_mix *mix)
{
	unsigned int kind = below(rng, 16), len;
	bool any = below(rng, 100) < mix->long_pct;

	op->a = below(rng, ORACLE_PAGES);
	len = 1 + below(rng, any ? ORACLE_PAGES : mix->max_pages);
	if (mix->again && !any && below(rng, 50)) {
		op->a -= op->a % mix->max_pages;
		len = mix->max_pages - 1;
	}
	op->b = op->a + len < ORACLE_PAGES ? op->a + len : ORACLE_PAGES;
	op->c = 0;
	switch (kind) {
	default:
		op->kind = below(rng, 100) < mix->clear_pct ? CLEAR : STORE;
		op->c = op->kind == STORE ? 1 + below(rng, mix->ids) : 0;
		break;
	case 7:
		op->kind = WALK;
		break;
	case 8:
		op->kind = FIND;
		op->c = op->a + below(rng, ORACLE_PAGES - op->a + 1);
		break;
	case 9:
		op->kind = PREV;
		break;
	case 10:
	case 11:
		op->kind = kind == 10 ? LOWEST : HIGHEST;
		op->b = op->a + 1 + below(rng, ORACLE_PAGES - op->a);
		op->c = 1 + below(rng, below(rng, 2) ? 2 * mix->max_pages : ORACLE_PAGES / 4);
		break;
	case 12:
		op->kind = SEEK;
		break;
	case 13:
	case 14:
	case 15:
		op->kind = below(rng, 200) ? NEXT : DUP;
		op->b = below(rng, 8) ? ORACLE_PAGES : op->b;
		op->c = 1 + below(rng, below(rng, 4) ? 3 : 60);
		break;
	}
}

void tree_ops_make(struct tree_op *ops, unsigned int nr, u64 seed, const struct tree_mix *mix)
{
	for (unsigned int i = 0; i < nr; i++)
		op_make(&ops[i], &seed, mix);
}

/* --- running ------------------------------------------------------------------------- */

struct run_state {
	const struct tree_run *run;
	struct task *t;
	struct vma_tree tree;
	struct vma_cursor cursor;
	struct oracle oracle;
	unsigned int prepared;
	struct vma *taken[ORACLE_PAGES];	/**< by a dup, in order */
};

static const char *compare_gap(struct run_state *s, const struct tree_op *op)
{
	unsigned long unit = s->run->unit;
	unsigned int page = oracle_gap(&s->oracle, op->c, op->a, op->b, op->kind == HIGHEST);
	unsigned long size = op->c * unit, lo = op->a * unit, hi = op->b * unit;
	unsigned long got = op->kind == HIGHEST ? vma_tree_highest_gap(&s->tree, size, lo, hi) :
						  vma_tree_lowest_gap(&s->tree, size, lo, hi);

	if (got == (page == ORACLE_NONE ? ~0UL : page * unit))
		return NULL;
	return op->kind == HIGHEST ? "vma_tree_highest_gap" : "vma_tree_lowest_gap";
}

/** The VMAs beside the range that the cursor has returned, which holds page @a p. */
static bool beside_is_right(const struct run_state *s, unsigned int p)
{
	struct vma *prev, *next;

	vma_cursor_beside(&s->cursor, &prev, &next);
	return prev == vma_of(oracle_prev(&s->oracle, oracle_start(&s->oracle, p))) &&
	       next == vma_of(oracle_find(&s->oracle, oracle_end(&s->oracle, p), ORACLE_PAGES));
}

/** The cursor, which may come from before some changes, goes on by some ranges below page b. */
static const char *compare_next(struct run_state *s, const struct tree_op *op)
{
	unsigned long unit = s->run->unit;

	vma_cursor_set(&s->cursor, s->cursor.at);
	for (unsigned int i = 0; i < op->c; i++) {
		unsigned int at = s->cursor.at / unit, p = oracle_next(&s->oracle, at);
		struct vma *vma = vma_cursor_next(&s->cursor, op->b * unit);

		if (vma != vma_of(oracle_find(&s->oracle, at, op->b)))
			return "vma_cursor_next";
		if (s->cursor.at != (vma ? oracle_end(&s->oracle, p) : at) * unit)
			return "where a cursor stands";
		if (!vma)
			return NULL;
		if (!beside_is_right(s, p))
			return "vma_cursor_beside";
	}
	return NULL;
}

/** A copy of the tree, all of its ranges taken over by the cursor, stands in for it from now on. */
static const char *op_dup(struct run_state *s)
{
	unsigned long limit = s->tree.limit;
	struct vma_tree copy;
	struct vma *vma;

	vma_tree_init(&copy, limit);
	if (vma_tree_dup(s->t, &copy, &s->tree))
		return "vma_tree_dup";
	vma_tree_check(&copy);
	vma_cursor_init(&s->cursor, &copy, 0);
	for (unsigned int i = 0; (vma = vma_cursor_next(&s->cursor, limit)); i++) {
		vma_cursor_replace(&s->cursor, &other_vmas[i % 2]);
		s->taken[i] = vma;
	}
	vma_tree_check(&copy);
	vma_cursor_set(&s->cursor, 0);
	for (unsigned int i = 0; (vma = vma_cursor_next(&s->cursor, limit)); i++) {
		if (vma != &other_vmas[i % 2])
			return "vma_cursor_replace";
		vma_cursor_replace(&s->cursor, s->taken[i]);
	}
	vma_tree_exit(s->t, &s->tree);
	if (s->tree.nr_nodes || s->tree.nr_spare)
		return "vma_tree_exit leaves something";
	s->tree = copy;
	s->prepared = 0;
	vma_cursor_init(&s->cursor, &s->tree, 0);
	return NULL;
}

/** @return what is wrong, or NULL */
static const char *op_run(struct run_state *s, const struct tree_op *op)
{
	unsigned long unit = s->run->unit, a = op->a * unit, b = op->b * unit;

	switch (op->kind) {
	case STORE:
	case CLEAR:
		if (!s->prepared) {
			s->prepared = s->run->prealloc ? s->run->prealloc : 1;
			if (vma_tree_prealloc(s->t, &s->tree, s->prepared))
				return "vma_tree_prealloc";
		}
		oracle_store(&s->oracle, op->a, op->b, op->c);
		if (op->kind == STORE)
			vma_tree_store(s->t, &s->tree, a, b, vma_of(op->c));
		else
			vma_tree_clear(s->t, &s->tree, a, b);
		if (!--s->prepared)
			vma_tree_prealloc_end(s->t, &s->tree);
		/* at and beside what changed */
		if (vma_tree_walk(&s->tree, a) != vma_of(op->c) ||
		    vma_tree_walk(&s->tree, b - 1) != vma_of(op->c) ||
		    (a && vma_tree_walk(&s->tree, a - 1) != vma_of(s->oracle.id[op->a - 1])) ||
		    (op->b < ORACLE_PAGES &&
		     vma_tree_walk(&s->tree, b) != vma_of(s->oracle.id[op->b])))
			return "vma_tree_walk at the bounds of a change";
		return NULL;
	case WALK:
		return vma_tree_walk(&s->tree, a) == vma_of(s->oracle.id[op->a]) ? NULL :
			"vma_tree_walk";
	case FIND:
		return vma_tree_find(&s->tree, a, op->c * unit) ==
			vma_of(oracle_find(&s->oracle, op->a, op->c)) ? NULL : "vma_tree_find";
	case PREV:
		return vma_tree_prev(&s->tree, a) == vma_of(oracle_prev(&s->oracle, op->a)) ?
			NULL : "vma_tree_prev";
	case LOWEST:
	case HIGHEST:
		return compare_gap(s, op);
	case SEEK:
		vma_cursor_set(&s->cursor, a);
		return NULL;
	case NEXT:
		return compare_next(s, op);
	case DUP:
		return op_dup(s);
	}
	return "unknown operation";
}

/** Structure, counts, and every page. */
static const char *compare_all(struct run_state *s)
{
	if (vma_tree_check(&s->tree) != oracle_nr(&s->oracle))
		return "nr";
	for (unsigned int p = 0; p < ORACLE_PAGES; p++)
		if (vma_tree_walk(&s->tree, p * s->run->unit) != vma_of(s->oracle.id[p]))
			return "contents";
	if (vma_tree_walk(&s->tree, s->tree.limit) || vma_tree_walk(&s->tree, ~0UL))
		return "something above the limit";
	return NULL;
}

/** Shared between a run and the process that started it. */
struct report {
	unsigned int at;
	char what[64];
};

static void run_here(const struct tree_run *run, const struct tree_op *ops, unsigned int nr,
		     struct report *report)
{
	struct run_state *s = calloc(1, sizeof(*s));
	struct world *w;
	const char *wrong = NULL;

	platform_thread_enter(0);
	w = tree_world();
	w->injector.on = !run->keep_spares;	/* on, but failing nothing, so that no spares are kept */
	s->run = run;
	s->t = world_task(w, 0);
	vma_tree_init(&s->tree, ORACLE_PAGES * run->unit);
	vma_cursor_init(&s->cursor, &s->tree, 0);
	for (unsigned int i = 0; i < nr && !wrong; i++) {
		report->at = i;
		wrong = op_run(s, &ops[i]);
		if (!wrong && run->check_each)
			vma_tree_check(&s->tree);
		if (!wrong && (i % 512 == 511 || i + 1 == nr))
			wrong = compare_all(s);
	}
	if (!wrong) {
		vma_tree_exit(s->t, &s->tree);
		if (s->tree.nr_nodes || s->tree.nr_spare)
			wrong = "vma_tree_exit leaves something";
		else if (world_leaks(w).nodes)
			wrong = "a node has leaked";
		else
			world_destroy(w);
	}
	snprintf(report->what, sizeof(report->what), "%s", wrong ? wrong : "");
	free(s);
	_exit(wrong ? 1 : 0);
}

/** @return true: it failed, and @a report says how */
static bool fails(const struct tree_run *run, const struct tree_op *ops, unsigned int nr,
		  struct report *report, bool quiet)
{
	int status, null;
	pid_t pid;

	report->at = 0;
	strcpy(report->what, "stopped the program");
	fflush(NULL);
	pid = fork();
	if (!pid) {
		if (quiet && (null = open("/dev/null", O_WRONLY)) >= 0)
			dup2(null, STDERR_FILENO);
		alarm(120);
		run_here(run, ops, nr, report);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		strcpy(report->what, "fork");
		return true;
	}
	return status != 0;
}

/* --- shrinking ------------------------------------------------------------------------ */

/** Leave out ever smaller pieces of the list as long as it fails without them. */
static unsigned int shrink(const struct tree_run *run, struct tree_op *ops, unsigned int nr,
			   struct report *report)
{
	struct tree_op *less = malloc(nr * sizeof(*less));

	for (unsigned int piece = (nr + 1) / 2; piece && nr > 1; piece /= 2) {
		for (unsigned int at = 0; at < nr && nr > 1;) {
			unsigned int out = at + piece < nr ? piece : nr - at;

			memcpy(less, ops, at * sizeof(*ops));
			memcpy(less + at, ops + at + out, (nr - at - out) * sizeof(*ops));
			if (nr > out && fails(run, less, nr - out, report, true)) {
				nr -= out;
				memcpy(ops, less, nr * sizeof(*ops));
			} else {
				at += out;
			}
		}
	}
	free(less);
	return nr;
}

static void print_ops(const struct tree_run *run, const struct tree_op *ops, unsigned int nr,
		      u64 seed, const char *what)
{
	static const char *const kinds[] = {
		"STORE", "CLEAR", "WALK", "FIND", "PREV", "LOWEST", "HIGHEST", "SEEK", "NEXT", "DUP",
	};

	fprintf(stderr, "# seed %#llx, shrunk to %u operations: %s\n",
		(unsigned long long)seed, nr, what);
	fprintf(stderr, "static const struct tree_run run = { .unit = %#lx, .prealloc = %u, "
		".keep_spares = %d, .check_each = true };\n",
		run->unit, run->prealloc, run->keep_spares);
	fprintf(stderr, "static const struct tree_op ops[] = {\n");
	for (unsigned int i = 0; i < nr; i++)
		fprintf(stderr, "\t{ %s, %u, %u, %u },\n", kinds[ops[i].kind], ops[i].a, ops[i].b,
			ops[i].c);
	fprintf(stderr, "};\n");
}

const char *tree_ops_run(const struct tree_run *run, struct tree_op *ops, unsigned int *nr,
			 u64 seed)
{
	struct tree_run careful = *run;
	struct report *report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	static char what[64];
	bool failed;

	if (report == MAP_FAILED)
		return "mmap";
	failed = fails(run, ops, *nr, report, false);
	if (failed) {
		unsigned int prefix = report->at + 1 < *nr ? report->at + 1 : *nr;

		/* With a check after each step the list fails sooner, and shrinks better. */
		careful.check_each = true;
		if (fails(&careful, ops, prefix, report, true)) {
			prefix = report->at + 1 < prefix ? report->at + 1 : prefix;
			if (fails(&careful, ops, prefix, report, true))
				*nr = shrink(&careful, ops, prefix, report);
		}
		fails(&careful, ops, *nr, report, false);
		snprintf(what, sizeof(what), "%s", report->what);
		print_ops(run, ops, *nr, seed, what);
	}
	munmap(report, sizeof(*report));
	return failed ? what : NULL;
}
