/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The figures of a run computed in a second way from its raw samples: every figure of times, by
 * kind of event.
 *
 * Nothing of stat.c is used here: a quantile is found by counting, not by sorting, and a kind of event by
 * the letter of its line in the trace, not by the plan.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/figures.h"
#include "bench/replay/parts.h"
#include "bench/run/result.h"
#include "bench/run/specs.h"
#include "common/mm/hash.h"
#include "tests/bench/bench_test.h"

/* The value of rank @a rank from 0, found by counting smaller ones. */
static double of_rank(const double *value, size_t n, size_t rank)
{
	for (size_t i = 0; i < n; i++) {
		size_t less = 0, same = 0;

		for (size_t k = 0; k < n; k++) {
			less += value[k] < value[i];
			same += value[k] == value[i];
		}
		if (less <= rank && rank < less + same)
			return value[i];
	}
	cr_assert_fail("no value of rank %zu of %zu", rank, n);
	return NAN;
}

static double counted_quantile(const double *value, size_t n, double q)
{
	double at = q * (double)(n - 1), part = at - floor(at), low = of_rank(value, n, (size_t)at);

	return part > 0 ? (1 - part) * low + part * of_rank(value, n, (size_t)at + 1) : low;
}

static void same(double got, double want, double off, const char *what, const char *figure)
{
	cr_assert(fabs(got - want) <= off + 1e-9 * fabs(want), "%s: %s is %g, the samples say %g", what, figure, got, want);
}

/* Each figure; @a off: how far quantiles may be off, as a share of the value. */
static void check_times(const struct run_times *times, const double *value, size_t n, double off, const char *what)
{
	double sum = 0, most = 0;

	cr_assert_eq(times->nr, n, "%s: %llu events, wanted %zu", what, (unsigned long long)times->nr, n);
	if (!n)
		return;
	for (size_t i = 0; i < n; i++) {
		sum += value[i];
		most = value[i] > most ? value[i] : most;
	}
	same((double)times->total_ns, sum, 1, what, "the total");
	same(times->mean_ns, sum / (double)n, 0, what, "the mean");
	same(times->max_ns, most, 0, what, "the greatest");
	same(times->median_ns, counted_quantile(value, n, 0.5), off * counted_quantile(value, n, 0.5), what, "the median");
	same(times->p90_ns, counted_quantile(value, n, 0.9), off * counted_quantile(value, n, 0.9), what, "the 90th percentile");
	same(times->p99_ns, counted_quantile(value, n, 0.99), off * counted_quantile(value, n, 0.99), what, "the 99th percentile");
	same(times->p999_ns, counted_quantile(value, n, 0.999), off * counted_quantile(value, n, 0.999), what,
	     "the 99.9th percentile");
}

Test(figures, times_are_those_of_the_samples)
{
	static const size_t sizes[] = { 1, 2, 3, 10, 99, 700 };
	struct histogram *h = calloc(1, sizeof(*h));

	for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
		size_t n = sizes[s];
		double value[700], copy[700];
		struct run_times times;

		memset(h, 0, sizeof(*h));
		for (size_t i = 0; i < n; i++) {
			u64 x = hash64(1000 * s + i), v = 100 + x % 300 + (x % 20 ? 0 : (x >> 20) % 1000000);

			value[i] = copy[i] = (double)v;
			histogram_add(h, v);
		}
		run_times_of(&times, copy, n);
		check_times(&times, value, n, 0, "sorted");
		run_times_of_histogram(&times, h);
		check_times(&times, value, n, 1.0 / HISTOGRAM_SUB, "counted");
	}
	free(h);
}

/* --- a replay ------------------------------------------------------------------------------------ */

#define PROGRAM "# pftrace 1\n0 7 X prog\n" \
	"10 7 m 0 8000 3 22 ffffffff 0 10000 1\n" \
	"20 7 F 10000 0 6\n21 7 F 11000 0 6\n22 7 K 12000 6\n23 7 F 13000 0 4\n24 7 F 10000 0 4\n" \
	"30 7 a 10000 2000 4 0 1\n31 7 a 14000 2000 17 0 1\n" \
	"40 7 p 10000 1000 1 0 1\n41 7 p 12000 1000 1 0 1\n" \
	"50 7 r 16000 2000 2000 3 30000 30000 1\n" \
	"60 7 b 0 600000 1\n61 7 b 603000 603000 1\n" \
	"70 7 m 0 1000 3 22 ffffffff 0 50000 1\n71 7 m 0 1000 3 22 ffffffff 0 60000 1\n72 7 F 60000 0 6\n" \
	"80 7 u 50000 1000 0 1\n" \
	"85 7 V 70000 1000 70000 rw-p 0 //anon\n" \
	"90 7 C 8 8\n91 8 F 60000 0 7\n92 8 F 10000 0 4\n95 8 E 8\n" \
	"99 7 E 7\n"

