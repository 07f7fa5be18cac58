/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief seqcount_retry: speculate without a lock, commit if the whole mm's sequence is unchanged (Michel Lespinasse, 2022).
 *
 * Idea.  Every change makes mm->lock_seq odd and even again.  A fault samples it, copies the VMA under RCU, leaves RCU
 * to allocate (it may sleep), enters RCU again and commits only if the number has not moved.  It stores nothing that
 * others read but the entry itself.  The price: any mmap or munmap of any thread, anywhere in the address space, sends it
 * to mmap_lock.
 *
 * Fault side.  Anonymous memory that is not swapped out.  Page tables are walked, never made; the table's lock is tried,
 * not waited for; the number is checked before and after it is taken; one attempt, any trouble goes to mmap_lock.
 *
 * Write side.  No hook: mmap_lock's own sequence is all there is.
 *
 * Freeing.  VMAs after a grace period: they are read under RCU alone.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned: the change makes the number odd before it
 *    takes any table's lock.  If the fault's section of that lock is first, the change finds the entry.  If it is second,
 *    the lock hands the number over and the second check says no.
 *  - The copy is of one moment: its fields were read between two reads of one even number.
 *  - A result without a commit is given only after the number was found unchanged.  SIGSEGV is never concluded here: it
 *    goes to mmap_lock, which says so.
 *  - No freed object touched: VMA and tables under RCU; nothing of the VMA is followed after RCU was left.  The tables
 *    of the walk stand if the number does, checked inside the second section: a change that frees one moves the number
 *    first, and its grace period then waits for us.
 *  - Progress: one attempt, then mmap_lock.  An open change is not waited for.  A writer never waits for a fault.
 *
 * Kernel twin: none was merged.  "Speculative page faults" v2 (20220128131006.67712-1-michel@lespinasse.org),
 * do_anonymous_page(), __pte_map_lock(), with its abort reasons; the RFC and v1 took what was in the swap cache, v2 takes
 * nothing that is swapped out.  There the lock is tried because its holder may wait for a CPU that has interrupts off.
 * A thread alone in its mm does not speculate there: here that is a setting of the world (ALONE_MMAP_LOCK).
 */
#include "common/mm/fault_put.h"
#include "common/mm/vmacache.h"

enum {
	DONE,
	ABORT_ODD,
	ABORT_UNMAPPED,
	ABORT_NO_SPECULATE,
	ABORT_VMA_COPY,
	ABORT_ACCESS_ERROR,
	ABORT_NO_TABLE,
	ABORT_SWAP,
	ABORT_ANON_VMA,
	ABORT_OOM,
	ABORT_SEQ1,
	ABORT_PTL,
	ABORT_SEQ2,
	TO_BE_MADE,	/* not a counter */
};

static const struct scheme_counter seqcount_retry_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults committed without a lock" },
	[ABORT_ODD] = { "abort_odd", COUNTS_FELL, "somebody held mmap_lock for writing" },
	[ABORT_UNMAPPED] = { "abort_unmapped", COUNTS_FELL, "no VMA found under RCU" },
	[ABORT_NO_SPECULATE] = { "abort_no_speculate", COUNTS_FELL, "not anonymous memory" },
	[ABORT_VMA_COPY] = { "abort_vma_copy", COUNTS_FELL, "the number moved while the VMA was copied" },
	[ABORT_ACCESS_ERROR] = { "abort_access_error", COUNTS_FELL, "rights forbid it; mmap_lock must say so" },
	[ABORT_NO_TABLE] = { "abort_no_table", COUNTS_FELL, "a page table is missing" },
	[ABORT_SWAP] = { "abort_swap", COUNTS_FELL, "the page is swapped out" },
	[ABORT_ANON_VMA] = { "abort_anon_vma", COUNTS_FELL, "the VMA has no anon_vma yet" },
	[ABORT_OOM] = { "abort_oom", COUNTS_FELL, "no page to be had" },
	[ABORT_SEQ1] = { "abort_seq1", COUNTS_FELL, "the number moved before the table's lock was tried" },
	[ABORT_PTL] = { "abort_ptl", COUNTS_FELL, "the table's lock was held" },
	[ABORT_SEQ2] = { "abort_seq2", COUNTS_FELL, "the number moved before the table's lock was had" },
	{ .name = NULL }
};

