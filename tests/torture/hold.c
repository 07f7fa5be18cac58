// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Holds threads up between any two atomic accesses of the core and the schemes, where they were compiled with hooks.
 *
 * A bug that needs a whole munmap() between two adjacent loads waits for hours for a
 * schedule that has it.  So each round holds threads up at some of the places where memory is
 * accessed, chosen by its seed, and there often: in rounds that chose the right place the schedule is
 * common.  Without instrumentation nothing calls hook_before().
 *
 * Source of the idea: the watchpoint delays of KCSAN, kernel/kcsan/core.c (Linux 6.12), and
 * Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010.
 */
#include "tests/torture/torture.h"

#include <sched.h>
#include <time.h>

#include "common/mm/hash.h"
#include "sim/told.h"

static u64 seed;			/* stored between rounds, when no other thread runs */
static u64 places, visits, unheld;	/* hold at one place in so many, one visit in so many; then not for so many */
static unsigned int wide;		/* a place is so many bits of code wide */
static u64 turns;			/* a spinning hold lasts fewer turns than this */
static __thread u64 rng, free_run;

void hold_round(u64 of_round)
{
	static const u64 of_places[] = { 1, 4, 32, 128 }, of_visits[] = { 1, 4, 32 }, of_unheld[] = { 1, 16, 256 };
	static const u64 of_turns[] = { 64, 512, 4096 };
	static const unsigned int of_wide[] = { 0, 8, 11 };
	u64 roll = hash64(of_round ^ 0x686f6c64);

	seed = roll;
	places = of_places[roll % ARRAY_SIZE(of_places)];
	visits = of_visits[(roll >> 16) % ARRAY_SIZE(of_visits)];
	unheld = of_unheld[(roll >> 32) % ARRAY_SIZE(of_unheld)];
	wide = of_wide[(roll >> 48) % ARRAY_SIZE(of_wide)];
	turns = of_turns[(roll >> 56) % ARRAY_SIZE(of_turns)];
}

/* The thread keeps all its locks meanwhile, as if it had lost its CPU, for a moment or for long. */
static void hold(u64 roll)
{
	struct timespec nap = { .tv_nsec = (long)(10000 << (roll >> 8 & 3)) };

	switch (roll & 15) {
	case 0:
		nanosleep(&nap, NULL);
		break;
	case 1: case 2: case 3:
		sched_yield();
		break;
	default:
		for (u64 n = (roll >> 16) % turns; n; n--)
			platform_relax(0);
	}
}

void hook_before(const void *site)
{
	u64 place = (u64)((uintptr_t)site - (uintptr_t)&hook_before);	/* the same in each run of a program */

	if (free_run) {
		free_run--;
		return;
	}
	if (!places || hash64(place >> wide ^ seed) & (places - 1))
		return;
	rng = hash64(rng ^ place) + platform_slot() + 1;
	if (rng >> 40 & (visits - 1))
		return;
	free_run = rng % unheld;
	hold(rng >> 8);
}

void hook_access(const void *p, u64 size, bool store)
{
	(void)p;
	(void)size;
	(void)store;
}
