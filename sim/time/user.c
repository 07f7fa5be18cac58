/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The simulated machine's functions for the engine: threads, time, waiting, events.
 */
#include "sim/time/clock.h"
#include "sim/time/user.h"

struct timed *user_by_slot[PLATFORM_MAX_SLOTS];

/*
 * Stores of code without hooks are not seen, so a thread that spins on its words looks again at this
 * interval.
 */
#define POLL_PS	(1000 * PS_PER_NS)

static struct timed *cur(void)
{
	return timing.cur;
}

/* --- threads ----------------------------------------------------------------------------------- */

static void created(struct sim_thread *thread)
{
	struct timed *t = (struct timed *)thread;

	if (thread->id == SIM_MAIN) {
		timing.cur = t;
		t->seat = seat_of_cpu(0);
		clock_use_seat(t->seat);
		timing.horizon = ~0ULL;
		return;
	}
	t->clock = clock_now();
	t->aside = false;
	t->ahead = 0;
	if (thread->id == SIM_RCU) {
		t->seat = seat_of_cpu(0);
		event_add(t->clock, EVENT_THREAD + thread->id);
		return;
	}
	t->bound = true;
	timing.nr_bound++;
	timing.active = true;
	t->slot = thread->slot;
	user_by_slot[t->slot] = t;
	seat_ready(t, t->clock);
}

void time_aside(bool aside)
{
	cur()->aside = aside;
}

/* The time from being woken to running. */
static u64 wake_time(enum sim_state why)
{
	return why == SIM_PARKED || why == SIM_SLEEPS || why == SIM_AWAITS_RCU ? timing.n[MACHINE_WAKE] : 0;
}

static void account(const struct timed *t, u64 now)
{
	u64 since = t->blocked_at < who_began() ? who_began() : t->blocked_at, ps = now > since ? now - since : 0;

	if (t->why == SIM_PARKED)
		waited(t, WHO_SLEEP, t->thread.lock, ps);
	else if (t->why == SIM_AWAITS_RCU && t->thread.id != SIM_RCU)
		waited(t, WHO_GRACE, NULL, ps);
	else if (t->why == SIM_SPINS)
		waited(t, WHO_SPIN, arena_has(t->thread.lock) ? t->thread.lock : NULL, ps);
}

static void ready(struct sim_thread *thread)
{
	struct timed *t = (struct timed *)thread;
	u64 now = clock_now(), when = now + (t->bound ? wake_time(t->why) : 0);

	if (t->why == SIM_SPINS) {
		if (t->clock < now)
			t->clock = now;
		account(t, t->clock);
		if (t->queued)
			return;
		if (t->clock < t->seat->handles_until) {
			waited(t, WHO_FLUSH, NULL, t->seat->handles_until - t->clock);
			t->clock = t->seat->handles_until;
		}
		seat_works(t->seat, true);
		event_add(t->clock, EVENT_THREAD + thread->id);
		return;
	}
	account(t, when);
	if (t->clock < when)
		t->clock = when;
	if (t->bound)
		seat_ready(t, when);
	else
		event_add(t->clock, EVENT_THREAD + thread->id);
}

void clock_spinner_wake(struct timed *t, u64 now)
{
	/* It looks once per turn, and is at a random point within a turn. */
	u64 when = now + (timing.n[MACHINE_PAUSE] * clock_random() >> 32);

	if (t->clock < when) {
		t->thread.spins += (when - t->clock) / (timing.n[MACHINE_PAUSE] + 1);
		t->clock = when;
	}
	sim_wake(&t->thread);
}

static void poll_spinner(struct timed *t, u64 now)
{
	/* Perhaps the engine was told of the store, and let it go on. */
	if (t->thread.state != SIM_SPINS || arena_has(t->thread.word))
		return;
	if (sim_can_run(&t->thread))
		clock_spinner_wake(t, now);
	else
		event_add(now + POLL_PS, EVENT_POLL + t->thread.id);
}

/* Link the spinning thread @a t to the line of its word, so that a store there wakes it. */
static void begin_spin(struct timed *t)
{
	struct line *l;

	if (t->bound)
		seat_spins(t->seat);
	if (!arena_has(t->thread.word)) {
		event_add(timing.clock + POLL_PS, EVENT_POLL + t->thread.id);
		return;
	}
	l = &timing.line[arena_line_nr(t->thread.word)];
	t->next_waiter = l->waiter;
	l->waiter = (u16)(t->thread.id + 1);
}

static struct sim_thread *next(void)
{
	struct timed *self = cur(), *t;

	self->clock = timing.clock;
	self->why = self->thread.state;
	self->blocked_at = timing.clock;
	stores_settle_seat(self->seat);
	if (self->why == SIM_SPINS)
		begin_spin(self);
	else if (self->bound)
		seat_leave(self, timing.clock);
	t = clock_next();
	return t ? &t->thread : NULL;
}

