/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which lines of the VMA tree go from one CPU to another where one thread looks up and another changes, on simulated machines.
 *
 *	tree_lines [--json FILE] [MACHINE...]
 *
 * The threads run on the first two cores of one L3 domain.  The writer does nothing but clear random ranges and store them
 * again; the reader looks up random addresses, beside it and without it, over the same tree.  This is what beside.c does,
 * and here it is deterministic.
 */
#include "bench/vma_tree/side.h"
#include "common/mm/scheme.h"
#include "common/mm/vma.h"
#include "common/mm/vma_tree/node.h"
#include "common/mm/world.h"
#include "common/sync/rcu.h"
#include "sim/engine.h"
#include "sim/time/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#define LOOKUPS		20000u
#define MAX_MACHINES	16u
#define MAX_PLACES	65536u

/** A part of the tree that a reader may wait for, or a writer. */
enum part { LEAF_KEYS, LEAF_ENDS, LEAF_SLOTS, INNER_KEYS, INNER_SLOTS, INNER_GAPS, ROOT, WRITERS_OWN, OTHER, NR_PARTS };

static const char *const part_names[NR_PARTS] = {
	"leaf: head and keys", "leaf: ends", "leaf: slots", "inner node: head and keys", "inner node: slots",
	"inner node: sums of holes", "the root's address", "the writer's words of the tree", "what is not the tree's",
};

struct wait {
	double ns;
	u64 times;
};

struct result {
	const char *machine;
	u64 ranges, changes;
	double alone_ns, beside_ns, change_ns;
	struct wait part[NR_PARTS];
};

struct scene {
	struct world *world;
	struct vma_tree *tree;
	u8 *present;
	u64 nr, seed, changes;
	bool stop;
	double lookup_ns;
	struct result *result;
};

static void die(const char *what)
{
	fprintf(stderr, "tree_lines: %s\n", what);
	exit(2);
}

/* --- what both do ----------------------------------------------------------------------------- */

static void store(struct scene *s, unsigned long start, void *entry)
{
	unsigned long end = start + RANGE_PAGES * TREE_PAGE;
	struct task *t = world_task(s->world, 0);

	if (vma_tree_prealloc(t, s->tree, 1))
		die("no simulated memory");
	if (entry)
		vma_tree_store(t, s->tree, start, end, entry);
	else
		vma_tree_clear(t, s->tree, start, end);
	vma_tree_prealloc_end(t, s->tree);
}

static void change(struct scene *s)
{
	u64 r = side_below(&s->seed, s->nr);

	store(s, range_addr(r), s->present[r] ? NULL : range_entry(r));
	s->present[r] ^= 1;
}

static void look_up(struct scene *s, u64 *seed, unsigned int nr)
{
	while (nr--) {
		unsigned long addr = RANGE_BASE + side_below(seed, s->nr * RANGE_STEP);

		rcu_read_lock();
		vma_tree_walk(s->tree, addr);
		rcu_read_unlock();
	}
}

static enum part part_of(const struct scene *s, const void *p)
{
	const struct arena_piece *piece = arena_has(p) ? arena_piece_of(p) : NULL;
	size_t at = piece ? (size_t)((const char *)p - (const char *)piece->start) : 0;

	if (piece && piece->start == s->tree)
		return at < CACHELINE ? ROOT : WRITERS_OWN;
	if (!piece || !piece->what || strcmp(piece->what, "node"))
		return OTHER;
	if (node_level(piece->start))
		return at < CACHELINE ? INNER_KEYS : at < offsetof(struct vma_node, inner.gap) ? INNER_SLOTS : INNER_GAPS;
	return at < CACHELINE ? LEAF_KEYS : at < offsetof(struct vma_node, leaf.slot) ? LEAF_ENDS : LEAF_SLOTS;
}

static void note_waits(const struct scene *s)
{
	struct who_place *place = calloc(MAX_PLACES, sizeof(*place));
	unsigned int nr;

	if (!place)
		die("no memory");
	nr = who_places(place, MAX_PLACES);
	for (unsigned int i = 0; i < nr; i++) {
		struct wait *w = &s->result->part[place[i].kind == WHO_LINE ? part_of(s, place[i].p) : OTHER];

		w->ns += (double)place[i].ps / 1000;
		w->times += place[i].times;
	}
	free(place);
}

/* --- threads ------------------------------------------------------------------------------------ */

static void reader(void *arg)
{
	struct scene *s = arg;
	u64 seed = 1, began, changes;

	look_up(s, &seed, LOOKUPS / 4);
	who_count(true);
	began = time_now_ps();
	changes = s->changes;
	look_up(s, &seed, LOOKUPS);
	s->lookup_ns = (double)(time_now_ps() - began) / 1000 / LOOKUPS;
	s->result->changes = s->changes - changes;
	if (s->result->changes) {
		s->result->change_ns = s->lookup_ns * LOOKUPS / (double)s->result->changes;
		note_waits(s);
	}
	who_count(false);
	s->stop = true;
}

static void writer(void *arg)
{
	struct scene *s = arg;

	for (; !s->stop; s->changes++)
		change(s);
}

/* --- a run ---------------------------------------------------------------------------------------- */

