/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The VMA tree beside the kernel's maple tree: the same ranges, the same keys, turn and turn about in one run.
 *
 *	tree_bench [--rounds N] [--ms MS] [--ranges N,...] [--json FILE]
 *
 * A round lets each tree do the same work, one after the other, the first one
 * changing from round to round; a ratio is made of the two times of one round, so
 * that what disturbs the machine for longer than a round touches both.  Shown are
 * medians, and the quartiles of the ratios.
 */
#include "config.h"
#include "bench/lib/stat.h"
#include "bench/vma_tree/side.h"
#include "common/platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

#define MAX_ROUNDS	99
#define MAX_RANGES	8
#define MAX_FIGURES	256

static const struct side_ops *const sides[2] = { &side_vma_tree, &side_maple };

struct options {
	unsigned int rounds, ms, nr_ranges;
	uint64_t ranges[MAX_RANGES];
	const char *json;
};

/** What was measured of both, by round. */
struct figure {
	uint64_t ranges;
	const char *what, *unit;
	unsigned int rounds;
	double value[2][MAX_ROUNDS];
};

struct bench {
	struct options o;
	uint64_t nr;
	void *tree[2], *other[2];	/**< other: for the control, a writer who is busy elsewhere */
	uint8_t *present[2], *other_present[2];
	struct figure *figure;
	unsigned int nr_figures;
};

typedef void (*loop_fn)(void *tree, struct side_load *l);

static void die(const char *what)
{
	fprintf(stderr, "tree_bench: %s\n", what);
	exit(1);
}

static struct figure *figure_new(struct bench *b, const char *what, const char *unit)
{
	struct figure *f = &b->figure[b->nr_figures++];

	if (b->nr_figures > MAX_FIGURES)
		die("too many figures");
	f->ranges = b->nr;
	f->what = what;
	f->unit = unit;
	f->rounds = b->o.rounds;
	return f;
}

/* --- reports ------------------------------------------------------------------------------ */

struct ratio {
	double median, low, high;
};

/** maple / ours, of each round. */
static struct ratio figure_ratio(const struct figure *f)
{
	double r[MAX_ROUNDS];

	for (unsigned int i = 0; i < f->rounds; i++)
		r[i] = f->value[1][i] / f->value[0][i];
	qsort(r, f->rounds, sizeof(*r), stat_compare);
	return (struct ratio){
		.median = stat_quantile(r, f->rounds, 0.5),
		.low = stat_quantile(r, f->rounds, 0.25),
		.high = stat_quantile(r, f->rounds, 0.75),
	};
}

static void figure_print(const struct figure *f)
{
	struct ratio r = figure_ratio(f);

	printf("%9llu  %-34s %9.1f %9.1f %-8s %6.2f  [%.2f, %.2f]\n", (unsigned long long)f->ranges,
	       f->what, stat_median(f->value[0], f->rounds), stat_median(f->value[1], f->rounds),
	       f->unit, r.median, r.low, r.high);
	fflush(stdout);
}

#ifdef HAVE_JANSSON
static json_t *values_json(const double *values, unsigned int n)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(array, json_real(values[i]));
	return array;
}

static void report_json(const struct bench *b)
{
	json_t *all = json_array(), *doc;
	const char *of = "";

	for (unsigned int i = 0; i < b->nr_figures; i++) {
		const struct figure *f = &b->figure[i];
		bool part = f->what[0] == ' ';	/* of the one before */

		if (!part)
			of = f->what;
		json_array_append_new(all, json_pack("{s:I, s:s++, s:s, s:o, s:o}",
			"ranges", (json_int_t)f->ranges, "what", of, part ? ":" : "", part ? f->what : "",
			"unit", f->unit,
			"vma_tree", values_json(f->value[0], f->rounds),
			"maple", values_json(f->value[1], f->rounds)));
	}
	doc = json_pack("{s:s, s:{s:i}, s:o}", "program", "tree_bench", "host",
			"cpus", (int)platform_nr_cpus(), "figures", all);
	if (json_dump_file(doc, b->o.json, JSON_INDENT(1) | JSON_REAL_PRECISION(6)))
		die("cannot write the JSON file");
	json_decref(doc);
}
#else
static void report_json(const struct bench *b)
{
	(void)b;
	die("--json needs jansson, which was not there when this was built");
}
#endif

/* --- one thread ------------------------------------------------------------------------------ */

/**
 * By the time that this thread has run: other programs on the machine take turns, which is not the tree's doing.
 */
