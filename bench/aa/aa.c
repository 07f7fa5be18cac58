/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A/A: how often does a comparison call two equal columns different?  As JSON, schema "faultline/aa/1".
 *
 * Measured: one scheme twice, each run in a world of its own, runs a workload in
 * rounds as `faultline compare` runs its columns; 200 verdicts on the median fault and on the mean.
 * Made up: runs drawn from distributions shaped like a machine's noise, enough of them to estimate the
 * error rate.  Tables: 20 tables of 8 equal columns are measured, and many more are drawn from each: in
 * every round the runs are dealt to the columns anew, which changes nothing if the columns are equal.
 * How often does a sentence name a loser, and a table report a difference?
 *
 * aa [MEASURED [MADE_UP [TABLES]]]: how many verdicts a workload, and a shape; how many tables are drawn.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "bench/cli/json.h"
#include "bench/cli/progress.h"
#include "bench/lib/rounds.h"
#include "bench/run/specs.h"
#include "bench/lib/stat.h"
#include "bench/sweep/sweep.h"
#include "bench/work/workload.h"
#include "common/mm/hash.h"

#define PAIRS		7
#define MEASURED	50	/* verdicts a workload */
#define MADE_UP		4000	/* a shape */
#define MOST		100000
#define FAULTS		1024
#define TABLES		500
#define TABLES_MEASURED	20
#define TABLE_COLUMNS	8
#define TABLE_ROUNDS	11	/* as many as 28 pairs require */

#ifdef HAVE_JANSSON

static bool told_apart(const double *a, const double *b)
{
	return stat_verdict(stat_ratio(a, b, PAIRS), PAIRS, STAT_LEVEL) != STAT_CANNOT_TELL;
}

static json_t *outcome(const char *name, unsigned int verdicts, unsigned int wrong)
{
	json_t *j = json_object();

	json_put(j, "name", json_text(name));
	json_put(j, "verdicts", json_u64(verdicts));
	json_put(j, "told_apart", json_u64(wrong));
	json_put(j, "percent", json_f64(100.0 * wrong / verdicts));
	return j;
}

/* --- made up -------------------------------------------------------------------------------------- */

static u64 drawn;

/* In [0, 1). */
static double uniform(void)
{
	return (double)(hash64(drawn++) >> 11) / 9007199254740992.0;
}

/* About normal, variance 1. */
static double noise(void)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += uniform();
	return sum;
}

enum shape { EVEN, OUTLIERS, DRIFT, LEVELS, NR_SHAPES };
static const char *const shape_name[] = { "even", "outliers", "drift", "two_levels" };

/* One run after the other. */
static double draw(enum shape shape, double *drift)
{
	double ns = 300 + 6 * noise();

	if (shape == OUTLIERS && uniform() < 0.15)
		ns += 400 * uniform();
	if (shape == DRIFT)
		ns *= exp(*drift += 0.03 * noise());
	if (shape == LEVELS && uniform() < 0.5)
		ns *= 1.15;
	return ns;
}

static json_t *made_up(unsigned int verdicts)
{
	json_t *all = json_array();
	struct progress_bar bar;

	progress_begin(&bar, (u64)NR_SHAPES * verdicts, false);
	for (int shape = 0; shape < NR_SHAPES; shape++) {
		unsigned int wrong = 0;

		for (unsigned int v = 0; v < verdicts; v++) {
			double ns[2][PAIRS], drift = 0;

			progress_step(&bar, "made up", shape_name[shape]);
			for (unsigned int run = 0; run < PAIRS; run++)
				for (unsigned int place = 0; place < 2; place++)
					ns[rounds_column(place, run, 2)][run] = draw((enum shape)shape, &drift);
			wrong += told_apart(ns[0], ns[1]);
		}
		json_append(all, outcome(shape_name[shape], verdicts, wrong));
	}
	progress_end(&bar);
	return all;
}

