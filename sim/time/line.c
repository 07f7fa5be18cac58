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
 * A read of a line that no core may write needs no flight: caches and memory serve readers one after
 * the other (read_ns), and each waits only for its own copy.
 *
 * Stores that miss go into the store buffer, whose first store has one request out.  They are done in order.
 * If no core owns a line, the processor has requested it while earlier stores were under way, so its
 * transfer counts from the moment of the store.  What an atomic store writes is in memory when it leaves
 * the buffer: a lock whose word many cores want is released when the store's turn has come.  A plain
 * store is in memory at once; a thread that may read it has synchronised with a later atomic store.
 * Operations that the seam orders (sleeping and waking, grace periods, freeing) first settle the deferred
 * stores.
 */
#include "sim/time/timing.h"

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

/* --- tags -------------------------------------------------------------------------------------- */

static u64 *l2_set(const struct core *core, u64 nr)
{
	return core->l2[line_hash(nr) * timing.l2_sets >> 32];
}

static void l1_insert(struct core *core, u64 nr, u64 key)
{
	u64 *set = core->l1[line_hash(nr) * timing.l1_sets >> 32];

	if (set[0] >> 32 != nr)
		set[1] = set[0];
	set[0] = key;
}

/* The owner has no room for the line: it goes to the L3, and no core has a copy. */
static void evict(const struct core *core, u64 key)
{
	struct line *l = &timing.line[key >> 32];
	const struct seat *owner;

	if (!key || l->version != (u32)key || !l->owner || l->flying)
		return;
	owner = &timing.seats[l->owner - 1];
	if (&timing.cores[owner->core] != core)
		return;
	l->owner = 0;
	l->sharers = 0;
	l->domains = 1ULL << owner->l3;
	l->stamp = (u32)timing.fills[owner->l3];
	l->version++;
}

static void insert(struct core *core, u64 nr, u32 version)
{
	u64 key = nr << 32 | version, *set = l2_set(core, nr);

	l1_insert(core, nr, key);
	if (set[0] >> 32 == nr) {
		set[0] = key;
		return;
	}
	if (set[1] >> 32 != nr)
		evict(core, set[1]);
	set[1] = set[0];
	set[0] = key;
}

/*
 * Does the core have a tag of the line's present version?  A line that is only in L2 moves to L1, which
 * costs time.
 */
static bool here(struct core *core, u64 nr, u32 version)
{
	u64 key = nr << 32 | version, *set = core->l1[line_hash(nr) * timing.l1_sets >> 32];

	if (set[0] == key || set[1] == key)
		return true;
	set = l2_set(core, nr);
	if (set[0] != key && set[1] != key)
		return false;
	if (set[1] == key) {
		set[1] = set[0];
		set[0] = key;
	}
	l1_insert(core, nr, key);
	timing.clock += timing.n[MACHINE_L2];
	return true;
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
	pair->owner = 0;
	pair->lost = NO_MOMENT;
	pair->sharers++;
	brought(pair, timing.seat);
	insert(&timing.cores[timing.seat->core], (u64)(pair - timing.line), pair->version);
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
	if (!l->sharers++)
		l->owner = r->seat->id + 1;
	brought(l, r->seat);
	ask_for_pair(l, r, start + r->latency);
}

/* Send the line to @a r exclusively. */
static void fly(struct line *l, struct request *r, u64 now)
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
	if (r->own)
		l->gone = l->lost;
	ask_for_pair(l, r, r->arrival);
}

/* --- the queue --------------------------------------------------------------------------------- */

static void enqueue(struct line *l, struct request *r)
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

/*
 * The next request: first come, first served; or one of the holder's L3 domain, unless the first has
 * waited too long.
 */
static struct request *take_next(struct line *l, const struct seat *holder, u64 now)
{
	struct request *before = l->tail;

	if (!timing.machine->local_first || now - before->next->since > timing.n[MACHINE_AGE_CAP])
		return take(l, l->tail);
	do {
		if (before->next->seat->l3 == holder->l3)
			return take(l, before);
		before = before->next;
	} while (before != l->tail);
	return take(l, l->tail);
}

static void tell(struct request *r)
{
	if (r->thread)
		clock_resume(r->thread, r->arrival);
	else
		clock_store_event(r->seat, r->arrival);
}

/*
 * The line has come to @a holder: grant it to the next in the queue.  Readers that need no flight are
 * served on the way.
 */
static void grant(struct line *l, const struct seat *holder, u64 now)
{
	struct request *r;

	while (l->tail) {
		r = take_next(l, holder, now);
		if (r->own || l->owner) {
			fly(l, r, now);
			tell(r);
			return;
		}
		share(l, r, now);
		tell(r);
	}
}

static void arrived(u64 nr, struct line *l, struct request *r, u64 now)
{
	if (r->own) {
		l->version++;
		l->owner = r->seat->id + 1;
		l->domains &= 1ULL << r->seat->l3;
		l->sharers = 1;
	} else {
		/* While the line was flying it still belonged to its old owner. */
		if (l->owner)
			l->domains |= 1ULL << timing.seats[l->owner - 1].l3;
		l->owner = 0;
		l->sharers++;
	}
	brought(l, r->seat);
	l->gone = l->lost = NO_MOMENT;
	l->flying = false;
	insert(&timing.cores[r->seat->core], nr, l->version);
	grant(l, r->seat, now);
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
		enqueue(l, r);
		clock_stall();
	} else if (!own && !l->owner) {
		share(l, r, since);
		timing.clock = r->arrival;
	} else {
		fly(l, r, since);
		clock_resume(timing.cur, r->arrival);
		clock_stall();
	}
	if (r->copy) {
		/* The load reads what is there now, when the copy leaves, and is over when the copy arrives. */
		insert(&timing.cores[r->seat->core], nr, r->version);
		timing.clock += r->latency;
	} else {
		/* Not at the clock: an interrupt may have kept the thread, not the line. */
		arrived(nr, l, r, r->arrival);
	}
	bring_pair(l);
	who_waited(memory ? WHO_MEMORY : WHO_LINE, p, timing.clock - since);
}