static uint64_t thread_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static double run_loop(loop_fn loop, void *tree, struct side_load *l)
{
	uint64_t begun = thread_now(), took;

	l->sum = 0;
	loop(tree, l);
	took = thread_now() - begun;
	return l->done ? (double)took / l->done : 0;
}

static loop_fn loop_of(const struct side_ops *side, unsigned int which)
{
	const loop_fn loops[] = { side->lookup, side->find, side->next, side->toggle, side->shift };

	return loops[which];
}

enum { LOOKUP, FIND, NEXT, TOGGLE, SHIFT };

/** Turns that take the slower side about as long as a slice. */
static uint64_t calibrate(struct bench *b, unsigned int which)
{
	double slow = 0;

	for (unsigned int s = 0; s < 2; s++) {
		struct side_load l = {
			.turns = 2000, .nr = b->nr, .seed = 1, .present = b->present[s],
		};
		double ns = run_loop(loop_of(sides[s], which), b->tree[s], &l);

		if (ns > slow)
			slow = ns;
	}
	return b->o.ms * 1e6 / slow + 1;
}

static void measure(struct bench *b, unsigned int which, const char *what, double per_turn)
{
	struct figure *f = figure_new(b, what, "ns");
	uint64_t turns = calibrate(b, which);

	for (unsigned int round = 0; round < f->rounds; round++) {
		uint64_t sum[2];

		for (unsigned int k = 0; k < 2; k++) {
			unsigned int s = (round + k) & 1;
			struct side_load l = {
				.turns = turns / 4 + 1, .nr = b->nr, .seed = 1000 + round,
				.present = b->present[s],
			};

			run_loop(loop_of(sides[s], which), b->tree[s], &l);	/* warm */
			l.turns = turns;
			f->value[s][round] = run_loop(loop_of(sides[s], which), b->tree[s], &l) / per_turn;
			sum[s] = l.sum;
		}
		if (sum[0] != sum[1])
			die("the trees do not agree");
	}
	figure_print(f);
}

/* --- a reader beside a writer ------------------------------------------------------------------ */

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
	/* Its own: a look-up stores to it, and the writer looks at `stop` after each change. */
	struct side_load load __attribute__((aligned(128))) = x->load, warm = x->load;

	warm.turns = x->load.turns / 4 + 1;
	run_loop(x->side->lookup, x->tree, &warm);
	x->ns = run_loop(x->side->lookup, x->tree, &load);
	__atomic_store_n(&x->stop, 1, __ATOMIC_RELAXED);
}

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
	const char *reader, *writer, *quiet, *elsewhere;
};

/**
 * The reader beside a writer, beside one who does the same to another tree, and
 * alone, all over a tree in the state that such a writer leaves: what the second
 * costs is the machine's doing (cores that share caches or units), what the first
 * costs above that is the tree's.
 */
static void measure_beside(struct bench *b, uint64_t turns, uint64_t pace_ns,
			   const struct beside_names *names)
{
	struct figure *reader = figure_new(b, names->reader, "ns");
	struct figure *writer = figure_new(b, names->writer, "ns");
	struct figure *quiet = figure_new(b, names->quiet, "ns");
	struct figure *elsewhere = figure_new(b, names->elsewhere, "ns");

	for (unsigned int round = 0; round < reader->rounds; round++)
		for (unsigned int k = 0; k < 2; k++) {
			unsigned int s = (round + k) & 1;
			double ignored;

			quiet->value[s][round] = read_beside(b, s, turns, round, 0, IDLE, &ignored);
			elsewhere->value[s][round] = read_beside(b, s, turns, round, pace_ns, ELSEWHERE,
								 &ignored);
			reader->value[s][round] = read_beside(b, s, turns, round, pace_ns, HERE,
							      &writer->value[s][round]);
		}
	figure_print(reader);
	figure_print(writer);
	figure_print(quiet);
	figure_print(elsewhere);
}

/* --- a number of ranges ---------------------------------------------------------------------- */

enum order { UP, DOWN, RANDOM };

static void *build(struct bench *b, enum order order, unsigned int s)
{
	uint64_t *at = malloc(b->nr * sizeof(*at)), seed = 42;
	void *tree = sides[s]->create();

	if (!at || !tree)
		die("no memory");
	for (uint64_t i = 0; i < b->nr; i++) {
		uint64_t j = order == RANDOM ? side_below(&seed, i + 1) : i;

		at[i] = at[j];
		at[j] = order == DOWN ? b->nr - 1 - i : i;
	}
	for (uint64_t i = 0; i < b->nr; i++)
		sides[s]->put(tree, at[i]);
	free(at);
	return tree;
}

