// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Threads that are directed step by step.
 */
#define _GNU_SOURCE
#include "tests/common/actor.h"

#include "common/sync/atomic.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { IDLE, ORDERED, ACTING, LEAVE };

/* Not platform_park(): who is held may hold a spinlock or be inside RCU. */
static void sleep_on(u32 *word, u32 seen, long ns)
{
	struct timespec limit = { .tv_nsec = ns };

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, ns ? &limit : NULL, NULL, 0);
}

static void wake(u32 *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void tell(struct stage *s)
{
	fetch_add_release(&s->news, 1);
	wake(&s->news);
}

void stage_wait(struct stage *s)
{
	/* Short: that an actor has gone to sleep is no news, it is seen by looking. */
	sleep_on(&s->news, smp_load_acquire(&s->news), 50000);
}

/* Runs on the actor.  It may hold locks or be inside RCU: it must not park. */
static void hit(const struct probe *probe, struct task *t, enum probe_point point,
		unsigned long addr)
{
	struct stage *s = container_of(probe, struct stage, probe);
	struct actor *a;

	(void)addr;
	if (t->slot < 1 || t->slot > NR_ACTORS)
		return;
	a = &s->actor[t->slot - 1];
	if (READ_ONCE(a->state) != ACTING)
		return;
	smp_store_release(&a->seen, READ_ONCE(a->seen) | 1ULL << point);
	if (READ_ONCE(a->hold_at) != point)
		return;
	WRITE_ONCE(a->hold_at, NOWHERE);
	WRITE_ONCE(a->go, 0);
	smp_store_release(&a->held, 1 + point);
	tell(s);
	while (!smp_load_acquire(&a->go))
		sleep_on(&a->go, 0, 0);
	smp_store_release(&a->held, 0);
	tell(s);
}

static void actor_main(void *arg)
{
	struct actor *a = arg;
	u32 state;

	prctl(PR_SET_TIMERSLACK, 1);	/* naps end when they should */
	a->tid = (int)syscall(SYS_gettid);
	for (;;) {
		while ((state = smp_load_acquire(&a->state)) == IDLE)
			platform_park(&a->state, IDLE);
		if (state == LEAVE)
			break;
		smp_store_release(&a->state, ACTING);
		mm_attach(world_task(a->stage->m->world, a->slot), a->stage->m->mm);
		a->job(a, a->arg);
		mm_detach(world_task(a->stage->m->world, a->slot));
		smp_store_release(&a->state, IDLE);
		tell(a->stage);
	}
}

void stage_begin(struct stage *s, struct mm_test *m)
{
	memset(s, 0, sizeof(*s));
	s->m = m;
	s->probe.hit = hit;
	check(m->world->config.nr_tasks > NR_ACTORS, "the world has too few tasks");
	for (unsigned int i = 0; i < NR_ACTORS; i++) {
		struct actor *a = &s->actor[i];

		a->stage = s;
		a->slot = i + 1;
		a->hold_at = NOWHERE;
		check(!platform_thread_create(&a->thread, a->slot, -1, actor_main, a),
		      "no thread for an actor");
	}
	prctl(PR_SET_TIMERSLACK, 1);
	WRITE_ONCE(m->world->probe, &s->probe);
}

void stage_end(struct stage *s)
{
	WRITE_ONCE(s->m->world->probe, NULL);
	for (unsigned int i = 0; i < NR_ACTORS; i++) {
		struct actor *a = &s->actor[i];

		actor_finish(a);
		smp_store_release(&a->state, LEAVE);
		platform_unpark(&a->state, 1);
		platform_thread_join(a->thread);
	}
}

void actor_begin(struct actor *a, enum probe_point hold_at,
		 void (*job)(struct actor *a, void *arg), void *arg)
{
	check(actor_is_done(a), "the actor is still at its last job");
	a->job = job;
	a->arg = arg;
	WRITE_ONCE(a->seen, 0);
	WRITE_ONCE(a->held, 0);
	WRITE_ONCE(a->hold_at, hold_at);
	smp_store_release(&a->state, ORDERED);
	platform_unpark(&a->state, 1);
}

bool actor_is_held(const struct actor *a)
{
	return smp_load_acquire(&a->held);
}

enum probe_point actor_held_at(const struct actor *a)
{
	u32 held = smp_load_acquire(&a->held);

	return held ? held - 1 : NOWHERE;
}

bool actor_is_done(const struct actor *a)
{
	return smp_load_acquire(&a->state) == IDLE;
}

bool actor_has_seen(const struct actor *a, enum probe_point point)
{
	return smp_load_acquire(&a->seen) >> point & 1;
}

/* The letter after the name in parentheses: S is asleep, and may be woken. */
static char system_state(int tid)
{
	char path[64], text[256], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return '?';
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	p = strrchr(text, ')');
	return p && p[1] ? p[2] : '?';
}

bool actor_is_asleep(const struct actor *a)
{
	/* Held is a nap of its own: asked before and after. */
	if (READ_ONCE(a->state) != ACTING || actor_is_held(a) || system_state(a->tid) != 'S')
		return false;
	return READ_ONCE(a->state) == ACTING && !actor_is_held(a);
}

void actor_release(struct actor *a, enum probe_point next)
{
	WRITE_ONCE(a->hold_at, next);
	if (!actor_is_held(a))
		return;
	/* Until it has left: or it could be taken for held, or asleep, once more. */
	smp_store_release(&a->go, 1);
	wake(&a->go);
	while (actor_is_held(a) && READ_ONCE(a->go))
		stage_wait(a->stage);
}

bool actor_wait_settled(struct actor *a)
{
	while (!actor_is_held(a) && !actor_is_done(a) && !actor_is_asleep(a))
		stage_wait(a->stage);
	return actor_is_held(a);
}

void actor_finish(struct actor *a)
{
	while (!actor_is_done(a)) {
		/* Each time: it may have been on its way into being held. */
		actor_release(a, NOWHERE);
		stage_wait(a->stage);
	}
}
