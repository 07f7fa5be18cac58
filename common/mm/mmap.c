/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief mmap: checks the arguments, finds a place, and makes a VMA or extends one.
 */
#include "common/mm/vma_edit.h"
#include "common/mm/file.h"

#include <errno.h>

/* Offsets of a file end here, in bytes; the kernel's MAX_LFS_FILESIZE. */
#define FILE_SIZE_MAX	0x7fffffffffffffffULL

/* A file of its own for shared anonymous memory: marked by the top bit, numbered by place. */
#define SHMEM_INODE(addr) (1ULL << 63 | (addr) >> PAGE_SHIFT)

/*
 * Too much would be mapped.  The kernel finds that out after it has cut the range out of the VMAs it
 * belongs to, and then puts the pieces back without merging them; we leave the VMAs cut in the same way.
 * Kernel twin: __mmap_setup(), vms_abort_munmap_vmas() (mm/vma.c, 6.18)
 */
static int refuse_expansion(struct vma_edit *e, const struct vma_unmap *u)
{
	if (!u->nr_cuts || vma_edit_prealloc(e, u->nr_cuts, u->nr_cuts))
		return -ENOMEM;
	vma_unmap_mark(e, u);
	if (vma_edit_marks_done(e))
		return -EINTR;
	vma_unmap_cut(e, u);
	vma_edit_release(e);
	return -ENOMEM;
}

/*
 * Map @a p over whatever is there.  Kernel twin: __mmap_region() (mm/vma.c).  If memory runs out after
 * the kernel has unmapped, it leaves a hole; here everything is allocated before.
 */
static int mmap_region(struct vma_edit *e, struct vma_piece *p, bool merge)
{
	struct vma_tree *tree = &e->mm->tree;
	struct vma *prev = vma_tree_prev(tree, p->start);
	struct vma *next = vma_tree_find(tree, p->end, tree->limit);
	unsigned int sides = merge ? vma_merge_sides(p, prev, next) : 0;
	struct anon_vma *anon;
	struct vma_unmap u;
	struct vma *vma;
	int err;

	err = vma_unmap_plan(e, &u, p->start, p->end);
	if (err)
		return err;
	if (!mm_may_expand(e->mm, p->end - p->start, p->start, p->end))
		return refuse_expansion(e, &u);
	err = anon_vma_set_aside(e->task, p->flags, &anon);
	if (err)
		return err;
	err = vma_edit_prealloc(e, u.nr_cuts + !sides, u.nr_cuts + 2);
	if (err)
		goto out_put_anon;
	vma_unmap_mark(e, &u);
	if (sides & MERGE_LEFT)
		vma_edit_mark(e, prev);
	if (sides & MERGE_RIGHT)
		vma_edit_mark(e, next);
	err = vma_edit_marks_done(e);
	if (err)
		goto out_put_anon;
	probe(e->task, PROBE_CHANGE_MARKED, p->start);

	if (u.first) {
		/* Store the new VMA only when nothing is left of the old ones in its range. */
		vma_unmap_edit(e, &u);
		vma_unmap_clear(e, &u);
		probe(e->task, PROBE_CHANGE_FLUSHED, p->start);
		/* Cutting may have put new VMAs beside the range, with the same flags as the old ones. */
		prev = vma_tree_prev(tree, p->start);
		next = vma_tree_find(tree, p->end, tree->limit);
	}
	if (sides)
		vma = vma_merge_new(e, p, prev, next, sides);
	else
		vma = vma_link_new(e, p);
	anon_vma_prepare_early(e->task, e->mm, vma, anon);
	probe(e->task, PROBE_CHANGE_EDITED, p->start);
	vma_edit_release(e);
	return 0;

out_put_anon:
	anon_vma_put(e->task, anon);
	return err;
}

/* With mmap_lock held for writing.  Kernel twin: do_mmap() (mm/mmap.c). */
static unsigned long do_mmap(struct vma_edit *e, unsigned long addr, unsigned long len, int prot,
			     int flags, struct file *file, u64 offset)
{
	struct mm *mm = e->mm;
	bool anonymous = flags & MM_MAP_ANONYMOUS, own_file;
	struct vma_piece p;
	int err;

	if (mm->map_count > mm->world->config.max_map_count)
		return -ENOMEM;
	addr = mm_find_place(mm, addr, len, flags, !file && !(flags & MM_MAP_SHARED));
	if (mm_is_err(addr))
		return addr;
	if ((flags & MM_MAP_FIXED_NOREPLACE) && vma_tree_find(&mm->tree, addr, addr + len))
		return -EEXIST;
	if (!anonymous && (len > FILE_SIZE_MAX || offset > FILE_SIZE_MAX - len))
		return -EOVERFLOW;

	p.start = addr;
	p.end = addr + len;
	p.file = anonymous ? NULL : file;
	p.anon = NULL;
	p.anon_forked = false;
	err = mm_mmap_flags(prot, flags, &p.flags);
	if (err)
		return err;
	if (!anonymous)
		p.pgoff = offset >> PAGE_SHIFT;
	else
		p.pgoff = p.flags & VM_SHARED ? 0 : addr >> PAGE_SHIFT;

	/* Shared anonymous memory is a file of its own, so it merges with nothing. */
	if (anonymous && (p.flags & VM_SHARED))
		p.file = file;
	own_file = anonymous && (p.flags & VM_SHARED) && !file;
	if (own_file) {
		p.file = file_open(SHMEM_INODE(addr), true);
		if (!p.file)
			return -ENOMEM;
		/* The file's size never changes: what mremap adds lies beyond its end and is SIGBUS. */
		p.file->nr_pages = len >> PAGE_SHIFT;
	}
	err = mmap_region(e, &p, !(anonymous && (p.flags & VM_SHARED)));
	if (own_file)
		file_put(e->task, p.file);	/* the VMA has its own reference */
	return err ? (unsigned long)err : addr;
}

unsigned long mm_mmap(struct task *t, struct mm *mm, unsigned long addr, unsigned long len,
		      int prot, int flags, struct file *file, u64 offset)
{
	struct vma_edit e;
	unsigned long ret;

	count(t, STAT_MMAP);
	if (offset & ~PAGE_MASK)
		return -EINVAL;
	if (!(flags & MM_MAP_ANONYMOUS) && !file)
		return -EBADF;
	if (!len)
		return -EINVAL;
	if (flags & MM_MAP_HUGETLB)	/* there are no huge pages in reserve */
		return flags & MM_MAP_ANONYMOUS ? -ENOMEM : -EINVAL;
	len = PAGE_ALIGN(len);
	if (!len)
		return -ENOMEM;
	if (flags & MM_MAP_FIXED_NOREPLACE)
		flags |= MM_MAP_FIXED;
	if ((flags & MM_MAP_ANONYMOUS) && !(flags & MM_MAP_SHARED))
		file = NULL;

	if (mmap_write_lock_killable(t, mm))
		return -EINTR;
	vma_edit_init(&e, t, mm);
	probe(t, PROBE_CHANGE_LOCKED, addr);
	ret = do_mmap(&e, addr, len, prot, flags, file, offset);
	mmap_write_unlock(t, mm);
	vma_edit_bury(&e);
	return ret;
}
