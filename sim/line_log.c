// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief One hash table per thread, and the comparison of two.
 */
#include "sim/line_log.h"

#include <errno.h>
#include <stdlib.h>

#include "common/platform/platform.h"
#include "sim/told.h"

#define FIRST_SIZE (1u << 14)
#define LINE_MASK (~(u64)(CACHELINE - 1))
#define IS_LINE 1u

static __thread struct line_log *current_log;

int line_log_init(struct line_log *log)
{
	*log = (struct line_log){ .size = FIRST_SIZE };
	log->entry = calloc(log->size, sizeof(*log->entry));
	return log->entry ? 0 : -ENOMEM;
}

void line_log_free(struct line_log *log)
{
	free(log->entry);
	log->entry = NULL;
}

void line_log_use(struct line_log *log)
{
	current_log = log;
}

static struct line_log_entry *find(struct line_log_entry *entry, u64 size, u64 key)
{
	u64 i = key * 0x9e3779b97f4a7c15ULL >> 20;

	while (entry[i & (size - 1)].key && entry[i & (size - 1)].key != key)
		i++;
	return &entry[i & (size - 1)];
}

static void grow(struct line_log *log)
{
	struct line_log_entry *more = calloc(2 * log->size, sizeof(*more));

	BUG_ON(!more);
	for (u64 i = 0; i < log->size; i++)
		if (log->entry[i].key)
			*find(more, 2 * log->size, log->entry[i].key) = log->entry[i];
	free(log->entry);
	log->entry = more;
	log->size *= 2;
}

static struct line_log_entry *get(struct line_log *log, u64 key)
{
	struct line_log_entry *e;

	if (4 * log->used >= 3 * log->size)
		grow(log);
	e = find(log->entry, log->size, key);
	if (!e->key) {
		e->key = key;
		log->used++;
	}
	return e;
}

void hook_before(const void *site)
{
	(void)site;
}

void hook_access(const void *p, u64 size, bool store)
{
	struct line_log *log = current_log;
	u64 from = (u64)(uintptr_t)p & ~7ULL, end = (u64)(uintptr_t)p + size;

	if (likely(!log))
		return;
	current_log = NULL;	/* what this function calls is not the program's */
	for (u64 word = from; word < end; word += 8) {
		struct line_log_entry *line = get(log, (word & LINE_MASK) | IS_LINE);

		if (!store)
			continue;
		if (line->last_fault != log->fault) {
			line->last_fault = log->fault;
			line->faults++;
		}
		get(log, word)->stores++;
	}
	current_log = log;
}

static bool touches(const struct line_log *log, u64 line)
{
	return find(log->entry, log->size, line | IS_LINE)->key != 0;
}

void line_log_compare(const struct line_log *log, unsigned int nr, const struct line_log_shared *s)
{
	for (unsigned int mine = 0; mine < nr; mine++) {
		for (u64 i = 0; i < log[mine].size; i++) {
			const struct line_log_entry *e = &log[mine].entry[i];
			u64 line = e->key & LINE_MASK;
			bool is_line = e->key & IS_LINE, shared = false;
			u64 count = is_line ? e->faults : e->stores;

			if (!e->key || !count)
				continue;
			for (unsigned int other = 0; other < nr && !shared; other++)
				shared = other != mine && touches(&log[other], line);
			if (shared)
				s->told(s, is_line ? NULL : (const void *)(uintptr_t)e->key,
					(const void *)(uintptr_t)line, count);
		}
	}
}
