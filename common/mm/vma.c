/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A VMA's life: made, born, marked, copied by faults, gone, buried.
 */
#include "common/mm/vma.h"
#include "common/mm/file.h"
#include "common/mm/mm.h"

/** Call a hook of every link of the chain that has it. */
#define for_each_hook(mm_, si_, hook_) \
	for (const struct scheme_inst *si_ = (mm_)->chain->inst; si_; si_ = si_->below) \
		if (si_->scheme->hook_)

void vma_ctor(struct world *w, void *object)
{
	struct vma *vma = object;

	WRITE_ONCE(vma->lock_seq, VMA_GONE);
	for (const struct scheme_inst *si = w->chain->inst; si; si = si->below)
		if (si->scheme->vma_ctor)
			si->scheme->vma_ctor(si, vma);
}

struct vma *vma_alloc(struct task *t)
{
	if (inject_failure(t->world, SITE_VMA, current_gfp(t, GFP_KERNEL)))
		return NULL;
	return cache_alloc(t, CACHE_VMA);
}

void vma_free_unborn(struct task *t, struct vma *vma)
{
	cache_free(t, CACHE_VMA, vma);
}

void vma_birth(struct task *t, struct mm *mm, struct vma *vma, unsigned long start,
	       unsigned long end, unsigned long flags, u64 pgoff, struct file *file,
	       struct anon_vma *anon)
{
	BUG_ON(start >= end);
	for_each_hook(mm, si, vma_init)
		si->scheme->vma_init(si, vma);
	WRITE_ONCE(vma->vm_start, start);
	WRITE_ONCE(vma->vm_end, end);
	WRITE_ONCE(vma->vm_flags, flags);
	WRITE_ONCE(vma->vm_pgoff, pgoff);
	WRITE_ONCE(vma->vm_file, file);
	WRITE_ONCE(vma->vm_mm, mm);
	WRITE_ONCE(vma->anon_vma, anon);
	vma->anon_forked = false;
	/*
	 * Mark it before it can be found: the operation goes on editing it after it is in the tree, and a
	 * fault that finds it then must see the mark.
	 */
	vma_mark(t, mm, vma);
	rmap_link_file(vma);
	if (anon)
		rmap_link_anon(vma);
	for_each_hook(mm, si, vma_attach)
		si->scheme->vma_attach(si, vma);
}

void vma_set_bounds(struct vma *vma, unsigned long start, unsigned long end, u64 pgoff)
{
	rmap_edit_begin(vma);
	WRITE_ONCE(vma->vm_start, start);
	WRITE_ONCE(vma->vm_end, end);
	WRITE_ONCE(vma->vm_pgoff, pgoff);
	rmap_edit_end(vma);
}

void vma_gone(struct task *t, struct mm *mm, struct vma *vma)
{
	(void)t;
	BUG_ON(!vma_is_marked(mm, vma));
	/*
	 * Release: a fault that reads GONE by acquire and walks the tree again does not find this VMA,
	 * which was taken out before.
	 * @pairs{the tree without the VMA, before GONE | vma_read_seq()}
	 */
	smp_store_release(&vma->lock_seq, VMA_GONE);
	for_each_hook(mm, si, vma_detach)
		si->scheme->vma_detach(si, vma);
}

void vma_bury(struct task *t, struct mm *mm, struct vma *vma)
{
	BUG_ON(READ_ONCE(vma->lock_seq) != VMA_GONE);
	BUG_ON(vma->file_link.pprev || vma->anon_link.pprev);
	file_put(t, vma->vm_file);
	anon_vma_put(t, vma->anon_vma);
	cache_free_as(t, CACHE_VMA, vma, mm->chain->freeing);
}

bool vma_is_marked(const struct mm *mm, const struct vma *vma)
{
	return READ_ONCE(vma->lock_seq) == READ_ONCE(mm->lock_seq.sequence);
}

static int mark_and_wait(struct task *t, struct mm *mm, struct vma *vma, u32 *killed)
{
	u64 seq = READ_ONCE(mm->lock_seq.sequence);
	int err = 0;

	BUG_ON(!(seq & 1));
	if (READ_ONCE(vma->lock_seq) == seq)
		return 0;
	/*
	 * Release: a fault that reads this number sees mm->lock_seq no older than
	 * it, so it finds the two equal while the section is open (F2).
	 * @pairs{mm->lock_seq odd, before the mark | vma_read_seq()}
	 */
	smp_store_release(&vma->lock_seq, seq);
	mm->marks_open = true;
	count(t, STAT_VMA_MARK);
	probe(t, PROBE_CHANGE_MARK_STORED, vma->vm_start);
	/*
	 * Store, then wait: a fault that a scheme lets in from here on checks afterwards and sees the
	 * mark; we wait for the faults that were let in before.
	 */
	for_each_hook(mm, si, vma_mark)
		if (likely(!err))
			err = si->scheme->vma_mark(si, vma, killed);
	return err;
}

void vma_mark(struct task *t, struct mm *mm, struct vma *vma)
{
	BUG_ON(mark_and_wait(t, mm, vma, NULL));
}

int vma_mark_killable(struct task *t, struct mm *mm, struct vma *vma)
{
	return mark_and_wait(t, mm, vma, &t->killed);
}

void vma_settle(struct vma *vma, u64 s)
{
	/*
	 * Use cmpxchg: a section that began meanwhile may have stored its mark, which must stay.
	 * Release: a fault that reads the settled number does not look at the mm, but must see what the
	 * section did.  We have acquired its end, and hand that on.
	 * @pairs{a section's end, handed on by who saw it | vma_read_seq()}
	 */
	try_cmpxchg_release(&vma->lock_seq, &s, s & ~VMA_MARK);
}

bool vma_tryread(struct mm *mm, struct vma *vma, unsigned long addr)
{
	const struct scheme_inst *si = mm->chain->vma_lock;

	return si && !si->scheme->vma_tryread(si, mm, vma, addr);
}

bool vma_lock_for_strangers(const struct mm *mm)
{
	const struct scheme_inst *si = mm->chain->vma_lock;

	return si && !si->scheme->vma_lock_attached;
}

void vma_endread(struct mm *mm, struct vma *vma)
{
	const struct scheme_inst *si = mm->chain->vma_lock;

	si->scheme->vma_endread(si, vma);
}