static void begin(struct scene *s)
{
	static const struct scheme_chain no_chain = { .vma_bytes = sizeof(struct vma) };
	struct world_config config = world_config_default(64);

	config.nr_tasks = 1;
	platform_thread_enter(PLATFORM_MAX_SLOTS - 1);
	s->tree = platform_alloc(sizeof(*s->tree), CACHELINE, PLATFORM_MEM_OTHER);
	s->present = calloc(s->nr, 1);
	if (!s->tree || !s->present || world_create(&s->world, &config, &no_chain))
		die("no memory");
	vma_tree_init(s->tree, RANGE_LIMIT);
	for (u64 i = 0; i < s->nr; i++) {
		store(s, range_addr(i), range_entry(i));
		s->present[i] = 1;
	}
	/* Where such a writer leaves a tree in the long run. */
	for (u64 i = 0; i < 4 * s->nr; i++)
		change(s);
}

static void end(struct scene *s)
{
	vma_tree_exit(world_task(s->world, 0), s->tree);
	world_leaks(s->world);		/* waits for deferred frees */
	world_destroy(s->world);
	platform_free(s->tree, sizeof(*s->tree), PLATFORM_MEM_OTHER);
	platform_thread_leave();
	free(s->present);
}

static double run(struct scene *s, const struct machine *m, bool beside)
{
	struct time_settings settings = { .machine = m, .seed = 1, .placement = TIME_PACKED, .lookahead_ps = TIME_LOOKAHEAD };
	struct platform_thread *thread[2] = { NULL };

	s->seed = 5;
	s->stop = false;
	s->changes = 0;
	time_begin(&settings);
	begin(s);
	if ((beside && platform_thread_create(&thread[1], 0, 1, writer, s)) ||
	    platform_thread_create(&thread[0], 1, 0, reader, s))
		die("no thread");
	for (unsigned int i = 0; i < 2; i++)
		if (thread[i])
			platform_thread_join(thread[i]);
	end(s);
	return s->lookup_ns;
}

static void measure(struct result *r, const struct machine *m, u64 ranges)
{
	struct scene s = { .nr = ranges, .result = r };

	*r = (struct result){ .machine = m->name, .ranges = ranges };
	r->alone_ns = run(&s, m, false);
	r->beside_ns = run(&s, m, true);
}

/* --- the report ------------------------------------------------------------------------------------ */

static double all_ns(const struct result *r)
{
	double sum = 0;

	for (unsigned int i = 0; i < NR_PARTS; i++)
		sum += r->part[i].ns;
	return sum;
}

static void print(const struct result *r)
{
	double all = all_ns(r);

	printf("%s, %llu ranges: %.1f ns a lookup beside the writer, %.1f without it (%.2fx); a change takes %.1f ns.\n", r->machine,
	       (unsigned long long)r->ranges, r->beside_ns, r->alone_ns, r->beside_ns / r->alone_ns, r->change_ns);
	printf("  %-32s  waits a change  ns of them  share\n", "line that one had of the other");
	for (unsigned int i = 0; i < NR_PARTS; i++)
		if (r->part[i].times)
			printf("  %-32s  %14.3f  %10.2f  %4.1f %%\n", part_names[i], (double)r->part[i].times / (double)r->changes,
			       r->part[i].ns / (double)r->changes, 100 * r->part[i].ns / all);
	putchar('\n');
}

/* --- as JSON ----------------------------------------------------------------------------------------- */

static json_t *part_json(const struct result *r, unsigned int i)
{
	return json_pack("{s:s, s:f, s:f, s:f}", "field", part_names[i],
			 "waits_a_change", r->changes ? (double)r->part[i].times / (double)r->changes : 0,
			 "ns_a_change", r->changes ? r->part[i].ns / (double)r->changes : 0,
			 "share", all_ns(r) > 0 ? r->part[i].ns / all_ns(r) : 0);
}

static void write_json(const char *path, const struct result *r, unsigned int nr)
{
	json_t *all = json_array(), *doc;

	for (unsigned int i = 0; i < nr; i++) {
		json_t *parts = json_array();

		for (unsigned int k = 0; k < NR_PARTS; k++)
			json_array_append_new(parts, part_json(&r[i], k));
		json_array_append_new(all, json_pack("{s:s, s:I, s:f, s:f, s:f, s:f, s:I, s:o}", "name", r[i].machine, "ranges",
						     (json_int_t)r[i].ranges, "alone_ns", r[i].alone_ns, "beside_ns", r[i].beside_ns,
						     "beside_to_alone", r[i].beside_ns / r[i].alone_ns, "change_ns", r[i].change_ns, "changes", (json_int_t)r[i].changes, "lines", parts));
	}
	doc = json_pack("{s:s, s:o}", "program", "tree_lines", "machines", all);
	if (!doc || json_dump_file(doc, path, JSON_INDENT(1) | JSON_REAL_PRECISION(6)))
		die("cannot write the JSON file");
	json_decref(doc);
}

int main(int argc, char **argv)
{
	static const u64 sizes[] = { 100, 10000 };
	static struct result result[MAX_MACHINES * ARRAY_SIZE(sizes)];
	struct machine *machine[MAX_MACHINES];
	bool to_file = argc > 2 && !strcmp(argv[1], "--json");
	int first = to_file ? 3 : 1;
	unsigned int nr = 0;

	do {
		struct machine_error err;

		if (nr == MAX_MACHINES)
			die("too many machines");
		machine[nr] = machine_open(first < argc ? argv[first] : "rome-2s-128c", &err);
		if (!machine[nr])
			die(err.line);
		for (unsigned int k = 0; k < ARRAY_SIZE(sizes); k++) {
			struct result *r = &result[nr * ARRAY_SIZE(sizes) + k];

			measure(r, machine[nr], sizes[k]);
			print(r);
		}
		nr++;
	} while (++first < argc);
	if (to_file)
		write_json(argv[2], result, nr * ARRAY_SIZE(sizes));
	while (nr--)
		machine_free(machine[nr]);
	return 0;
}
