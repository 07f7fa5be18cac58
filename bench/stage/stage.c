// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Threads that are directed step by step.
 */
#define _GNU_SOURCE
#include "bench/stage/stage.h"

#include "common/mm/mm.h"
#include "common/sync/atomic.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { IDLE, ORDERED, ACTING, LEAVE };

/* Not platform_park(): a held actor may hold a spinlock or be inside RCU. */
static void sleep_on(u32 *word, u32 seen, long ns)
{
	struct timespec limit = { .tv_nsec = ns };

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, ns ? &limit : NULL, NULL, 0);
}

static void wake(u32 *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/*
 * A fence orders the news before the look at whether the director sleeps, since a read-modify-write alone
 * may let a later plain load pass its store.  The director stores that it sleeps, then looks for news.
 * One of the two sees the other, so the director never sleeps through news.
 * @pairs{what is new before it is told | stage_wait()} @pairs{news against sleep | stage_wait()}
 */
static void tell(struct stage *s)
{
	fetch_add_release(&s->news, 1);
	smp_mb();
	if (READ_ONCE(s->asleep))
		wake(&s->news);
}

void stage_wait(struct stage *s)
{
	/* @pairs{what is new before it is told | tell()} */
	u32 news = smp_load_acquire(&s->news);

	/* There is news since the last turn, perhaps since the caller looked, so it must look again. */
	if (news != s->heard) {
		s->heard = news;
		return;
	}
	/* @pairs{news against sleep | tell()} */
	WRITE_ONCE(s->asleep, 1);
	smp_mb();
	/*
	 * Sleep only briefly: a change that a spinning actor waits for makes no news, so the director
	 * must look.
	 */
	sleep_on(&s->news, news, 50000);
	WRITE_ONCE(s->asleep, 0);
}

/* The actor with that slot if it is in the middle of a job. */
static struct actor *acting(struct stage *s, unsigned int slot)
{
	struct actor *a;

	if (slot < 1 || slot > NR_ACTORS)
		return NULL;
	a = &s->actor[slot - 1];
	return READ_ONCE(a->state) == ACTING ? a : NULL;
}

/*
 * Runs on the actor.  It may hold locks or be inside RCU: it must not park.
 * @pairs{what came before a probe before it is seen | actor_has_seen()}
 * @pairs{what came before a probe before the actor is held | actor_is_held(), actor_held_at()}
 * @pairs{where to stop next before going on | actor_release()}
 */
static void hit(const struct probe *probe, struct task *t, enum probe_point point,
		unsigned long addr)
{
	struct stage *s = container_of(probe, struct stage, probe);
	struct actor *a = acting(s, t->slot);

	(void)addr;
	if (!a)
		return;
	smp_store_release(&a->seen, READ_ONCE(a->seen) | 1ULL << point);
	if (!(READ_ONCE(a->hold_at) >> point & 1))
		return;
	WRITE_ONCE(a->hold_at, 0);
	WRITE_ONCE(a->go, 0);
	WRITE_ONCE(a->in_rcu, platform_rcu_read_held());
	smp_store_release(&a->held, 1 + point);
	tell(s);
	while (!smp_load_acquire(&a->go))
		sleep_on(&a->go, 0, 0);
	smp_store_release(&a->held, 0);
	tell(s);
}

/* --- waiting; wait() and go_on() run on the actor ---------------------------------------- */

static void wait(const struct platform_listener *l, const struct platform_waiting *w)
{
	struct stage *s = container_of(l, struct stage, listener);
	struct actor *a = acting(s, platform_slot());

	if (!a)
		return;
	WRITE_ONCE(a->wait_how, w->how);
	WRITE_ONCE(a->wait_lock, w->lock);
	WRITE_ONCE(a->wait_word, w->word);
	WRITE_ONCE(a->wait_seen, w->seen);
	WRITE_ONCE(a->wait_killed, w->killed);
	WRITE_ONCE(a->in_rcu, platform_rcu_read_held());
	/* @pairs{what it waits for | look_at_wait(), someone_is_in_rcu()} */
	smp_store_release(&a->waits, READ_ONCE(a->waits) + 1);
	if (w->how != PLATFORM_SPINS)
		tell(s);
}

static void go_on(const struct platform_listener *l)
{
	struct stage *s = container_of(l, struct stage, listener);
	struct actor *a = acting(s, platform_slot());

	/*
	 * A full barrier: nobody sees a later step of the actor without seeing this.
	 * @pairs{the end of a wait before any later step | look_at_wait()}
	 */
	if (a && (READ_ONCE(a->waits) & 1))
		fetch_add(&a->waits, 1);
}

/* @pairs{what it waits for | wait()} */
static bool someone_is_in_rcu(const struct actor *but)
{
	for (unsigned int i = 0; i < NR_ACTORS; i++) {
		const struct actor *a = &but->stage->actor[i];

		if (a != but && READ_ONCE(a->in_rcu) &&
		    (actor_is_held(a) || smp_load_acquire(&a->waits) & 1))
			return true;
	}
	return false;
}

/*
 * The number of the wait that the actor is in and cannot leave by itself; 0: none.  The number was the
 * same before and after we read the word, so the actor was waiting at that moment.  The word may be on a
 * stack that is about to be left: not for a sanitizer.
 * @pairs{what it waits for | wait()} @pairs{the end of a wait before any later step | go_on()}
 */
static __attribute__((no_sanitize("address"))) u32 look_at_wait(const struct actor *a, struct platform_waiting *w)
{
	u32 nr = smp_load_acquire(&a->waits);

	if (!(nr & 1))
		return 0;
	w->how = READ_ONCE(a->wait_how);
	w->lock = READ_ONCE(a->wait_lock);
	w->word = READ_ONCE(a->wait_word);
	w->seen = READ_ONCE(a->wait_seen);
	w->killed = READ_ONCE(a->wait_killed);
	smp_rmb();
	if (READ_ONCE(a->waits) != nr)
		return 0;
	if (w->how == PLATFORM_AWAITS_RCU ? !someone_is_in_rcu(a) : READ_ONCE(*w->word) != w->seen)
		return 0;
	if (w->killed && READ_ONCE(*w->killed))
		return 0;
	smp_rmb();
	return READ_ONCE(a->waits) == nr ? nr : 0;
}

bool actor_waits(const struct actor *a, struct platform_waiting *w)
{
	struct platform_waiting mine;

	return READ_ONCE(a->state) == ACTING && look_at_wait(a, w ? w : &mine);
}

/* --- actors ----------------------------------------------------------------------------------- */

/*
 * @pairs{a job before its order | actor_begin()} @pairs{the end of a job | actor_is_done()}
 * @pairs{the last job before leave is given | actor_leave()}
 */
static void actor_main(void *arg)
{
	struct actor *a = arg;
	u32 state;

	prctl(PR_SET_TIMERSLACK, 1);	/* naps end when they should */
	for (;;) {
		while ((state = smp_load_acquire(&a->state)) == IDLE)
			platform_park(&a->state, IDLE);
		if (state == LEAVE)
			break;
		smp_store_release(&a->state, ACTING);
		mm_attach(world_task(a->stage->world, a->slot), *a->stage->mm);
		a->job(a, a->arg);
		mm_detach(world_task(a->stage->world, a->slot));
		smp_store_release(&a->state, IDLE);
		tell(a->stage);
	}
}

/* @pairs{the last job before leave is given | actor_main()} */
static void actor_leave(struct actor *a)
{
	actor_finish(a);
	smp_store_release(&a->state, LEAVE);
	platform_unpark(&a->state, 1);
	platform_thread_join(a->thread);
}

int stage_begin(struct stage *s, struct world *world, struct mm **mm,
		const struct platform_listener *tools)
{
	/*
	 * All on one CPU: one acts and the others wait, so a hand-over is a switch there, and not
	 * an interrupt to a CPU that has gone to sleep.  Other processes' stages stand on other CPUs.
	 */
	int cpu = getpid() % (int)platform_nr_cpus();
	int err;

	if (world->config.nr_tasks <= NR_ACTORS)
		return -EINVAL;
	memset(s, 0, sizeof(*s));
	s->world = world;
	s->mm = mm;
	s->probe.hit = hit;
	if (tools) {
		s->listener.objects = tools->objects;
		s->listener.gone = tools->gone;
	}
	s->listener.wait = wait;
	s->listener.go_on = go_on;
	platform_listen(&s->listener);
	for (unsigned int i = 0; i < NR_ACTORS; i++) {
		struct actor *a = &s->actor[i];

		a->stage = s;
		a->slot = i + 1;
		err = platform_thread_create(&a->thread, a->slot, cpu, actor_main, a);
		if (err) {
			while (i)
				actor_leave(&s->actor[--i]);
			platform_listen(tools);
			return err;
		}
	}
	platform_pin(cpu);
	prctl(PR_SET_TIMERSLACK, 1);
	WRITE_ONCE(world->probe, &s->probe);
	return 0;
}

void stage_end(struct stage *s)
{
	WRITE_ONCE(s->world->probe, NULL);
	for (unsigned int i = 0; i < NR_ACTORS; i++)
		actor_leave(&s->actor[i]);
	platform_listen(NULL);
	platform_pin(-1);
}

static u64 mask_of(enum probe_point point)
{
	return point == ANYWHERE ? ~0ULL >> (64 - NR_PROBE_POINTS) : point == NOWHERE ? 0 : 1ULL << point;
}

/* @pairs{a job before its order | actor_main()} */
void actor_begin(struct actor *a, enum probe_point hold_at,
		 void (*job)(struct actor *a, void *arg), void *arg)
{
	BUG_ON(!actor_is_done(a));	/* still at its last job */
	a->job = job;
	a->arg = arg;
	WRITE_ONCE(a->seen, 0);
	WRITE_ONCE(a->held, 0);
	WRITE_ONCE(a->hold_at, mask_of(hold_at));
	smp_store_release(&a->state, ORDERED);
	platform_unpark(&a->state, 1);
}

/* @pairs{what came before a probe before the actor is held | hit()} */
bool actor_is_held(const struct actor *a)
{
	return smp_load_acquire(&a->held);
}

/* @pairs{what came before a probe before the actor is held | hit()} */
enum probe_point actor_held_at(const struct actor *a)
{
	u32 held = smp_load_acquire(&a->held);

	return held ? held - 1 : NOWHERE;
}

/* @pairs{the end of a job | actor_main()} */
bool actor_is_done(const struct actor *a)
{
	return smp_load_acquire(&a->state) == IDLE;
}

/* @pairs{what came before a probe before it is seen | hit()} */
bool actor_has_seen(const struct actor *a, enum probe_point point)
{
	return smp_load_acquire(&a->seen) >> point & 1;
}

void actor_release(struct actor *a, enum probe_point next)
{
	WRITE_ONCE(a->hold_at, mask_of(next));
	if (!actor_is_held(a))
		return;
	/*
	 * Wait until it has left, since otherwise it could look held once more.
	 * @pairs{where to stop next before going on | hit()}
	 */
	smp_store_release(&a->go, 1);
	wake(&a->go);
	while (actor_is_held(a) && READ_ONCE(a->go))
		stage_wait(a->stage);
}

void actor_hold_at_any(struct actor *a, u64 points)
{
	WRITE_ONCE(a->hold_at, points);
}

bool actor_wait_settled(struct actor *a)
{
	while (!actor_is_held(a) && !actor_is_done(a) && !actor_waits(a, NULL))
		stage_wait(a->stage);
	return actor_is_held(a);
}

/* Held, done, or in the same wait as @nr says (0: in any, whose number is put there). */
static bool is_settled(const struct actor *a, u32 *nr)
{
	struct platform_waiting w;
	u32 now;

	if (actor_is_held(a) || actor_is_done(a))
		return true;
	now = READ_ONCE(a->state) == ACTING ? look_at_wait(a, &w) : 0;
	if (!now || (*nr && now != *nr))
		return false;
	*nr = now;
	return true;
}

void actors_wait_settled(struct actor *a, struct actor *b)
{
	for (;; stage_wait(a->stage)) {
		u32 wait_a = 0, wait_b = 0;

		/*
		 * If a is in one and the same wait before and after we look at b, it waited all the time
		 * between and did nothing that b waits for.
		 */
		if (is_settled(a, &wait_a) && is_settled(b, &wait_b) && is_settled(a, &wait_a))
			return;
	}
}

void actor_finish(struct actor *a)
{
	while (!actor_is_done(a)) {
		/* Release it each time, since it may have been about to be held. */
		actor_release(a, NOWHERE);
		stage_wait(a->stage);
	}
}