/* --- measured ------------------------------------------------------------------------------------- */

static void die(const struct bench_error *err)
{
	fprintf(stderr, "aa: %s\n", err->line);
	exit(2);
}

static void run(struct target *target, const struct workload *workload, unsigned int threads, u64 faults,
		double clock_ns, struct work_result *out)
{
	const struct work_config config = {
		.workload = workload, .target = target, .threads = threads, .faults = faults, .seed = 1,
		.writer_rate = WORK_RATE_MAX, .clock_ns = clock_ns,
	};
	struct bench_error err;

	if (work_run(&config, out, &err))
		die(&err);
}

/* One run in a new world that another has warmed up, as `faultline compare` does it. */
static void run_in_new_world(const struct target_core_config *world, const struct workload *workload, double clock_ns,
			     struct work_result *out)
{
	struct bench_error err;
	struct target *target = target_core_create(world, &err);

	if (!target)
		die(&err);
	run(target, workload, world->threads, FAULTS / 4 + 1, clock_ns, out);
	run(target, workload, world->threads, FAULTS, clock_ns, out);
	target_destroy(target);
}

static void compare_equals(const struct scheme_chain *chain, const struct workload *workload, double clock_ns,
			   bool *median, bool *mean)
{
	unsigned int threads = platform_nr_cpus() > 1 ? 2 : 1;
	double medians[2][PAIRS], means[2][PAIRS];
	const struct target_core_config world = {
		.chain = chain, .threads = threads, .world = world_config_default(work_frames(threads)),
	};
	struct work_result r;

	for (unsigned int round = 0; round < PAIRS; round++) {
		for (unsigned int place = 0; place < 2; place++) {
			unsigned int i = rounds_column(place, round, 2);

			run_in_new_world(&world, workload, clock_ns, &r);
			medians[i][round] = r.result.faults.median_ns;
			means[i][round] = r.result.faults.mean_ns;
		}
	}
	*median = told_apart(medians[0], medians[1]);
	*mean = told_apart(means[0], means[1]);
}

static json_t *measured(unsigned int verdicts)
{
	static const char *const names[] = { "anon", "anon-one-vma", "file-private", "beside-mmap" };
	unsigned int wrong_medians = 0, wrong_means = 0, all = 0;
	double clock_ns = run_clock_ns();
	static struct scheme_chain chain;
	struct bench_error err;
	struct progress_bar bar;
	json_t *j = json_array();

	if (spec_parse(&chain, "per_vma_refcount", &err))
		die(&err);
	progress_begin(&bar, (u64)ARRAY_SIZE(names) * verdicts, false);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		for (unsigned int v = 0; v < verdicts; v++) {
			bool median, mean;

			progress_step(&bar, "measured", names[i]);
			compare_equals(&chain, workload_find(names[i]), clock_ns, &median, &mean);
			wrong_medians += median;
			wrong_means += mean;
			all++;
		}
	}
	progress_end(&bar);
	json_append(j, outcome("median", all, wrong_medians));
	json_append(j, outcome("mean", all, wrong_means));
	return j;
}

/* --- tables ------------------------------------------------------------------------------------------ */

/* Measure columns one round after the other. */
static void measure_table(const struct target_core_config *world, const struct workload *workload, double clock_ns,
			  double ns[TABLE_ROUNDS][TABLE_COLUMNS])
{
	struct work_result r;

	for (unsigned int round = 0; round < TABLE_ROUNDS; round++) {
		for (unsigned int place = 0; place < TABLE_COLUMNS; place++) {
			run_in_new_world(world, workload, clock_ns, &r);
			ns[round][rounds_column(place, round, TABLE_COLUMNS)] = r.result.faults.mean_ns;
		}
	}
}