/* The kind of event that is timed for a line, by its letter; -1: none. */
static int kind_of_line(const struct plan *plan, const struct plan_event *pe)
{
	switch (trace_op_letter((enum trace_op)plan->trace->event[pe->event].op)) {
	case 'F':
		return KIND_FAULT;
	case 'K':
		return KIND_KFAULT;
	case 'm':
		return KIND_MMAP;
	case 'u':
		return KIND_MUNMAP;
	case 'p':
		return KIND_MPROTECT;
	case 'r':
		return KIND_MREMAP;
	case 'b':
		return KIND_BRK;
	case 'a':
		return KIND_MADVISE;
	case 'C':	/* a fork; a thread takes no time in an mm */
		return pe->other_space != PLAN_NONE ? KIND_FORK : -1;
	default:
		return -1;
	}
}

static size_t samples_of(const struct replay *r, int kind, bool faults, double clock, double *to)
{
	size_t n = 0;

	for (u32 i = 0; i < r->plan->nr_events; i++) {
		int k = kind_of_line(r->plan, &r->plan->event[i]);

		if (faults ? k != KIND_FAULT && k != KIND_KFAULT : k != kind)
			continue;
		to[n++] = fmax(0, (double)r->ns[i] - clock);
	}
	return n;
}

Test(figures, a_replay_sums_up_what_it_timed_less_the_clock)
{
	struct plan *plan = test_plan(PROGRAM);
	struct scheme_chain chain;
	struct replay *r = test_replay(plan, "mmap_lock", 1, &chain);
	double value[64], mm = 0;
	struct run_result result;
	struct bench_error err;

	for (int s = 0; s < NR_PLAN_SKIPS; s++)
		cr_assert_eq(plan->skipped[s], 0);
	for (unsigned int clock = 0; clock < 3; clock++) {
		r->clock_ns = 137.0 * clock;	/* the machine's own may be too small to matter */
		cr_assert_eq(replay_run(r, REPLAY_ASAP, &result, &err), 0, "%s", err.line);
		cr_assert_eq(result.unexpected, 0);
		mm = 0;
		for (int kind = 0; kind < NR_RUN_KINDS; kind++) {
			size_t n = samples_of(r, kind, false, r->clock_ns, value);

			cr_assert(n, "the program has no %s", run_kind_name((enum run_kind)kind));
			check_times(&result.kind[kind], value, n, 0, run_kind_name((enum run_kind)kind));
			for (size_t i = 0; i < n; i++)
				mm += value[i];
		}
		check_times(&result.faults, value, samples_of(r, 0, true, r->clock_ns, value), 0, "all faults");
		same((double)result.mm_ns, mm, NR_RUN_KINDS, "all kinds", "time in the mm");
		run_result_free(&result);
	}
	replay_destroy(r);
	test_plan_free(plan);
}

/* At the recorded times nothing comes too early, and waiting does not count as time in the mm. */
Test(figures, a_paced_replay_waits_for_the_recorded_times)
{
	struct plan *plan = test_plan("# pftrace 1\n0 7 X prog\n"
		"1 7 m 0 4000 3 22 ffffffff 0 7f0000000000 1\n"
		"20000000 7 F 7f0000000000 0 6\n"
		"50000000 7 F 7f0000001000 0 6\n"
		"50000001 7 E 7\n");
	struct scheme_chain chain;
	struct replay *r = test_replay(plan, "mmap_lock", 1, &chain);
	struct run_result result;
	struct bench_error err;
	u64 most = 0;

	/* On a busy machine a replay may come to its times late, and has nothing to wait for: not always, then. */
	for (unsigned int i = 0; i < 10 && most < 30000000; i++) {
		cr_assert_eq(replay_run(r, REPLAY_PACED, &result, &err), 0, "%s", err.line);
		cr_expect_geq(result.wall_ns, 50000000);
		cr_expect_leq(result.pace_wait_ns + result.mm_ns, result.wall_ns);
		most = result.pace_wait_ns > most ? result.pace_wait_ns : most;
		run_result_free(&result);
	}
	cr_expect_geq(most, 30000000, "it waited %llu ns", (unsigned long long)most);
	cr_assert_eq(replay_run(r, REPLAY_ASAP, &result, &err), 0, "%s", err.line);
	cr_expect_eq(result.pace_wait_ns, 0);
	run_result_free(&result);
	replay_destroy(r);
	test_plan_free(plan);
}

