/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Two threads access the same lines by turns, and the last turn is timed.
 *
 * Each access needs the one before, and there is one line a page at a random place, so that no prefetcher
 * knows the next.
 */
#include "bench/calibrate/turns.h"

#include <string.h>

#include "bench/lib/stat.h"
#include "common/platform/platform.h"
#include "common/sync/atomic.h"

#define LINES	48u
#define ROUNDS	400u

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

double turns_ns(const char *turns)
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
int turns_begin(void)
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