/* Each round's runs are dealt to the columns anew. */
static void deal(double ns[TABLE_ROUNDS][TABLE_COLUMNS], struct sweep_column *column)
{
	for (unsigned int round = 0; round < TABLE_ROUNDS; round++) {
		unsigned int place[TABLE_COLUMNS];

		for (unsigned int i = 0; i < TABLE_COLUMNS; i++) {
			unsigned int k = (unsigned int)(uniform() * (i + 1));

			place[i] = place[k];
			place[k] = i;
		}
		for (unsigned int i = 0; i < TABLE_COLUMNS; i++)
			column[i].mm_ns[round] = ns[round][place[i]];
	}
}

static bool table_tells(const struct sweep_cell *c)
{
	struct stat_family family = { .p = NULL };

	for (unsigned int i = 1; i < TABLE_COLUMNS; i++)
		stat_family_add(&family, stat_ratio(c->column[i].mm_ns, c->column[0].mm_ns, TABLE_ROUNDS));
	return stat_family_level(&family) > 0;
}

/* All columns are equal, so every difference that a table reports is false. */
static json_t *tables(unsigned int nr)
{
	static double ns[TABLES_MEASURED][TABLE_ROUNDS][TABLE_COLUMNS];
	unsigned int threads = platform_nr_cpus() > 1 ? 2 : 1, named = 0, told = 0;
	unsigned int measured = nr < TABLES_MEASURED ? nr : TABLES_MEASURED;
	static struct sweep_column column[TABLE_COLUMNS];
	static struct sweep s = { .nr_schemes = TABLE_COLUMNS, .runs = TABLE_ROUNDS };
	struct sweep_cell c = { .column = column };
	double clock_ns = run_clock_ns();
	static struct scheme_chain chain;
	const struct target_core_config world = {
		.chain = &chain, .threads = threads, .world = world_config_default(work_frames(threads)),
	};
	struct bench_error err;
	struct progress_bar bar;
	json_t *j = json_array();

	if (spec_parse(&chain, "per_vma_refcount", &err))
		die(&err);
	progress_begin(&bar, measured + nr, false);
	for (unsigned int t = 0; t < measured; t++) {
		progress_step(&bar, "tables", "measured");
		measure_table(&world, workload_find(t % 2 ? "anon" : "anon-one-vma"), clock_ns, ns[t]);
	}
	for (unsigned int t = 0; t < nr; t++) {
		struct verdict w;

		progress_step(&bar, "tables", "drawn");
		deal(ns[t % measured], column);
		sweep_winner(&s, &c, &w);
		named += w.nr_level < TABLE_COLUMNS;
		told += table_tells(&c);
	}
	progress_end(&bar);
	json_append(j, outcome("sentence", nr, named));
	json_append(j, outcome("table", nr, told));
	return j;
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || n < 1 || n > MOST) {
		fprintf(stderr, "aa: '%s': the number of verdicts must be from 1 to %d\n", text, MOST);
		exit(2);
	}
	return (unsigned int)n;
}

int main(int argc, char **argv)
{
	unsigned int nr_measured = argc > 1 ? number(argv[1]) : MEASURED;
	unsigned int nr_made_up = argc > 2 ? number(argv[2]) : MADE_UP;
	unsigned int nr_tables = argc > 3 ? number(argv[3]) : TABLES;
	json_t *j = json_envelope("aa", argc, argv), *one;

	json_put(j, "pairs", json_u64(PAIRS));
	one = json_object();
	json_put(one, "of_outcomes", measured(nr_measured));
	json_put(j, "measured", one);
	one = json_object();
	json_put(one, "of_outcomes", made_up(nr_made_up));
	json_put(j, "made_up", one);
	one = json_object();
	json_put(one, "of_outcomes", tables(nr_tables));
	json_put(j, "tables", one);
	return json_finish(j, stdout) ? 1 : 0;
}

#else

int main(void)
{
	fputs("aa: this build has no jansson, and so no JSON (package libjansson-dev)\n", stderr);
	return 77;
}

#endif /* HAVE_JANSSON */