static unsigned int copy_vma(struct fault *f)
{
	struct vma *vma = vma_lookup(f->task, f->mm, f->addr);

	if (unlikely(!vma))
		return ABORT_UNMAPPED;
	probe(f->task, PROBE_FAULT_FOUND, f->addr);
	vma_snapshot_locked(vma, &f->vma);	/* nothing is locked: the number below decides */
	probe(f->task, PROBE_FAULT_SNAPSHOT, f->addr);
	/* An edit seen implies the odd count seen, by read_seqcount_retry(). */
	return fault_valid_mm_seq(f) ? DONE : ABORT_VMA_COPY;
}

/* The first section.  TO_BE_MADE: f->need is; DONE: the entry is good. */
static unsigned int look(struct fault *f)
{
	unsigned int trouble = copy_vma(f);

	if (unlikely(trouble != DONE))
		return trouble;
	if (unlikely(f->vma.file))
		return ABORT_NO_SPECULATE;
	switch (fault_look(f)) {
	case LOOK_SIGSEGV:
		return ABORT_ACCESS_ERROR;
	case LOOK_DONE:
		return fault_valid_mm_seq(f) ? DONE : ABORT_SEQ1;
	case LOOK_NEEDS:
		break;
	}
	if (unlikely(f->nr_missing))
		return ABORT_NO_TABLE;
	return unlikely(f->need == NEED_SWAP) ? ABORT_SWAP : TO_BE_MADE;
}

/* Outside RCU: may sleep. */
static unsigned int make(struct fault *f)
{
	f->gfp = GFP_KERNEL;
	if (likely(fault_make(f, ANON_NEVER)))
		return DONE;
	return f->why == WHY_NEEDS_MMAP_LOCK ? ABORT_ANON_VMA : ABORT_OOM;
}

/* The second section. */
static unsigned int commit(struct fault *f)
{
	/* Checked inside this section, it also says that the tables of the first walk are still there. */
	if (unlikely(!fault_valid_mm_seq(f)))
		return ABORT_SEQ1;
	if (unlikely(f->mm->world->config.pt_reclaim))	/* DONTNEED takes tables out, and the number stands still */
		fault_rewalk(f);
	switch (fault_put(f, fault_valid_mm_seq, PUT_TRYLOCK)) {
	case PUT_DONE:
		return DONE;
	case PUT_BUSY:
		return ABORT_PTL;
	case PUT_INVALID:
		break;
	}
	return ABORT_SEQ2;
}

static unsigned int attempt(struct fault *f)
{
	unsigned int trouble;

	/*
	 * Sampled before the walk: what is found is then no older than the number.
	 * @pairs{the even count implies the edits | write_seqcount_end()}
	 */
	f->mm_seq = read_seqcount(&f->mm->lock_seq);
	if (unlikely(f->mm_seq & 1))
		return ABORT_ODD;

	rcu_read_lock();
	trouble = look(f);
	rcu_read_unlock();
	if (unlikely(trouble != TO_BE_MADE))
		return trouble;

	trouble = make(f);
	if (likely(trouble == DONE)) {
		rcu_read_lock();
		trouble = commit(f);
		rcu_read_unlock();
	}
	return trouble;
}

static enum fault_result seqcount_retry_fault(const struct scheme_inst *si, struct fault *f)
{
	unsigned int trouble = attempt(f);

	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? FAULT_DONE : fault_below(si, f);
}

const struct scheme scheme_seqcount_retry = {
	.name = "seqcount_retry",
	.summary = "allocate outside RCU, commit if the whole mm's sequence is unchanged",
	.below = { "mmap_lock" },
	.adr = 4,
	.counters = seqcount_retry_counters,
	.valid = VALID_BY_MM_SEQ,
	.freeing = FREE_AFTER_GRACE,
	.fault = seqcount_retry_fault,
};
