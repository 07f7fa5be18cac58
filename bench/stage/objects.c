// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The memory that the core reports, and the fields in it.
 */
#include "bench/stage/objects.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mm/file.h"
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/vma.h"

/* --- fields --------------------------------------------------------------------------------- */

struct field {
	const char *what, *name;
	size_t offset, size;
};

#define FIELD(what_, field_) \
	{ #what_, #field_, offsetof(struct what_, field_), sizeof(((struct what_ *)NULL)->field_) },
#define RWSEM(what_, field_) \
	FIELD(what_, field_.count) FIELD(what_, field_.wait_lock) \
	FIELD(what_, field_.head) FIELD(what_, field_.tail)

/*
 * Fields at which threads may meet.  They are listed by name, so that removing a field breaks the build;
 * a field that is missing here shows as an offset.
 */
static const struct field fields[] = {
	FIELD(mm, world) FIELD(mm, chain) FIELD(mm, root) FIELD(mm, lock_seq)
	RWSEM(mm, mmap_lock)
	FIELD(mm, tree) FIELD(mm, map_count) FIELD(mm, start_brk) FIELD(mm, brk)
	FIELD(mm, mmap_base) FIELD(mm, marks_open) FIELD(mm, forked) FIELD(mm, write_since)
	FIELD(mm, attached)

	FIELD(vma, vm_start) FIELD(vma, vm_end) FIELD(vma, vm_flags) FIELD(vma, vm_pgoff)
	FIELD(vma, vm_file) FIELD(vma, vm_mm) FIELD(vma, anon_vma) FIELD(vma, anon_forked)
	FIELD(vma, lock_seq)

	FIELD(anon_vma, refcount) FIELD(anon_vma, root) FIELD(anon_vma, family)

	FIELD(pgtable, lock) FIELD(pgtable, level) FIELD(pgtable, dead) FIELD(pgtable, mm)
	FIELD(pgtable, base) FIELD(pgtable, entry)

	FIELD(page, refcount) FIELD(page, flags) FIELD(page, mapcount) FIELD(page, swap)
	FIELD(page, index) FIELD(page, anon) FIELD(page, file) FIELD(page, next) FIELD(page, prev)

	FIELD(file, inode) FIELD(file, refcount) FIELD(file, nr_pages) FIELD(file, i_mmap)
	FIELD(file, pages) FIELD(file, lock) FIELD(file, disk)

	FIELD(swap_slot, page)

	FIELD(task, mm) FIELD(task, mmap_read_since) FIELD(task, vmacache) FIELD(task, pages) FIELD(task, memalloc)
	FIELD(task, charged) FIELD(task, lru_batch) FIELD(task, stock) FIELD(task, batch)
	FIELD(task, taken) FIELD(task, stats) FIELD(task, tlb)

	FIELD(world, config) FIELD(world, chain) FIELD(world, probe) FIELD(world, injector)
	FIELD(world, tasks) FIELD(world, zone.lock) FIELD(world, zone.free) FIELD(world, zone.nr_free)
	FIELD(world, zone) FIELD(world, lru.lock) FIELD(world, lru) FIELD(world, swap)
	FIELD(world, charge) FIELD(world, reclaim_wakeup) FIELD(world, nr_cached) FIELD(world, grace_begun)
	FIELD(world, cache)
};

/* The first that holds the offset: parts stand before their whole. */
static const struct field *find_field(const char *what, size_t offset)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strcmp(fields[i].what, what) && offset - fields[i].offset < fields[i].size)
			return &fields[i];
	return NULL;
}

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
		struct extent *more = realloc(memory.extent, max * sizeof(*more));

		BUG_ON(!more);
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

/* The scheme whose bytes these are, behind those of the core; NULL: none. */
static const struct scheme_inst *find_scheme(const struct scheme_chain *chain, const char *what,
					     size_t offset, size_t *in)
{
	for (const struct scheme_inst *si = chain->inst; si; si = si->below) {
		bool vma = !strcmp(what, "vma");
		size_t start = vma ? si->vma_offset : si->mm_offset;
		size_t size = vma ? si->scheme->vma_bytes : si->scheme->mm_bytes;

		if ((vma || !strcmp(what, "mm")) && offset - start < size) {
			*in = offset - start;
			return si;
		}
	}
	return NULL;
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
	field = find_field(found.what, offset);
	si = find_scheme(chain, found.what, offset, &in);
	if (field)
		snprintf(name->field, sizeof(name->field), "%s", field->name);
	else if (si)
		snprintf(name->field, sizeof(name->field), "%s", si->scheme->name);
	else
		snprintf(name->field, sizeof(name->field), "+%zu", offset);
}
