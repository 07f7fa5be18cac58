// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The memory that the core reports.
 */
#include "bench/stage/objects.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/fields.h"

/* --- memory ----------------------------------------------------------------------------------- */

struct extent {
	const char *start;
	const char *what;
	size_t size, nr;
};

/* The listener has no context of its own, so this is one per process, like the seam's pointer to it. */
static struct {
	pthread_mutex_t lock;
	struct extent *extent;
	size_t nr, max;
} memory = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void objects_come(const struct platform_listener *l, const void *p, const char *what,
			 size_t size, size_t nr)
{
	(void)l;
	pthread_mutex_lock(&memory.lock);
	if (memory.nr == memory.max) {
		size_t max = memory.max ? 2 * memory.max : 256;
		struct extent *more = calloc(max, sizeof(*more));	/* fails in no command: cli/no_memory.c */

		BUG_ON(!more);
		if (memory.nr)
			memcpy(more, memory.extent, memory.nr * sizeof(*more));
		free(memory.extent);
		memory.extent = more;
		memory.max = max;
	}
	memory.extent[memory.nr++] = (struct extent){ p, what, size, nr };
	pthread_mutex_unlock(&memory.lock);
}

static void objects_go(const struct platform_listener *l, const void *p)
{
	(void)l;
	pthread_mutex_lock(&memory.lock);
	for (size_t i = 0; i < memory.nr; i++)
		if (memory.extent[i].start == p)
			memory.extent[i--] = memory.extent[--memory.nr];
	pthread_mutex_unlock(&memory.lock);
}

const struct platform_listener *objects_begin(void)
{
	static const struct platform_listener listener = {
		.objects = objects_come,
		.gone = objects_go,
	};

	platform_listen(&listener);
	return &listener;
}

void objects_end(void)
{
	platform_listen(NULL);
	free(memory.extent);
	memory.extent = NULL;
	memory.nr = memory.max = 0;
}

void object_name(const struct scheme_chain *chain, const void *p, struct object_name *name)
{
	const struct scheme_inst *si;
	const struct field *field;
	struct extent found = { 0 };
	size_t offset, in;

	pthread_mutex_lock(&memory.lock);
	for (size_t i = 0; i < memory.nr && !found.what; i++)
		if ((size_t)((const char *)p - memory.extent[i].start) < memory.extent[i].size * memory.extent[i].nr)
			found = memory.extent[i];
	pthread_mutex_unlock(&memory.lock);

	*name = (struct object_name){ .what = "?", .field = "?" };
	if (!found.what)
		return;
	offset = (size_t)((const char *)p - found.start) % found.size;
	name->object = (const char *)p - offset;
	snprintf(name->what, sizeof(name->what), "%s", found.what);
	/* All elements of an array go by one name. */
	field = field_find(found.what, offset);
	si = field_scheme(chain, found.what, offset, &in);
	if (field)
		snprintf(name->field, sizeof(name->field), "%s", field->name);
	else if (si)
		snprintf(name->field, sizeof(name->field), "%s", si->scheme->name);
	else
		snprintf(name->field, sizeof(name->field), "+%zu", offset);
}