static void ended(void)
{
	if (!cur()->bound)
		return;
	user_by_slot[cur()->slot] = NULL;
	stores_settle_seat(cur()->seat);
	if (!--timing.nr_bound)
		timing.active = false;
}

/* --- time -------------------------------------------------------------------------------------- */

static u64 now_ns(void)
{
	return timing.clock / PS_PER_NS;
}

/* It stands for work, such as entering and leaving a fault, which takes longer while the core's other thread works. */
static void delay(u64 ns)
{
	timing_work((u64)((double)(ns * PS_PER_NS) * timing.seat->share));
}

static void sleep_for(u64 ns, const void *where)
{
	struct timed *self = cur();

	self->thread.where = where;
	if (timing.active)
		timing_work(timing.n[MACHINE_PARK]);
	event_add(timing.clock + ns * PS_PER_NS, EVENT_TIMER + self->thread.id);
	sim_block(SIM_SLEEPS);
}

/* Threads that sleep need no CPU. */
static bool oversubscribed(void)
{
	return timing.nr_queued;
}

static unsigned int nr_cpus(void)
{
	return timing.nr_seats;
}

static unsigned int nr_nodes(void)
{
	return (unsigned int)(timing.n[MACHINE_SOCKETS] * timing.n[MACHINE_NODES_PER_SOCKET]);
}

/* A socket's cores are divided among its nodes in their order. */
static unsigned int node(void)
{
	return (unsigned int)(timing.seat->core * nr_nodes() / timing.nr_cores);
}

/* --- waiting ----------------------------------------------------------------------------------- */

static void relax(unsigned int turn, const void *where)
{
	(void)turn;
	(void)where;
	timing_work(timing.n[MACHINE_PAUSE]);
	clock_in_order();
}

static void spin(const u32 *word, const void *where)
{
	(void)word;
	(void)where;
	timing_work(timing.n[MACHINE_PAUSE]);
}

/* Read the word on the way to sleep, in order with the other threads' stores. */
static void park(const u32 *word, const void *where)
{
	(void)word;
	(void)where;
	if (!timing.active)
		return;
	if (timing.seat->stores)
		stores_drain();
	time_counts.parks++;
	timing_work(timing.n[MACHINE_PARK]);
	clock_in_order();
}

/* Waking locks the futex's bucket, which is a full barrier. */
static void unpark(const u32 *word, unsigned int nr, const void *where)
{
	(void)word;
	(void)nr;
	(void)where;
	if (timing.active && timing.seat->stores)
		stores_drain();
}

/* Each wake costs the waker time; the sleeper runs later still. */
static void unparks(struct sim_thread *t)
{
	(void)t;
	if (timing.active)
		timing_work(timing.n[MACHINE_UNPARK]);
}

/* --- events ------------------------------------------------------------------------------------ */

void user_handle(u32 id, u64 now)
{
	if (id < EVENT_SLICE)
		stores_arrived(&timing.seats[id - EVENT_STORES], now);
	else if (id < EVENT_TIMER)
		seat_slice(&timing.seats[id - EVENT_SLICE], now);
	else if (id < EVENT_GRACE)
		sim_wake(sim_thread(id - EVENT_TIMER));
	else if (id < EVENT_POLL)
		user_gp_over(id - EVENT_GRACE);
	else
		poll_spinner((struct timed *)sim_thread(id - EVENT_POLL), now);
}

void user_restart(void)
{
	struct timed *t;

	user_forget_callbacks();
	for (unsigned int i = 0; i < sim.nr_threads; i++)
		if ((t = (struct timed *)sim_thread(i))) {
			t->clock = 0;
			t->seat = seat_of_cpu(0);
		}
}

const struct sim_user time_user = {
	.name = "time",
	.thread_size = sizeof(struct timed),
	.created = created,
	.ready = ready,
	.next = next,
	.begins = time_restart,
	.ended = ended,
	.now = now_ns,
	.delay = delay,
	.sleep = sleep_for,
	.oversubscribed = oversubscribed,
	.nr_cpus = nr_cpus,
	.nr_nodes = nr_nodes,
	.node = node,
	.relax = relax,
	.spin = spin,
	.park = park,
	.unpark = unpark,
	.unparks = unparks,
	.rcu_lock = user_rcu,
	.rcu_unlock = user_rcu,
	.gp_begins = user_gp_begins,
	.gp_done = user_gp_done,
	.call_rcu = user_call_rcu,
	.callback = user_callback,
	.callbacks_done = user_callback_over,
	.membarrier = user_membarrier,
	.allocated = user_allocated,
	.freed = user_freed,
	.clear_page = user_clear_page,
	.copy_page = user_copy_page,
	.flush = user_flush,
};
