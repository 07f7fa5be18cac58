/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief mremap: a mapping shrinks, grows where it is, or moves with its pages.
 *
 * Kernel twin: mm/mremap.c of 6.18.  A call may be several steps of one write
 * section (unmap the target, cut the tail off, move), each with its own plan,
 * marks and edits; what an earlier step did stays if a later one fails, as in the
 * kernel.
 */
#include "common/mm/vma_edit.h"

#include <errno.h>

/** One call, or with several mappings to move one of them. */
struct remap {
	struct vma_edit e;
	unsigned long addr, old_len, new_len, new_addr;
	int flags;
	bool locked;		/* mmap_lock is still held for writing */
};

static bool implies_new_addr(const struct remap *r)
{
	return r->flags & (MM_MREMAP_FIXED | MM_MREMAP_DONTUNMAP);
}

/* Kernel twin: check_mremap_params(), without the count of VMAs */
static int check_params(const struct remap *r, unsigned long limit)
{
	if ((r->flags & ~(MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED | MM_MREMAP_DONTUNMAP)) ||
	    (r->addr & ~PAGE_MASK) || !r->new_len || r->new_len > limit)
		return -EINVAL;
	if (!implies_new_addr(r))
		return 0;
	if (r->new_addr > limit - r->new_len || (r->new_addr & ~PAGE_MASK) ||
	    !(r->flags & MM_MREMAP_MAYMOVE))
		return -EINVAL;
	if ((r->flags & MM_MREMAP_DONTUNMAP) && r->old_len != r->new_len)
		return -EINVAL;
	if (r->addr + r->old_len > r->new_addr && r->new_addr + r->new_len > r->addr)
		return -EINVAL;
	return 0;
}

/* Room for the VMAs that a move may make on its way; 6.18's numbers. */
static bool count_allows(const struct mm *mm, unsigned int more)
{
	return mm->map_count + more + 3 < mm->world->config.max_map_count;
}

