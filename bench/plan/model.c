/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The model's ranges: cut, cleared, merged.
 */
#include <stdlib.h>

#include "bench/plan/model.h"
#include "common/mm/calls.h"
#include "common/mm/vma.h"

bool model_init(struct model *m, struct model_tally *tally)
{
	*m = (struct model){ .tally = tally, .files = calloc(1, sizeof(*m->files)) };
	if (m->files)
		m->files->models = 1;
	return m->files;
}

void model_exit(struct model *m)
{
	struct omap_node *node;

	while ((node = m->vmas.root)) {
		omap_remove(&m->vmas, node);
		model_count_shmem(m, model_vma_of(node), false);
		free(model_vma_of(node));
	}
	ranges_exit(&m->guards);
	model_zap(m, 0, ~0ULL);
	model_drop_files(m);
	*m = (struct model){ 0 };
}

/* --- looking -------------------------------------------------------------------- */

struct model_vma *model_at(const struct model *m, u64 addr)
{
	struct model_vma *vma = model_vma_of(omap_floor(&m->vmas, addr));

	return vma && vma->end > addr ? vma : NULL;
}

struct model_vma *model_next(const struct model *m, u64 addr)
{
	struct model_vma *vma = model_at(m, addr);

	return vma ? vma : model_vma_of(omap_ceil(&m->vmas, addr));
}

u64 model_hole(const struct model *m, u64 start, u64 end)
{
	const struct model_vma *vma;

	while (start < end && (vma = model_at(m, start)))
		start = vma->end;
	return start < end ? start : end;
}

u64 model_guarded(const struct model *m, u64 start, u64 end)
{
	const struct range *guard = ranges_next(&m->guards, start);

	if (!guard || guard->start >= end)
		return end;
	return guard->start > start ? guard->start : start;
}

/* --- cutting and merging ------------------------------------------------------------- */

static struct model_vma *insert(struct model *m, const struct model_vma *like, u64 start, u64 end)
{
	struct model_vma *vma = malloc(sizeof(*vma));

	if (!vma) {
		m->no_memory = true;
		return NULL;
	}
	*vma = *like;
	vma->node.key = start;
	vma->end = end;
	omap_insert(&m->vmas, &vma->node);
	m->nr_vmas++;
	model_count_shmem(m, vma, true);
	return vma;
}

static void drop(struct model *m, struct model_vma *vma)
{
	omap_remove(&m->vmas, &vma->node);
	model_count_shmem(m, vma, false);
	free(vma);
	m->nr_vmas--;
}

/* No VMA reaches across @a addr afterwards. */
static void cut(struct model *m, u64 addr)
{
	struct model_vma *vma = model_at(m, addr);

	if (!vma || model_start(vma) == addr)
		return;
	struct model_vma like = *vma;

	like.pgoff += (addr - model_start(vma)) >> PAGE_SHIFT;
	if (insert(m, &like, addr, vma->end))
		vma->end = addr;
}

static bool same(struct ref a, struct ref b)
{
	return a.thread == b.thread && a.seq == b.seq;
}

/* Merge what touches at @a addr, if it is alike. */
static void merge_at(struct model *m, u64 addr, struct ref by)
{
	struct model_vma *right = model_vma_of(omap_floor(&m->vmas, addr));
	struct model_vma *left = addr ? model_at(m, addr - 1) : NULL;

	if (!left || !right || left == right || model_start(right) != addr ||
	    left->flags != right->flags || left->file != right->file || left->forked != right->forked ||
	    left->pgoff + ((addr - model_start(left)) >> PAGE_SHIFT) != right->pgoff)
		return;
	if (left->anon != right->anon || !same(left->anon_by, right->anon_by)) {
		left->anon |= right->anon;
		left->anon_by = by;
	}
	if (!same(left->shape, right->shape))
		left->shape = by;
	left->end = right->end;
	drop(m, right);
}

/* Merge within [start, end] where changed VMAs meet, and with the neighbours. */
static void merge(struct model *m, u64 start, u64 end, struct ref by)
{
	struct model_vma *vma = model_next(m, start ? start - 1 : 0);

	while (vma && model_start(vma) <= end) {
		u64 at = model_start(vma);

		merge_at(m, at, by);
		vma = model_vma_of(omap_ceil(&m->vmas, at + 1));
	}
}

/* --- changes -------------------------------------------------------------------------- */

void model_unmap(struct model *m, u64 start, u64 end)
{
	struct model_vma *vma;

	cut(m, start);
	cut(m, end);
	while ((vma = model_vma_of(omap_ceil(&m->vmas, start))) && model_start(vma) < end)
		drop(m, vma);
	model_zap(m, start, end);
	model_unguard(m, start, end);
}

void model_map(struct model *m, u64 start, u64 end, u64 flags, u32 file, bool shmem, u64 pgoff,
	       struct ref by)
{
	struct model_vma like = { .flags = flags, .file = file, .shmem = shmem, .pgoff = pgoff,
				  .shape = by };

	model_unmap(m, start, end);
	insert(m, &like, start, end);
	merge(m, start, end, by);
}

/* The VMA behind @a vma, if it begins below @a end. */
static struct model_vma *next_below(struct model *m, const struct model_vma *vma, u64 end)
{
	struct model_vma *next = model_vma_of(omap_ceil(&m->vmas, model_start(vma) + 1));

