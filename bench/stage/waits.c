/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Names for what was waited for, and the sum for each name.
 */
#include "bench/stage/waits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/run/machine.h"
#include "bench/stage/objects.h"

#define MAX_PLACES 4096u

static void name_wait(const struct scheme_chain *chain, const struct run_wait *w, char *text, size_t size)
{
	struct object_name name;

	if (!w->p) {
		snprintf(text, size, "%s", w->kind);
		return;
	}
	object_name(chain, w->p, &name);
	snprintf(text, size, "%s.%s", name.what, name.field);
}

static void add_wait(struct wait_at *all, unsigned int *nr, const char *name, const struct run_wait *w)
{
	unsigned int i = 0;

	while (i < *nr && (strcmp(all[i].name, name) || strcmp(all[i].kind, w->kind)))
		i++;
	if (i == *nr) {
		all[i] = (struct wait_at){ .kind = w->kind };
		snprintf(all[i].name, sizeof(all[i].name), "%s", name);
		++*nr;
	}
	all[i].ns += (double)w->ps / 1000;
}

static int most_first(const void *a, const void *b)
{
	const struct wait_at *wa = a, *wb = b;

	if (wa->ns != wb->ns)
		return wa->ns < wb->ns ? 1 : -1;
	return strcmp(wa->name, wb->name) ? strcmp(wa->name, wb->name) : strcmp(wa->kind, wb->kind);
}

void waits_begin(void)
{
	run_machine()->watch(true);
}

void waits_end(const struct scheme_chain *chain, struct waits *out)
{
	struct run_wait *place = calloc(MAX_PLACES, sizeof(*place));
	struct wait_at *all = calloc(MAX_PLACES, sizeof(*all));
	unsigned int nr = 0, places = place ? run_machine()->waits(place, MAX_PLACES) : 0;
	char name[sizeof(all->name)];

	run_machine()->watch(false);
	*out = (struct waits){ .nr = 0 };
	for (unsigned int i = 0; all && i < places; i++) {
		out->all_ns += (double)place[i].ps / 1000;
		name_wait(chain, &place[i], name, sizeof(name));
		add_wait(all, &nr, name, &place[i]);
	}
	if (all)
		qsort(all, nr, sizeof(*all), most_first);
	out->nr = nr < WAITS_KEPT ? nr : WAITS_KEPT;
	if (all)
		memcpy(out->at, all, out->nr * sizeof(*all));
	free(all);
	free(place);
}
