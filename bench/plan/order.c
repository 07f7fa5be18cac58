/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Ranges of changes, pages of touches, and vector clocks.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/plan/order.h"

/* --- clocks -------------------------------------------------------------------------- */

/* What a thread knew to be before its event seq: one number per lane follows. */
struct snapshot {
	u32 seq;
	u32 *known;
};

struct lane {
	u32 *known;		/* by lane: events of it that are before the next one here */
	struct snapshot *snapshot;
	u32 nr, max;
};

struct clocks {
	u32 lanes;
	u32 *need;		/* by lane: events of it that the event at hand waits for */
	u32 *thread;		/* by lane: the thread of that event, where need is set */
	u32 *list;		/* lanes where need is set */
	u32 nr_list;
	u32 *implied;		/* by lane: what follows from the needs */
	struct lane lane[];
};

struct clocks *clocks_create(u32 lanes)
{
	struct clocks *c = calloc(1, sizeof(*c) + lanes * sizeof(c->lane[0]));

	if (!c)
		return NULL;
	c->lanes = lanes;
	c->need = calloc(4UL * lanes, sizeof(u32));
	if (!c->need) {
		free(c);
		return NULL;
	}
	c->thread = c->need + lanes;
	c->list = c->thread + lanes;
	c->implied = c->list + lanes;
	return c;
}

u32 clocks_lanes(const struct clocks *c)
{
	return c->lanes;
}

void clocks_free(struct clocks *c)
{
	if (!c)
		return;
	for (u32 i = 0; i < c->lanes; i++) {
		for (u32 k = 0; k < c->lane[i].nr; k++)
			free(c->lane[i].snapshot[k].known);
		free(c->lane[i].snapshot);
		free(c->lane[i].known);
	}
	free(c->need);
	free(c);
}

/* What lane @a i knew at its event @a seq; NULL: nothing that is remembered. */
static const u32 *known_at(const struct clocks *c, u32 i, u32 seq)
{
	const struct lane *lane = &c->lane[i];
	u32 low = 0, high = lane->nr;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (lane->snapshot[mid].seq <= seq)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? lane->snapshot[low - 1].known : NULL;
}

static void take_max(u32 *to, const u32 *from, u32 n)
{
	for (u32 i = 0; from && i < n; i++)
		if (from[i] > to[i])
			to[i] = from[i];
}

static void remember(struct order *o, struct lane *lane)
{
	size_t bytes = o->clocks->lanes * sizeof(u32);
	struct snapshot *s;

	if (o->budget_used + bytes > CLOCKS_BUDGET)
		return;
	if (lane->nr == lane->max) {
		u32 max = lane->max ? 2 * lane->max : 16;

		s = realloc(lane->snapshot, max * sizeof(*s));
		if (!s)
			return;
		lane->snapshot = s;
		lane->max = max;
	}
	s = &lane->snapshot[lane->nr];
	s->seq = o->place[o->me.thread].base + o->me.seq;
	s->known = malloc(bytes);
	if (!s->known)
		return;
	memcpy(s->known, lane->known, bytes);
	o->budget_used += bytes;
	lane->nr++;
}

/* --- an event --------------------------------------------------------------------------- */

void order_begin(struct order *o, struct clocks *c, struct ref me)
{
	u32 lane = o->place[me.thread].lane;

	o->clocks = c;
	o->lane = lane;
	o->me = me;
	c->nr_list = 0;
	if (c->lanes > 1 && !c->lane[lane].known) {
		c->lane[lane].known = calloc(c->lanes, sizeof(u32));
		if (!c->lane[lane].known)
			o->no_memory = true;
	}
}

void order_wait(struct order *o, struct ref ref)
{
	struct clocks *c = o->clocks;
	u32 lane, seq;

	if (!ref.seq || ref.thread == o->me.thread || o->no_memory)
		return;
	lane = o->place[ref.thread].lane;
	seq = o->place[ref.thread].base + ref.seq;
	if (c->lane[o->lane].known[lane] >= seq || c->need[lane] >= seq)
		return;
	if (!c->need[lane])
		c->list[c->nr_list++] = lane;
	c->thread[lane] = ref.thread;
	c->need[lane] = seq;
}

static void store(struct order *o, struct ref ref)
{
	struct edges *e = &o->edges;

	if (e->nr == e->max) {
		u32 max = e->max ? 2 * e->max : 1024;
		struct ref *edge = max > e->max ? realloc(e->edge, max * sizeof(*edge)) : NULL;

		if (!edge) {
			o->no_memory = true;
			return;
		}
		e->edge = edge;
		e->max = max;
	}
	e->edge[e->nr++] = ref;
}

void order_wait_other(struct order *o, struct ref ref)
{
	if (ref.seq && ref.thread != o->me.thread)
		store(o, ref);
}

