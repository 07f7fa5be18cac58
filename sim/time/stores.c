/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The store buffer of a hardware thread.
 *
 * Stores that miss go into the store buffer, whose first store has one request out.  They are done in order.
 * If no core owns a line, the processor has requested it while earlier stores were under way, so its
 * transfer counts from the moment of the store.  What an atomic store writes is in memory when it leaves
 * the buffer: a lock whose word many cores want is released when the store's turn has come.  A plain
 * store is in memory at once; a thread that may read it has synchronised with a later atomic store.
 * Operations that the seam orders (sleeping and waking, grace periods, freeing) first settle the deferred
 * stores.
 */
#include "sim/time/line.h"

static struct store *store_at(struct seat *seat, u32 i)
{
	return &seat->store[(seat->first_store + i) % STORES_MAX];
}

static u64 stored_line(struct seat *seat, u32 i)
{
	return arena_line_nr(store_at(seat, i)->p);
}

bool stores_have(struct seat *seat, u64 nr)
{
	for (u32 i = 0; i < seat->stores; i++)
		if (stored_line(seat, i) == nr)
			return true;
	return false;
}

static void settle(struct store *s)
{
	if (!s->size)
		return;
	memory_store(s->p, s->size, s->value, __ATOMIC_RELAXED);
	s->size = 0;
	timing.deferred--;
}

/* The running thread stands still until resume_all() of the list. */
static void stall_on(struct timed **list)
{
	timing.cur->next_stalled = *list;
	*list = timing.cur;
	timing.cur->clock = timing.clock;
	clock_stall();
}

static void resume_all(struct timed **list, u64 now)
{
	struct timed *t = *list, *next;

	*list = NULL;
	for (; t; t = next) {
		next = t->next_stalled;
		clock_resume(t, now);
	}
}

static void store_done(struct seat *seat, u64 now)
{
	struct store *s = store_at(seat, 0);
	struct line *l = &timing.line[arena_line_nr(s->p)];

	settle(s);
	seat->first_store = (seat->first_store + 1) % STORES_MAX;
	seat->stores--;
	if (l->waiter)
		line_wake(l, now);
	resume_all(&seat->full, now);
	if (!seat->stores)
		resume_all(&seat->drained, now);
}

/* Do stores from the front of the buffer as long as their lines are here; then request the next one's line. */
static void stores_go_on(struct seat *seat, u64 now)
{
	struct request *r = &seat->request;

	while (seat->stores) {
		struct line *l = line_get(stored_line(seat, 0));

		if (line_is_own(l, seat, now)) {
			line_write(l, seat);
			store_done(seat, now);
			continue;
		}
		*r = (struct request){ .seat = seat, .since = store_at(seat, 0)->at, .own = true };
		if (l->flying || l->tail) {
			line_enqueue(l, r);
		} else {
			line_fly(l, r, now);
			line_tell(r);
		}
		return;
	}
}

void stores_arrived(struct seat *seat, u64 now)
{
	u64 nr = stored_line(seat, 0);

	line_arrived(nr, &timing.line[nr], &seat->request, now);
	while (seat->stores && stored_line(seat, 0) == nr)
		store_done(seat, now);
	stores_go_on(seat, now);
}

/* Buffer a store of the running thread: its line is not here, or other stores are before it. */
void stores_add(void *p)
{
	struct seat *seat = timing.seat;
	u64 since = timing.clock;

	while (seat->stores == timing.n[MACHINE_STORE_BUFFER])
		stall_on(&seat->full);
	waited(timing.cur, WHO_LINE, p, timing.clock - since);
	*store_at(seat, seat->stores) = (struct store){ .p = p, .at = timing.clock };
	seat->stores++;
	seat->appended++;
	if (seat->stores == 1)
		stores_go_on(seat, timing.clock);
}

void stores_defer(unsigned int size, u64 v)
{
	struct store *s = store_at(timing.seat, timing.seat->stores - 1);

	s->value = v;
	s->size = (u8)size;
	timing.deferred++;
}

bool stores_forward(const void *p, unsigned int size, u64 *v)
{
	struct seat *seat = timing.seat;

	for (u32 i = seat->stores; i-- > 0;) {
		struct store *s = store_at(seat, i);

		if (s->p == p && s->size == size) {
			*v = s->value;
			return true;
		}
	}
	stores_settle(p, size);
	return false;
}

/* Settle it with the stores before it: no thread must see it without them. */
void stores_settle(const void *p, size_t size)
{
	struct seat *seat = timing.seat;
	const char *from = p, *to = from + size;
	u32 nr = 0;

	for (u32 i = 0; i < seat->stores; i++) {
		const struct store *s = store_at(seat, i);

		if ((char *)s->p < to && (char *)s->p + s->size > from)
			nr = i + 1;
	}
	for (u32 i = 0; i < nr; i++)
		settle(store_at(seat, i));
}

void stores_settle_seat(struct seat *seat)
{
	for (u32 i = 0; timing.deferred && i < seat->stores; i++)
		settle(store_at(seat, i));
}

void stores_settle_all(void)
{
	for (unsigned int i = 0; timing.deferred && i < timing.nr_seats; i++)
		stores_settle_seat(&timing.seats[i]);
}

void stores_drain(void)
{
	struct seat *seat = timing.seat;
	const void *p = store_at(seat, 0)->p;
	u64 since = timing.clock;

	/* Running an earlier thread may complete the stores. */
	while (seat->stores)
		if (!clock_in_order())
			stall_on(&seat->drained);
	waited(timing.cur, WHO_LINE, p, timing.clock - since);
}
