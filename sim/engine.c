// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Threads: made, run, blocked, woken, forgotten.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine_internal.h"

struct sim sim;

static struct sim_thread *threads[SIM_MAX_THREADS];
static struct sim_thread *previous;	/* the thread that switched to the running one */

struct sim_thread *sim_thread(unsigned int id)
{
	return id < SIM_MAX_THREADS ? threads[id] : NULL;
}

static size_t thread_size(void)
{
	return max_ul(sim.user->thread_size, sizeof(struct sim_thread));
}

static struct sim_thread *thread_get(unsigned int id)
{
	if (!threads[id])
		threads[id] = calloc(1, thread_size());
	if (threads[id] && sim.nr_threads <= id)
		sim.nr_threads = id + 1;
	return threads[id];
}

static void thread_begins(struct sim_thread *t, unsigned int id)
{
	t->id = id;
	t->state = SIM_READY;
	sim.user->created(t);
}

void sim_use(const struct sim_user *user)
{
	struct sim_thread *t;
	int err = arena_init();

	if (err)
		platform_bug(__FILE__, __LINE__, "the simulated memory's addresses cannot be had");
	BUG_ON(sim.user);
	sim.user = user;
	t = thread_get(SIM_MAIN);
	BUG_ON(!t);
	t->slot = PLATFORM_MAX_SLOTS;
	t->cpu = -1;
	sim.cur = t;
	thread_begins(t, SIM_MAIN);
}

/* Code without hooks may have changed a word unseen: wake spinners whose word differs. */
static bool wake_spinners(void)
{
	bool any = false;

	for (unsigned int i = 0; i < sim.nr_threads; i++) {
		if (!threads[i] || threads[i]->state != SIM_SPINS || !sim_can_run(threads[i]))
			continue;
		sim_wake(threads[i]);
		any = true;
	}
	return any;
}

/* The thread that runs when sim.cur cannot. */
static struct sim_thread *next_thread(void)
{
	struct sim_thread *next = sim.direct ? NULL : sim.user->next();

	if (!next && !sim.direct && wake_spinners())
		next = sim.user->next();
	if (!next)
		sim_fail("nothing can go on: every thread waits for another");
	return next;
}

static void fiber_main(void)
{
	struct sim_thread *self = sim.cur, *next, *t;

	fiber_entered(&previous->fiber, &self->fiber);
	self->fn(self->arg);

	BUG_ON(platform_in_atomic());
	if (self->slot < PLATFORM_MAX_SLOTS)
		platform_thread_leave();
	self->state = SIM_ENDED;
	TELL(ended);
	for (unsigned int i = 0; i < sim.nr_threads; i++)
		if ((t = threads[i]) && t->state == SIM_JOINS && t->joins == self)
			sim_wake(t);
	next = next_thread();
	next->state = SIM_READY;
	previous = self;
	sim.cur = next;
	fiber_switch(&self->fiber, &next->fiber, true);
	__builtin_unreachable();
}

struct sim_thread *sim_thread_make(unsigned int id, unsigned int slot, int cpu, void (*fn)(void *arg), void *arg)
{
	struct sim_thread *t;
	size_t size;
	void *stack;

	/* A thread that has ended keeps its number while its handle is still in use. */
	while (id < SIM_MAX_THREADS && threads[id] && threads[id]->state != SIM_UNUSED)
		id++;
	t = id < SIM_MAX_THREADS ? thread_get(id) : NULL;
	stack = t ? arena_stack(id, &size) : NULL;
	if (!stack)
		return NULL;
	__real_memset(t, 0, thread_size());
	t->slot = slot;
	t->cpu = cpu;
	t->fn = fn;
	t->arg = arg;
	fiber_init(&t->fiber, stack, size, fiber_main);
	thread_begins(t, id);
	return t;
}

struct sim_thread *sim_spawn(unsigned int slot, int cpu, void (*fn)(void *arg), void *arg)
{
	return sim_thread_make(slot + 2, slot, cpu, fn, arg);
}

void sim_go(struct sim_thread *t)
{
	struct sim_thread *self = sim.cur;

	t->state = SIM_READY;
	if (t == self)
		return;
	previous = self;
	sim.cur = t;
	fiber_switch(&self->fiber, &t->fiber, false);
}

void sim_block(enum sim_state state)
{
	sim.cur->state = state;
	sim_go(next_thread());
}

void sim_wake(struct sim_thread *t)
{
	t->state = SIM_READY;
	sim.user->ready(t);
}

bool sim_alone(void)
{
	for (unsigned int i = 0; i < sim.nr_threads; i++)
		if (threads[i] && i != sim.cur->id && i != SIM_RCU && threads[i]->state != SIM_UNUSED)
			return false;
	return true;
}

void sim_forget(void)
{
	BUG_ON(sim.cur->id != SIM_MAIN);
	for (unsigned int i = SIM_RCU; i < sim.nr_threads; i++) {
		if (!threads[i] || threads[i]->state == SIM_UNUSED)
			continue;
		if (threads[i]->state != SIM_ENDED && threads[i]->slot < PLATFORM_MAX_SLOTS)
			sim_slot_give(threads[i]->slot);
		threads[i]->state = SIM_UNUSED;
	}
	sim.cur->state = SIM_READY;
	sim.cur->atomic = sim.cur->rcu = 0;
	sim.failing = false;
	sim_rcu_forget();
	sim_parked_forget();
}
