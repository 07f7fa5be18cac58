/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A hash table of places, with open addressing; a place is a word and a kind.
 */
#include "sim/time/time.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE	1024u

static struct {
	struct who_place *place;	/* an entry with ps and times 0 is free */
	size_t size, used;		/* size is a power of two */
	bool on;
	u64 began;
} table;

const char *who_kind_name(enum who_kind kind)
{
	static const char *const names[NR_WHO_KINDS] = {
		"line", "memory", "spin", "sleep", "memory bandwidth", "flush", "grace period", "cpu",
	};

	return names[kind];
}

static struct who_place *find(struct who_place *place, size_t size, enum who_kind kind, const void *p)
{
	u64 hash = ((u64)(uintptr_t)p + kind) * 0x9e3779b97f4a7c15ULL;
	size_t i = (hash >> 32) & (size - 1);

	while (place[i].times && (place[i].p != p || place[i].kind != kind))
		i = (i + 1) & (size - 1);
	return &place[i];
}

/* Without memory new places are not counted. */
static bool grow(void)
{
	size_t size = table.size ? 2 * table.size : FIRST_SIZE;
	struct who_place *more = calloc(size, sizeof(*more));

	if (!more)
		return false;
	for (size_t i = 0; i < table.size; i++)
		if (table.place[i].times)
			*find(more, size, table.place[i].kind, table.place[i].p) = table.place[i];
	free(table.place);
	table.place = more;
	table.size = size;
	return true;
}

void who_count(bool on)
{
	if (on && table.size) {
		memset(table.place, 0, table.size * sizeof(*table.place));
		table.used = 0;
	}
	table.on = on;
	table.began = time_now_ps();
}

u64 who_began(void)
{
	return table.began;
}

void who_waited(enum who_kind kind, const void *p, u64 ps)
{
	struct who_place *place;

	if (!table.on || !ps)
		return;
	if (2 * table.used >= table.size && !grow())
		return;
	p = (const void *)((uintptr_t)p & ~7UL);
	place = find(table.place, table.size, kind, p);
	if (!place->times) {
		place->p = p;
		place->kind = kind;
		table.used++;
	}
	place->ps += ps;
	place->times++;
}

static int more_first(const void *a, const void *b)
{
	const struct who_place *pa = a, *pb = b;

	if (pa->ps != pb->ps)
		return pa->ps < pb->ps ? 1 : -1;
	if (pa->kind != pb->kind)
		return pa->kind < pb->kind ? -1 : 1;
	return pa->p < pb->p ? -1 : pa->p > pb->p;
}

unsigned int who_places(struct who_place *out, unsigned int max)
{
	struct who_place *all = malloc((table.used + 1) * sizeof(*all));
	size_t nr = 0;

	if (!all)
		return 0;
	for (size_t i = 0; i < table.size; i++)
		if (table.place[i].times)
			all[nr++] = table.place[i];
	qsort(all, nr, sizeof(*all), more_first);
	if (nr > max)
		nr = max;
	memcpy(out, all, nr * sizeof(*all));
	free(all);
	return (unsigned int)nr;
}
