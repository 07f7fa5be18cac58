/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The simulated machine's functions for the engine: threads, time, waiting, and the cost of grace
 * periods and flushes.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/time/clock.h"

static struct timed *by_slot[PLATFORM_MAX_SLOTS];
static struct sim_gp *grace[SIM_MAX_THREADS];	/* by waiter: readers have left, but its time is not over */

/* Like the kernel's, callbacks run where they were queued: this holds their seats, in the engine's order. */
static struct {
	u16 *seat;
	u32 head, nr, size;	/* a ring */
	u64 since;		/* when the running one began */
	struct seat *at;
} callbacks;

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
	if (thread->id == SIM_RCU) {
		t->seat = seat_of_cpu(0);
		event_add(t->clock, EVENT_THREAD + thread->id);
		return;
	}
	t->bound = true;
	timing.nr_bound++;
	timing.active = true;
	t->slot = thread->slot;
	by_slot[t->slot] = t;
	seat_ready(t, t->clock);
}

/* The time from being woken to running. */
static u64 wake_time(enum sim_state why)
{
	return why == SIM_PARKED || why == SIM_SLEEPS || why == SIM_AWAITS_RCU ? timing.n[MACHINE_WAKE] : 0;
}

static void account(const struct timed *t, u64 now)
{
	u64 since = t->blocked_at < who_began() ? who_began() : t->blocked_at, waited = now > since ? now - since : 0;

	if (t->why == SIM_PARKED)
		who_waited(WHO_SLEEP, t->thread.lock, waited);
	else if (t->why == SIM_AWAITS_RCU)
		who_waited(WHO_GRACE, NULL, waited);
	else if (t->why == SIM_SPINS)
		who_waited(WHO_SPIN, arena_has(t->thread.lock) ? t->thread.lock : NULL, waited);
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
	by_slot[cur()->slot] = NULL;
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

/* --- RCU --------------------------------------------------------------------------------------- */

static void rcu_end(const void *where)
{
	(void)where;
	if (timing.active)
		timing_work(timing.seat->rcu);
}

static void gp_begins(struct sim_gp *gp, const void *where)
{
	(void)where;
	time_counts.grace_periods++;
	gp->own = (void *)(uintptr_t)timing.clock;
}

static void gp_done(struct sim_gp *gp)
{
	u64 at = (u64)(uintptr_t)gp->own + timing.n[MACHINE_GRACE], now = clock_now();

	stores_settle_all();
	if (!timing.active) {
		sim_gp_end(gp);
		return;
	}
	grace[gp->waiter->id] = gp;
	event_add(at < now ? now : at, EVENT_GRACE + gp->waiter->id);
}

static void call_rcu(struct platform_rcu_head *head, const void *where)
{
	(void)head;
	(void)where;
	if (callbacks.nr == callbacks.size) {
		u32 size = callbacks.size ? 2 * callbacks.size : 1024;
		u16 *more = malloc(size * sizeof(*more));

		BUG_ON(!more);
		for (u32 i = 0; i < callbacks.nr; i++)
			more[i] = callbacks.seat[(callbacks.head + i) % callbacks.size];
		free(callbacks.seat);
		callbacks.seat = more;
		callbacks.size = size;
		callbacks.head = 0;
	}
	callbacks.seat[(callbacks.head + callbacks.nr++) % callbacks.size] = timing.seat_id;
}

/* Charge the time of the previous callback to its CPU. */
static void callback_over(void)
{
	if (callbacks.at)
		callbacks.at->stolen += timing.clock - callbacks.since;
	callbacks.at = NULL;
}

static void callback(struct platform_rcu_head *head)
{
	(void)head;
	callback_over();
	BUG_ON(!callbacks.nr);
	callbacks.at = &timing.seats[callbacks.seat[callbacks.head]];
	callbacks.head = (callbacks.head + 1) % callbacks.size;
	callbacks.nr--;
	callbacks.since = timing.clock;
	cur()->seat = callbacks.at;
	clock_use_seat(callbacks.at);
}

/* An interrupt to the CPU where @a t runs.  @return false: it runs nowhere, or is the running thread itself */
static bool interrupts(struct timed *t)
{
	if (!t || t == cur() || t->seat->running != t)
		return false;
	t->seat->stolen += timing.n[MACHINE_FLUSH_STOLEN];
	return true;
}

/* The running thread has interrupted @a nr CPUs, and waits for all of them. */
static void interrupted(unsigned int nr)
{
	u64 since = timing.clock;

	if (!nr)
		return;
	time_counts.flushes++;
	timing_work(timing.n[MACHINE_FLUSH] + nr * timing.n[MACHINE_FLUSH_EACH]);
	who_waited(WHO_FLUSH, NULL, timing.clock - since);
}

/* It costs what a TLB flush of the same CPUs does: nothing better is published. */
static void membarrier(const void *where)
{
	unsigned int nr = 0;

	(void)where;
	stores_settle_all();
	if (!timing.active)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(by_slot); i++)
		nr += interrupts(by_slot[i]);
	interrupted(nr);
}