static void figure_bytes(struct bench *b, const char *what)
{
	struct figure *f = figure_new(b, what, "B/range");

	f->rounds = 1;
	for (unsigned int s = 0; s < 2; s++) {
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
	for (unsigned int s = 0; s < 2; s++)
		for (uint64_t i = 0; i < b->nr; i++) {
			if (!b->present[s][i])
				sides[s]->put(b->tree[s], i);
			b->present[s][i] = mark;
		}
}

static void destroy(struct bench *b)
{
	for (unsigned int s = 0; s < 2; s++)
		sides[s]->destroy(b->tree[s]);
}

/** Half of the ranges go, in random order, and go on coming and going: where writers leave a tree in the long run. */
static void churn(struct bench *b, void *const *tree, uint8_t *const *present)
{
	for (unsigned int s = 0; s < 2; s++) {
		struct side_load l = {
			.turns = 4 * b->nr, .nr = b->nr, .seed = 5, .present = present[s],
		};

		run_loop(sides[s]->toggle, tree[s], &l);
	}
}

/** Readers and writers at once. */
static void bench_beside(struct bench *b)
{
	static const struct beside_names paced = {
		"lookup beside a change in 2 us", "that writer, a change",
		"lookup with no writer, 2 us", "lookup beside a writer elsewhere, 2 us",
	}, flat_out = {
		"lookup beside a writer, flat out", "that writer, flat out, a change",
		"lookup with no writer, flat out", "lookup beside a writer elsewhere, flat out",
	};
	uint64_t turns;

	for (unsigned int s = 0; s < 2; s++) {
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
	for (unsigned int s = 0; s < 2; s++) {
		sides[s]->destroy(b->other[s]);
		free(b->other_present[s]);
	}
}

static void bench_ranges(struct bench *b)
{
	static const char *const names[] = {
		"bytes, stored upwards", "bytes, stored downwards", "bytes, stored in random order",
	};

	for (unsigned int s = 0; s < 2; s++) {
		b->present[s] = malloc(b->nr);
		if (!b->present[s])
			die("no memory");
		memset(b->present[s], 1, b->nr);
	}
	for (unsigned int order = RANDOM + 1; order--;) {
		for (unsigned int s = 0; s < 2; s++)
			b->tree[s] = build(b, order, s);
		figure_bytes(b, names[order]);
		if (order != UP)
			destroy(b);
	}
	measure(b, LOOKUP, "lookup", 1);
	measure(b, FIND, "find", 1);
	measure(b, NEXT, "next, of 16 in order", 16);
	if (platform_nr_cpus() > 1)
		bench_beside(b);
	measure(b, TOGGLE, "erase or store, the same bounds", 1);
	refill(b, RANGE_PAGES);
	measure(b, SHIFT, "erase or store, other bounds", 1);
	figure_bytes(b, "bytes, after all that");
	destroy(b);
	for (unsigned int s = 0; s < 2; s++)
		free(b->present[s]);
}

/* --- main --------------------------------------------------------------------------------------- */

static void parse(struct options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (!value)
			die("usage: tree_bench [--rounds N] [--ms MS] [--ranges N,...] [--json FILE]");
		if (!strcmp(argv[i], "--rounds")) {
			o->rounds = strtoul(value, NULL, 10);
		} else if (!strcmp(argv[i], "--ms")) {
			o->ms = strtoul(value, NULL, 10);
		} else if (!strcmp(argv[i], "--json")) {
			o->json = value;
		} else if (!strcmp(argv[i], "--ranges")) {
			o->nr_ranges = 0;
			for (char *n = strtok(value, ","); n && o->nr_ranges < MAX_RANGES; n = strtok(NULL, ","))
				o->ranges[o->nr_ranges++] = strtoull(n, NULL, 10);
		} else {
			die("unknown option");
		}
		i++;
	}
	if (!o->rounds || o->rounds > MAX_ROUNDS || !o->ms || !o->nr_ranges)
		die("rounds, ms and ranges must be above 0, rounds at most 99");
	for (unsigned int i = 0; i < o->nr_ranges; i++)
		if (!o->ranges[i] || o->ranges[i] > 4000000)
			die("ranges must be between 1 and 4000000");
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
	printf("%9s  %-34s %9s %9s %-8s %6s  %s\n", "ranges", "what", "vma_tree", "maple", "",
	       "ratio", "quartiles");
	for (unsigned int i = 0; i < b.o.nr_ranges; i++) {
		b.nr = b.o.ranges[i];
		bench_ranges(&b);
	}
	if (b.o.json)
		report_json(&b);
	free(b.figure);
	platform_thread_leave();
	return 0;
}
