/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The VMA tree against a page-by-page oracle, hand-made cases, memory, and failing allocations.
 */
#include <criterion/criterion.h>

#include "common/mm/vma.h"
#include "common/mm/world.h"
#include "common/sync/rcu.h"
#include "tests/mm/tree_ops.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#define NR_VMAS 16384

static struct vma vmas[NR_VMAS];

/* --- random lists ------------------------------------------------------------------ */

/** The long mode, `make check-tree-long`, tries this many times as many lists: ten million operations. */
#define LONG_FACTOR 34

static void try_random(const struct tree_run *run, const struct tree_mix *mix, unsigned int nr,
		       unsigned int seeds)
{
	struct tree_op *ops = malloc(nr * sizeof(*ops));

	if (getenv("TREE_LONG"))
		seeds *= LONG_FACTOR;
	cr_log_info("%u operations", nr * seeds);
	for (u64 seed = 1; seed <= seeds; seed++) {
		unsigned int left = nr;
		const char *wrong;

		tree_ops_make(ops, nr, seed, mix);
		wrong = tree_ops_run(run, ops, &left, seed);
		cr_assert(!wrong, "seed %#llx: %s", (unsigned long long)seed, wrong);
	}
	free(ops);
}

/* A list that hangs is stopped by its own alarm. */
TestSuite(vma_tree_random, .timeout = 7200);

/* Some thousand ranges: four levels. */
Test(vma_tree_random, many_small_ranges)
{
	try_random(&(struct tree_run){ .unit = PAGE_SIZE },
		   &(struct tree_mix){ .max_pages = 3, .ids = 1000, .clear_pct = 30 }, 40000, 2);
}

Test(vma_tree_random, long_ranges_cut_and_replace_many)
{
	try_random(&(struct tree_run){ .unit = PAGE_SIZE, .keep_spares = true },
		   &(struct tree_mix){ .max_pages = 12, .ids = 200, .clear_pct = 40, .long_pct = 2 },
		   40000, 2);
}

Test(vma_tree_random, few_vmas_that_join)
{
	try_random(&(struct tree_run){ .unit = PAGE_SIZE, .prealloc = 7 },
		   &(struct tree_mix){ .max_pages = 5, .ids = 2, .clear_pct = 50, .long_pct = 1 },
		   40000, 2);
}

/* Empty ranges are reused, and so kept when a leaf is built anew; at times one is cut off. */
Test(vma_tree_random, ranges_that_come_back)
{
	try_random(&(struct tree_run){ .unit = PAGE_SIZE },
		   &(struct tree_mix){ .max_pages = 4, .again = true, .ids = 1000, .clear_pct = 50 },
		   40000, 1);
	try_random(&(struct tree_run){ .unit = 1UL << 40, .check_each = true },
		   &(struct tree_mix){ .max_pages = 16, .again = true, .ids = 5, .clear_pct = 50 },
		   10000, 1);
}

/* A unit of 4 TiB: many holes are larger than gap sums can say. */
Test(vma_tree_random, huge_holes)
{
	try_random(&(struct tree_run){ .unit = 1UL << 42 },
		   &(struct tree_mix){ .max_pages = 40, .ids = 50, .clear_pct = 60, .long_pct = 3 },
		   20000, 2);
}

/* The structure is checked after each operation. */
Test(vma_tree_random, step_by_step)
{
	try_random(&(struct tree_run){ .unit = PAGE_SIZE, .prealloc = 3, .check_each = true },
		   &(struct tree_mix){ .max_pages = 8, .ids = 20, .clear_pct = 45, .long_pct = 5 },
		   4000, 4);
}

/* --- hand-made lists ------------------------------------------------------------------ */