/* A fault takes 10 ms here, so the second comes 10 ms late, and the third is as far behind it as recorded. */
Test(figures, a_paced_thread_that_comes_late_stays_late)
{
	struct plan *plan = test_plan("# pftrace 1\n0 7 X prog\n"
		"1 7 m 0 4000 3 22 ffffffff 0 7f0000000000 1\n"
		"2 7 F 7f0000000000 0 6\n"
		"1000 7 F 7f0000001000 0 6\n"
		"25001000 7 F 7f0000002000 0 6\n"
		"25001001 7 E 7\n");
	struct scheme_chain chain;
	struct replay_config config = { .chain = &chain, .workers = 1 };
	struct run_result result;
	struct bench_error err;
	struct replay *r;

	config.world = world_config_default(replay_frames(plan));
	config.world.trap_ns = 10000000;
	cr_assert_eq(spec_parse(&chain, "mmap_lock", &err), 0, "%s", err.line);
	cr_assert_eq(replay_create(&r, plan, &config, &err), 0, "%s", err.line);
	cr_assert_eq(replay_run(r, REPLAY_PACED, &result, &err), 0, "%s", err.line);
	cr_expect_geq(result.late_ns, 9900000, "%llu ns late", (unsigned long long)result.late_ns);
	/* They begin at 0, 10 and 35 ms; without regard to what was late, at 0, 10 and 25. */
	cr_expect_geq(result.wall_ns, 44900000, "it took %llu ns", (unsigned long long)result.wall_ns);
	run_result_free(&result);
	replay_destroy(r);
	test_plan_free(plan);
}

static void one_more(void *arg)
{
	++*(unsigned int *)arg;
}

/* Only the part is timed and counted; all of the recording is done. */
Test(figures, a_replay_of_a_part_times_the_part)
{
	struct plan *plan = test_plan("# pftrace 1\n0 7 X prog\n"
		"1 7 m 0 8000 3 22 ffffffff 0 7f0000000000 1\n"
		"2 7 F 7f0000000000 0 6\n"
		"9000000000 7 F 7f0000001000 0 6\n"
		"9020000000 7 F 7f0000002000 0 6\n"
		"99000000000 7 F 7f0000003000 0 6\n"
		"99000000001 7 E 7\n");
	struct scheme_chain chain;
	struct replay *r = test_replay(plan, "per_vma_rwsem", 1, &chain);
	struct run_result whole, result;
	unsigned int calls = 0;
	struct bench_error err;
	u32 from = 0, to;

	while (plan->event[from].act != ACT_FAULT || plan->trace->event[plan->event[from].event].time < 1000)
		from++;
	to = from + 2;
	cr_assert_eq(replay_run(r, REPLAY_ASAP, &whole, &err), 0, "%s", err.line);
	cr_expect_eq(whole.faults.nr, 4);
	replay_only(r, &(struct replay_part){ from, to, one_more, one_more, &calls });
	for (int mode = REPLAY_ASAP; mode <= REPLAY_PACED; mode++) {
		cr_assert_eq(replay_run(r, mode, &result, &err), 0, "%s", err.line);
		cr_expect_eq(result.faults.nr, 2);
		cr_expect_eq(result.kind[KIND_MMAP].nr, 0);
		cr_expect_eq(result.stats.event[STAT_FAULT], 2);
		cr_expect_eq(result.unexpected, 0);
		cr_expect_not(world_leaks_any(&result.leaks));
		cr_expect_eq(result.hash[0].pages, whole.hash[0].pages, "it ends otherwise");
		/* Its time is that of the part: neither the nine seconds before nor the ninety after. */
		if (mode == REPLAY_PACED)
			cr_expect(result.wall_ns >= 20000000 && result.wall_ns < 5000000000, "it took %llu ns",
				  (unsigned long long)result.wall_ns);
		run_result_free(&result);
	}
	cr_expect_eq(calls, 4);
	run_result_free(&whole);
	replay_destroy(r);
	test_plan_free(plan);
}

/* --- over several runs ------------------------------------------------------------------------------ */

/* A writer that was held up for a whole run made no call in it: that is no call of 0 ns. */
Test(figures, a_run_without_an_event_has_no_figure)
{
	struct run_result run = { .wall_ns = 1 };
	double mine[8], base[8] = { 10, 11, 12, 13, 14, 15, 16, 17 };

	cr_assert(isnan(compare_figure(&run, KIND_MMAP, FIGURE_MEDIAN)), "a figure of nothing");
	run.kind[KIND_MMAP] = (struct run_times){ .nr = 1, .median_ns = 7, .mean_ns = 8, .p99_ns = 9 };
	cr_assert_eq(compare_figure(&run, KIND_MMAP, FIGURE_P99), 9);
	memcpy(mine, base, sizeof(mine));
	cr_assert_eq(compare_survives(mine, base, 8, stat_ratio).ratio, 1);
	mine[3] = NAN;
	cr_assert(stat_is_none(compare_survives(mine, base, 8, stat_ratio)), "a ratio without one of the runs");
	cr_assert(stat_is_none(compare_survives(base, mine, 8, stat_ratio)), "a ratio to what is not there");
	cr_assert_eq(compare_median(mine, 8), 14, "the median of the seven others: %g", compare_median(mine, 8));
	cr_assert(isnan(compare_median((double[]){ NAN, NAN }, 2)), "a median of nothing");
}
