/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A reader beside a writer, beside one that writes elsewhere, and alone.
 */
#include "bench/vma_tree/tree_bench.h"
#include "common/platform/platform.h"

#include <stdlib.h>
#include <string.h>

struct beside {
	const struct side_ops *side;
	void *tree;
	struct side_load load;
	double ns;
	uint32_t stop;
};

static void reader_thread(void *arg)
{
	struct beside *x = arg;
	/* A copy of its own, since a look-up stores to it and the writer reads `stop` after each change. */
	struct side_load load __attribute__((aligned(128))) = x->load, warm = x->load;

	warm.turns = x->load.turns / 4 + 1;
	run_loop(x->side->lookup, x->tree, &warm);
	x->ns = run_loop(x->side->lookup, x->tree, &load);
	__atomic_store_n(&x->stop, 1, __ATOMIC_RELAXED);
}

/* --- what a line costs --------------------------------------------------------------------- */

/** A line that two threads store to in turn. */
struct line {
	uint64_t turn __attribute__((aligned(128)));
	uint64_t end __attribute__((aligned(128)));
};

static void line_take_turns(struct line *x, uint64_t mine)
{
	for (uint64_t i = mine; i < x->end; i += 2) {
		while (__atomic_load_n(&x->turn, __ATOMIC_RELAXED) != i)
			;
		__atomic_store_n(&x->turn, i + 1, __ATOMIC_RELAXED);
	}
}

static void line_thread(void *arg)
{
	line_take_turns(arg, 1);
}

/** ns that a line takes from one CPU to the other: the least of some tries, since either thread may be made to wait. */
static double line_transfer(void)
{
	double least = 0;

	for (unsigned int try = 0; try < 20; try++) {
		struct line x = { .end = 2000 };
		struct platform_thread *thread;
		uint64_t begun;
		double ns;

		if (platform_thread_create(&thread, 1, 0, line_thread, &x))
			die("no thread");
		/* The first turn comes back when the other thread runs. */
		__atomic_store_n(&x.turn, 1, __ATOMIC_RELAXED);
		while (__atomic_load_n(&x.turn, __ATOMIC_RELAXED) != 2)
			;
		begun = side_now();
		line_take_turns(&x, 2);
		ns = (double)(side_now() - begun) / (x.end - 2);
		platform_thread_join(thread);
		if (!try || ns < least)
			least = ns;
	}
	return least;
}

/* --- readers and writers ---------------------------------------------------------------------- */

/** What the thread on the other CPU does. */
enum neighbour {
	IDLE,		/**< waits */
	ELSEWHERE,	/**< changes another tree of the same kind and size: the machine is shared, the tree is not */
	HERE,		/**< changes the reader's tree */
};

/** @return the reader's ns a look-up; the neighbour's ns a change into @a writer_ns */
static double read_beside(struct bench *b, unsigned int s, uint64_t turns, uint64_t seed,
			  uint64_t pace_ns, enum neighbour who, double *writer_ns)
{
	struct beside x = {
		.side = sides[s], .tree = b->tree[s],
		.load = { .turns = turns, .nr = b->nr, .seed = seed },
	};
	struct side_load w = {
		.turns = UINT64_MAX, .nr = b->nr, .seed = seed + 77, .pace_ns = pace_ns, .stop = &x.stop,
		.present = who == HERE ? b->present[s] : b->other_present[s],
	};
	struct platform_thread *thread;

	if (platform_thread_create(&thread, 1, 0, reader_thread, &x))
		die("no thread");
	if (who != IDLE)
		*writer_ns = run_loop(sides[s]->toggle, who == HERE ? b->tree[s] : b->other[s], &w);
	platform_thread_join(thread);
	return x.ns;
}

/** What is measured of one kind of writer, in the words of the report. */
struct beside_names {
	const char *reader, *writer, *quiet, *elsewhere, *lines;
};

/**
 * The reader beside a writer, beside one who does the same to another tree, and
 * alone, all over a tree in the state that such a writer leaves: what the second
 * costs is the machine's doing (cores that share caches or units), what the first
 * costs above that is the tree's.  Lines: what the reader loses by a change of the writer,
 * in times that a line takes from one CPU to the other; a reader that is to see a change has
 * to fetch one.
 */
static void measure_beside(struct bench *b, uint64_t turns, uint64_t pace_ns,
			   const struct beside_names *names)
{
	struct figure *reader = figure_new(b, names->reader, "ns");
	struct figure *writer = figure_new(b, names->writer, "ns");
	struct figure *quiet = figure_new(b, names->quiet, "ns");
	struct figure *elsewhere = figure_new(b, names->elsewhere, "ns");
	struct figure *lines = figure_new(b, names->lines, "lines");

	for (unsigned int round = 0; round < reader->rounds; round++)
		for (unsigned int k = 0; k < nr_sides; k++) {
			unsigned int s = (round + k) % nr_sides;
			double ignored;

			quiet->value[s][round] = read_beside(b, s, turns, round, 0, IDLE, &ignored);
			elsewhere->value[s][round] = read_beside(b, s, turns, round, pace_ns, ELSEWHERE,
								 &ignored);
			reader->value[s][round] = read_beside(b, s, turns, round, pace_ns, HERE,
							      &writer->value[s][round]);
			lines->value[s][round] = (reader->value[s][round] - quiet->value[s][round]) *
				writer->value[s][round] / reader->value[s][round] / line_transfer();
		}
	figure_print(reader);
	figure_print(writer);
	figure_print(quiet);
	figure_print(elsewhere);
	figure_print(lines);
}

/** Half of the ranges go, in random order, and go on coming and going: where writers leave a tree in the long run. */
static void churn(struct bench *b, void *const *tree, uint8_t *const *present)
{
	for (unsigned int s = 0; s < nr_sides; s++) {
		struct side_load l = {
			.turns = 4 * b->nr, .nr = b->nr, .seed = 5, .present = present[s],
		};

		run_loop(sides[s]->toggle, tree[s], &l);
	}
}

/** Readers and writers at once. */
void bench_beside(struct bench *b)
{
	static const struct beside_names paced = {
		"lookup beside a change in 2 us", "that writer, a change",
		"lookup with no writer, 2 us", "lookup beside a writer elsewhere, 2 us",
		"a change in 2 us costs the reader",
	}, flat_out = {
		"lookup beside a writer, flat out", "that writer, flat out, a change",
		"lookup with no writer, flat out", "lookup beside a writer elsewhere, flat out",
		"a change, flat out, costs the reader",
	};
	uint64_t turns;

	for (unsigned int s = 0; s < nr_sides; s++) {
		b->other_present[s] = malloc(b->nr);
		if (!b->other_present[s])
			die("no memory");
		memset(b->other_present[s], 1, b->nr);
		b->other[s] = build(b, UP, s);
	}
	churn(b, b->tree, b->present);
	churn(b, b->other, b->other_present);
	measure(b, LOOKUP, "lookup, half of the ranges there", 1);
	turns = calibrate(b, LOOKUP);
	measure_beside(b, turns, 2000, &paced);
	measure_beside(b, turns, 0, &flat_out);
	for (unsigned int s = 0; s < nr_sides; s++) {
		sides[s]->destroy(b->other[s]);
		free(b->other_present[s]);
	}
}