#define TRY(...) \
	do { \
		static const struct tree_op list[] = { __VA_ARGS__ }; \
		struct tree_op ops[ARRAY_SIZE(list)]; \
		unsigned int nr = ARRAY_SIZE(list); \
		const char *wrong; \
		for (unsigned int i = 0; i < nr; i++) \
			ops[i] = list[i]; \
		wrong = tree_ops_run(&(struct tree_run){ .unit = PAGE_SIZE, .check_each = true }, \
				     ops, &nr, 0); \
		cr_expect(!wrong, "line %d: %s", __LINE__, wrong); \
	} while (0)

Test(vma_tree_random, hand_made)
{
	/* nothing there */
	TRY({ CLEAR, 3, 9, 0 }, { WALK, 3, 0, 0 }, { FIND, 0, 0, 4096 }, { PREV, 4095, 0, 0 },
	    { LOWEST, 0, 4096, 4096 }, { HIGHEST, 7, 9, 2 }, { HIGHEST, 7, 9, 3 });
	/* all of it, and none again */
	TRY({ STORE, 0, 4096, 1 }, { LOWEST, 0, 4096, 1 }, { CLEAR, 0, 4096, 0 },
	    { STORE, 0, 4096, 1 }, { CLEAR, 0, 1, 0 }, { CLEAR, 4095, 4096, 0 },
	    { CLEAR, 1, 4095, 0 });
	/* cut in two, by a hole and by another */
	TRY({ STORE, 10, 20, 1 }, { CLEAR, 13, 15, 0 }, { FIND, 13, 0, 15 }, { FIND, 13, 0, 16 },
	    { PREV, 15, 0, 0 }, { STORE, 13, 15, 2 }, { STORE, 13, 15, 1 });
	/* parts that stick out on either side, and on both */
	TRY({ STORE, 10, 20, 1 }, { STORE, 30, 40, 2 }, { STORE, 15, 35, 3 },
	    { STORE, 5, 16, 4 }, { STORE, 16, 34, 5 }, { CLEAR, 6, 39, 0 });
	/* what lies beside it becomes one with it, on each side and on both */
	TRY({ STORE, 10, 20, 1 }, { STORE, 20, 30, 1 }, { STORE, 5, 10, 1 },
	    { STORE, 40, 50, 1 }, { STORE, 30, 40, 1 }, { STORE, 12, 13, 1 });
	/* at both ends of the address space */
	TRY({ STORE, 0, 1, 1 }, { STORE, 4095, 4096, 2 }, { PREV, 0, 0, 0 }, { PREV, 1, 0, 0 },
	    { FIND, 1, 0, 4095 }, { FIND, 1, 0, 4096 }, { PREV, 4096, 0, 0 },
	    { HIGHEST, 0, 4096, 4094 }, { LOWEST, 0, 4096, 4095 });
}

/* --- with a world of its own --------------------------------------------------------------- */

struct fixture {
	struct world *w;
	struct task *t;
	struct vma_tree tree;
};

static struct fixture f;

static void fixture_begin(void)
{
	platform_thread_enter(0);
	f.w = tree_world();
	f.t = world_task(f.w, 0);
	vma_tree_init(&f.tree, TASK_SIZE_DEFAULT);
}

static void fixture_end(void)
{
	vma_tree_exit(f.t, &f.tree);
	cr_assert_eq(f.tree.nr_nodes, 0);
	cr_assert_eq(world_leaks(f.w).nodes, 0);
	world_destroy(f.w);
	platform_thread_leave();
}

TestSuite(vma_tree, .init = fixture_begin, .fini = fixture_end, .timeout = 60);

static unsigned long page(unsigned long nr)
{
	return nr * PAGE_SIZE;
}

static void put(unsigned long from, unsigned long to, struct vma *vma)
{
	cr_assert_eq(vma_tree_prealloc(f.t, &f.tree, 1), 0);
	if (vma)
		vma_tree_store(f.t, &f.tree, page(from), page(to), vma);
	else
		vma_tree_clear(f.t, &f.tree, page(from), page(to));
	vma_tree_prealloc_end(f.t, &f.tree);
}

