// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The same random calls here and on the running kernel: results, errno, every VMA and the contents must be the same.
 *
 *	host_calls [--seed N] [--calls N] [--scheme SPEC]
 *
 * If they differ, calls are left out until every remaining one is necessary, and these are printed.
 * docs/host.md says what is compared.
 */
#define _GNU_SOURCE
#include "tests/host/twins.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* One pair of worlds lives for so many calls. */
#define ROUND_CALLS	300u
/* Calls between two looks at all contents. */
#define LOOK_EVERY	50u
#define ROUND_SECONDS	300
/* This many calls are certain to make every kind of call, and to have each refused once. */
#define ENOUGH_CALLS	1000

/* Calls for one pair of worlds, and the result; shared with the process that plays them. */
struct round {
	struct twins_config config;
	struct op ops[ROUND_CALLS];
	unsigned int nr;
	bool left_out[ROUND_CALLS];
	char why[256];			/* how the two sides differ */
	struct op_tally tally;
};

static bool play_ops(struct round *round, struct twins *tw, struct random *random)
{
	for (unsigned int i = 0; i < ROUND_CALLS && (random || i < round->nr); i++) {
		if (random) {
			round->nr = i + 1;
			op_random(&round->ops[i], random, tw);
		} else if (round->left_out[i]) {
			continue;
		}
		if (!op_do(tw, &round->ops[i]))
			return false;
		if (i % LOOK_EVERY == LOOK_EVERY - 1 && !twins_same_contents(tw))
			return false;
	}
	return twins_same_contents(tw);
}

static bool play_here(struct round *round, const struct features *features, struct random *random,
		      bool print)
{
	struct twins tw;
	bool same;

	check_watchdog(ROUND_SECONDS);
	platform_thread_enter(0);
	twins_begin(&tw, features, &round->config);
	same = play_ops(round, &tw, random);
	round->tally = tw.tally;
	for (unsigned int who = 0; print && !same && who < NR_PUPPETS; who++)
		twins_print(&tw, who);
	same = twins_end(&tw) && same;
	snprintf(round->why, sizeof(round->why), "%s", tw.why);
	platform_thread_leave();
	return same;
}

/*
 * Play in a process of its own, so that a stop of the program, by mm_check() for instance, is a
 * difference like others.  Calls are drawn from @a random, or, NULL, those that are there are made again.
 */
