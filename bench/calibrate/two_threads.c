/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The loops of two threads: lines that one reads and the other has written, additions to one word, pages that the other has cleared, waking.
 *
 * What two threads do together has no fastest that means anything, since one of them may have stood still: windows in which both ran are
 * told by what they did.
 */
#include "bench/calibrate/loops.h"
#include "bench/calibrate/turns.h"

#include <math.h>
#include <stdlib.h>

#include "bench/lib/stat.h"
#include "common/platform/platform.h"
#include "common/sync/atomic.h"

#define REPEATS	31u	/* of what has only single events: waking, pages that come from the other CPU */
#define TURNS	500u	/* of a window: some tens of microseconds */
#define WINDOWS	400u

static void add_beside(void *arg)
{
	struct shared *s = arg;

	for (u64 i = 0; i < 4 * s->rounds; i++)
		loop_add(s, TURNS);
	WRITE_ONCE(s->go, 2);
}

static void clear_beside(void *arg)
{
	struct shared *s = arg;

	for (u64 i = 0; i < s->rounds; i++) {
		while (READ_ONCE(s->turn) != 2 * i + 1)
			;
		loop_clear_few(s, FEW_PAGES);
		/* @pairs{the other's pages | measure_clear_other()} */
		smp_store_release(&s->turn, 2 * i + 2);
	}
}

static int start(struct platform_thread **thread, void (*fn)(void *arg), struct shared *s, struct bench_error *err)
{
	return platform_thread_create(thread, 1, 1, fn, s) ? bench_fail(err, "cannot start a second thread") : 0;
}

/* Of windows, the fastest tenth: in the others one of the two threads did not run all the time. */
static double fast_tenth(double *ns, unsigned int nr)
{
	qsort(ns, nr, sizeof(*ns), stat_compare);
	return stat_quantile(ns, nr, 0.1);
}

/*
 * The time of an addition, of windows in which both threads added about as often; the word itself says how often that was.  A pass in which the
 * CPUs never ran at the same time adds nothing.
 */
int measure_add_contended(struct calibration *c, struct shared *s, struct bench_error *err)
{
	struct platform_thread *thread;
	double ns[WINDOWS];
	unsigned int nr = 0;

	s->go = 0;
	s->rounds = WINDOWS;
	if (start(&thread, add_beside, s, err))
		return -1;
	for (unsigned int i = 0; READ_ONCE(s->go) < 2 && i < 100 * WINDOWS; i++) {
		u64 begin = platform_now(), before = READ_ONCE(s->word), all;

		loop_add(s, TURNS);
		all = READ_ONCE(s->word) - before;
		if (nr < WINDOWS && 2 * all > 3 * TURNS && all < 3 * TURNS)
			ns[nr++] = (double)(platform_now() - begin) / (double)all;
	}
	platform_thread_join(thread);
	if (nr)
		calibration_least(&c->add_contended, stat_median(ns, nr));
	return 0;
}

int measure_clear_other(struct calibration *c, struct shared *s, struct bench_error *err)
{
	struct platform_thread *thread;
	double ns[REPEATS];

	s->turn = 0;
	s->rounds = REPEATS;
	if (start(&thread, clear_beside, s, err))
		return -1;
	for (u64 i = 0; i < REPEATS; i++) {
		u64 begin = platform_now();

		loop_clear_few(s, FEW_PAGES);
		ns[i] = (double)(platform_now() - begin) / FEW_PAGES;
		smp_store_release(&s->turn, 2 * i + 1);
		/* @pairs{the other's pages | clear_beside()} */
		while (smp_load_acquire(&s->turn) != 2 * i + 2)
			;
	}
	platform_thread_join(thread);
	calibration_least(&c->clear_other, fast_tenth(ns + 1, REPEATS - 1));
	return 0;
}

/*
 * A line takes as long as a read of what the other CPU has written takes longer than one of what this CPU wrote itself.
 * By turns, so that nobody else wants it: two CPUs that spin on it by compare-and-exchange take it from each other in
 * vain, and on one host that came to 20 ns in one minute and to 30 in the next.
 */
int measure_reads(struct calibration *c, struct bench_error *err)
{
	double own = turns_ns("AwAr"), read = turns_ns("AwBr"), write = turns_ns("AwBrBw");

	if (own < 0 || read < 0 || write < 0)
		return bench_fail(err, "cannot start a second thread");
	calibration_least(&c->transfer, fmax(0.1, read - own));
	calibration_least(&c->read, read);
	calibration_least(&c->write_behind_read, write);
	return 0;
}

static void sleeper(void *arg)
{
	struct shared *s = arg;

	for (u32 i = 0; i < s->rounds; i++) {
		while (READ_ONCE(s->parked) == i)
			platform_park(&s->parked, i);
		WRITE_ONCE(s->woken_at, platform_now());
		fetch_add(&s->go, 1);
	}
}

int measure_wake(struct calibration *c, struct shared *s, struct bench_error *err)
{
	double cost[REPEATS], latency[REPEATS];
	struct platform_thread *thread;

	s->parked = s->go = 0;
	s->rounds = REPEATS;
	if (start(&thread, sleeper, s, err))
		return -1;
	for (u32 i = 0; i < REPEATS; i++) {
		u64 begin, end;

		platform_sleep(300000);		/* it sleeps deeply by then */
		begin = platform_now();
		fetch_add(&s->parked, 1);
		platform_unpark(&s->parked, 1);
		end = platform_now();
		while (READ_ONCE(s->go) != i + 1)
			platform_relax(0);
		cost[i] = (double)(end - begin);
		latency[i] = READ_ONCE(s->woken_at) > end ? (double)(s->woken_at - end) : 0;
	}
	platform_thread_join(thread);
	calibration_least(&c->unpark, stat_median(cost, REPEATS));
	calibration_least(&c->wake, stat_median(latency, REPEATS));
	return 0;
}