u32 order_end(struct order *o)
{
	struct clocks *c = o->clocks;
	struct lane *lane = &c->lane[o->lane];
	u32 stored = 0;

	if (!c->nr_list)
		return 0;
	/* What follows from each need; it never covers that need itself, since no event is before itself. */
	memcpy(c->implied, lane->known, c->lanes * sizeof(u32));
	for (u32 i = 0; i < c->nr_list; i++)
		take_max(c->implied, known_at(c, c->list[i], c->need[c->list[i]]), c->lanes);
	memcpy(lane->known, c->implied, c->lanes * sizeof(u32));
	for (u32 i = 0; i < c->nr_list; i++) {
		u32 l = c->list[i];

		if (c->implied[l] < c->need[l]) {
			store(o, (struct ref){ c->thread[l], c->need[l] - o->place[c->thread[l]].base });
			lane->known[l] = c->need[l];
			stored++;
		}
		c->need[l] = 0;
	}
	c->nr_list = 0;
	remember(o, lane);
	return stored;
}

/* --- changes -------------------------------------------------------------------------------- */

struct change {
	struct omap_node node;	/* key: start */
	u64 end;
	struct ref by;
};

struct touch {
	struct omap_node node;	/* key: page */
	struct ref by;
	struct touch *more;	/* other threads' */
};

static struct change *change_of(struct omap_node *node)
{
	return node ? container_of(node, struct change, node) : NULL;
}

static struct touch *touch_of(struct omap_node *node)
{
	return node ? container_of(node, struct touch, node) : NULL;
}

/* The first change that ends above @a addr. */
static struct change *change_next(struct history *h, u64 addr)
{
	struct change *c = change_of(omap_floor(&h->changes, addr));

	return c && c->end > addr ? c : change_of(omap_ceil(&h->changes, addr));
}

void order_wait_changes(struct order *o, struct history *h, u64 start, u64 end)
{
	for (struct change *c = change_next(h, start); c && c->node.key < end;
	     c = change_of(omap_ceil(&h->changes, c->end)))
		order_wait(o, c->by);
}

static struct change *add_change(struct order *o, struct history *h, u64 start, u64 end,
				 struct ref by)
{
	struct change *c = malloc(sizeof(*c));

	if (!c) {
		o->no_memory = true;
		return NULL;
	}
	c->node.key = start;
	c->end = end;
	c->by = by;
	omap_insert(&h->changes, &c->node);
	return c;
}

static void cut(struct order *o, struct history *h, u64 addr)
{
	struct change *c = change_of(omap_floor(&h->changes, addr));

	if (c && c->node.key < addr && c->end > addr && add_change(o, h, addr, c->end, c->by))
		c->end = addr;
}

void order_change(struct order *o, struct history *h, u64 start, u64 end)
{
	struct omap_node *node;

	if (start >= end)	/* mprotect of length 0 changes nothing, and succeeds */
		return;
	cut(o, h, start);
	cut(o, h, end);
	while ((node = omap_ceil(&h->changes, start)) && node->key < end) {
		struct change *c = change_of(node);

		order_wait(o, c->by);
		omap_remove(&h->changes, node);
		free(c);
	}
	add_change(o, h, start, end, o->me);
	/* Drop the touches: an event that waits for this change waits for them too. */
	while ((node = omap_ceil(&h->touches, start)) && node->key < end) {
		struct touch *t = touch_of(node), *more;

		omap_remove(&h->touches, node);
		for (; t; t = more) {
			more = t->more;
			order_wait(o, t->by);
			free(t);
		}
	}
}

void order_touch(struct order *o, struct history *h, u64 addr)
{
	u64 page = addr & PAGE_MASK;
	struct change *c = change_next(h, page);
	struct touch *first, *t, *mine = NULL;

	if (c && c->node.key <= page)
		order_wait(o, c->by);
	first = touch_of(omap_floor(&h->touches, page));
	if (first && first->node.key != page)
		first = NULL;
	for (t = first; t; t = t->more) {
		if (t->by.thread == o->me.thread)
			mine = t;
		else if (order_word(t->by.thread) == order_word(o->me.thread))
			order_wait(o, t->by);
	}
	if (mine) {
		mine->by = o->me;
		return;
	}
	t = malloc(sizeof(*t));
	if (!t) {
		o->no_memory = true;
		return;
	}
	t->by = o->me;
	t->more = NULL;
	if (first) {
		t->more = first->more;
		first->more = t;
	} else {
		t->node.key = page;
		omap_insert(&h->touches, &t->node);
	}
}

void history_exit(struct history *h)
{
	struct omap_node *node;

	while ((node = h->changes.root)) {
		omap_remove(&h->changes, node);
		free(change_of(node));
	}
	while ((node = h->touches.root)) {
		struct touch *t = touch_of(node), *more;

		omap_remove(&h->touches, node);
		for (; t; t = more) {
			more = t->more;
			free(t);
		}
	}
}
