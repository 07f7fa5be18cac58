/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief On this machine: who has a line after a core has read what another one wrote?
 *
 * Two threads, A on the first CPU and B on the second, access the same lines by turns, and the last turn is timed.  Each access
 * needs the one before, and there is one line a page at a random place, so that no prefetcher knows the next.
 *
 *	reads		a sentence and a table
 *	reads --json	the same for evidence: ns a line in each of RUNS runs, the median of their rounds
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "bench/cli/json.h"
#include "bench/lib/stat.h"
#include "common/platform/platform.h"
#include "common/sync/atomic.h"

#define LINES	48u
#define ROUNDS	400u
#define RUNS	11u
#define TURNS	4u	/* at most */

/* The turns: A or B, r reads or w writes (fetch_add). */
static const struct sequence {
	const char *what, *turns, *says;
} sequences[] = {
	{ "own_read", "AwAr", "A writes, A reads" },
	{ "own_write", "AwBwBw", "A writes, B writes, B writes" },
	{ "read", "AwBr", "A writes, B reads" },
	{ "write", "AwBw", "A writes, B writes" },
	{ "write_behind_read", "AwBrBw", "A writes, B reads, B writes" },
	{ "writer_reads", "AwBrAr", "A writes, B reads, A reads" },
	{ "reader_reads", "AwBrArBr", "A writes, B reads, A reads, B reads" },
};
#define SEQUENCES	ARRAY_SIZE(sequences)

struct cell {
	struct cell *next;
	u64 word;
};

static struct shared {
	u64 turn __attribute__((aligned(256)));
	struct cell *first __attribute__((aligned(256)));
	const char *turns;
	double ns[ROUNDS];	/* a line, in the last turn */
} shared;

static void go_round(char access)
{
	struct cell *c = shared.first;

	for (unsigned int i = 0; i < LINES; i++) {
		if (access == 'w')
			fetch_add_relaxed(&c->word, 1);
		c = READ_ONCE(c->next);
	}
}

static void take_part(void *arg)
{
	char me = *(const char *)arg;
	u64 nr = strlen(shared.turns) / 2;

	for (u64 t = 0; t < ROUNDS * nr; t++) {
		const char *turn = shared.turns + 2 * (t % nr);
		unsigned int waited = 0;
		u64 start;

		if (turn[0] != me)
			continue;
		/* @pairs{the lines as a turn leaves them | take_part()} */
		while (smp_load_acquire(&shared.turn) != t)
			platform_relax(waited++);
		start = platform_now();
		go_round(turn[1]);
		smp_mb();
		shared.ns[t / nr] = (double)(platform_now() - start) / LINES;
		/* @pairs{the lines as a turn leaves them | take_part()} */
		smp_store_release(&shared.turn, t + 1);
	}
}

/* @return the median of the rounds, ns a line; below 0: no thread could be had */
static double run(const char *turns)
{
	static char names[] = "AB";
	struct platform_thread *other;

	shared.turns = turns;
	shared.turn = 0;
	if (platform_thread_create(&other, 1, 1, take_part, &names[1]))
		return -1;
	take_part(&names[0]);
	platform_thread_join(other);
	return stat_median(shared.ns, ROUNDS);
}

/* One line a page, in a ring whose order is drawn. */
static int make_lines(void)
{
	char *memory = platform_alloc((size_t)LINES * PAGE_SIZE, PAGE_SIZE, PLATFORM_MEM_OTHER);
	struct cell *cell[LINES];
	u64 random = 1;

	if (!memory)
		return -1;
	for (unsigned int i = 0; i < LINES; i++) {
		unsigned int k;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;	/* Knuth's MMIX */
		k = (unsigned int)((random >> 32) % (i + 1));
		cell[i] = cell[k];
		cell[k] = (struct cell *)(memory + i * PAGE_SIZE + (random >> 58) * CACHELINE);
	}
	for (unsigned int i = 0; i < LINES; i++)
		*cell[i] = (struct cell){ .next = cell[(i + 1) % LINES] };
	shared.first = cell[0];
	return 0;
}

static void tell(double (*ns)[RUNS])
{
	double median[SEQUENCES];

	for (unsigned int s = 0; s < SEQUENCES; s++)
		median[s] = stat_median(ns[s], RUNS);
	printf("Reads are %smigratory here: when B has read what A wrote, A reads anew in %.1f ns, and B writes in %.1f; a line that comes takes %.1f ns, "
	       "one that is there %.1f to read and %.1f to write.\n\n", median[5] > median[2] / 2 ? "" : "not ", median[5], median[4], median[2],
	       median[0], median[1]);
	for (unsigned int s = 0; s < SEQUENCES; s++)
		printf("%8.1f ns a line: %s\n", median[s], sequences[s].says);
}

static int print_json(double (*ns)[RUNS], int argc, char **argv)
{
	json_t *top = json_envelope("reads", argc, argv), *all = json_array();

	for (unsigned int s = 0; s < SEQUENCES; s++) {
		json_t *each = json_object(), *runs = json_array();

		for (unsigned int i = 0; i < RUNS; i++)
			json_append(runs, json_f64(ns[s][i]));
		json_put(each, "what", json_text(sequences[s].what));
		json_put(each, "ns", runs);
		json_append(all, each);
	}
	json_put(top, "sequences", all);
	return json_finish(top, stdout);
}

int main(int argc, char **argv)
{
	static double ns[SEQUENCES][RUNS];
	bool json = argc == 2 && !strcmp(argv[1], "--json");

	if (argc > 1 && !json) {
		fprintf(stderr, "reads: '%s' is unknown; --json is the only option\n", argv[1]);
		return 2;
	}
	if (json)
		json_begin();
	if (platform_nr_cpus() < 2) {
		fprintf(stderr, "reads: it takes two CPUs\n");
		return 77;
	}
	platform_thread_enter(0);
	if (platform_pin(0) || make_lines()) {
		fprintf(stderr, "reads: no CPU to stay on, or no memory\n");
		return 77;
	}
	for (unsigned int i = 0; i < RUNS; i++)
		for (unsigned int s = 0; s < SEQUENCES; s++) {
			ns[s][i] = run(sequences[s].turns);
			if (ns[s][i] < 0) {
				fprintf(stderr, "reads: no second thread could be made\n");
				return 77;
			}
		}
	platform_pin(-1);	/* or the host would seem to have one CPU */
	if (json)
		return print_json(ns, argc, argv);
	tell(ns);
	return 0;
}
