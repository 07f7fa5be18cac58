/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The model's ranges: cut, cleared, merged.
 */
#include <stdlib.h>

#include "bench/plan/model.h"
#include "common/mm/vma.h"

struct range {
	struct omap_node node;	/* key: start */
	u64 end;
};

static struct range *range_of(struct omap_node *node)
{
	return node ? container_of(node, struct range, node) : NULL;
}

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
	while ((node = m->ever.root)) {
		omap_remove(&m->ever, node);
		free(range_of(node));
	}
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

bool model_covers(const struct model *m, u64 start, u64 end)
{
	while (start < end) {
		struct model_vma *vma = model_at(m, start);

		if (!vma)
			return false;
		start = vma->end;
	}
	return true;
}

bool model_ever(const struct model *m, u64 start, u64 end)
{
	struct range *r = range_of(omap_floor(&m->ever, end - 1));

	return r && r->end > start;
}

/* --- what was mapped at some time -------------------------------------------------- */

static void note_ever(struct model *m, u64 start, u64 end)
{
	struct range *r = range_of(omap_floor(&m->ever, start)), *next;

	if (r && r->end >= start) {
		if (r->end >= end)
			return;
	} else {
		r = malloc(sizeof(*r));
		if (!r) {
			m->no_memory = true;
			return;
		}
		r->node.key = start;
		omap_insert(&m->ever, &r->node);
	}
	r->end = end;
	while ((next = range_of(omap_ceil(&m->ever, r->node.key + 1))) &&
	       next->node.key <= r->end) {
		if (next->end > r->end)
			r->end = next->end;
		omap_remove(&m->ever, &next->node);
		free(next);
	}
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
}

void model_map(struct model *m, u64 start, u64 end, u64 flags, u32 file, bool shmem, u64 pgoff,
	       struct ref by)
{
	struct model_vma like = { .flags = flags, .file = file, .shmem = shmem, .pgoff = pgoff,
				  .shape = by };

	model_unmap(m, start, end);
	insert(m, &like, start, end);
	note_ever(m, start, end);
	merge(m, start, end, by);
}

void model_flags(struct model *m, u64 start, u64 end, u64 clear, u64 set, struct ref by)
{
	cut(m, start);
	cut(m, end);
	for (struct model_vma *vma = model_next(m, start); vma && model_start(vma) < end;
	     vma = model_vma_of(omap_ceil(&m->vmas, model_start(vma) + 1)))
		vma->flags = (vma->flags & ~clear) | set;
	merge(m, start, end, by);
}

void model_protect(struct model *m, u64 start, u64 end, u64 rights, struct ref by)
{
	cut(m, start);
	cut(m, end);
	for (struct model_vma *vma = model_next(m, start); vma && model_start(vma) < end;
	     vma = model_vma_of(omap_ceil(&m->vmas, model_start(vma) + 1))) {
		u64 old = vma->flags, flags = (old & ~VM_ACCESS_FLAGS) | rights;

		if (flags == old)
			continue;
		/* Linux accounts private memory that becomes writable; see the core's mprotect.c. */
		if (!(rights & VM_WRITE)) {
			if ((old & VM_ACCOUNT) && !vma->file && !vma->anon)
				flags &= ~VM_ACCOUNT;
		} else if (!(old & (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE))) {
			flags |= VM_ACCOUNT;
		}
		vma->flags = flags;
	}
	model_write_protect(m, start, end);
	merge(m, start, end, by);
}

void model_move(struct model *m, u64 old, u64 old_len, u64 to, u64 len, bool keep_old,
		struct ref by)
{
	struct model_vma *vma = model_at(m, old), like;

	like = *vma;
	like.shape = by;
	if (like.anon)
		like.anon_by = by;
	like.pgoff += (old - model_start(vma)) >> PAGE_SHIFT;
	if (!like.file && !like.anon)
		like.pgoff = to >> PAGE_SHIFT;	/* nothing was written: it is born again */
	model_unmap(m, to, to + len);
	insert(m, &like, to, to + len);
	note_ever(m, to, to + len);
	model_move_pages(m, old, old + (old_len < len ? old_len : len), to);
	vma = model_at(m, old);
	if (!keep_old)
		model_unmap(m, old, old + old_len);
	else if (vma && model_start(vma) == old && vma->end == old + old_len)
		vma->anon = vma->forked = false;	/* the next write makes it another */
	merge(m, to, to + len, by);
}

void model_grow_up(struct model *m, u64 from, u64 to, struct ref by)
{
	struct model_vma like = *model_at(m, from - 1);

	like.pgoff += (from - model_start(&like)) >> PAGE_SHIFT;
	like.shape = by;
	insert(m, &like, from, to);
	note_ever(m, from, to);
	merge(m, from, to, by);
}

void model_grow_down(struct model *m, struct model_vma *vma, u64 start)
{
	u64 was = model_start(vma);

	omap_remove(&m->vmas, &vma->node);
	vma->node.key = start;
	vma->pgoff -= (was - start) >> PAGE_SHIFT;
	omap_insert(&m->vmas, &vma->node);
	note_ever(m, start, was);
}

void model_fork(struct model *child, struct model *m)
{
	const struct range *r;

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
		if (insert(child, &like, model_start(&like), like.end) && !(like.flags & VM_WIPEONFORK))
			model_share_pages(child, m, model_start(&like), like.end);
	}
	for (u64 at = 0; (r = range_of(omap_ceil(&m->ever, at))); at = r->end)
		note_ever(child, r->node.key, r->end);
}