static bool play(struct round *round, const struct features *features, struct random *random, bool print)
{
	int status = 0;
	pid_t pid;

	snprintf(round->why, sizeof(round->why), "our side stopped the program");
	fflush(stdout);
	pid = fork();
	check(pid >= 0, "no process");
	if (!pid) {
		if (!print && !random)	/* output while calls are left out is useless */
			check(freopen("/dev/null", "w", stderr), "/dev/null");
		status = !play_here(round, features, random, print);
		fflush(stdout);
		_exit(status);
	}
	check(waitpid(pid, &status, 0) == pid, "no process");
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Leave calls out, many at once at first, as long as the two sides still differ. */
static void thin_out(struct round *round, const struct features *features)
{
	bool kept[ROUND_CALLS], any;

	for (unsigned int chunk = round->nr; chunk; chunk /= 2) {
		for (unsigned int i = 0; i < round->nr; i += chunk) {
			memcpy(kept, round->left_out, sizeof(kept));
			any = false;
			for (unsigned int k = i; k < i + chunk && k < round->nr; k++) {
				any |= !round->left_out[k];
				round->left_out[k] = true;
			}
			if (any && play(round, features, NULL, false))
				memcpy(round->left_out, kept, sizeof(kept));
		}
	}
}

static void print_difference(struct round *round, const struct features *features)
{
	printf("# %s; thinning the calls out ...\n", round->why);
	thin_out(round, features);
	play(round, features, NULL, true);
	printf("# %s, after:\n", round->why);
	for (unsigned int i = 0; i < round->nr; i++)
		if (!round->left_out[i])
			op_print(&round->ops[i]);
}

static void tally_add(struct op_tally *sum, const struct op_tally *tally)
{
	for (unsigned int kind = 0; kind < NR_OP_KINDS; kind++) {
		sum->done[kind] += tally->done[kind];
		sum->refused[kind] += tally->refused[kind];
	}
}

static unsigned long tally_sum(const struct op_tally *tally)
{
	unsigned long sum = 0;

	for (unsigned int kind = 0; kind < NR_OP_KINDS; kind++)
		sum += tally->done[kind] + tally->refused[kind];
	return sum;
}

static void tally_print(const struct op_tally *tally)
{
	printf("# made (refused):");
	for (unsigned int kind = 0; kind < NR_OP_KINDS; kind++)
		printf(" %s %lu (%lu)", op_names[kind], tally->done[kind], tally->refused[kind]);
	printf("\n");
}

/* Was every kind made and, unless it never is, refused? */
static bool tally_is_whole(const struct op_tally *tally, bool heap)
{
	for (unsigned int kind = 0; kind < NR_OP_KINDS; kind++) {
		if (kind == OP_BRK && !heap)
			continue;
		if (!tally->done[kind])
			return false;
		if (kind < OP_TRUNCATE && !tally->refused[kind])
			return false;
	}
	return true;
}

/* All rounds of one scheme.  @return calls made; *same: nothing differed */
static struct op_tally play_scheme(struct round *round, const struct features *features,
				   const struct options *o, const char *spec, unsigned int index,
				   unsigned long calls, bool *same)
{
	unsigned long rounds = (calls + ROUND_CALLS - 1) / ROUND_CALLS;
	struct op_tally sum = { { 0 }, { 0 } };
	struct random random;

	*same = true;
	for (unsigned long r = 0; *same && r < rounds; r++) {
		memset(round, 0, sizeof(*round));
		round->config = (struct twins_config){
			.spec = spec,
			.unit_shift = (index + r) % 4 == 3 ? 20 : PAGE_SHIFT,
			.wrap = r % 2,
		};
		random_begin(&random, o->seed, (u64)index << 32 | r);
		check_context("%s, round %lu, seed %llu", spec, r,
			      (unsigned long long)o->seed);
		*same = play(round, features, &random, false);
		tally_add(&sum, &round->tally);
		if (!*same)
			print_difference(round, features);
	}
	return sum;
}

/* The last line of TAP.  @return false: it says "not ok" */
static bool tell_kinds(const struct op_tally *sum, bool heap, unsigned int test)
{
	bool whole = tally_is_whole(sum, heap);

	tally_print(sum);
	if (tally_sum(sum) < ENOUGH_CALLS) {
		printf("ok %u - every kind of call # SKIP too few calls\n", test);
		return true;
	}
	printf("%s %u - every kind of call was made, and refused\n", whole ? "ok" : "not ok", test);
	return whole;
}

int main(int argc, char **argv)
{
	struct options o = { .seed = 1, .calls = 3600 };
	struct op_tally sum = { { 0 }, { 0 } }, tally;
	unsigned int nr = 0, test = 0, failed = 0;
	struct features features = { 0 };
	struct round *round;
	const char *why;
	bool same;

	puppet_main(argc, argv);
	options_parse(&o, argc, argv);
	why = features_impossible();
	if (!why)
		why = features_ask(&features);
	if (why)
		skip_all(why);
	round = mmap(NULL, sizeof(*round), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(round != MAP_FAILED, "no memory");
	while (!o.spec && schemes[nr])
		nr++;
	nr += !nr;

	printf("1..%u\n", nr + 1);
	printf("# seed %llu; a read of untouched memory %s\n", (unsigned long long)o.seed,
	       features.no_zero_page ? "makes a page" : "maps the zero page");
	if (!features.repeats)
		printf("# addresses are randomised, whatever one asks: brk is not compared\n");
	for (unsigned int i = 0; i < nr; i++) {
		const char *spec = o.spec ? o.spec : schemes[i]->name;

		tally = play_scheme(round, &features, &o, spec, i, o.calls / nr, &same);
		printf("%s %u - %s: the same as on the host\n", same ? "ok" : "not ok", ++test,
		       spec);
		fflush(stdout);
		failed += !same;
		tally_add(&sum, &tally);
	}
	failed += !tell_kinds(&sum, features.repeats, ++test);
	return failed != 0;
}
