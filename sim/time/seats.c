/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Hardware threads: where they are, what work costs on them, and which thread runs when threads
 * outnumber them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/time/clock.h"

static u16 order[MACHINE_MAX_CPUS];	/* the i-th CPU's seat */

/* --- the machine -------------------------------------------------------------------------------- */

static u64 ps(enum machine_number n)
{
	const char *key = machine_key(n);
	double unit = strstr(key, "_us") ? 1e6 : strstr(key, "_ns") ? 1e3 : 1;

	return (u64)(timing.machine->number[n].value * unit + 0.5);
}

static void numbers_make(void)
{
	const struct machine *m = timing.machine;

	for (unsigned int n = 0; n < NR_MACHINE_NUMBERS; n++)
		timing.n[n] = ps(n);
	for (unsigned int i = 0; i < MACHINE_MAX_SOCKETS; i++)
		for (unsigned int k = 0; k < MACHINE_MAX_SOCKETS; k++)
			timing.between[i][k] = (u64)(m->between[i][k] * PS_PER_NS + 0.5);
	timing.l1_sets = (u32)timing.n[MACHINE_L1_KIB] * 1024 / CACHELINE / 2;
	timing.l2_sets = (u32)timing.n[MACHINE_L2_KIB] * 1024 / CACHELINE / 2;
	timing.l3_lines = timing.n[MACHINE_L3_KIB] * 1024 / CACHELINE;
	timing.page_ps = (u64)((double)PAGE_SIZE / m->number[MACHINE_MEMORY_RATE].value * PS_PER_NS);
	timing.nr_l3 = (unsigned int)(timing.n[MACHINE_SOCKETS] * timing.n[MACHINE_L3_PER_SOCKET]);
	timing.nr_cores = (unsigned int)(timing.nr_l3 * timing.n[MACHINE_CORES_PER_L3]);
	timing.nr_seats = machine_cpus(m);
}

int seats_make(void)
{
	unsigned int per_core;

	for (unsigned int i = 0; timing.cores && i < timing.nr_cores; i++) {
		free(timing.cores[i].l1);
		free(timing.cores[i].l2);
	}
	free(timing.cores);
	free(timing.seats);
	numbers_make();
	per_core = timing.nr_seats / timing.nr_cores;
	timing.seats = calloc(timing.nr_seats, sizeof(*timing.seats));
	timing.cores = calloc(timing.nr_cores, sizeof(*timing.cores));
	if (!timing.seats || !timing.cores)
		return -ENOMEM;
	for (unsigned int i = 0; i < timing.nr_cores; i++) {
		timing.cores[i].l1 = calloc(timing.l1_sets, sizeof(tag_set));
		timing.cores[i].l2 = calloc(timing.l2_sets, sizeof(tag_set));
		if (!timing.cores[i].l1 || !timing.cores[i].l2)
			return -ENOMEM;
	}
	for (unsigned int i = 0; i < timing.nr_seats; i++) {
		struct seat *s = &timing.seats[i];

		s->id = (u16)i;
		s->core = (u16)(i % timing.nr_cores);
		s->l3 = (u16)(s->core / timing.n[MACHINE_CORES_PER_L3]);
		s->socket = (u16)(s->l3 / timing.n[MACHINE_L3_PER_SOCKET]);
		s->sibling = (u16)(per_core > 1 ? (i + timing.nr_cores) % timing.nr_seats : i);
		s->queue_end = &s->queue;
	}
	return 0;
}

/* --- placement ---------------------------------------------------------------------------------- */

static unsigned int spread_core(unsigned int i)
{
	unsigned int sockets = (unsigned int)timing.n[MACHINE_SOCKETS], socket = i % sockets;
	unsigned int l3s = (unsigned int)timing.n[MACHINE_L3_PER_SOCKET], l3 = i / sockets % l3s;
	unsigned int core = i / sockets / l3s;

	return (socket * l3s + l3) * (unsigned int)timing.n[MACHINE_CORES_PER_L3] + core;
}

/* Fisher and Yates. */
static void shuffle(u16 *of, unsigned int nr)
{
	for (unsigned int i = nr; i > 1; i--) {
		unsigned int k = (unsigned int)((u64)clock_random() * i >> 32);
		u16 other = of[k];

		of[k] = of[i - 1];
		of[i - 1] = other;
	}
}

static void place(void)
{
	unsigned int cores = timing.nr_cores;

	for (unsigned int i = 0; i < timing.nr_seats; i++)
		order[i] = (u16)(timing.placement == TIME_SPREAD ? spread_core(i % cores) + i / cores * cores : i);
	if (timing.placement != TIME_RANDOM)
		return;
	for (unsigned int first = 0; first < timing.nr_seats; first += cores)
		shuffle(order + first, cores);
}

struct seat *seat_of_cpu(unsigned int cpu)
{
	return &timing.seats[order[cpu]];
}

/* --- costs --------------------------------------------------------------------------------------- */

static void costs(struct seat *s)
{
	double share = timing.cores[s->core].busy > 1 ? timing.machine->number[MACHINE_SMT].value : 1;

	s->share = share;
	s->access = (u32)((double)timing.n[MACHINE_ACCESS] * share);
	s->function = (u32)((double)timing.n[MACHINE_FUNCTION] * share);
	s->rmw = (u32)((double)timing.n[MACHINE_RMW] * share);
	s->fence = (u32)((double)timing.n[MACHINE_FENCE] * share);
	s->rcu = (u32)((double)timing.n[MACHINE_RCU] / 2 * share);
	if (s == timing.seat)
		timing.access = s->access;
}

