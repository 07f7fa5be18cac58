/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Coherence: which core has a line, until when it may use the line, and which core gets it next.
 *
 * The distance decides how long a transfer takes.  For the first part of it (hold_share) the present
 * owner still uses the line, since the request is on its way.  Meanwhile the line is `flying`, and
 * further requests queue up.  At its arrival the new owner's first act is to grant the line to the next
 * in the queue, which begins that one's transfer.  So a line that is always wanted moves once in each
 * transfer's time, and its owner works on it for hold_share of that time.
 *
 * While a load waits, its core goes on with what stands behind it, as far as its window reaches (ahead_ns): that much of
 * the thread's next work takes no time.  An atomic operation waits alone.
 *
 * A load takes a copy, and the line is shared; where reads are migratory, a load takes a line that its owner has written since it
 * came as a store would: the owner loses it, and the reader may write it without another transfer.  A line that its owner has
 * only read is shared there, too.
 *
 * A read of a line that no core may write needs no flight: caches and memory serve readers one after
 * the other (read_ns), and each waits only for its own copy.
 */
#include "sim/time/line.h"

#include <string.h>

#define NO_MOMENT	0

/* --- distances --------------------------------------------------------------------------------- */

static u64 distance(const struct seat *a, const struct seat *b)
{
	if (a->core == b->core)
		return timing.n[MACHINE_TO_SIBLING];
	if (a->l3 == b->l3)
		return timing.n[MACHINE_TO_L3];
	return timing.between[a->socket][b->socket];
}

static unsigned int socket_of_l3(unsigned int l3)
{
	return l3 / (unsigned int)timing.n[MACHINE_L3_PER_SOCKET];
}

static u64 from_memory(const struct line *l, const struct seat *seat)
{
	return l->node == seat->socket + 1u ? timing.n[MACHINE_DRAM] : timing.n[MACHINE_DRAM_FAR];
}

/* If the line's one L3 domain has taken in enough other lines since, the line is no longer there. */
static void age(struct line *l)
{
	unsigned int l3;

	if (l->owner || !l->domains || (l->domains & (l->domains - 1)))
		return;
	l3 = (unsigned int)__builtin_ctzll(l->domains);
	if ((u32)timing.fills[l3] - l->stamp > timing.l3_lines)
		l->domains = 0;
}

/* The latency of getting the line exclusively. */
static u64 latency_own(const struct line *l, const struct seat *seat)
{
	u64 worst = 0, far = l->domains & ~(1ULL << seat->l3);

	if (l->owner)
		return distance(&timing.seats[l->owner - 1], seat);
	if (!l->domains)
		return from_memory(l, seat);
	for (; far; far &= far - 1) {
		u64 each = timing.between[seat->socket][socket_of_l3((unsigned int)__builtin_ctzll(far))];

		if (each > worst)
			worst = each;
	}
	if (!worst)
		worst = l->sharers > 1 ? timing.n[MACHINE_TO_L3] : timing.n[MACHINE_L3];
	return worst + l->sharers * timing.n[MACHINE_PER_SHARER];
}

/* The latency of getting a copy, from the nearest one. */
static u64 latency_copy(const struct line *l, const struct seat *seat)
{
	u64 best;

	if (l->owner)
		return distance(&timing.seats[l->owner - 1], seat);
	if (l->domains >> seat->l3 & 1)
		return timing.n[MACHINE_L3];
	best = from_memory(l, seat);
	for (u64 far = l->domains; far; far &= far - 1) {
		u64 each = timing.between[seat->socket][socket_of_l3((unsigned int)__builtin_ctzll(far))];

		if (each < best)
			best = each;
	}
	return best;
}

/* Add or subtract up to an eighth, keeping the mean: otherwise the same CPU wins every race. */
static u64 jitter(u64 ps)
{
	return ps - ps / 8 + (ps / 4 * clock_random() >> 32);
}

/* Add or subtract up to a quarter. */
static u64 jitter_hold(u64 ps)
{
	return ps - ps / 4 + (ps / 2 * clock_random() >> 32);
}

/* --- transfers --------------------------------------------------------------------------------- */

/* Fetching a line from memory occupies its socket's memory.  @return when the fetch begins */
static u64 memory_turn(const struct line *l, u64 start)
{
	u64 *busy = &timing.memory_busy[l->node - 1];

	time_counts.memory++;
	if (start < *busy)
		start = *busy;
	*busy = start + timing.page_ps / (PAGE_SIZE / CACHELINE);
	return start;
}

static void brought(struct line *l, const struct seat *seat)
{
	if (!(l->domains >> seat->l3 & 1))
		timing.fills[seat->l3]++;
	l->stamp = (u32)timing.fills[seat->l3];
	l->domains |= 1ULL << seat->l3;
}

