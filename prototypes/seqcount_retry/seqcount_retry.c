/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief seqcount_retry: speculate without a lock, commit if the whole mm's sequence is unchanged (Michel Lespinasse, 2021-22).
 *
 * Idea.  Every change makes mm->lock_seq odd and even again.  A fault samples it,
 * copies the VMA under RCU, leaves RCU to allocate (it may sleep), enters RCU again
 * and commits only if the number has not moved.  It stores nothing that others read
 * but the entry itself.  The price: any mmap or munmap of any thread, anywhere in the
 * address space, sends it to mmap_lock.
 *
 * Fault side.  As published: anonymous memory only; page tables are walked, never
 * made; the table's lock is tried, not waited for; the number is asked before and
 * after it is taken; no retry, any trouble goes to mmap_lock.
 *
 * Write side.  No hook: mmap_lock's own sequence is all there is.
 *
 * Freeing.  VMAs after a grace period: they are read under RCU alone.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned: the
 *    change makes the number odd before it takes any table's lock.  If the fault's
 *    section of that lock is first, the change finds the entry.  If it is second, the
 *    lock hands the odd number over and the second check says no.
 *  - The copy is of one moment: fields were read between two reads of one even number.
 *    SIGSEGV is never concluded here; it goes to mmap_lock, which says so.
 *  - No freed object touched: VMA and tables under RCU; nothing of the VMA is followed
 *    after RCU was left (file mappings would be, and are refused); tables are walked
 *    again from the root.
 *  - Progress: one attempt, then mmap_lock.  A writer never waits for a fault.
 *
 * Kernel twin: none was merged.  Series "Speculative page faults", v2
 * (20220128131006.67712-1-michel@lespinasse.org); do_anonymous_page() and
 * __pte_map_lock() there.  The abort reasons carry its names.
 */
#include "common/mm/fault_put.h"

enum {
	DONE,
	KERNEL_MODE,
	ABORT_ODD,
	ABORT_UNMAPPED,
	ABORT_NO_SPECULATE,
	ABORT_VMA_COPY,
	ABORT_ACCESS_ERROR,
	ABORT_NO_TABLE,
	ABORT_ANON_VMA,
	ABORT_OOM,
	ABORT_SEQ1,
	ABORT_PTL,
	ABORT_SEQ2,
};

static const struct scheme_counter seqcount_retry_counters[] = {
	[DONE] = { "done", "faults committed without a lock" },
	[KERNEL_MODE] = { "kernel_mode", "fell: not a fault from user mode" },
	[ABORT_ODD] = { "abort_odd", "fell: somebody held mmap_lock for writing" },
	[ABORT_UNMAPPED] = { "abort_unmapped", "fell: no VMA found under RCU" },
	[ABORT_NO_SPECULATE] = { "abort_no_speculate", "fell: not anonymous memory" },
	[ABORT_VMA_COPY] = { "abort_vma_copy", "fell: the number moved while the VMA was copied" },
	[ABORT_ACCESS_ERROR] = { "abort_access_error", "fell: rights forbid it; mmap_lock shall say so" },
	[ABORT_NO_TABLE] = { "abort_no_table", "fell: a page table is missing" },
	[ABORT_ANON_VMA] = { "abort_anon_vma", "fell: the VMA has no anon_vma yet" },
	[ABORT_OOM] = { "abort_oom", "fell: no page to be had" },
	[ABORT_SEQ1] = { "abort_seq1", "fell: the number moved before the table's lock was tried" },
	[ABORT_PTL] = { "abort_ptl", "fell: the table's lock was held" },
	[ABORT_SEQ2] = { "abort_seq2", "fell: the number moved before the table's lock was had" },
	{ NULL, NULL }
};

/* Find and copy the VMA, inside RCU.  DONE: f->vma is of the moment of f->mm_seq. */
static unsigned int copy_vma(struct fault *f)
{
	struct vma *vma = vma_tree_walk(&f->mm->tree, f->addr);

	if (!vma)
		return ABORT_UNMAPPED;
	probe(f->task, PROBE_FAULT_FOUND, f->addr);
	vma_snapshot_locked(vma, &f->vma);	/* nothing is locked: the number below decides */
	probe(f->task, PROBE_FAULT_SNAPSHOT, f->addr);
	/* @pairs{an edit seen implies the odd count seen | write_seqcount_begin()} */
	if (read_seqcount_retry(&f->mm->lock_seq, f->mm_seq))
		return ABORT_VMA_COPY;
	return f->vma.file ? ABORT_NO_SPECULATE : DONE;
}

/* Look, inside RCU.  DONE with NEED_NOTHING: nothing to make, the entry is good. */
static unsigned int look(struct fault *f)
{
	unsigned int trouble = copy_vma(f);

	if (trouble != DONE)
		return trouble;
	switch (fault_look(f)) {
	case LOOK_SIGSEGV:
		return ABORT_ACCESS_ERROR;
	case LOOK_DONE:
		return read_seqcount_retry(&f->mm->lock_seq, f->mm_seq) ? ABORT_SEQ1 : DONE;
	case LOOK_NEEDS:
		break;
	}
	return f->table->level ? ABORT_NO_TABLE : DONE;
}

/* Commit, inside RCU again. */
static unsigned int commit(struct fault *f)
{
	if (!fault_valid_mm_seq(f))
		return ABORT_SEQ1;
	fault_rewalk(f);	/* the tables of the first walk may be gone */
	switch (fault_put(f, fault_valid_mm_seq, PUT_TRYLOCK)) {
	case PUT_BUSY:
		return ABORT_PTL;
	case PUT_INVALID:
		return ABORT_SEQ2;
	case PUT_DONE:
		break;
	}
	return DONE;
}

static unsigned int speculate(struct fault *f)
{
	unsigned int trouble;

	/*
	 * Sampled before the walk: what is found is then no older than the number.
	 * @pairs{the even count implies the edits | write_seqcount_end()}
	 */
	f->mm_seq = read_seqcount(&f->mm->lock_seq);
	if (f->mm_seq & 1)
		return ABORT_ODD;

	rcu_read_lock();
	trouble = look(f);
	rcu_read_unlock();
	if (trouble != DONE || f->need == NEED_NOTHING)
		return trouble;

	f->gfp = GFP_KERNEL;	/* outside RCU: may sleep */
	if (!fault_make(f, ANON_NEVER))
		return f->why == WHY_NEEDS_MMAP_LOCK ? ABORT_ANON_VMA : ABORT_OOM;

	rcu_read_lock();
	trouble = commit(f);
	rcu_read_unlock();
	return trouble;
}

static enum fault_result seqcount_retry_fault(const struct scheme_inst *si, struct fault *f)
{
	unsigned int trouble = f->flags & FAULT_FLAG_USER ? speculate(f) : KERNEL_MODE;

	fault_count(si, f, trouble);
	return trouble == DONE ? FAULT_DONE : fault_below(si, f);
}

const struct scheme scheme_seqcount_retry = {
	.name = "seqcount_retry",
	.summary = "allocate outside RCU, commit if the whole mm's sequence is unchanged",
	.below = { "mmap_lock" },
	.adr = 4,
	.counters = seqcount_retry_counters,
	.freeing = FREE_AFTER_GRACE,
	.fault = seqcount_retry_fault,
};
