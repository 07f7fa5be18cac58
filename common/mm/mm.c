/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief An address space is made, entered, left, faulted in and taken down.
 */
#include "common/mm/mm.h"
#include "common/mm/fault.h"
#include "common/mm/mmap_lock.h"
#include "common/mm/pgtable.h"
#include "common/mm/vma.h"

#include <errno.h>

/* Room for the stack above mappings that name no address: 128 MiB, as x86-64's minimum. */
#define MMAP_BASE_GAP (128UL << 20)

int mm_create(struct task *t, struct mm **out)
{
	struct world *w = t->world;
	struct mm *mm = platform_alloc(w->chain->mm_bytes, 2 * CACHELINE, PLATFORM_MEM_OTHER);

	if (!mm)
		return -ENOMEM;
	mm->root = pgtable_alloc(t, SITE_MM, GFP_KERNEL);
	if (!mm->root) {
		platform_free(mm, w->chain->mm_bytes, PLATFORM_MEM_OTHER);
		return -ENOMEM;
	}
	platform_objects(mm, "mm", w->chain->mm_bytes, 1);
	pgtable_prepare(mm->root, mm, PGTABLE_LEVELS - 1, 0);
	mm->world = w;
	mm->chain = w->chain;
	seqcount_init(&mm->lock_seq, w->config.seq_start);
	init_rwsem(&mm->mmap_lock);
	vma_tree_init(&mm->tree, w->config.task_size);
	mm->mmap_base = w->config.task_size > 2 * MMAP_BASE_GAP ?
			w->config.task_size - MMAP_BASE_GAP : w->config.task_size;
	for (const struct scheme_inst *si = mm->chain->inst; si; si = si->below)
		if (si->scheme->mm_init)
			si->scheme->mm_init(si, mm);
	*out = mm;
	return 0;
}

bool mm_others(const struct task *t, const struct mm *mm)
{
	for (unsigned int i = 0; i < world_slot_words(mm->world); i++)
		if (READ_ONCE(mm->attached[i]) & ~slot_bit(t->slot, i))
			return true;
	return false;
}

/*
 * The whole of exit_mmap() under the write lock: no other thread is left to profit from a downgrade.
 * Kernel twin: exit_mmap() (mm/mmap.c), which zaps under the read lock for the OOM killer's sake.
 */
void mm_destroy(struct task *t, struct mm *mm)
{
	unsigned long limit = mm->tree.limit;
	struct mmu_gather tlb;
	struct vma_cursor at;
	struct vma *vma;

	BUG_ON(mm_others(t, mm));

	mmap_write_lock(t, mm);
	vma_cursor_init(&at, &mm->tree, 0);
	while ((vma = vma_cursor_next(&at, limit)))
		vma_mark(t, mm, vma);
	mm_marks_done(t, mm);
	tlb_gather_mmu(&tlb, t, mm);
	zap_page_range(&tlb, 0, limit, ZAP_GUARDS);
	tlb_finish_mmu(&tlb);
	free_pgtables(t, mm, 0, limit, 0, ~0UL);
	vma_cursor_set(&at, 0);
	while ((vma = vma_cursor_next(&at, limit))) {
		vma_gone(t, mm, vma);
		rmap_unlink(vma);
		vma_bury(t, mm, vma);	/* the tree keeps bounds of its own and does not touch the VMA again */
	}
	vma_tree_exit(t, &mm->tree);
	mm->map_count = 0;
	mmap_write_unlock(t, mm);

	if (t->mm == mm)
		mm_detach(t);
	pgtable_free_private(t, mm->root);
	platform_free(mm, mm->chain->mm_bytes, PLATFORM_MEM_OTHER);
}