/* The line's neighbour, if another core owns it and it may come along.  @return NULL: it does not */
static struct line *pair_of(const struct line *l, const struct seat *seat)
{
	u64 nr = (u64)(l - timing.line) ^ 1;
	struct line *pair = &timing.line[nr];

	if (!timing.machine->pairs || pair->epoch != timing.epoch || pair->flying || pair->tail || !pair->owner ||
	    timing.seats[pair->owner - 1].core == seat->core)
		return NULL;
	return pair;
}

/* The neighbour will come at @a when: from then on its owner must request it before writing. */
static void ask_for_pair(const struct line *l, const struct request *r, u64 when)
{
	struct line *pair = r->thread ? pair_of(l, r->seat) : NULL;

	if (pair)
		pair->lost = when + 1;
}

/* The neighbour has come, as a copy. */
static void bring_pair(const struct line *l)
{
	struct line *pair = pair_of(l, timing.seat);

	if (!pair)
		return;
	pair->domains |= 1ULL << timing.seats[pair->owner - 1].l3;
	pair->owner = pair->writer = 0;
	pair->lost = NO_MOMENT;
	pair->sharers++;
	brought(pair, timing.seat);
	tag_insert(&timing.cores[timing.seat->core], (u64)(pair - timing.line), pair->version);
}

/* Give a copy of a line that no core may write; a core that gets the only copy may write it too. */
static void share(struct line *l, struct request *r, u64 start)
{
	age(l);
	if (start < l->busy)
		start = l->busy;
	r->latency = jitter(latency_copy(l, r->seat));
	if (!l->domains)
		start = memory_turn(l, start);
	else
		time_counts.transfers++;
	l->busy = start + timing.n[MACHINE_READ];
	r->arrival = start;
	r->version = l->version;
	r->copy = true;
	if (!l->sharers++) {
		l->owner = r->seat->id + 1;
		l->writer = 0;
	}
	brought(l, r->seat);
	ask_for_pair(l, r, start + r->latency);
}

/* Send the line to @a r; what a load gets, line_arrived() finds. */
void line_fly(struct line *l, struct request *r, u64 now)
{
	u64 start = now < l->busy ? l->busy : now, latency, hold;
	bool cold;

	age(l);
	cold = !l->owner && !l->domains;
	latency = jitter(r->own ? latency_own(l, r->seat) : latency_copy(l, r->seat));
	hold = jitter_hold((u64)((double)latency * timing.machine->number[MACHINE_HOLD].value));
	if (cold)
		start = memory_turn(l, start);
	else
		time_counts.transfers++;
	if (!r->thread && !l->owner)
		start = r->since;
	r->arrival = start + latency < now ? now : start + latency;
	r->copy = false;
	l->flying = true;
	l->lost = (start + hold < now ? now : start + hold) + 1;
	if (r->own || (timing.machine->migratory && l->writer))
		l->gone = l->lost;
	ask_for_pair(l, r, r->arrival);
}

/* --- the queue --------------------------------------------------------------------------------- */

void line_enqueue(struct line *l, struct request *r)
{
	if (l->tail) {
		r->next = l->tail->next;
		l->tail->next = r;
	} else {
		r->next = r;
	}
	l->tail = r;
}

/* Take the request after @a before off the queue. */
static struct request *take(struct line *l, struct request *before)
{
	struct request *r = before->next;

	if (r == before) {
		l->tail = NULL;
	} else {
		before->next = r->next;
		if (l->tail == r)
			l->tail = before;
	}
	return r;
}

/* The line has come to another L3 domain: those of its cores that wait now are served before it leaves. */
static void note_who_waits(struct line *l, const struct seat *holder)
{
	struct request *r = l->tail;

	if (!timing.machine->local_first || !r)
		return;
	do {
		r = r->next;
		r->here = r->seat->l3 == holder->l3;
	} while (r != l->tail);
}

/* The next request: first come, first served; or, before all others, one that note_who_waits() noted. */
static struct request *take_next(struct line *l)
{
	struct request *before = l->tail;

	if (!timing.machine->local_first)
		return take(l, l->tail);
	do {
		if (before->next->here)
			return take(l, before);
		before = before->next;
	} while (before != l->tail);
	return take(l, l->tail);
}

void line_tell(struct request *r)
{
	if (r->thread)
		clock_resume(r->thread, r->arrival);
	else
		clock_store_event(r->seat, r->arrival);
}

/*
 * The line has come: grant it to the next in the queue.  Readers that need no flight are
 * served on the way.
 */
static void grant(struct line *l, u64 now)
{
	struct request *r;

	while (l->tail) {
		r = take_next(l);
		if (r->own || l->owner) {
			line_fly(l, r, now);
			line_tell(r);
			return;
		}
		share(l, r, now);
		line_tell(r);
	}
}

