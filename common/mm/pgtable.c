/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A page table's own life, and the way down to it.
 */
#include "common/mm/pgtable.h"
#include "common/mm/mm.h"

struct pgtable *pgtable_alloc(struct task *t, enum alloc_site site, gfp_t gfp)
{
	struct pgtable *table;

	gfp = current_gfp(t, gfp);
	if (gfp == GFP_KERNEL)
		might_sleep();
	if (inject_failure(t->world, site, gfp))
		return NULL;
	table = cache_alloc(t, CACHE_TABLE);	/* all zero, whether new or given back */
	if (table)
		count(t, STAT_TABLE_ALLOC);
	return table;
}

void pgtable_free_private(struct task *t, struct pgtable *table)
{
	count(t, STAT_TABLE_FREE);
	cache_free(t, CACHE_TABLE, table);
}

void pgtable_prepare(struct pgtable *table, struct mm *mm, unsigned int level,
		     unsigned long addr)
{
	spin_lock_init(&table->lock);
	table->level = level;
	table->dead = 0;
	table->mm = mm;
	table->base = pgtable_base(addr, level);
}

struct pgtable *pgtable_walk(const struct mm *mm, unsigned long addr)
{
	struct pgtable *table = mm->root;

	for (unsigned int level = PGTABLE_LEVELS - 1; level > 0; level--) {
		u64 entry = pgtable_read(table, pgtable_index(addr, level));

		if (!entry)
			break;
		table = pgtable_child(entry);
	}
	return table;
}

struct pgtable *pgtable_leaf(const struct mm *mm, unsigned long addr, unsigned long *next)
{
	struct pgtable *table = mm->root;
	unsigned int level = PGTABLE_LEVELS - 1;

	for (; level > 0; level--) {
		unsigned int index = pgtable_index(addr, level);
		u64 entry = pgtable_read(table, index);

		if (!entry) {
			/*
			 * Only under the lock do we rely on the entry being empty (F1): a fault that made
			 * its checks before our mark may be publishing here, and we must not miss its
			 * table.
			 */
			spin_lock(&table->lock);
			entry = pgtable_read(table, index);
			spin_unlock(&table->lock);
		}
		if (!entry)
			break;
		/* An entry that is not empty needs no lock: mmap_lock keeps tables in place. */
		table = pgtable_child(entry);
	}
	*next = (addr | (PGTABLE_SPAN(max_ul(level, 1)) - 1)) + 1;
	return level ? NULL : table;
}

/*
 * RCU keeps the memory of a table that is taken out until we have its lock; with the lock held and the table here it
 * stays, since taking it out needs that lock.
 */
struct pgtable *pgtable_leaf_lock(const struct mm *mm, unsigned long addr, unsigned long *next)
{
	struct pgtable *table;
	bool here = false;

	do {
		rcu_read_lock();
		table = pgtable_leaf(mm, addr, next);
		if (table) {
			spin_lock(&table->lock);
			here = pgtable_is_here(table, mm, addr);
			if (!here)
				spin_unlock(&table->lock);	/* taken out meanwhile: look again */
		}
		rcu_read_unlock();
	} while (table && !here);
	return table;
}