/* --- the store buffer -------------------------------------------------------------------------- */

static struct store *store_at(struct seat *seat, u32 i)
{
	return &seat->store[(seat->first_store + i) % STORES_MAX];
}

static u64 stored_line(struct seat *seat, u32 i)
{
	return arena_line_nr(store_at(seat, i)->p);
}

static bool is_buffered(struct seat *seat, u64 nr)
{
	for (u32 i = 0; i < seat->stores; i++)
		if (stored_line(seat, i) == nr)
			return true;
	return false;
}

static struct line *line_get(u64 nr)
{
	struct line *l = &timing.line[nr];

	if (l->epoch != timing.epoch) {
		*l = (struct line){ .version = l->version + 1, .epoch = timing.epoch,
				    .node = (u8)(timing.seat->socket + 1) };
	}
	return l;
}

/* May the seat's core write the line without a request? */
static bool is_own(const struct line *l, const struct seat *seat, u64 now)
{
	return l->owner && timing.seats[l->owner - 1].core == seat->core && l->lost - 1 >= now;
}

static void settle(struct store *s)
{
	if (!s->size)
		return;
	memory_store(s->p, s->size, s->value, __ATOMIC_RELAXED);
	s->size = 0;
	timing.deferred--;
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
	if (seat->full) {
		clock_resume(seat->full, now);
		seat->full = NULL;
	}
	if (!seat->stores && seat->drained) {
		clock_resume(seat->drained, now);
		seat->drained = NULL;
	}
}

/* Do stores from the front of the buffer as long as their lines are here; then request the next one's line. */
static void stores_go_on(struct seat *seat, u64 now)
{
	struct request *r = &seat->request;

	while (seat->stores) {
		struct line *l = line_get(stored_line(seat, 0));

		if (is_own(l, seat, now)) {
			l->owner = seat->id + 1;
			store_done(seat, now);
			continue;
		}
		*r = (struct request){ .seat = seat, .since = store_at(seat, 0)->at, .own = true };
		if (l->flying || l->tail) {
			enqueue(l, r);
		} else {
			fly(l, r, now);
			tell(r);
		}
		return;
	}
}

void stores_arrived(struct seat *seat, u64 now)
{
	u64 nr = stored_line(seat, 0);

	arrived(nr, &timing.line[nr], &seat->request, now);
	while (seat->stores && stored_line(seat, 0) == nr)
		store_done(seat, now);
	stores_go_on(seat, now);
}

/* Buffer a store of the running thread: its line is not here, or other stores are before it. */
static void store(void *p)
{
	struct seat *seat = timing.seat;
	u64 since = timing.clock;

	while (seat->stores == timing.n[MACHINE_STORE_BUFFER]) {
		seat->full = timing.cur;
		timing.cur->clock = timing.clock;
		clock_stall();
	}
	who_waited(WHO_LINE, p, timing.clock - since);
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
	while (seat->stores && clock_in_order())
		;
	if (!seat->stores)
		return;
	seat->drained = timing.cur;
	timing.cur->clock = timing.clock;
	clock_stall();
	who_waited(WHO_LINE, p, timing.clock - since);
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
		have = here(&timing.cores[seat->core], nr, l->version) && l->gone - 1 >= timing.clock;
		if (have && kind == ACCESS_LOAD)
			return;
		if (have && is_own(l, seat, timing.clock) && (kind == ACCESS_RMW || !seat->stores)) {
			if (l->owner != seat->id + 1u)
				timing.clock += timing.n[MACHINE_TO_SIBLING];
			l->owner = seat->id + 1;
			return;
		}
		if (kind == ACCESS_LOAD && seat->stores && is_buffered(seat, nr))
			return;
		if (kind == ACCESS_STORE && seat->stores)
			break;
	} while (clock_in_order());
	if (kind == ACCESS_STORE)
		store(p);
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
	for (unsigned int i = 0; i < timing.nr_cores; i++) {
		memset(timing.cores[i].l1, 0, timing.l1_sets * sizeof(tag_set));
		memset(timing.cores[i].l2, 0, timing.l2_sets * sizeof(tag_set));
	}
	memset(timing.fills, 0, sizeof(timing.fills));
	memset(timing.memory_busy, 0, sizeof(timing.memory_busy));
}

/* --- pages ------------------------------------------------------------------------------------- */

/*
 * The contents of a page are not accessed line by line but cleared and copied as a whole.  The page's
 * first line notes which core wrote it last, and how many pages that core had written by then: if it has
 * since written more than its caches hold, the page is in memory.
 */
enum page_contents line_page(const void *page, bool write)
{
	struct line *l = line_get(arena_line_nr(page));
	u64 l2_pages = timing.l2_sets * 2 / (PAGE_SIZE / CACHELINE), l3_pages = timing.l3_lines / (PAGE_SIZE / CACHELINE);
	unsigned int mine = timing.seat->core;
	enum page_contents found = PAGE_MEMORY;

	if (l->owner) {
		u32 old = timing.cores[l->owner - 1].pages - l->stamp;

		if (l->owner - 1u == mine)
			found = old < l2_pages ? PAGE_OWN : old < l3_pages ? PAGE_OTHER : PAGE_MEMORY;
		else
			found = old < l2_pages + l3_pages ? PAGE_OTHER : PAGE_MEMORY;
	}
	if (write) {
		l->owner = (u16)(mine + 1);
		l->stamp = ++timing.cores[mine].pages;
	}
	return found;
}
