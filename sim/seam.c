// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The third body of platform.h, on the engine, without RCU: threads, waiting, time, memory.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine_internal.h"

static bool slots[PLATFORM_MAX_SLOTS];
static struct sim_thread *parked, **last_parked = &parked;	/* in the order in which they went to sleep */
static const struct platform_listener *listener;

/* --- threads ----------------------------------------------------------------------------------- */

bool sim_slot_take(unsigned int slot)
{
	if (slot >= PLATFORM_MAX_SLOTS || slots[slot])
		return false;
	slots[slot] = true;
	return true;
}

void sim_slot_give(unsigned int slot)
{
	slots[slot] = false;
}

void platform_thread_enter(unsigned int slot)
{
	BUG_ON(!sim.cur || sim.cur->slot < PLATFORM_MAX_SLOTS);
	if (sim.cur->id == SIM_MAIN && !arena.live_pieces && !sim.direct && sim_alone()) {
		sim_forget();
		arena_reset();
		TELL(begins);
	}
	BUG_ON(!sim_slot_take(slot));
	sim.cur->slot = slot;
}

void platform_thread_leave(void)
{
	BUG_ON(sim.cur->slot >= PLATFORM_MAX_SLOTS || platform_in_atomic());
	sim_slot_give(sim.cur->slot);
	sim.cur->slot = PLATFORM_MAX_SLOTS;
}

unsigned int platform_nr_cpus(void)
{
	return sim.user && sim.user->nr_cpus ? sim.user->nr_cpus() : 1;
}

unsigned int platform_nr_nodes(void)
{
	return sim.user && sim.user->nr_nodes ? sim.user->nr_nodes() : 1;
}

unsigned int platform_node(void)
{
	return sim.user->nr_nodes ? sim.user->node() : 0;
}

int platform_pin(int cpu)
{
	if (cpu < -1 || cpu >= (int)platform_nr_cpus())
		return -EINVAL;
	sim.cur->cpu = cpu;
	return 0;
}

int platform_thread_create(struct platform_thread **out, unsigned int slot, int cpu, void (*fn)(void *arg), void *arg)
{
	struct sim_thread *t;

	might_sleep();
	if (cpu < -1 || cpu >= (int)platform_nr_cpus() || !sim_slot_take(slot))
		return -EINVAL;
	t = sim_spawn(slot, cpu, fn, arg);
	if (!t) {
		sim_slot_give(slot);
		return -EAGAIN;
	}
	*out = (struct platform_thread *)t;
	return 0;
}

void platform_thread_join(struct platform_thread *thread)
{
	struct sim_thread *t = (struct sim_thread *)thread;

	might_sleep();
	sim.cur->joins = t;
	sim.cur->where = WHERE;
	while (t->state != SIM_ENDED)
		sim_block(SIM_JOINS);
	t->state = SIM_UNUSED;
}

unsigned int platform_slot(void)
{
	return sim.cur->slot;
}

bool platform_oversubscribed(void)
{
	return sim.user->oversubscribed && sim.user->oversubscribed();
}

void platform_spin_enter(void)
{
	sim.cur->atomic++;
}

void platform_spin_exit(void)
{
	sim.cur->atomic--;
}

bool platform_in_atomic(void)
{
	return sim.cur && (sim.cur->atomic || sim.cur->rcu);
}

/* --- time -------------------------------------------------------------------------------------- */

u64 platform_now(void)
{
	return sim.user->now();
}

void platform_delay(u64 ns)
{
	if (ns)
		sim.user->delay(ns);
}

void platform_sleep(u64 ns)
{
	might_sleep();
	if (ns)
		sim.user->sleep(ns, WHERE);
}

/* --- waiting ----------------------------------------------------------------------------------- */

static void tell_wait(enum platform_wait how, const void *lock, const u32 *word, u32 seen, const u32 *killed)
{
	struct platform_waiting w = { .how = how, .lock = lock, .word = word, .seen = seen, .killed = killed };

	if (listener && listener->wait)
		listener->wait(listener, &w);
}

static void tell_go_on(void)
{
	if (listener && listener->go_on)
		listener->go_on(listener);
}

static bool differs(const u32 *word, u32 seen)
{
	return *(const volatile u32 *)word != seen;
}

/* Wait until another thread lets sim.cur go on. */
static void wait_on(enum sim_state state, const u32 *word, u32 seen, const void *lock, const void *where)
{
	struct sim_thread *self = sim.cur;

	self->word = word;
	self->seen = seen;
	self->lock = lock;
	self->where = where;
	sim_block(state);
	self->word = NULL;
	TELL(waited, word);
}

/* The caller has read *killed just before; a kill that comes after that read is seen here, or wakes it. */
static void park(u32 *word, u32 seen, u32 *killed, const void *lock, const void *where)
{
	might_sleep();
	tell_wait(PLATFORM_PARKED, lock, word, seen, killed);
	TELL(park, word, where);
	if (!differs(word, seen) && !(killed && differs(killed, 0))) {
		sim.cur->next_parked = NULL;
		*last_parked = sim.cur;
		last_parked = &sim.cur->next_parked;
		sim.cur->killed = killed;
		wait_on(SIM_PARKED, word, seen, lock, where);
		sim.cur->killed = NULL;
	}
	if (killed && differs(killed, 0))
		TELL(waited, killed);
	tell_go_on();
}