/* Ranges of two pages with a page between. */
static void fill(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		put(3 * i, 3 * i + 2, &vmas[i % NR_VMAS]);
}

Test(vma_tree, memory_comes_back)
{
	u64 rng = 7, most = 0;

	for (unsigned int i = 0; i < 10000; i++) {
		unsigned long at = tree_random(&rng) % 5000;

		put(at, at + 1 + tree_random(&rng) % 4, i % 2 ? NULL : &vmas[i]);
		if (f.tree.nr_nodes > most)
			most = f.tree.nr_nodes;
	}
	vma_tree_check(&f.tree);
	cr_expect_gt(most, 10);
	put(0, 5004, NULL);
	cr_expect_eq(f.tree.nr_nodes, 0);
	cr_expect_eq(f.tree.height, 0);
	cr_expect_null(f.tree.root);
	/* spare ones alone are left, and fixture_end() wants those too */
	cr_expect_eq(world_leaks(f.w).nodes, f.tree.nr_spare);
	cr_expect_leq(f.tree.nr_spare, 64);
}

/* Where bounds are the same, or one range alone goes, a leaf stays where it is: it is one store. */
Test(vma_tree, one_store_is_in_place)
{
	const struct vma_node *leaf;

	fill(8);
	leaf = f.tree.root;
	cr_assert_eq(f.tree.height, 1);
	for (unsigned int i = 1; i < 7; i += 2)
		put(3 * i, 3 * i + 2, NULL);
	cr_expect_eq(f.tree.root, leaf, "ranges that go");
	for (unsigned int i = 1; i < 7; i += 2)
		put(3 * i, 3 * i + 2, &vmas[i]);
	cr_expect_eq(f.tree.root, leaf, "ranges that come back");
	put(0, 2, NULL);
	cr_expect_eq(f.tree.root, leaf, "more than a range goes");
	put(3, 5, &vmas[0]);
	cr_expect_eq(f.tree.root, leaf, "another in the same place");
	cr_expect_eq(vma_tree_check(&f.tree), 7);
	put(4, 5, NULL);
	cr_expect_neq(f.tree.root, leaf, "a part of a range goes");
}

Test(vma_tree, stays_small_when_most_goes)
{
	u64 nr;

	fill(NR_VMAS);
	cr_expect_eq(vma_tree_check(&f.tree), NR_VMAS);
	cr_expect_leq(f.tree.height, 6);
	/* two pieces a range, leaves at least half full where nothing goes */
	cr_expect_lt(f.tree.nr_nodes, NR_VMAS / 3);

	for (unsigned int i = 0; i < NR_VMAS; i++)
		if (i % 100)
			put(3 * i, 3 * i + 2, NULL);
	nr = vma_tree_check(&f.tree);
	cr_expect_eq(nr, (NR_VMAS + 99) / 100);
	/* 330 pieces: at five a leaf and four leaves an inner node, at worst */
	cr_expect_leq(f.tree.nr_nodes, 2 * nr / 5 * 4 / 3 + 4);
	cr_expect_leq(f.tree.height, 4);
}

/* Leaves become emptier where ranges come back; when they stop coming, few such leaves are left. */
Test(vma_tree, stays_small_when_nothing_comes_back)
{
	static bool there[3000];
	u64 rng = 3, nr;

	for (unsigned int i = 0; i < 200000; i++) {
		unsigned int k = tree_random(&rng) % ARRAY_SIZE(there);

		put(3 * k, 3 * k + 2, there[k] ? NULL : &vmas[k]);
		there[k] = !there[k];
	}
	vma_tree_check(&f.tree);
	cr_expect_eq(f.tree.reuse, 64, "ranges came back: %u", f.tree.reuse);
	for (unsigned int i = 0; i < ARRAY_SIZE(there); i++)
		if (i % 5 && there[i])
			put(3 * i, 3 * i + 2, NULL);
	nr = vma_tree_check(&f.tree);
	/* Five ranges a leaf, four leaves an inner node; cleared in place down to two it is more. */
	cr_expect_leq(f.tree.nr_nodes, nr / 5 * 4 / 3 + 4, "%u nodes, %u ranges",
		      (unsigned int)f.tree.nr_nodes, (unsigned int)nr);
}

