// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Random calls made on the running kernel, written as a trace: the plan must follow each, end with what the kernel has mapped, and
 * a replay of it must end as the plan says.
 *
 *	host_traces [--seed N] [--calls N]
 *
 * host_calls holds the core to the host call by call.  This holds to it what lies between: the reader, the load analysis
 * with its table of flags, advice and errors, and the replay.
 */
#define _GNU_SOURCE
#include "bench/plan/plan.h"
#include "bench/replay/replay.h"
#include "common/mm/vma.h"
#include "tests/host/host_vma.h"
#include "tests/host/op_trace.h"
#include "tests/support/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUND_CALLS	200u
#define ROUND_SECONDS	300

/* What a V line, and so a plan, knows of a VMA. */
#define TOLD	(VM_READ | VM_WRITE | VM_EXEC | VM_SHARED)

static char trace_path[64];

/* Where neighbours merge, the replay is held to the plan, and the core to the host by host_calls: here rights count. */
static u32 add_piece(struct plan_vma *list, u32 nr, u64 start, u64 end, u64 flags)
{
	if (nr && list[nr - 1].end == start && list[nr - 1].flags == (flags & TOLD))
		list[--nr].end = end;
	else
		list[nr] = (struct plan_vma){ .start = start, .end = end, .flags = flags & TOLD };
	return nr + 1;
}

static void check_final(const struct op_trace_end *end, const struct plan_space *space)
{
	const u64 from = FIELD_START, to = FIELD_START + FIELD_BYTES;	/* not the heap, which exec made */
	struct plan_vma wanted[HOST_VMAS_MAX], got[HOST_VMAS_MAX];
	u32 nr_wanted = 0, nr_got = 0;

	for (u32 i = 0; i < end->nr; i++)
		nr_wanted = add_piece(wanted, nr_wanted, end->vma[i].start, end->vma[i].end, end->vma[i].flags);
	for (u32 i = 0; i < space->nr_final && nr_got < HOST_VMAS_MAX; i++)
		if (space->final[i].start >= from && space->final[i].end <= to)
			nr_got = add_piece(got, nr_got, space->final[i].start, space->final[i].end, space->final[i].flags);
	for (u32 i = 0; i < nr_wanted && i < nr_got; i++)
		check(got[i].start == wanted[i].start && got[i].end == wanted[i].end && got[i].flags == wanted[i].flags,
		      "the plan ends with %" PRIx64 "-%" PRIx64 " flags %" PRIx64 ", the host with %" PRIx64 "-%" PRIx64 " flags %" PRIx64,
		      got[i].start, got[i].end, got[i].flags, wanted[i].start, wanted[i].end, wanted[i].flags);
	check_same(nr_got, nr_wanted, "ranges of equal rights at the end");
}

static void check_plan(const struct op_trace *t, const struct plan *plan)
{
	check_same(plan->skipped[SKIP_CONTRADICTS], 0, "calls that the plan takes for impossible");
	check_same(plan->skipped[SKIP_UNKNOWN], 0, "calls of a kind that the plan does not know");
	check_same(plan->skipped[SKIP_NO_EXEC] + plan->skipped[SKIP_UNFINISHED], 0, "calls of no address space, or without an end");
	check_same(plan->repaired, 0, "mmaps over what should not be there");
	check_same(plan->sigsegv, t->faults_refused, "accesses that end with SIGSEGV");
	check_same(plan->lent, 0, "processes in their maker's address space");
	check_same(plan->nr_spaces, t->nr_spaces, "address spaces");
	for (u32 i = 0; i < plan->nr_spaces; i++)
		check_final(&t->end[i], &plan->space[i]);
}

static void check_replay(const struct plan *plan, const char *spec)
{
	struct replay_config config = { .workers = 1 };
	struct scheme_chain chain;
	struct run_result result;
	struct bench_error err = { "" };
	struct replay *r;
	char why[256];

	config.chain = &chain;
	config.world = world_config_default(replay_frames(plan));
	config.world.poison = true;
	config.world.no_zero_page = plan->no_zero_page;
	check(!scheme_chain_parse(&chain, spec, why, sizeof(why)), "%s", why);
	check(!replay_create(&r, plan, &config, &err), "%s", err.line);
	check(!replay_run(r, REPLAY_VERIFY, &result, &err), "%s", err.line);
	check(!result.unexpected && !result.mismatched && !result.lists_differ && !result.written_differ, "line %u: %s", result.note[0].line,
	      result.note[0].what);
	run_result_free(&result);
	replay_destroy(r);
}

static void play(const struct features *features, const char *spec, struct random *random, unsigned int nr)
{
	const struct twins_config c = { .spec = spec, .unit_shift = PAGE_SHIFT };
	struct bench_error err = { "" };
	struct op_trace t = { .out = fopen(trace_path, "w") };
	struct trace *trace;
	struct plan *plan;
	struct twins tw;
	struct op op;

	check(t.out, "%s cannot be written", trace_path);
	platform_thread_enter(0);
	twins_begin(&tw, features, &c);
	op_trace_begin(&t, &tw, nr + 1);
	for (unsigned int i = 0; i < nr; i++) {
		op_random(&op, random, &tw);
		check(op_trace_do(&t, &tw, &op), "%s", tw.why);
	}
	op_trace_end(&t, &tw);
	check(!fclose(t.out), "%s cannot be written", trace_path);
	check(!trace_read(&trace, trace_path, &err), "%s", err.line);
	check(!plan_build(&plan, trace, features->no_zero_page, &err), "%s", err.line);
	check_plan(&t, plan);
	check(twins_end(&tw), "%s", tw.why);
	platform_thread_leave();
	check_replay(plan, spec);
	plan_free(plan);
	trace_free(trace);
	op_trace_free(&t);
	unlink(trace_path);
}

/* In a process of its own: where it stops, the trace stays. */
static bool round_in_child(const struct features *features, const char *spec, struct random *random)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	check(pid >= 0, "no process");
	if (!pid) {
		check_watchdog(ROUND_SECONDS);
		play(features, spec, random, ROUND_CALLS);
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid, "no process");
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	struct options o = { .seed = 1, .calls = 3000 };
	struct features features = { 0 };
	unsigned long rounds, done = 0;
	const char *why;
	bool same = true;

	puppet_main(argc, argv);
	options_parse(&o, argc, argv);
	why = features_impossible();
	if (!why)
		why = features_ask(&features);
	if (why)
		skip_all(why);
	rounds = (o.calls + ROUND_CALLS - 1) / ROUND_CALLS;
	snprintf(trace_path, sizeof(trace_path), "host_traces-%d.trace", (int)getpid());
	printf("1..1\n# seed %llu\n", (unsigned long long)o.seed);
	for (; same && done < rounds; done++) {
		struct random random;

		random_begin(&random, o.seed, 1ULL << 48 | done);
		check_context("round %lu, seed %llu; the calls are in %s", done, (unsigned long long)o.seed, trace_path);
		same = round_in_child(&features, o.spec ? o.spec : "mmap_lock", &random);
	}
	printf("%s 1 - the host, the plan and a replay of its trace agree # %lu rounds of %u calls\n", same ? "ok" : "not ok", done, ROUND_CALLS);
	return !same;
}