void platform_park_killable(u32 *word, u32 seen, u32 *killed, const void *lock)
{
	park(word, seen, killed, lock, WHERE);
}

void platform_park_on(u32 *word, u32 seen, const void *lock)
{
	park(word, seen, NULL, lock, WHERE);
}

void platform_park(u32 *word, u32 seen)
{
	park(word, seen, NULL, word, WHERE);
}

void sim_parked_forget(void)
{
	parked = NULL;
	last_parked = &parked;
}

/* Stores outside the arena are not seen, so the storing thread calls this. */
static void unspin(const u32 *word)
{
	struct sim_thread *t;

	for (unsigned int i = 0; i < sim.nr_threads; i++)
		if ((t = sim_thread(i)) && t->state == SIM_SPINS && t->word == word && differs(word, t->seen))
			sim_wake(t);
}

/* Take at most @nr threads that are parked on @word off the list.  @return the first, linked by next_parked */
static struct sim_thread *take_parked(const u32 *word, unsigned int nr)
{
	struct sim_thread *taken = NULL, **end = &taken;

	for (struct sim_thread **at = &parked, *t; nr && (t = *at);) {
		if (t->word != word && t->killed != word) {
			at = &t->next_parked;
			continue;
		}
		*at = t->next_parked;
		if (last_parked == &t->next_parked)
			last_parked = at;
		t->next_parked = NULL;
		*end = t;
		end = &t->next_parked;
		nr--;
	}
	return taken;
}

/* First off the list, then woken: a wake may cost the waker time, in which other threads park and unpark. */
void platform_unpark(u32 *word, unsigned int nr)
{
	struct sim_thread *t, *next;

	TELL(unpark, word, nr, WHERE);
	if (!arena_has(word))
		unspin(word);
	for (t = take_parked(word, nr); t; t = next) {
		next = t->next_parked;
		TELL(unparks, t);
		sim_wake(t);
	}
}

void platform_relax(unsigned int turn)
{
	sim.cur->spins++;
	if (sim.direct)
		sim_fail("spins for another thread, and there is none");
	sim.cur->where = WHERE;
	sim.user->relax(turn, WHERE);
}

static void relax_for(const u32 *word, u32 seen, const void *lock, const void *where)
{
	sim.cur->spins++;
	tell_wait(PLATFORM_SPINS, lock, word, seen, NULL);
	TELL(spin, word, where);
	if (!differs(word, seen))
		wait_on(SIM_SPINS, word, seen, lock, where);
	tell_go_on();
}

void platform_relax_for(unsigned int turn, const u32 *word, u32 seen, const void *lock)
{
	(void)turn;
	relax_for(word, seen, lock, WHERE);
}

void platform_relax_on(unsigned int turn, const u32 *word, u32 seen)
{
	(void)turn;
	relax_for(word, seen, word, WHERE);
}

struct spin_node *platform_spin_node(unsigned int slot)
{
	return (struct spin_node *)ARENA_NODES + slot;
}

u64 platform_spins(void)
{
	return sim.cur->spins;
}

void platform_membarrier(void)
{
	TELL(membarrier, WHERE);
}

/* --- memory ------------------------------------------------------------------------------------ */

void *platform_alloc(size_t size, size_t align, enum platform_mem mem)
{
	void *p = arena_alloc(sim.cur->id, size, align, WHERE);

	if (p)
		TELL(allocated, p, size, mem, WHERE);
	return p;
}

void platform_free(void *p, size_t size, enum platform_mem mem)
{
	if (!p)
		return;
	if (listener && listener->gone)
		listener->gone(listener, p);
	TELL(freed, p, size, mem, WHERE);
	arena_free(sim.cur->id, p, size, WHERE);
}

bool platform_recycles(void)
{
	return arena.recycle;	/* if false, arena_free() gets each freed object, and a later use is found */
}

void platform_memory_off(void *p, size_t size)
{
	TELL(frame_off, p, size, WHERE);
	arena_set_state(p, size, ARENA_OFF);
}

void platform_memory_on(void *p, size_t size)
{
	arena_set_state(p, size, ARENA_FINE);
	TELL(frame_on, p, size, WHERE);
}

void platform_clear_page(void *page)
{
	if (sim.user->clear_page) {
		sim.user->clear_page(page, WHERE);
	} else {
		arena_log(page, PAGE_SIZE);
		__real_memset(page, 0, PAGE_SIZE);
	}
}

void platform_copy_page(void *to, const void *from)
{
	if (sim.user->copy_page) {
		sim.user->copy_page(to, from, WHERE);
	} else {
		arena_log(to, PAGE_SIZE);
		__real_memcpy(to, from, PAGE_SIZE);
	}
}

void platform_flush_notice(const u64 *slots_mask, unsigned int words)
{
	TELL(flush, slots_mask, words, WHERE);
}

/* --- who listens, and the end ------------------------------------------------------------------ */

void platform_listen(const struct platform_listener *l)
{
	listener = l;
}

void platform_objects(const void *p, const char *what, size_t size, size_t nr)
{
	arena_name(p, what, size, nr);
	if (listener && listener->objects)
		listener->objects(listener, p, what, size, nr);
}

void platform_bug(const char *file, int line, const char *what)
{
	if (sim.cur)
		sim.cur->where = WHERE;
	if (sim.user)
		sim_fail("BUG: %s:%d: %s", file, line, what);
	fprintf(stderr, "BUG: %s:%d: %s\n", file, line, what);
	abort();
}