/* One store over everything needs no more nodes than one that touches a single leaf. */
Test(vma_tree, spanning_store_is_bounded)
{
	unsigned int before;

	fill(NR_VMAS);
	vma_tree_prealloc_end(f.t, &f.tree);
	cr_assert_eq(vma_tree_prealloc(f.t, &f.tree, 1), 0);
	before = f.tree.nr_spare;
	cr_expect_leq(before, 3 * f.tree.height + 1 > 32 ? 3 * f.tree.height + 1 : 32);
	vma_tree_store(f.t, &f.tree, page(1), page(3 * NR_VMAS - 2), &vmas[1]);
	cr_expect_eq(vma_tree_check(&f.tree), 3);
	cr_expect_eq(f.tree.nr_nodes, 1);
	cr_expect_eq(vma_tree_walk(&f.tree, 0), &vmas[0]);
	cr_expect_eq(vma_tree_walk(&f.tree, page(30)), &vmas[1]);
	cr_expect_eq(vma_tree_walk(&f.tree, page(3 * NR_VMAS - 2)), &vmas[NR_VMAS - 1]);
	vma_tree_prealloc_end(f.t, &f.tree);
}

/* Each allocation of a section fails in turn; nothing has changed, and the next try goes well. */
static void fail_each(unsigned int nr_ranges, unsigned int nr_stores)
{
	unsigned int failed = 0;

	fill(nr_ranges);
	for (u64 nth = 1;; nth++) {
		u64 nr_nodes = f.tree.nr_nodes;
		int err;

		f.w->injector = (struct injector){
			.on = true, .sites = 1u << SITE_TREE_NODE, .nth = nth,
		};
		vma_tree_prealloc_end(f.t, &f.tree);
		cr_assert_eq(f.tree.nr_spare, 0);
		err = vma_tree_prealloc(f.t, &f.tree, nr_stores);
		if (err)
			failed++;
		else
			break;
		cr_assert_eq(err, -ENOMEM);
		cr_assert_eq(f.tree.nr_spare, 0);
		cr_assert_eq(f.tree.nr_nodes, nr_nodes);
		cr_assert_eq(vma_tree_check(&f.tree), nr_ranges);
		for (unsigned int i = 0; i < nr_ranges; i++) {
			cr_assert_eq(vma_tree_walk(&f.tree, page(3 * i + 1)), &vmas[i]);
			cr_assert_null(vma_tree_walk(&f.tree, page(3 * i + 2)));
		}
	}
	cr_expect_eq(failed, f.tree.nr_spare, "%u failed, %u needed", failed, f.tree.nr_spare);
	cr_expect_geq(failed, nr_stores);
	/* now none is left to allocate, and the stores need none */
	f.w->injector.nth = 1;
	for (unsigned int i = 0; i < nr_stores; i++)
		vma_tree_store(f.t, &f.tree, page(3 * i + 1), page(3 * i + 2), &vmas[NR_VMAS - 1 - i]);
	vma_tree_check(&f.tree);
	f.w->injector = (struct injector){ 0 };
	vma_tree_prealloc_end(f.t, &f.tree);
}

Test(vma_tree, prealloc_fails_on_empty_tree)
{
	fail_each(0, 2);
}

Test(vma_tree, prealloc_fails_on_a_leaf)
{
	fail_each(5, 3);
}

Test(vma_tree, prealloc_fails_on_a_tall_tree)
{
	fail_each(2000, 4);
}

/* --- cursors, and whole trees --------------------------------------------------------------- */

/*
 * A reader keeps a cursor from one RCU section to another.  Between them its leaf is
 * replaced, freed, and used again for what lies elsewhere.
 */