/* Kernel twin: check_prep_vma() */
static int check_vma(const struct remap *r, const struct vma *vma)
{
	unsigned long old_len = r->old_len;
	u64 pgoff;

	if (!vma)
		return -EFAULT;
	if (r->new_len <= old_len && !implies_new_addr(r))
		return 0;	/* nothing new is mapped */
	/* Length 0 asks for a second mapping of the same, which only shared memory can have. */
	if (!old_len && !(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (r->new_len < old_len)
		old_len = r->new_len;	/* the tail, unmapped above, may lie in other VMAs */
	if (old_len > vma->vm_end - r->addr)
		return -EFAULT;
	pgoff = vma->vm_pgoff + ((r->addr - vma->vm_start) >> PAGE_SHIFT);
	if (r->new_len != old_len && pgoff + (r->new_len >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	if (r->new_len > r->old_len && !mm_may_expand(r->e.mm, r->new_len - r->old_len, 0, 0))
		return -ENOMEM;
	return 0;
}

/* Kernel twin: vrm_set_new_addr() */
static unsigned long find_new_place(struct remap *r, const struct vma *vma)
{
	return mm_find_place(r->e.mm, implies_new_addr(r) ? r->new_addr : 0, r->new_len,
			     r->flags & MM_MREMAP_FIXED ? MM_MAP_FIXED : 0,
			     vma_is_anonymous(vma));
}

/*
 * The old place keeps its VMA, now without pages.  The VMA is no longer mlocked; if all of it moved, it
 * has no page of its anon_vma any more.
 */
static void keep_old(struct remap *r, struct vma *moved)
{
	struct vma *vma = vma_tree_walk(&r->e.mm->tree, r->addr);
	struct anon_vma *anon = vma->anon_vma;

	WRITE_ONCE(vma->vm_flags, vma->vm_flags & ~VM_LOCKED);
	if (vma != moved && vma->vm_start == r->addr && vma->vm_end == r->addr + r->old_len) {
		rmap_unlink_anon(vma);
		WRITE_ONCE(vma->anon_vma, NULL);
		vma->anon_forked = false;
		anon_vma_put(r->e.task, anon);
	}
}

/* Unmap the old place; its pages have moved, so there is little to clear. */
static void unmap_old(struct remap *r)
{
	struct vma_unmap u;

	/* This cannot fail: the VMA was marked and the cuts set aside above, and the count of VMAs has room. */
	BUG_ON(vma_unmap_plan(&r->e, &u, r->addr, r->addr + r->old_len));
	vma_unmap_edit(&r->e, &u);
	vma_unmap_clear(&r->e, &u);
}

/* VMAs that cutting the old place out may need. */
static unsigned int cuts_of_old(const struct remap *r, const struct vma *vma, bool joined)
{
	if (joined)	/* it merged with the new place, so both ends may need a cut */
		return 2;
	return (r->addr > vma->vm_start) + (r->addr + r->old_len < vma->vm_end);
}

/*
 * Make tables at the new place where the old place has some.  On failure they are freed again; no VMA is
 * there, so the neighbours bound which tables may be freed.
 */
static int make_tables(struct remap *r, const struct vma *prev, const struct vma *next)
{
	struct vma_edit *e = &r->e;

	if (!pgtable_populate_like(e->task, e->mm, r->addr, r->new_addr, r->old_len))
		return 0;
	free_pgtables(e->task, e->mm, r->new_addr, r->new_addr + r->new_len,
		      prev ? prev->vm_end : 0, next ? next->vm_start : ~0UL);
	return -ENOMEM;
}

/*
 * Move [addr, addr + old_len) of @a vma to new_addr, which is free.  Anonymous memory that was never
 * written takes the offset of its new place, so that it can merge there, even with the VMA it comes from.
 * Kernel twin: move_vma(), copy_vma()
 */
static unsigned long move_vma(struct remap *r, struct vma *vma)
{
	struct vma_edit *e = &r->e;
	struct vma_tree *tree = &e->mm->tree;
	bool unmap = r->old_len && !(r->flags & MM_MREMAP_DONTUNMAP);
	struct vma_piece p = {
		.start = r->new_addr,
		.end = r->new_addr + r->new_len,
		.flags = vma->vm_flags,
		.pgoff = vma->vm_pgoff + ((r->addr - vma->vm_start) >> PAGE_SHIFT),
		.file = vma->vm_file,
		.anon = vma->anon_vma,
		.anon_forked = vma->anon_forked,
	};
	struct vma *prev, *next, *moved;
	unsigned int sides, cuts = 0;

	if (!count_allows(e->mm, 0))
		return -ENOMEM;
	if (vma_is_anonymous(vma) && !vma->anon_vma)
		p.pgoff = r->new_addr >> PAGE_SHIFT;
	prev = vma_tree_prev(tree, p.start);
	next = vma_tree_find(tree, p.end, tree->limit);
	sides = vma_merge_sides(&p, prev, next);
	if (unmap)
		cuts = cuts_of_old(r, vma, sides && (prev == vma || next == vma));
	if (vma_edit_prealloc(e, cuts + !sides, cuts + 2))
		return -ENOMEM;

	vma_edit_mark(e, vma);
	if (sides & MERGE_LEFT)
		vma_edit_mark(e, prev);
	if (sides & MERGE_RIGHT)
		vma_edit_mark(e, next);
	if (vma_edit_marks_done(e))
		return -EINTR;
	/* The mark keeps faults from making more tables at the old place. */
	if (make_tables(r, prev, next)) {
		vma_edit_release(e);
		return -ENOMEM;
	}
	probe(e->task, PROBE_CHANGE_MARKED, r->addr);

	moved = sides ? vma_merge_new(e, &p, prev, next, sides) : vma_link_new(e, &p);
	probe(e->task, PROBE_CHANGE_EDITED, r->addr);
	move_page_tables(e->task, e->mm, moved, r->addr, r->new_addr, r->old_len);
	probe(e->task, PROBE_CHANGE_FLUSHED, r->addr);
	if (unmap)
		unmap_old(r);
	else if (r->flags & MM_MREMAP_DONTUNMAP)
		keep_old(r, moved);
	vma_edit_release(e);
	return r->new_addr;
}

/*
 * Can the tail of the old place be unmapped?  The same check as munmap's, since the tail may reach beyond
 * the address space.
 */
static bool tail_is_sane(const struct remap *r)
{
	unsigned long from = r->addr + r->new_len, limit = r->e.mm->tree.limit;

	return from >= r->addr && from <= limit && r->old_len - r->new_len <= limit - from;
}

/* Move to an address that the caller chose, or keep the old mapping.  Kernel twin: mremap_to() */
static unsigned long mremap_to(struct remap *r)
{
	struct mm *mm = r->e.mm;
	unsigned long end = r->addr + r->old_len, place;
	struct vma *vma;
	int err = 0;

	if (r->flags & MM_MREMAP_FIXED)
		err = vma_unmap_here(&r->e, r->new_addr, r->new_addr + r->new_len);
	if (!err && r->new_len < r->old_len) {
		if (!tail_is_sane(r))
			return -EINVAL;
		err = vma_unmap_here(&r->e, r->addr + r->new_len, end);
		r->old_len = r->new_len;
	}
	if (err)
		return err;
	vma = vma_tree_walk(&mm->tree, r->addr);	/* the steps above may have cut it */
	if (!vma)
		return -EFAULT;
	if ((r->flags & MM_MREMAP_DONTUNMAP) && !mm_may_expand(mm, r->old_len, 0, 0))
		return -ENOMEM;
	place = find_new_place(r, vma);
	if (mm_is_err(place))
		return place;
	r->new_addr = place;
	return move_vma(r, vma);
}

/* Grow @a vma, whose end is the end of what is to grow, if there is room. */
static bool grow_in_place(struct remap *r, struct vma *vma, unsigned long *ret)
{
	struct vma_edit *e = &r->e;
	struct vma_tree *tree = &e->mm->tree;
	struct vma *next = vma_tree_find(tree, vma->vm_end, tree->limit);
	const struct vma_piece p = {
		.start = vma->vm_end,
		.end = vma->vm_end + (r->new_len - r->old_len),
		.flags = vma->vm_flags,
		.pgoff = vma->vm_pgoff + vma_pages(vma),
		.file = vma->vm_file,
		.anon = vma->anon_vma,
		.anon_forked = vma->anon_forked,
	};
	unsigned int sides;

	if (p.end < p.start || p.end > tree->limit || (next && next->vm_start < p.end))
		return false;
	*ret = -ENOMEM;
	sides = vma_merge_sides(&p, vma, next);
	BUG_ON(!(sides & MERGE_LEFT));
	if (vma_edit_prealloc(e, 0, 1))
		return true;
	vma_edit_mark(e, vma);
	if (sides & MERGE_RIGHT)
		vma_edit_mark(e, next);
	*ret = (unsigned long)vma_edit_marks_done(e);
	if (*ret)
		return true;
	probe(e->task, PROBE_CHANGE_MARKED, p.start);
	vma_merge_new(e, &p, vma, next, sides);
	probe(e->task, PROBE_CHANGE_EDITED, p.start);
	vma_edit_release(e);
	*ret = r->addr;
	return true;
}

/* Kernel twin: expand_vma() */
static unsigned long grow(struct remap *r, struct vma *vma)
{
	unsigned long ret;

	if (vma->vm_end - r->addr == r->old_len && grow_in_place(r, vma, &ret))
		return ret;
	if (!(r->flags & MM_MREMAP_MAYMOVE))
		return -ENOMEM;
	ret = find_new_place(r, vma);
	if (mm_is_err(ret))
		return ret;
	r->new_addr = ret;
	return move_vma(r, vma);
}

/* Kernel twin: mremap_at() */
static unsigned long mremap_at(struct remap *r, struct vma *vma)
{
	int err;

	if (r->new_len == r->old_len)
		return r->addr;
	if (r->new_len > r->old_len)
		return grow(r, vma);
	if (!tail_is_sane(r))
		return -EINVAL;
	err = vma_unmap_and_unlock(&r->e, r->addr + r->new_len, r->addr + r->old_len);
	if (err)
		return err;
	r->locked = false;
	return r->addr;
}

/*
 * A move without another size may take several mappings along, holes between them
 * included (since 6.17).  Kernel twin: remap_move()
 */
static unsigned long move_all(struct remap *r)
{
	unsigned long start = r->addr, end = start + r->old_len;
	unsigned long shift = r->new_addr - start, from, to, ret, first = -EFAULT;
	struct vma *vma;

	for (from = start; from < end; from = to) {
		vma = vma_tree_find(&r->e.mm->tree, from, end);
		if (!vma)
			break;
		if (from == start && vma->vm_start > start)
			return -EFAULT;
		from = max_ul(from, vma->vm_start);
		to = min_ul(vma->vm_end, end);
		r->addr = from;
		r->new_addr = from + shift;
		r->old_len = to - from;
		r->new_len = to - from;
		ret = check_vma(r, vma);
		if (!ret)
			ret = mremap_to(r);
		if (mm_is_err(ret))
			return ret;
		if (from == start)
			first = ret;
	}
	return first;
}

static unsigned long do_mremap(struct remap *r)
{
	struct vma *vma;
	int err;

	if (implies_new_addr(r) && !count_allows(r->e.mm, 2))
		return -ENOMEM;
	if ((r->flags & MM_MREMAP_FIXED) && r->old_len == r->new_len)
		return move_all(r);
	vma = vma_tree_walk(&r->e.mm->tree, r->addr);
	err = check_vma(r, vma);
	if (err)
		return err;
	return implies_new_addr(r) ? mremap_to(r) : mremap_at(r, vma);
}

unsigned long mm_mremap(struct task *t, struct mm *mm, unsigned long old, unsigned long old_len,
			unsigned long new_len, int flags, unsigned long new_addr)
{
	struct remap r = {
		.addr = old,
		.old_len = PAGE_ALIGN(old_len),
		.new_len = PAGE_ALIGN(new_len),
		.new_addr = new_addr,
		.flags = flags,
		.locked = true,
	};
	unsigned long ret;
	int err;

	count(t, STAT_MREMAP);
	err = check_params(&r, mm->tree.limit);
	if (err)
		return err;

	if (mmap_write_lock_killable(t, mm))
		return -EINTR;
	vma_edit_init(&r.e, t, mm);
	probe(t, PROBE_CHANGE_LOCKED, old);
	ret = do_mremap(&r);
	if (r.locked)
		mmap_write_unlock(t, mm);
	vma_edit_bury(&r.e);
	return ret;
}
