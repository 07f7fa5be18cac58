// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The VMA tree by itself: a cursor goes through it beside a change, in one RCU section or in two.
 */
#include "common/mm/scheme.h"
#include "common/mm/vma.h"
#include "common/mm/vma_tree/vma_tree.h"
#include "common/sync/rcu.h"
#include "tests/explore/scenes.h"

#define READER		1u
#define WRITER		2u
#define NR_TASKS	3u

/** Range i is page 2i.  That many make a root and two leaves, of 15 and 3. */
#define NR_RANGES	18u
#define LIMIT		(2 * NR_RANGES * PAGE_SIZE)

struct step {
	struct vma *vma;
	unsigned long at;	/* where the cursor stands after it */
};

/** Pages that a change touches: there the old and the new value are both right.  Elsewhere nothing changes. */
struct tree_change {
	unsigned int from, to;
};

static struct world *world;
static struct vma_tree *tree;
static struct vma vmas[NR_RANGES], other, another;
static struct step seen[2 * NR_RANGES];
static unsigned int nr_seen;

static void flush(struct task *t)
{
	vma_tree_prealloc_end(t, tree);
	cache_flush_rcu(t);
}

static void store(struct task *t, unsigned int from, unsigned int to, struct vma *vma)
{
	BUG_ON(vma_tree_prealloc(t, tree, 1));
	if (vma)
		vma_tree_store(t, tree, from * PAGE_SIZE, to * PAGE_SIZE, vma);
	else
		vma_tree_clear(t, tree, from * PAGE_SIZE, to * PAGE_SIZE);
}

static int open_tree(const struct explore_scene *s, const char *spec, char *why, size_t size)
{
	static const struct scheme_chain no_chain = { .vma_bytes = sizeof(struct vma) };
	struct world_config c = world_config_default(64);

	(void)s;
	(void)spec;
	c.nr_tasks = NR_TASKS;
	c.rcu_batch = 16;
	tree = platform_alloc(sizeof(*tree), CACHELINE, PLATFORM_MEM_OTHER);
	if (!tree || world_create(&world, &c, &no_chain)) {
		snprintf(why, size, "no memory");
		return -1;
	}
	platform_objects(tree, "vma_tree", sizeof(*tree), 1);
	vma_tree_init(tree, LIMIT);
	for (unsigned int i = 0; i < NR_RANGES; i++)
		store(world_task(world, 0), 2 * i, 2 * i + 1, &vmas[i]);
	flush(world_task(world, 0));
	BUG_ON(tree->height != 2 || tree->nr_nodes != 3);
	for (unsigned int i = 0; i < NR_TASKS; i++)
		explore_quiet(&world_task(world, i)->stats, sizeof(struct stats));
	explore_quiet(world, offsetof(struct world, injector));
	return 0;
}

static void start_tree(const struct explore_scene *s)
{
	(void)s;
	nr_seen = 0;
}

#define THREAD(name) static void name(void *scene __attribute__((unused)))

/* --- readers ----------------------------------------------------------------------------------------- */

static void go_through(struct vma_cursor *c, unsigned int steps)
{
	struct vma *vma;

	while (steps-- && (vma = vma_cursor_next(c, LIMIT))) {
		seen[nr_seen].vma = vma;
		seen[nr_seen++].at = c->at;
	}
}

THREAD(goes_through)
{
	struct vma_cursor c;

	rcu_read_lock();
	vma_cursor_init(&c, tree, 0);
	go_through(&c, ARRAY_SIZE(seen));
	rcu_read_unlock();
}

static __always_inline void go_through_in_two(bool asks)
{
	struct vma_cursor c;

	rcu_read_lock();
	vma_cursor_init(&c, tree, 16 * PAGE_SIZE);
	for (unsigned int i = 0; i < 8; i++) {
		seen[i].vma = &vmas[i];
		seen[i].at = (2 * i + 1) * PAGE_SIZE;
	}
	nr_seen = 8;
	go_through(&c, 2);
	rcu_read_unlock();
	rcu_read_lock();
	if (asks)
		vma_cursor_set(&c, c.at);
	go_through(&c, ARRAY_SIZE(seen) - nr_seen);
	rcu_read_unlock();
}

THREAD(goes_through_in_two_sections) { go_through_in_two(true); }
THREAD(keeps_its_leaf) { go_through_in_two(false); }

/* --- writers ------------------------------------------------------------------------------------------ */

THREAD(comes_over_two_leaves)
{
	struct task *t = world_task(world, WRITER);

	store(t, 26, 33, &other);
	flush(t);
}

THREAD(goes_between_two)
{
	struct task *t = world_task(world, WRITER);

	store(t, 25, 26, &other);
	flush(t);
}

