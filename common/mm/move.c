/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Moving entries from one place to another, for mremap.
 */
#include "common/mm/mm.h"
#include "common/mm/pgtable.h"
#include "common/mm/vma.h"

#include <errno.h>

/*
 * Make every table on the way to @a addr.  Neighbouring VMAs may share the upper
 * ones and their faults may publish tables there at the same time: they are published under the lock of
 * the table above, and the thread that comes second uses the first one's table.
 */
int pgtable_populate(struct task *t, struct mm *mm, unsigned long addr, enum alloc_site site)
{
	struct pgtable *table = mm->root, *new;
	u64 entry;

	for (unsigned int level = PGTABLE_LEVELS - 1; level > 0; level--) {
		unsigned int index = pgtable_index(addr, level);

		entry = pgtable_read(table, index);
		if (!entry) {
			new = pgtable_alloc(t, site, GFP_KERNEL);
			if (!new)
				return -ENOMEM;
			pgtable_prepare(new, mm, level - 1, addr);
			spin_lock(&table->lock);
			entry = pgtable_read(table, index);
			if (!entry) {
				pgtable_publish(table, index, (u64)(uintptr_t)new);
				entry = (u64)(uintptr_t)new;
				new = NULL;
			}
			spin_unlock(&table->lock);
			if (new)
				pgtable_free_private(t, new);
		}
		table = pgtable_child(entry);
	}
	return 0;
}

int pgtable_populate_like(struct task *t, struct mm *mm, unsigned long from,
			  unsigned long to, unsigned long len)
{
	unsigned long off, next, last;
	int err;

	for (off = 0; off < len; off = next) {
		struct pgtable *table = pgtable_leaf(mm, from + off, &next);

		next = min_ul(next - from, len);
		if (!table)
			continue;
		/* The entries of one table may lie in two at the new place. */
		last = to + next - PAGE_SIZE;
		err = pgtable_populate(t, mm, to + off, SITE_MOVE_TABLE);
		if (!err && pgtable_base(last, 0) != pgtable_base(to + off, 0))
			err = pgtable_populate(t, mm, last, SITE_MOVE_TABLE);
		if (err)
			return err;
	}
	return 0;
}

static bool locked_first(const struct pgtable *a, const struct pgtable *b)
{
	return a->mm == b->mm ? a->base <= b->base : (uintptr_t)a->mm < (uintptr_t)b->mm;
}

void pgtable_lock_two(struct pgtable *a, struct pgtable *b)
{
	struct pgtable *first = locked_first(a, b) ? a : b, *second = first == a ? b : a;

	spin_lock(&first->lock);
	if (second != first)
		spin_lock(&second->lock);
}

void pgtable_unlock_two(struct pgtable *a, struct pgtable *b)
{
	if (a != b)
		spin_unlock(&b->lock);
	spin_unlock(&a->lock);
}

/*
 * The entries of [from, from + len), all in one table @a src, to @a to.  Cleared,
 * flushed, then installed, all under both locks: at no moment do two addresses,
 * or a stale TLB and an address, lead to one page.
 * @whole{hardware sets bits in the entry until it is cleared; tlb_flush_range() orders what follows}
 */
static void move_ptes(struct task *t, struct mm *mm, struct pgtable *src, struct pgtable *dst,
		      unsigned long from, unsigned long to, unsigned long len)
{
	u64 moved[PGTABLE_ENTRIES];
	unsigned int n = len >> PAGE_SHIFT;
	unsigned int si = pgtable_index(from, 0), di = pgtable_index(to, 0);
	bool any = false;

	pgtable_lock_two(src, dst);
	BUG_ON(!pgtable_is_here(src, mm, from) || !pgtable_is_here(dst, mm, to));
	for (unsigned int i = 0; i < n; i++) {
		moved[i] = READ_ONCE(src->entry[si + i]) ? xchg(&src->entry[si + i], 0) : 0;
		any |= moved[i] != 0;
	}
	if (any)
		tlb_flush_range(t, mm, from, from + len);
	for (unsigned int i = 0; any && i < n; i++) {
		if (!moved[i])
			continue;
		BUG_ON(READ_ONCE(dst->entry[di + i]));
		pgtable_publish(dst, di + i, moved[i]);
	}
	pgtable_unlock_two(src, dst);
}

void move_page_tables(struct task *t, struct mm *mm, struct vma *vma, unsigned long from,
		      unsigned long to, unsigned long len)
{
	unsigned long off, next, part, unused;

	for (off = 0; off < len; off = next) {
		struct pgtable *src = pgtable_leaf(mm, from + off, &next);

		next = min_ul(next - from, len);
		for (; src && off < next; off += part) {
			struct pgtable *dst = pgtable_leaf(mm, to + off, &unused);

			part = min_ul(next - off, unused - (to + off));
			/*
			 * There is no table at the new place, so there was none at the old place when
			 * tables were made.  This one was made then, for another part of the new place
			 * that shares it, and has no entries to move.
			 */
			if (!dst)
				continue;
			rmap_edit_begin(vma);
			move_ptes(t, mm, src, dst, from + off, to + off, part);
			rmap_edit_end(vma);
		}
	}
}
