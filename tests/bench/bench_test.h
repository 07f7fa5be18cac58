/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Traces written by tests: text to a file, and the text of a random program.
 */
#ifndef TESTS_BENCH_BENCH_TEST_H
#define TESTS_BENCH_BENCH_TEST_H

#include <stddef.h>

#include "bench/plan/plan.h"
#include "bench/replay/replay.h"

/** The path of a new file with these bytes; the name ends in @a suffix.  test_file_drop() removes it and frees the path. */
char *test_file(const void *bytes, size_t n, const char *suffix);
void test_file_drop(char *path);

/** Read a trace from text that must be good. */
struct trace *test_trace(const char *text);
/** Read and analyse it. The caller frees plan->trace and the plan with test_plan_free(). */
struct plan *test_plan(const char *text);
void test_plan_free(struct plan *plan);

/** Edges of the event that @a line holds, as "thread:seq thread:seq", sorted as stored; good until the next call. */
const char *test_edges_of(const struct plan *plan, u32 line);
#define EDGES(plan, line, wanted) \
	cr_assert_str_eq(test_edges_of(plan, line), wanted, "line %u: %s, wanted %s", line, \
			 test_edges_of(plan, line), wanted)
/** Checks that every edge points back, and to another thread. */
void test_backwards(const struct plan *plan);

/**
 * A program of @a threads threads and @a steps steps that maps, unmaps, protects,
 * gives back and touches pages of one small range, as a kernel would have recorded
 * it: every event meaningful in this order.  malloc'ed; the same for the same seed.
 */
char *test_random_program(unsigned int threads, unsigned int steps, u64 seed);

/** One whose processes also fork, exec, make threads and end: up to six at once, of up to four threads. */
char *test_random_forks(unsigned int steps, u64 seed);

/** A world for the plan under the scheme.  @a chain must outlive it. */
struct replay *test_replay(const struct plan *plan, const char *spec, unsigned int workers,
			   struct scheme_chain *chain);
/** Replay in recorded order under mmap_lock; asserts only that the replay succeeds. */
void test_verify(const struct plan *plan, struct run_result *result);
/**
 * In recorded order under mmap_lock, then under every scheme in recorded order: checks that VMAs are as recorded, contents
 * as the analysis says, and all ends the same.  The same @a runs times with workers, for each fourth scheme, a different
 * fourth for each @a turn; for all of them if FAULTLINE_LONG is set, as .ci/run does.
 */
void test_schemes(const struct plan *plan, unsigned int workers, int runs, unsigned int turn);
/** How many random programs: under each scheme one as fast as threads come; with FAULTLINE_LONG set twice as many, each under all. */
u64 test_seeds(void);

/** Path of a file that comes with the project. */
char *test_shipped(const char *name);

#endif /* TESTS_BENCH_BENCH_TEST_H */
