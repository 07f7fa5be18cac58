// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief One order at a time made relaxed: does a scene notice?
 *
 * The hooks see the order of each access and the address of the code that makes it.  An inlined function
 * is at many addresses, so a line of the source is weakened: all of its addresses that were executed.
 */
#include "sim/explore/weaken.h"
#include "sim/explore/lines.h"
#include "sim/explore/memory.h"

#include <stdlib.h>

#define MAX_SITES 4096u

struct site {
	const void *where;
	int order;
	bool weakened;
	u64 executed;
	char place[LINES_TEXT];	/* resolved late */
};

bool weakening;
static bool watching;
static struct site sites[MAX_SITES];	/* a hash table by address; where NULL: empty */
static unsigned int nr_sites, nr_weakened;

static struct site *site_of(const void *where, bool make)
{
	u32 h = (u32)(uintptr_t)where * 2654435761u >> 20;

	for (;; h++) {
		struct site *s = &sites[h % MAX_SITES];

		if (s->where == where)
			return s;
		if (s->where)
			continue;
		if (!make || nr_sites > MAX_SITES / 2)
			return NULL;
		nr_sites++;
		s->where = where;
		return s;
	}
}

int weaken_order(int order, const void *where)
{
	struct site *s;

	if (order == __ATOMIC_RELAXED)
		return order;
	s = site_of(where, watching);
	if (!s)
		return order;
	s->executed++;
	if (order > s->order)
		s->order = order;
	return s->weakened ? __ATOMIC_RELAXED : order;
}

static void update(void)
{
	weakening = watching || nr_weakened;
}

void weaken_watch(bool on)
{
	watching = on;
	if (on)
		for (unsigned int i = 0; i < MAX_SITES; i++)
			sites[i].executed = 0;
	update();
}

/* Where each site stands in the source; resolved once.  @return false: unknown */
static bool resolve(void)
{
	bool ok = true;

	for (unsigned int i = 0; ok && i < MAX_SITES; i++)
		if (sites[i].where && !sites[i].place[0])
			ok = line_of(sites[i].where, sites[i].place, NULL);
	return ok;
}

static int by_place(const void *a, const void *b)
{
	return strcmp(((const struct weaken_line *)a)->place, ((const struct weaken_line *)b)->place);
}

struct weaken_line *weaken_lines(unsigned int *nr)
{
	struct weaken_line *line = calloc(MAX_SITES, sizeof(*line));
	unsigned int n = 0, out = 0;

	if (!line || !resolve()) {
		free(line);
		return NULL;
	}
	for (unsigned int i = 0; i < MAX_SITES; i++)
		if (sites[i].where && sites[i].executed) {
			snprintf(line[n].place, sizeof(line[n].place), "%s", sites[i].place);
			line[n].executed = sites[i].executed;
			line[n++].order = sites[i].order;
		}
	qsort(line, n, sizeof(*line), by_place);
	for (unsigned int i = 0; i < n; i++) {
		if (out && !strcmp(line[out - 1].place, line[i].place)) {
			line[out - 1].executed += line[i].executed;
			if (line[i].order > line[out - 1].order)
				line[out - 1].order = line[i].order;
		} else {
			line[out++] = line[i];
		}
	}
	*nr = out;
	return line;
}

void weaken_also(const char *place)
{
	for (unsigned int i = 0; i < MAX_SITES; i++)
		if (sites[i].where && !strcmp(sites[i].place, place) && !sites[i].weakened) {
			sites[i].weakened = true;
			nr_weakened++;
		}
	update();
}

void weaken_only(const char *place)
{
	for (unsigned int i = 0; i < MAX_SITES; i++)
		sites[i].weakened = false;
	nr_weakened = 0;
	if (place)
		weaken_also(place);
	update();
}
