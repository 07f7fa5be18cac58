// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The table of fields.
 */
#include "sim/fields.h"

#include <stdio.h>
#include <string.h>

#include "common/mm/file.h"
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/scheme.h"
#include "common/mm/vma.h"
#include "common/mm/world.h"

#define FIELD(what_, field_) \
	{ #what_, #field_, offsetof(struct what_, field_), sizeof(((struct what_ *)NULL)->field_), 0 },
#define ARRAY(what_, field_) \
	{ #what_, #field_, offsetof(struct what_, field_), sizeof(((struct what_ *)NULL)->field_), \
	  sizeof(((struct what_ *)NULL)->field_[0]) },
#define RWSEM(what_, field_) \
	FIELD(what_, field_.count) FIELD(what_, field_.owner) FIELD(what_, field_.wait_lock) \
	FIELD(what_, field_.head) FIELD(what_, field_.tail)
/* One node's part of a world. */
#define NODE(i_) \
	FIELD(world, zone.node[i_].lock) FIELD(world, zone.node[i_].free) FIELD(world, zone.node[i_].nr_free) \
	FIELD(world, lru[i_].lock) FIELD(world, lru[i_])

/*
 * Fields at which threads may meet, parts before their whole.  They are listed by name, so that removing
 * a field breaks the build; a field that is missing here shows as an offset.
 */
static const struct field fields[] = {
	FIELD(mm, world) FIELD(mm, chain) FIELD(mm, root) FIELD(mm, lock_seq)
	RWSEM(mm, mmap_lock)
	FIELD(mm, tree.root) FIELD(mm, tree.generation) FIELD(mm, tree.nr_nodes)
	FIELD(mm, tree) FIELD(mm, map_count) FIELD(mm, start_brk) FIELD(mm, brk)
	FIELD(mm, mmap_base) FIELD(mm, marks_open) FIELD(mm, forked) FIELD(mm, file_guards) FIELD(mm, write_since)
	FIELD(mm, attached)

	FIELD(vma, vm_start) FIELD(vma, vm_end) FIELD(vma, vm_flags) FIELD(vma, vm_pgoff)
	FIELD(vma, vm_file) FIELD(vma, vm_mm) FIELD(vma, anon_vma) FIELD(vma, anon_forked)
	FIELD(vma, lock_seq) FIELD(vma, file_link) FIELD(vma, anon_link)

	FIELD(anon_vma, refcount) FIELD(anon_vma, root) FIELD(anon_vma, family)

	FIELD(pgtable, lock) FIELD(pgtable, level) FIELD(pgtable, dead) FIELD(pgtable, mm)
	FIELD(pgtable, base) ARRAY(pgtable, entry)

	FIELD(page, refcount) FIELD(page, flags) FIELD(page, mapcount) FIELD(page, swap)
	FIELD(page, index) FIELD(page, anon) FIELD(page, file) FIELD(page, next) FIELD(page, prev)

	FIELD(file, inode) FIELD(file, refcount) FIELD(file, nr_pages) FIELD(file, i_mmap)
	FIELD(file, pages) FIELD(file, lock) FIELD(file, disk)

	FIELD(swap_slot, count) FIELD(swap_slot, page)

	FIELD(task, mm) FIELD(task, mmap_read_since) FIELD(task, vmacache) FIELD(task, pages) FIELD(task, memalloc)
	FIELD(task, charged) FIELD(task, lru_batch) FIELD(task, stock) FIELD(task, batch)
	ARRAY(task, taken) FIELD(task, stats) FIELD(task, tlb.lock) FIELD(task, tlb)

	FIELD(world, config) FIELD(world, chain) FIELD(world, probe) FIELD(world, injector)
	FIELD(world, tasks) NODE(0) NODE(1) NODE(2) NODE(3) NODE(4) NODE(5) NODE(6) NODE(7) FIELD(world, zone)
	FIELD(world, swap.lock) FIELD(world, swap.nr_free) FIELD(world, swap)
	FIELD(world, charge) FIELD(world, reclaim_wakeup) FIELD(world, nr_cached) FIELD(world, grace_begun)
	ARRAY(world, cache)
};

const struct field *field_find(const char *what, size_t offset)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strcmp(fields[i].what, what) && offset - fields[i].offset < fields[i].size)
			return &fields[i];
	return NULL;
}

const struct scheme_inst *field_scheme(const struct scheme_chain *chain, const char *what, size_t offset, size_t *in)
{
	bool vma = !strcmp(what, "vma");

	if (!vma && strcmp(what, "mm"))
		return NULL;
	for (const struct scheme_inst *si = chain->inst; si; si = si->below) {
		size_t start = vma ? si->vma_offset : si->mm_offset;
		size_t size = vma ? si->scheme->vma_bytes : si->scheme->mm_bytes;

		if (offset - start < size) {
			*in = offset - start;
			return si;
		}
	}
	return NULL;
}

const char *field_name(const struct scheme_chain *chain, const char *what, size_t offset, char *text, size_t size)
{
	const struct field *field = field_find(what, offset);
	const struct scheme_inst *si;
	size_t in;

	if (field && field->each)
		snprintf(text, size, "%s[%zu]", field->name, (offset - field->offset) / field->each);
	else if (field)
		snprintf(text, size, "%s", field->name);
	else if (chain && (si = field_scheme(chain, what, offset, &in)))
		snprintf(text, size, "%s", si->scheme->name);
	else
		snprintf(text, size, "+%zu", offset);
	return text;
}