void seat_works(struct seat *seat, bool works)
{
	if (seat->working == works)
		return;
	seat->working = works;
	timing.cores[seat->core].busy += works ? 1 : -1;
	costs(seat);
	if (seat->sibling != seat->id)
		costs(&timing.seats[seat->sibling]);
}

/* --- who runs ------------------------------------------------------------------------------------ */

static void slice_event(struct seat *seat, u64 when)
{
	if (!seat->slice_event)
		event_add(when, EVENT_SLICE + seat->id);
	seat->slice_event = true;
}

/* A thread that spins loses nothing by an interrupt that ends before its wait: it would only have looked at its word. */
void seat_interrupted(struct seat *seat, u64 since, u64 ps)
{
	if (!seat->running || seat->running->thread.state != SIM_SPINS)
		seat->stolen += ps;
	else if (seat->handles_until < since)
		seat->handles_until = since + ps;
	else
		seat->handles_until += ps;
}

void seat_spins(struct seat *seat)
{
	seat_works(seat, false);
	if (seat->queue)
		slice_event(seat, seat->slice_end);
}

static void start(struct seat *seat, struct timed *t, u64 now)
{
	seat->running = t;
	t->seat = seat;
	if (t->clock < now)
		t->clock = now;
	seat->slice_end = t->clock + timing.n[MACHINE_SLICE];
	if (t->thread.state == SIM_SPINS) {
		seat_works(seat, false);
		slice_event(seat, seat->slice_end);
		return;
	}
	seat_works(seat, true);
	event_add(t->clock, EVENT_THREAD + t->thread.id);
}

static void queue_add(struct seat *seat, struct timed *t, u64 now)
{
	t->queued = true;
	timing.nr_queued++;
	t->queued_at = now;
	t->next_queued = NULL;
	t->seat = seat;
	*seat->queue_end = t;
	seat->queue_end = &t->next_queued;
	if (!seat->working)
		slice_event(seat, seat->slice_end > now ? seat->slice_end : now);
	else if (seat == timing.seat && seat->slice_end < timing.horizon)
		timing.horizon = seat->slice_end;
}

static struct timed *queue_take(struct seat *seat, u64 now)
{
	struct timed *t = seat->queue;

	seat->queue = t->next_queued;
	if (!seat->queue)
		seat->queue_end = &seat->queue;
	t->queued = false;
	timing.nr_queued--;
	waited(t, WHO_CPU, NULL, now - t->queued_at);
	return t;
}

/*
 * A thread that is not pinned runs where it ran last if that is free, else on the first free CPU, else
 * where the fewest wait.
 */
static struct seat *choose(const struct timed *t)
{
	struct seat *best = t->seat;
	unsigned int fewest = ~0u;

	if (t->thread.cpu >= 0)
		return seat_of_cpu((unsigned int)t->thread.cpu);
	if (best && !best->running && t->clock)
		return best;
	for (unsigned int i = 0; i < timing.nr_seats && fewest; i++) {
		struct seat *s = seat_of_cpu(i);
		unsigned int waiting = s->running != NULL;

		for (const struct timed *q = s->queue; q; q = q->next_queued)
			waiting++;
		if (waiting < fewest) {
			fewest = waiting;
			best = s;
		}
	}
	return best;
}

void seat_ready(struct timed *t, u64 when)
{
	struct seat *seat = choose(t);

	if (seat->running)
		queue_add(seat, t, when);
	else
		start(seat, t, when);
}

static void run_next(struct seat *seat, u64 now)
{
	seat->running = NULL;
	if (seat->queue)
		start(seat, queue_take(seat, now), now + timing.n[MACHINE_SWITCH]);
	else
		seat_works(seat, false);
}

void seat_leave(struct timed *t, u64 now)
{
	run_next(t->seat, now);
}

bool seat_preempt(struct timed *t, u64 now)
{
	struct seat *seat = t->seat;

	if (!t->bound || !seat->queue || now < seat->slice_end)
		return false;
	time_counts.preemptions++;
	stores_settle_seat(seat);
	queue_add(seat, t, now);
	run_next(seat, now);
	return true;
}

/* This ends the slice of a spinning thread, which has no other event of its own. */
void seat_slice(struct seat *seat, u64 now)
{
	struct timed *t = seat->running;

	seat->slice_event = false;
	if (!t || t->thread.state != SIM_SPINS || !seat->queue)
		return;
	if (now < seat->slice_end) {
		slice_event(seat, seat->slice_end);
		return;
	}
	if (t->clock < now)
		t->clock = now;
	seat_preempt(t, now);
}

void seats_restart(void)
{
	place();
	timing.nr_queued = 0;
	for (unsigned int i = 0; i < timing.nr_cores; i++)
		timing.cores[i].busy = 0;
	for (unsigned int i = 0; i < timing.nr_seats; i++) {
		struct seat *s = &timing.seats[i];

		s->stolen = s->handles_until = 0;
		s->stores = s->first_store = 0;
		s->full = s->drained = NULL;
		s->running = s->queue = NULL;
		s->queue_end = &s->queue;
		s->working = s->slice_event = false;
		costs(s);
	}
	for (unsigned int i = 0; i < timing.nr_cores; i++)
		timing.cores[i].pages = 0;
}
