/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The VMA tree beside the kernel's maple trees: the same ranges, the same keys, alternating in one run.
 *
 *	tree_bench [--rounds N] [--ms MS] [--ranges N,...] [--json FILE] [--growth yes]
 *
 * A round lets each tree do the same work, one after the other, the first one
 * changing from round to round; a ratio is made of the two times of one round, so
 * that what disturbs the machine for longer than a round touches both.  It shows medians, and the
 * quartiles of the ratios.  With --growth it measures less, of trees of up to ten million ranges.
 */
#include "bench/vma_tree/tree_bench.h"
#include "common/platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_RANGES	10000000u

/* --- a number of ranges ---------------------------------------------------------------------- */

static void figure_bytes(struct bench *b, const char *what)
{
	struct figure *f = figure_new(b, what, "B/range");

	f->rounds = 1;
	for (unsigned int s = 0; s < nr_sides; s++) {
		uint64_t nr = 0;

		for (uint64_t i = 0; i < b->nr; i++)
			nr += b->present[s][i] != 0;
		f->value[s][0] = (double)sides[s]->bytes(b->tree[s]) / nr;
	}
	figure_print(f);
}

/** All ranges are there again; they are marked with @a mark. */
static void refill(struct bench *b, uint8_t mark)
{
	for (unsigned int s = 0; s < nr_sides; s++)
		for (uint64_t i = 0; i < b->nr; i++) {
			if (!b->present[s][i])
				sides[s]->put(b->tree[s], i);
			b->present[s][i] = mark;
		}
}

static void destroy(struct bench *b)
{
	for (unsigned int s = 0; s < nr_sides; s++)
		sides[s]->destroy(b->tree[s]);
}

/** Build trees in ascending order and measure their size; other orders too where they matter. */
static void bench_build(struct bench *b)
{
	static const char *const names[] = {
		"bytes, stored upwards", "bytes, stored downwards", "bytes, stored in random order",
	};

	for (unsigned int order = b->o.growth ? UP + 1 : RANDOM + 1; order--;) {
		for (unsigned int s = 0; s < nr_sides; s++)
			b->tree[s] = build(b, order, s);
		figure_bytes(b, names[order]);
		if (order != UP)
			destroy(b);
	}
}

static void bench_ranges(struct bench *b)
{
	for (unsigned int s = 0; s < nr_sides; s++) {
		b->present[s] = must_alloc(b->nr);
		memset(b->present[s], 1, b->nr);
	}
	bench_build(b);
	measure(b, LOOKUP, "lookup", 1);
	if (!b->o.growth)
		measure(b, FIND, "find", 1);
	measure(b, NEXT, "next, of 16 in order", 16);
	measure(b, ALL, "next, of all in order", 1);
	measure_whole(b);
	if (!b->o.growth && platform_nr_cpus() > 1)
		bench_beside(b);
	measure(b, TOGGLE, "erase or store, the same bounds", 1);
	if (!b->o.growth) {
		refill(b, RANGE_PAGES);
		measure(b, SHIFT, "erase or store, other bounds", 1);
	}
	figure_bytes(b, "bytes, after all that");
	destroy(b);
	for (unsigned int s = 0; s < nr_sides; s++)
		free(b->present[s]);
}

/* --- main --------------------------------------------------------------------------------------- */

static void parse(struct options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (!value)
			die("usage: tree_bench [--rounds N] [--ms MS] [--ranges N,...] [--json FILE] [--growth yes]");
		if (!strcmp(argv[i], "--rounds")) {
			o->rounds = strtoul(value, NULL, 10);
		} else if (!strcmp(argv[i], "--ms")) {
			o->ms = strtoul(value, NULL, 10);
		} else if (!strcmp(argv[i], "--json")) {
			o->json = value;
		} else if (!strcmp(argv[i], "--growth")) {
			o->growth = !strcmp(value, "yes");
		} else if (!strcmp(argv[i], "--ranges")) {
			o->nr_ranges = 0;
			for (char *n = strtok(value, ","); n && o->nr_ranges < MAX_RANGES; n = strtok(NULL, ","))
				o->ranges[o->nr_ranges++] = strtoull(n, NULL, 10);
		} else {
			die("unknown option");
		}
	}
	if (!o->rounds || o->rounds > MAX_ROUNDS || !o->ms || !o->nr_ranges)
		die("rounds, ms and ranges must be above 0, rounds at most 99");
	for (unsigned int i = 0; i < o->nr_ranges; i++)
		if (!o->ranges[i] || o->ranges[i] > MOST_RANGES)
			die("ranges must be between 1 and 10000000");
}

int main(int argc, char **argv)
{
	struct bench b = {
		.o = { .rounds = 11, .ms = 60, .nr_ranges = 3, .ranges = { 100, 10000, 1000000 } },
	};

	parse(&b.o, argc, argv);
	b.figure = calloc(MAX_FIGURES, sizeof(*b.figure));
	if (!b.figure)
		die("no memory");
	platform_thread_enter(0);
	platform_pin((int)platform_nr_cpus() - 1);
	figure_head();
	for (unsigned int i = 0; i < b.o.nr_ranges; i++) {
		b.nr = b.o.ranges[i];
		bench_ranges(&b);
		if (b.o.json)
			report_json(&b);	/* a run over large trees may be stopped */
	}
	free(b.figure);
	platform_thread_leave();
	return 0;
}