void line_arrived(u64 nr, struct line *l, struct request *r, u64 now)
{
	bool came = !l->owner || timing.seats[l->owner - 1].l3 != r->seat->l3;

	if (r->own || (timing.machine->migratory && l->writer)) {
		l->version++;
		l->owner = r->seat->id + 1;
		l->writer = r->own ? l->owner : 0;
		l->domains &= 1ULL << r->seat->l3;
		l->sharers = 1;
	} else {
		/* While the line was flying it still belonged to its old owner. */
		if (l->owner)
			l->domains |= 1ULL << timing.seats[l->owner - 1].l3;
		l->owner = l->writer = 0;
		l->sharers++;
	}
	brought(l, r->seat);
	l->gone = l->lost = NO_MOMENT;
	l->flying = false;
	tag_insert(&timing.cores[r->seat->core], nr, l->version);
	if (came)
		note_who_waits(l, r->seat);
	grant(l, now);
}

/* The running thread stands still until the line is there. */
static void fetch(u64 nr, struct line *l, bool own, const void *p)
{
	struct request *r = &timing.cur->request;
	u64 since = timing.clock;
	bool memory = !l->owner && !l->domains;

	*r = (struct request){ .seat = timing.seat, .thread = timing.cur, .since = since, .own = own };
	timing.cur->clock = since;
	if (l->flying || l->tail) {
		line_enqueue(l, r);
		clock_stall();
	} else if (!own && !l->owner) {
		share(l, r, since);
		timing.clock = r->arrival;
	} else {
		line_fly(l, r, since);
		clock_resume(timing.cur, r->arrival);
		clock_stall();
	}
	if (r->copy) {
		/* The load reads what is there now, when the copy leaves, and is over when the copy arrives. */
		tag_insert(&timing.cores[r->seat->core], nr, r->version);
		timing.clock += r->latency;
	} else {
		/* Not at the clock: an interrupt may have kept the thread, not the line. */
		line_arrived(nr, l, r, r->arrival);
	}
	bring_pair(l);
	if (!own)
		timing.ahead = min_ul(timing.clock - since, timing.n[MACHINE_AHEAD]);
	waited(timing.cur, memory ? WHO_MEMORY : WHO_LINE, p, timing.clock - since);
}

/* --- lines --------------------------------------------------------------------------------------------- */

struct line *line_get(u64 nr)
{
	struct line *l = &timing.line[nr];

	if (l->epoch != timing.epoch) {
		*l = (struct line){ .version = l->version + 1, .epoch = timing.epoch,
				    .node = (u8)(timing.seat->socket + 1) };
	}
	return l;
}

/* May the seat's core write the line without a request? */
bool line_is_own(const struct line *l, const struct seat *seat, u64 now)
{
	return l->owner && timing.seats[l->owner - 1].core == seat->core && l->lost - 1 >= now;
}

/* The core of @seat, which owns the line, writes it.  Where reads are migratory, one that is under way takes it then. */
void line_write(struct line *l, const struct seat *seat)
{
	l->owner = l->writer = seat->id + 1;
	if (l->flying && timing.machine->migratory)
		l->gone = l->lost;
}

/* --- accesses ---------------------------------------------------------------------------------- */

void line_access(u64 nr, void *p, enum access_kind kind, const void *where)
{
	struct line *l = line_get(nr);

	if (unlikely(arena_line(p)->state))
		sim_bad_access(p, kind != ACCESS_LOAD, where);
	time_counts.l1_misses++;
	do {
		struct seat *seat = timing.seat;
		bool have;

		if (kind == ACCESS_RMW && seat->stores)
			stores_drain();
		have = tag_here(&timing.cores[seat->core], nr, l->version) && l->gone - 1 >= timing.clock;
		if (have && kind == ACCESS_LOAD)
			return;
		if (have && line_is_own(l, seat, timing.clock) && (kind == ACCESS_RMW || !seat->stores)) {
			if (l->owner != seat->id + 1u)
				timing.clock += timing.n[MACHINE_TO_SIBLING];
			line_write(l, seat);
			return;
		}
		if (kind == ACCESS_LOAD && seat->stores && stores_have(seat, nr))
			return;
		if (kind == ACCESS_STORE && seat->stores)
			break;
	} while (clock_in_order());
	if (kind == ACCESS_STORE)
		stores_add(p);
	else
		fetch(nr, l, kind == ACCESS_RMW, p);
}

void line_wake(struct line *l, u64 now)
{
	u16 *at = &l->waiter;

	while (*at) {
		struct timed *t = (struct timed *)sim_thread(*at - 1u);

		if (*(const volatile u32 *)t->thread.word == t->thread.seen) {
			at = &t->next_waiter;
			continue;
		}
		*at = t->next_waiter;
		t->next_waiter = 0;
		clock_spinner_wake(t, now);
	}
}

void line_restart(void)
{
	memset(timing.fills, 0, sizeof(timing.fills));
	memset(timing.memory_busy, 0, sizeof(timing.memory_busy));
}