Test(vma_tree, a_cursor_is_kept_over_a_grace_period)
{
	struct vma_cursor c;

	fill(300);
	vma_cursor_init(&c, &f.tree, page(300));
	rcu_read_lock();
	for (unsigned int i = 100; i < 104; i++)
		cr_assert_eq(vma_cursor_next(&c, f.tree.limit), &vmas[i]);
	rcu_read_unlock();
	put(3 * 105, 3 * 105 + 1, &vmas[5000]);
	cr_assert_neq(c.generation, f.tree.generation);
	world_leaks(f.w);		/* which waits for deferred frees */
	for (unsigned int i = 1000; i < 2000; i++)
		put(3 * i, 3 * i + 2, &vmas[i]);

	rcu_read_lock();
	vma_cursor_set(&c, c.at);
	cr_expect_eq(vma_cursor_next(&c, f.tree.limit), &vmas[104]);
	cr_expect_eq(vma_cursor_next(&c, f.tree.limit), &vmas[5000]);
	cr_expect_eq(vma_cursor_next(&c, f.tree.limit), &vmas[105]);
	cr_expect_eq(vma_cursor_next(&c, f.tree.limit), &vmas[106]);
	rcu_read_unlock();
}

/* Where no node is replaced the cursor keeps its leaf, and sees what its slots lead to now. */
Test(vma_tree, a_cursor_stays_in_its_leaf)
{
	const struct vma_node *leaf;
	struct vma_cursor c;

	fill(300);
	vma_cursor_init(&c, &f.tree, page(300));
	cr_assert_eq(vma_cursor_next(&c, f.tree.limit), &vmas[100]);
	leaf = c.leaf;
	put(3 * 101, 3 * 101 + 2, &vmas[5000]);
	vma_cursor_set(&c, c.at);
	cr_expect_eq(c.leaf, leaf);
	cr_expect_eq(vma_cursor_next(&c, f.tree.limit), &vmas[5000]);
	cr_expect_null(vma_cursor_next(&c, page(3 * 102)));
	cr_expect_eq(vma_cursor_next(&c, page(3 * 102) + 1), &vmas[102]);
}

/* Each allocation of a copy fails in turn: nothing is left of it. */
Test(vma_tree, dup_fails_at_each_node)
{
	struct vma_tree copy;
	u64 nth = 0;

	fill(2000);
	vma_tree_prealloc_end(f.t, &f.tree);
	do {
		vma_tree_init(&copy, f.tree.limit);
		f.w->injector = (struct injector){
			.on = true, .sites = 1u << SITE_TREE_NODE, .nth = ++nth,
		};
		if (!vma_tree_dup(f.t, &copy, &f.tree))
			break;
		cr_assert_null(copy.root);
		cr_assert_eq(copy.nr_nodes, 0);
		cr_assert_eq(world_leaks(f.w).nodes, f.tree.nr_nodes + f.tree.nr_spare);
	} while (nth <= f.tree.nr_nodes);
	cr_expect_eq(nth, f.tree.nr_nodes + 1);
	f.w->injector = (struct injector){ 0 };
	cr_expect_eq(vma_tree_check(&copy), 2000);
	for (unsigned int i = 0; i < 2000; i++)
		cr_assert_eq(vma_tree_walk(&copy, page(3 * i)), &vmas[i]);
	vma_tree_exit(f.t, &copy);
}

/* --- the checker itself ---------------------------------------------------------------------- */

Test(vma_tree, check_sees_a_wrong_count, .signal = SIGABRT)
{
	fill(100);
	f.tree.nr_nodes++;
	vma_tree_check(&f.tree);
}

Test(vma_tree, check_sees_a_wrong_height, .signal = SIGABRT)
{
	fill(100);
	f.tree.height++;
	vma_tree_check(&f.tree);
}

Test(vma_tree, store_without_prealloc_stops, .signal = SIGABRT)
{
	vma_tree_store(f.t, &f.tree, page(1), page(2), &vmas[1]);
}