void mm_attach(struct task *t, struct mm *mm)
{
	BUG_ON(t->mm);
	tlb_flush_all(t);	/* not tlb_init(): a late flush of the previous mm may hold the lock */
	t->mm = mm;
	/*
	 * First empty the TLB, then become visible to flushes: a flush that misses us has nothing to
	 * flush here.
	 * @pairs{an empty TLB before the bit | mm_attached()}
	 */
	fetch_or(&mm->attached[t->slot / 64], slot_bit(t->slot, t->slot / 64));
}

void mm_detach(struct task *t)
{
	/* @pairs{the last access before the bit goes | mm_attached()} */
	fetch_and(&t->mm->attached[t->slot / 64], ~slot_bit(t->slot, t->slot / 64));
	t->mm = NULL;
}

static enum stats_event fault_stat(enum fault_result result)
{
	return result == FAULT_SIGSEGV ? STAT_FAULT_SIGSEGV :
	       result == FAULT_SIGBUS ? STAT_FAULT_SIGBUS : STAT_FAULT_OOM;
}

/* A thread that is alone in the mm cannot be in anyone's way: the speculative series' mm_users test. */
static bool is_alone(const struct task *t, const struct mm *mm)
{
	return t->world->config.alone == ALONE_MMAP_LOCK && !mm_others(t, mm);
}

/* Kernel twin: do_user_addr_fault() (arch/x86/mm/fault.c), which tries the VMA's lock for FAULT_FLAG_USER alone. */
static bool is_kernel_fault(struct task *t, unsigned int flags)
{
	if ((flags & FAULT_FLAG_USER) || t->world->config.kernel_faults == KERNEL_FAULTS_ALIKE)
		return false;
	count(t, STAT_FAULT_KERNEL);
	return true;
}

/* The first from which on down no fault takes a lock that a change looks for among attached threads alone (R.3). */
static const struct scheme_inst *rung_of_strangers(const struct scheme_chain *chain)
{
	const struct scheme_inst *first = chain->inst;

	for (const struct scheme_inst *si = first; si; si = si->below)
		if (si->scheme->vma_lock_attached)
			first = si->below;
	return first;
}

static __attribute__((noinline)) const struct scheme_inst *unusual_rung(struct task *t, const struct mm *mm, unsigned int flags)
{
	const struct scheme_chain *chain = mm->chain;

	if (flags & FAULT_FLAG_REMOTE)
		return rung_of_strangers(chain);
	return is_kernel_fault(t, flags) || is_alone(t, mm) ? &chain->inst[chain->nr - 1] : chain->inst;
}

static const struct scheme_inst *first_rung(struct task *t, const struct mm *mm, unsigned int flags)
{
	bool usual = (flags & (FAULT_FLAG_USER | FAULT_FLAG_REMOTE)) == FAULT_FLAG_USER && t->world->config.alone == ALONE_ALIKE;

	return likely(usual) ? mm->chain->inst : unusual_rung(t, mm, flags);
}

enum fault_result mm_fault(struct task *t, struct mm *mm, unsigned long addr, unsigned int flags)
{
	const struct scheme_inst *si = first_rung(t, mm, flags);
	enum fault_result result;
	struct fault f;

	f.task = t;
	f.mm = mm;
	f.addr = addr & PAGE_MASK;
	f.flags = flags;
	f.page = NULL;
	f.source = NULL;
	f.source_locked = false;
	f.slot_pinned = false;
	f.nr_made = 0;
	f.why = WHY_NOT;
	f.tried = f.major = f.gone = false;
	f.waits = 0;

	if (unlikely(t->world->config.trap_ns))
		platform_delay(t->world->config.trap_ns);
	count(t, STAT_FAULT);
	probe(t, PROBE_FAULT_BEGIN, f.addr);
	result = addr < mm->tree.limit ? si->scheme->fault(si, &f) : FAULT_SIGSEGV;
	fault_drop(&f);
	if (unlikely(result != FAULT_DONE))
		count(t, fault_stat(result));
	probe(t, PROBE_FAULT_DONE, f.addr);
	return result;
}
