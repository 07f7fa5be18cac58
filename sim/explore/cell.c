// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The record of a word: found by its address, and made when the word is first accessed.
 *
 * A word has the size in which it is accessed.  Cells that overlap are mixed: they keep no old values.
 */
#include "sim/explore/memory.h"

#include <errno.h>
#include <stdlib.h>

struct memory memory;

int memory_init(void)
{
	memory.index = arena_table(sizeof(*memory.index));
	memory.cell = calloc(MAX_CELLS + 1, sizeof(*memory.cell));
	memory.store = aligned_alloc(16, (MAX_STORES + 1) * sizeof(*memory.store));
	return memory.index && memory.cell && memory.store ? 0 : -ENOMEM;
}

void memory_forget(void)
{
	memory.nr_cells = memory.nr_stores = 0;
}

static u32 *slot_of(const void *p)
{
	return &memory.index[arena_line_nr(p)][((uintptr_t)p & (CACHELINE - 1)) >> 2];
}

/* The first cell of these four bytes, or 0.  A number from an earlier execution fits no cell. */
static u32 first_at(const void *p)
{
	u32 nr = *slot_of(p);

	return nr && nr <= memory.nr_cells && (((uintptr_t)memory.cell[nr].p ^ (uintptr_t)p) & ~3UL) == 0 ? nr : 0;
}

struct cell *memory_find(const void *p)
{
	u32 nr = first_at(p);

	return nr ? &memory.cell[nr] : NULL;
}

static bool overlap(const struct cell *c, const void *p, unsigned int size)
{
	return (const char *)c->p < (const char *)p + size && (const char *)p < (const char *)c->p + c->size;
}

static void mix(struct cell *c)
{
	if (!c->mixed)
		ex.total.mixed++;
	c->mixed = true;
}

static struct cell *cell_new(const void *p, unsigned int size, bool soft)
{
	struct cell *c;
	u32 first = first_at(p), low;

	if (memory.nr_cells == MAX_CELLS)
		sim_fail("more than %u words are touched in one execution", MAX_CELLS);
	c = &memory.cell[++memory.nr_cells];
	__real_memset(c, 0, sizeof(*c));
	c->p = p;
	c->size = (u8)size;
	c->soft = soft;
	c->sibling = first;
	*slot_of(p) = memory.nr_cells;
	/* Any cell that overlaps begins in the same four bytes, in the four before, or in the second half. */
	for (u32 nr = first; nr; nr = memory.cell[nr].sibling)
		if (overlap(&memory.cell[nr], p, size)) {
			mix(&memory.cell[nr]);
			mix(c);
		}
	if ((uintptr_t)p & 4) {
		low = first_at((const char *)p - 4);
		for (; low; low = memory.cell[low].sibling)
			if (overlap(&memory.cell[low], p, size)) {
				mix(&memory.cell[low]);
				mix(c);
			}
	} else if (size == 8) {
		low = first_at((const char *)p + 4);
		for (; low; low = memory.cell[low].sibling) {
			mix(&memory.cell[low]);
			mix(c);
		}
	}
	return c;
}

/* A word that was accessed plainly as a whole turns out to be two or more. */
static void split(struct cell *c, unsigned int size)
{
	const char *p = c->p;
	struct cell whole = *c, *part;

	c->size = (u8)size;
	c->soft = false;
	for (unsigned int at = size; at < whole.size; at += size) {
		part = cell_new(p + at, size, true);
		part->writer = whole.writer;
		part->written = whole.written;
		part->reads = whole.reads;
		part->where_written = whole.where_written;
		part->where_read = whole.where_read;
	}
}

struct cell *memory_cell(const void *p, unsigned int size, bool soft)
{
	u32 first = first_at(p);
	struct cell *c;

	for (u32 nr = first; nr; nr = c->sibling) {
		c = &memory.cell[nr];
		if (likely(c->p == p && c->size == size)) {
			c->soft &= soft;
			return c;
		}
		if (c->p == p && c->soft && c->size > size) {
			split(c, size);
			c->soft = soft;
			return c;
		}
	}
	if (!first && ((uintptr_t)p & 4) && size <= 4) {
		/* It may be the second half of a word. */
		u32 low = first_at((const char *)p - 4);

		if (low && memory.cell[low].soft && memory.cell[low].size == 8) {
			split(&memory.cell[low], 4);
			return memory_cell(p, size, soft);
		}
	}
	return cell_new(p, size, soft);
}