	return next && model_start(next) < end ? next : NULL;
}

/* What is mapped of [start, end) lies in VMAs of its own.  @return the first, or NULL */
static struct model_vma *cut_out(struct model *m, u64 start, u64 end)
{
	struct model_vma *vma;

	cut(m, start);
	cut(m, end);
	vma = model_next(m, start);
	return vma && model_start(vma) < end ? vma : NULL;
}

void model_advise(struct model *m, u64 start, u64 end, int advice, struct ref by)
{
	for (struct model_vma *vma = cut_out(m, start, end); vma; vma = next_below(m, vma, end))
		mm_advice_flags(advice, !vma->file, &vma->flags);
	merge(m, start, end, by);
}

void model_protect(struct model *m, u64 start, u64 end, int prot, struct ref by)
{
	for (struct model_vma *vma = cut_out(m, start, end); vma; vma = next_below(m, vma, end))
		vma->flags = mm_mprotect_flags(vma->flags, prot, !vma->file && !vma->anon);
	model_write_protect(m, start, end);
	merge(m, start, end, by);
}

void model_guard(struct model *m, u64 start, u64 end, struct ref by)
{
	for (struct model_vma *vma = model_next(m, start); vma && model_start(vma) < end;
	     vma = model_next(m, vma->end)) {
		u64 from = model_start(vma) > start ? model_start(vma) : start;
		u64 to = vma->end < end ? vma->end : end;

		if (!vma->file && !vma->anon) {
			vma->anon = true;
			vma->anon_by = by;
		}
		model_zap(m, from, to);
		m->no_memory |= ranges_set(&m->guards, from, to, 0);
	}
}

void model_unguard(struct model *m, u64 start, u64 end)
{
	if (model_guarded(m, start, end) < end)
		m->no_memory |= ranges_clear(&m->guards, start, end);
}

/* The guards of [start, end) are those of @a m at @a to, too. */
static void copy_guards(struct model *m, const struct model *from, u64 start, u64 end, u64 to)
{
	for (u64 at = model_guarded(from, start, end); at < end; at = model_guarded(from, at, end)) {
		const struct range *guard = ranges_at(&from->guards, at);
		u64 last = guard->end < end ? guard->end : end;

		m->no_memory |= ranges_set(&m->guards, at - start + to, last - start + to, 0);
		if (m->no_memory)
			return;
		at = last;
	}
}

void model_move(struct model *m, u64 old, u64 old_len, u64 to, u64 len, bool keep_old,
		struct ref by)
{
	struct model_vma *vma = model_at(m, old), like;
	u64 moved = old_len < len ? old_len : len;

	like = *vma;
	like.shape = by;
	if (like.anon)
		like.anon_by = by;
	like.pgoff += (old - model_start(vma)) >> PAGE_SHIFT;
	if (!like.file && !like.anon)
		like.pgoff = to >> PAGE_SHIFT;	/* nothing was written, so it is like new at the new place */
	model_unmap(m, to, to + len);
	insert(m, &like, to, to + len);
	model_move_pages(m, old, old + moved, to);
	copy_guards(m, m, old, old + moved, to);
	model_unguard(m, old, old + moved);
	vma = model_at(m, old);
	if (!keep_old && old_len)
		model_unmap(m, old, old + old_len);
	else if (keep_old && vma && model_start(vma) == old && vma->end == old + old_len)
		vma->anon = vma->forked = false;	/* the next write makes it a new anon_vma */
	if (keep_old && vma)
		vma->flags &= ~VM_LOCKED;
	merge(m, to, to + len, by);
}

void model_grow_up(struct model *m, u64 from, u64 to, struct ref by)
{
	struct model_vma like = *model_at(m, from - 1);

	like.pgoff += (from - model_start(&like)) >> PAGE_SHIFT;
	like.shape = by;
	insert(m, &like, from, to);
	merge(m, from, to, by);
}

void model_grow_down(struct model *m, struct model_vma *vma, u64 start)
{
	u64 was = model_start(vma);

	omap_remove(&m->vmas, &vma->node);
	vma->node.key = start;
	vma->pgoff -= (was - start) >> PAGE_SHIFT;
	omap_insert(&m->vmas, &vma->node);
}

void model_fork(struct model *child, struct model *m)
{
	*child = (struct model){ .files = m->files, .tally = m->tally, .brk = m->brk };
	m->files->models++;
	model_write_protect(m, 0, ~0ULL);
	for (struct model_vma *vma = model_next(m, 0); vma; vma = model_next(m, vma->end)) {
		struct model_vma like = *vma;

		if (like.flags & VM_DONTCOPY)
			continue;
		like.flags &= ~VM_LOCKED;
		like.shape = like.anon_by = (struct ref){ 0, 0 };
		if (like.flags & VM_WIPEONFORK)
			like.anon = false;
		like.forked = like.anon;
		if (!insert(child, &like, model_start(&like), like.end) || (like.flags & VM_WIPEONFORK))
			continue;
		model_share_pages(child, m, model_start(&like), like.end);
		copy_guards(child, m, model_start(&like), like.end, model_start(&like));
	}
}
