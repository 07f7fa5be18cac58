// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Threads that fault beside threads that change, fork and reclaim, over few addresses in little memory; every answer is checked.
 *
 *	torture [--schemes SPEC[,SPEC]...|--variants] [--seconds N | --duration N[s|m|h]] [--seed S] [--threads N]
 *
 * Prints TAP, one line a scheme; --variants: also one for each spec of tests/support/variants.h.
 * A duration is for all together.  A run is rounds of half a second, each with the next
 * seed: it decides the round's memory, failures and delays, and what each thread
 * tries, not how the threads interleave.  A failure names the seed of its round.
 * torture_held is the same over a core with hooks, where threads are held up between any
 * two atomic accesses (hold.c).
 */
#include "tests/torture/torture.h"

#include "tests/support/check.h"
#include "tests/support/variants.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUND_MS	500
#define ROUNDS_OF(seconds)	((seconds) * 1000 / ROUND_MS)
#define ROUND_LIMIT	60U		/* seconds of CPU that a round may take, and seconds that it may sleep */
#define ASLEEP		0.1		/* seconds of CPU in that time: with less, no thread does anything */
#define MAX_SPECS	64

struct options {
	char *specs;		/* comma list, or NULL: every scheme */
	bool variants;
	u64 rounds, seed;
	unsigned int threads;
};

static struct torture *current;		/* for the thread that reports a failure */
static clock_t round_began, last_looked;

static void failed(int sig)
{
	signal(sig, SIG_DFL);
	if (current)
		history_print(current);
	raise(sig);
}

/*
 * Time has passed: is the round hanging?  A thread in an endless loop uses up CPU, one that waits for
 * ever uses none; on a busy machine a round merely takes long.
 */
static void look_if_hung(int sig)
{
	double all, since;
	clock_t now = clock();

	(void)sig;
	all = (double)(now - round_began) / CLOCKS_PER_SEC;
	since = (double)(now - last_looked) / CLOCKS_PER_SEC;
	if (all < ROUND_LIMIT && since > ASLEEP) {
		last_looked = now;
		alarm(ROUND_LIMIT);
		return;
	}
	fprintf(stderr, "# hangs: %.1f s of CPU time, %.1f s of them in the last %u s\n", all, since, ROUND_LIMIT);
	abort();
}

/* Every kind of event must have taken place, or the run proves nothing. */
static u64 sum_up(const u64 sum[NR_WHAT])
{
	u64 changes = 0;

	for (unsigned int what = 0; what < NR_WHAT; what++) {
		check(sum[what], "nobody came to %s", what_names[what]);
		if (what >= MAP && what < FORK)
			changes += sum[what];
	}
	return changes;
}

static void run(const struct scheme_chain *chain, unsigned int nr, u64 rounds, const struct options *o)
{
	struct torture *x = aligned_alloc(CACHELINE, sizeof(*x));
	u64 sum[NR_WHAT] = { 0 }, faults = 0, changes;

	check(x, "no memory");
	memset(x, 0, sizeof(*x));
	x->chain = chain;
	x->nr_threads = o->threads;
	current = x;
	platform_thread_enter(0);
	for (u64 round = 0; round < rounds; round++) {
		x->seed = o->seed + round;
		check_context("torture --schemes %s --seed %llu --threads %u --seconds 1", chain->name,
			      (unsigned long long)x->seed, o->threads);
		round_began = last_looked = clock();
		alarm(ROUND_LIMIT);
		torture_round(x, ROUND_MS, sum, &faults);
	}
	changes = sum_up(sum);
	printf("ok %u - %s # seeds %llu-%llu, %u threads: %llu reads, %llu writes, %llu faults, %llu changes, %llu forks, %llu killed\n",
	       nr, chain->name, (unsigned long long)o->seed, (unsigned long long)x->seed, o->threads,
	       (unsigned long long)sum[READ], (unsigned long long)sum[WRITE], (unsigned long long)faults,
	       (unsigned long long)changes, (unsigned long long)sum[FORK], (unsigned long long)sum[KILLED]);
	fflush(stdout);
	current = NULL;
	platform_thread_leave();
	free(x);
}

static __attribute__((noreturn)) void usage(const char *what)
{
	fprintf(stderr, "torture: %s\n"
		"usage: torture [--schemes SPEC[,SPEC]...|--variants] [--seconds N | --duration N[s|m|h]] [--seed S] [--threads N]\n", what);
	exit(2);
}

static u64 number(const char *text, u64 lowest, u64 highest)
{
	char *end;
	u64 n = strtoull(text, &end, 0);

	if (!*text || *end || n < lowest || n > highest)
		usage("a number is out of range");
	return n;
}

/* Parse the duration for all schemes together. */
static u64 duration(const char *text)
{
	char *end;
	u64 n = strtoull(text, &end, 10), unit = !strcmp(end, "h") ? 3600 : !strcmp(end, "m") ? 60 : 1;

	if (end == text || !n || n > 1000000 || (*end && strcmp(end, "s") && unit == 1))
		usage("a duration is a number and s, m or h");
	return n * unit;
}

/* The schemes named, or all. @return how many */
static unsigned int chains_of(const struct options *o, struct scheme_chain *chains)
{
	unsigned int nr = 0;
	char *rest = o->specs, why[256], spec_text[SCHEME_SPEC_SIZE];

	for (char *spec; rest && (spec = strsep(&rest, ",")); nr++) {
		if (nr == MAX_SPECS)
			usage("too many schemes");
		if (scheme_chain_parse(&chains[nr], spec, why, sizeof(why)))
			usage(why);
	}
	if (o->specs)
		return nr;
	for (; o->variants ? spec_nr(nr, spec_text) != NULL : schemes[nr] != NULL; nr++) {
		check(nr < MAX_SPECS, "too many variants");
		check(!scheme_chain_parse(&chains[nr], o->variants ? spec_text : schemes[nr]->name, why, sizeof(why)), "%s", why);
	}
	return nr;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "schemes", required_argument, NULL, 's' }, { "seconds", required_argument, NULL, 't' },
		{ "duration", required_argument, NULL, 'd' }, { "seed", required_argument, NULL, 'r' },
		{ "threads", required_argument, NULL, 'n' },
		{ "variants", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 },
	};
	struct options o = { .rounds = ROUNDS_OF(1), .seed = 1, .threads = 6 };
	static struct scheme_chain chains[MAX_SPECS];
	u64 all = 0;
	unsigned int nr;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's': o.specs = optarg; break;
		case 'v': o.variants = true; break;
		case 't': o.rounds = ROUNDS_OF(number(optarg, 1, 86400)); break;
		case 'd': all = ROUNDS_OF(duration(optarg)); break;
		case 'r': o.seed = number(optarg, 0, ~0ULL); break;
		case 'n': o.threads = (unsigned int)number(optarg, MIN_THREADS, MAX_THREADS); break;
		default: usage("an unknown option");
		}
	}
	if (optind < argc)
		usage("no argument is expected");
	nr = chains_of(&o, chains);
	signal(SIGABRT, failed);
	signal(SIGSEGV, failed);
	signal(SIGALRM, look_if_hung);
	printf("1..%u\n", nr);
	for (unsigned int i = 0; i < nr; i++) {
		u64 share = (i + 1) * all / nr - i * all / nr;	/* together they are all */

		run(&chains[i], i + 1, !all ? o.rounds : share ? share : 1, &o);
	}
	return 0;
}