THREAD(goes_and_another_comes)
{
	struct task *t = world_task(world, WRITER);

	store(t, 26, 27, NULL);
	store(t, 26, 27, &other);
	flush(t);
}

THREAD(changes_both_leaves)
{
	struct task *t = world_task(world, WRITER);

	store(t, 25, 26, &other);
	store(t, 33, 34, &another);
	flush(t);
}

THREAD(clears_a_leaf)
{
	struct task *t = world_task(world, WRITER);

	store(t, 20, 36, NULL);
	flush(t);
}

/* --- what must hold ------------------------------------------------------------------------------------- */

static void give_back(void)
{
	struct task *t = world_task(world, 0);
	struct world_leaks leaks;

	vma_tree_check(tree);
	vma_tree_exit(t, tree);
	for (unsigned int i = 0; i < NR_TASKS; i++)
		cache_flush_rcu(world_task(world, i));
	leaks = world_leaks(world);
	if (leaks.nodes)
		ex_finding("%d nodes are left", (int)leaks.nodes);
}

static void judge_tree(const struct explore_scene *s)
{
	const struct tree_change *change = s->arg;
	unsigned int next = 0;

	for (unsigned int i = 0; i < nr_seen; i++) {
		unsigned long page = seen[i].at / PAGE_SIZE - 1;

		if (i && seen[i].at <= seen[i - 1].at)
			ex_finding("the cursor went from page %lu to page %lu", seen[i - 1].at / PAGE_SIZE - 1, page);
		if (page >= change->from && page < change->to)
			continue;
		while (2 * next >= change->from && 2 * next < change->to)
			next++;
		if (page != 2 * next || seen[i].vma != &vmas[next])
			ex_finding("the cursor came to page %lu, page %u was next", page, 2 * next);
		next++;
	}
	while (2 * next >= change->from && 2 * next < change->to)
		next++;
	if (next != NR_RANGES)
		ex_finding("the cursor ended before page %u", 2 * next);
	give_back();
}

static void close_tree(const struct explore_scene *s)
{
	(void)s;
	give_back();
	world_destroy(world);
	platform_free(tree, sizeof(*tree), PLATFORM_MEM_OTHER);
}

#define SCENE(id, what_, from_, to_, reader_, writer_) \
	static const struct tree_change id##_change = { .from = from_, .to = to_ }; \
	static const struct explore_scene id##_scene = { \
		.name = "tree/" #id, .what = what_, .arg = &id##_change, .open = open_tree, .start = start_tree, \
		.nr_threads = 2, .thread = { reader_, writer_ }, .thread_name = { "cursor", "writer" }, \
		.judge = judge_tree, .close = close_tree, \
	};

SCENE(cursor_span, "a cursor, beside a store over the end of a leaf and the next one's beginning", 26, 33,
      goes_through, comes_over_two_leaves)
SCENE(cursor_split, "a cursor, beside a store for which a leaf is built anew", 25, 26, goes_through, goes_between_two)
SCENE(cursor_in_place, "a cursor, beside a range that goes in place and comes back with another VMA", 26, 27,
      goes_through, goes_and_another_comes)
SCENE(cursor_both, "a cursor, beside a store into its leaf and one into the next", 25, 34, goes_through, changes_both_leaves)
SCENE(cursor_clear, "a cursor, beside a range of two leaves that is cleared", 20, 36, goes_through, clears_a_leaf)
SCENE(cursor_kept_split, "a cursor in two RCU sections, beside a store for which its leaf is built anew", 25, 26,
      goes_through_in_two_sections, goes_between_two)
SCENE(cursor_kept_span, "a cursor in two RCU sections, beside a store over two leaves", 26, 33,
      goes_through_in_two_sections, comes_over_two_leaves)
SCENE(cursor_kept_both, "a cursor in two RCU sections, beside a store into its leaf and one into the next", 25, 34,
      goes_through_in_two_sections, changes_both_leaves)

const struct explore_scene *const tree_scenes[] = {
	&cursor_span_scene, &cursor_split_scene, &cursor_in_place_scene, &cursor_both_scene, &cursor_clear_scene,
	&cursor_kept_split_scene, &cursor_kept_span_scene, &cursor_kept_both_scene, NULL
};

/* The bug of 270065f514c5: a cursor's state is used in another RCU section without a check. */
const struct explore_scene tree_planted_scene = {
	.name = "planted/cursor_kept", .what = "a cursor kept from one RCU section to another", .arg = "free",
	.open = open_tree, .start = start_tree, .nr_threads = 2, .thread = { keeps_its_leaf, goes_between_two },
	.thread_name = { "cursor", "writer" }, .close = close_tree,
};