/* --- memory ------------------------------------------------------------------------------------ */

static void allocated(void *p, size_t size, enum platform_mem mem, const void *where)
{
	(void)p;
	(void)size;
	(void)where;
	if (timing.active && mem == PLATFORM_MEM_OBJECT)
		timing_work(timing.n[MACHINE_ALLOC]);
}

static void freed(void *p, size_t size, enum platform_mem mem, const void *where)
{
	(void)p;
	(void)size;
	(void)mem;
	(void)where;
	stores_settle_all();
}

/* A socket's memory handles one page after the other. */
static void page_work(u64 ps)
{
	u64 since = timing.clock, *busy = &timing.memory_busy[timing.seat->socket], start;

	clock_in_order();
	start = timing.clock < *busy ? *busy : timing.clock;
	*busy = start + timing.page_ps;
	timing.clock = start + ps;
	who_waited(WHO_CLEAR, NULL, start - since);
	if (timing.clock >= timing.horizon)
		clock_turn();
}

static void clear_page(void *page, const void *where)
{
	static const enum machine_number cost[] = {
		[PAGE_OWN] = MACHINE_CLEAR_OWN, [PAGE_OTHER] = MACHINE_CLEAR_OTHER, [PAGE_MEMORY] = MACHINE_CLEAR_MEMORY,
	};

	(void)where;
	if (timing.contents)
		__real_memset(page, 0, PAGE_SIZE);
	if (timing.active)
		page_work(timing.n[cost[line_page(page, true)]]);
}

static void copy_page(void *to, const void *from, const void *where)
{
	static const enum machine_number cost[] = {
		[PAGE_OWN] = MACHINE_CLEAR_OWN, [PAGE_OTHER] = MACHINE_CLEAR_OTHER, [PAGE_MEMORY] = MACHINE_CLEAR_MEMORY,
	};

	(void)where;
	(void)from;
	if (timing.contents)
		__real_memcpy(to, from, PAGE_SIZE);
	if (timing.active)
		page_work(timing.n[cost[line_page(to, true)]] + timing.n[MACHINE_COPY]);
}

/* A sleeping thread is not interrupted: the kernel's lazy TLB mode. */
static void flush(const u64 *slots, unsigned int words, const void *where)
{
	unsigned int nr = 0;

	(void)where;
	if (!timing.active)
		return;
	for (unsigned int w = 0; w < words; w++)
		for (u64 left = slots[w]; left; left &= left - 1)
			nr += interrupts(by_slot[w * 64 + (unsigned int)__builtin_ctzll(left)]);
	interrupted(nr);
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
		sim_gp_end(grace[id - EVENT_GRACE]);
	else
		poll_spinner((struct timed *)sim_thread(id - EVENT_POLL), now);
}

void user_restart(void)
{
	struct timed *t;

	callbacks.head = callbacks.nr = 0;
	callbacks.at = NULL;
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
	.rcu_lock = rcu_end,
	.rcu_unlock = rcu_end,
	.gp_begins = gp_begins,
	.gp_done = gp_done,
	.call_rcu = call_rcu,
	.callback = callback,
	.callbacks_done = callback_over,
	.membarrier = membarrier,
	.allocated = allocated,
	.freed = freed,
	.clear_page = clear_page,
	.copy_page = copy_page,
	.flush = flush,
};
