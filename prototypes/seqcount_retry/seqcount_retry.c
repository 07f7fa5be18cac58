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
 * Fault side.  Anonymous memory only.  As published: page tables are walked, never made
 * (tables); the table's lock is tried, not waited for (table-lock); the number is asked
 * before and after it is taken; no retry, any trouble goes to mmap_lock (retries).
 * Laurent Dufour's series of 2019 asks for the VMA's own number instead (validate) and
 * holds the VMA by a count meanwhile (reference).  Without the count the address is
 * looked up again; with it, but for the mm's number, the count is what it costs.
 *
 * Write side.  No hook: mmap_lock's own sequence, or the mark, is all there is.
 *
 * Freeing.  VMAs after a grace period: they are read under RCU alone.  A VMA that is
 * counted is freed by whoever counts it down last, the core or a fault.
 *
 * Why it is right.
 *  - No page after munmap returned, no stale right after mprotect returned: the
 *    change makes the number odd, or stores the mark, before it takes any table's lock.
 *    If the fault's section of that lock is first, the change finds the entry.  If it is
 *    second, the lock hands the number over and the second check says no.  Tables that
 *    are made are published under the lock of the deepest that is there, after the same
 *    check: it is that lock, not an order of loads, that a change shares with them.
 *  - The copy is of one moment: fields were read between two reads of one even number,
 *    or of one mark.  The same mark at the same address later is the same VMA, unchanged:
 *    no two sections have one number.
 *    SIGSEGV is never concluded here; it goes to mmap_lock, which says so.
 *  - No freed object touched: VMA and tables under RCU; nothing of the VMA is followed
 *    after RCU was left (file mappings would be, and are refused), but for its number
 *    where a count holds it.  The tables of the first walk stand if the number does, asked
 *    for inside the second section: who frees one moves the number first, then, and his
 *    grace period waits for us.  A count is taken in the section that found the VMA, and
 *    not from 0: then it is as good as freed.
 *  - Progress: 1 + retries attempts, then mmap_lock.  What another attempt needs and has
 *    is kept.  An open change is not waited for: it would be spun for.  A table's lock is
 *    held for a few stores, by fault and change alike.  A writer never waits for a fault.
 *
 * Kernel twin: none was merged.  "Speculative page faults" v2
 * (20220128131006.67712-1-michel@lespinasse.org), do_anonymous_page(), __pte_map_lock();
 * its abort reasons.  There the lock is tried because its holder may wait for a CPU that
 * has interrupts off.  v12 (20190416134522.17540-1-ldufour@linux.ibm.com), get_vma().
 */
#include "common/mm/fault_put.h"

enum { TABLES, TABLE_LOCK, RETRIES, VALIDATE, REFERENCE };
enum { WALK, MAKE };
enum { TRY, LOCK };
enum { MM, VMA };

static const struct scheme_opt seqcount_retry_opts[] = {
	[TABLES] = { "tables", "missing page tables: never made, or made before RCU is entered again",
		     .values = { "walk", "make" } },
	[TABLE_LOCK] = { "table-lock", "the lock of the table: tried, or waited for", .values = { "try", "lock" } },
	[RETRIES] = { "retries", "attempts after the first, where the number has moved", .max = 8 },
	[VALIDATE] = { "validate", "whose number must be unchanged", .values = { "mm", "vma" } },
	[REFERENCE] = { "reference", "the VMA is held by a count while RCU is left", .values = { "no", "yes" } },
	{ .name = NULL }
};

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
	AGAIN,
};

static const struct scheme_counter seqcount_retry_counters[] = {
	[DONE] = { "done", "faults committed without a lock" },
	[KERNEL_MODE] = { "kernel_mode", "fell: not a fault from user mode" },
	[ABORT_ODD] = { "abort_odd", "fell: somebody held mmap_lock for writing, or was changing the VMA" },
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
	[AGAIN] = { "again", "tried again: the number had moved" },
	{ NULL, NULL }
};

/* 1 for the tree, from attach to burial, and 1 for each fault that holds the VMA. */
struct vma_count {
	u64 refs;
};

static u64 *vma_refs(const struct scheme_inst *si, struct vma *vma)
{
	return &((struct vma_count *)scheme_vma_data(si, vma))->refs;
}

static void seqcount_retry_vma_ctor(const struct scheme_inst *si, struct vma *vma)
{
	WRITE_ONCE(*vma_refs(si, vma), 0);
}

/* Inside RCU, which keeps the memory.  @return false: it is on its way to be freed */
static bool count_vma(const struct scheme_inst *si, struct vma *vma)
{
	u64 *refs = vma_refs(si, vma), seen = READ_ONCE(*refs);

	do {
		if (!seen)
			return false;
	} while (!try_cmpxchg_relaxed(refs, &seen, seen + 1));
	return true;
}

/*
 * Full order: who counts down last sees what all others did with the VMA.
 * @pairs{use of the VMA before its count | uncount_vma()}
 */
static bool uncount_vma(const struct scheme_inst *si, struct vma *vma)
{
	return fetch_add(vma_refs(si, vma), -1ULL) == 1;
}

/* What the options choose on the way of every fault.  Constant where it is as published. */
struct protocol {
	unsigned int validate;
	bool reference;
	enum put_lock table_lock;
};

static __always_inline bool number_stands(struct protocol p, const struct fault *f)
{
	return p.validate == VMA ? fault_valid_vma_seq(f) : fault_valid_mm_seq(f);
}

/* Copy the VMA between two reads of the number.  DONE: f->vma is of one moment. */
static __always_inline unsigned int copy_vma(struct protocol p, struct fault *f, struct vma *vma)
{
	if (p.validate == MM) {
		vma_snapshot_locked(vma, &f->vma);	/* nothing is locked: the number below decides */
		probe(f->task, PROBE_FAULT_SNAPSHOT, f->addr);
		/* An edit seen implies the odd count seen, by read_seqcount_retry(). */
		return fault_valid_mm_seq(f) ? DONE : ABORT_VMA_COPY;
	}
	switch (vma_snapshot(f->task, f->mm, vma, f->addr, true, &f->vma)) {
	case SNAPSHOT_OK:
		return DONE;
	case SNAPSHOT_MARKED:
		return ABORT_ODD;
	case SNAPSHOT_TORN:
		return ABORT_VMA_COPY;
	case SNAPSHOT_GONE:
	case SNAPSHOT_OUTSIDE:
		break;
	}
	return ABORT_UNMAPPED;
}

/* The first section.  DONE with NEED_NOTHING: the entry is good.  *held: counted. */
static __always_inline unsigned int look(const struct scheme_inst *si, struct protocol p, struct fault *f,
					 struct vma **held)
{
	struct vma *vma = vma_tree_walk(&f->mm->tree, f->addr);
	unsigned int trouble;

	if (!vma)
		return ABORT_UNMAPPED;
	probe(f->task, PROBE_FAULT_FOUND, f->addr);
	if (p.reference) {
		if (!count_vma(si, vma))
			return ABORT_UNMAPPED;
		*held = vma;
	}
	trouble = copy_vma(p, f, vma);
	if (trouble != DONE)
		return trouble;
	if (f->vma.file)
		return ABORT_NO_SPECULATE;
	switch (fault_look(f)) {
	case LOOK_SIGSEGV:
		return ABORT_ACCESS_ERROR;
	case LOOK_DONE:
		return number_stands(p, f) ? DONE : ABORT_SEQ1;
	case LOOK_NEEDS:
		break;
	}
	return f->nr_missing && si->option[TABLES] == WALK ? ABORT_NO_TABLE : DONE;
}

/* The second section. */
static __always_inline unsigned int commit(struct protocol p, struct fault *f)
{
	enum put_result put;

	if (p.validate == VMA && !p.reference) {
		/* What was copied may be freed: the address again.  The same number, the same VMA. */
		f->vma.vma = vma_tree_walk(&f->mm->tree, f->addr);
		if (!f->vma.vma)
			return ABORT_SEQ1;
	}
	/* Asked inside this section, it also says that the tables of the first walk are still there. */
	if (!number_stands(p, f))
		return ABORT_SEQ1;
	put = p.validate == VMA ? fault_put(f, fault_valid_vma_seq, p.table_lock) :
				  fault_put(f, fault_valid_mm_seq, p.table_lock);
	return put == PUT_DONE ? DONE : put == PUT_BUSY ? ABORT_PTL : ABORT_SEQ2;
}

static __always_inline unsigned int make_and_commit(struct protocol p, struct fault *f)
{
	unsigned int trouble;

	f->gfp = GFP_KERNEL;	/* outside RCU: may sleep */
	if (!fault_make(f, ANON_NEVER))
		return f->why == WHY_NEEDS_MMAP_LOCK ? ABORT_ANON_VMA : ABORT_OOM;

	rcu_read_lock();
	trouble = commit(p, f);
	rcu_read_unlock();
	return trouble;
}

static __always_inline unsigned int speculate(const struct scheme_inst *si, struct protocol p, struct fault *f)
{
	struct vma *held = NULL;
	unsigned int trouble;

	if (p.validate == MM) {
		/*
		 * Sampled before the walk: what is found is then no older than the number.
		 * @pairs{the even count implies the edits | write_seqcount_end()}
		 */
		f->mm_seq = read_seqcount(&f->mm->lock_seq);
		if (f->mm_seq & 1)
			return ABORT_ODD;
	}

	rcu_read_lock();
	trouble = look(si, p, f, &held);
	rcu_read_unlock();
	if (trouble == DONE && f->need != NEED_NOTHING)
		trouble = make_and_commit(p, f);
	if (held && uncount_vma(si, held))
		vma_free_dead(f->task, f->mm, held);
	return trouble;
}

static bool has_moved(unsigned int trouble)
{
	return trouble == ABORT_VMA_COPY || trouble == ABORT_SEQ1 || trouble == ABORT_SEQ2;
}

static __always_inline unsigned int attempts(const struct scheme_inst *si, struct protocol p, struct fault *f)
{
	unsigned int trouble, again = 0;

	for (;;) {
		trouble = speculate(si, p, f);
		if (likely(!has_moved(trouble)) || again++ == si->option[RETRIES])
			return trouble;
		fault_count(si, f, AGAIN);
		fault_keep(f);
	}
}

/* Out of the way of who asks for nothing else than was published. */
static __attribute__((noinline)) unsigned int attempts_as_chosen(const struct scheme_inst *si, struct fault *f)
{
	const struct protocol chosen = {
		.validate = si->option[VALIDATE],
		.reference = si->option[REFERENCE],
		.table_lock = si->option[TABLE_LOCK] == LOCK ? PUT_LOCK : PUT_TRYLOCK,
	};

	return attempts(si, chosen, f);
}

static enum fault_result seqcount_retry_fault(const struct scheme_inst *si, struct fault *f)
{
	const struct protocol published = { MM, false, PUT_TRYLOCK };
	unsigned int trouble = KERNEL_MODE;

	if (likely(f->flags & FAULT_FLAG_USER))
		trouble = likely(!(si->option[VALIDATE] | si->option[REFERENCE] | si->option[TABLE_LOCK])) ?
			  attempts(si, published, f) : attempts_as_chosen(si, f);
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? FAULT_DONE : fault_below(si, f);
}

static void seqcount_retry_vma_attach(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	(void)mm;
	/* Relaxed: who counts it up found it in the tree, by a pointer that was stored after this. */
	WRITE_ONCE(*vma_refs(si, vma), 1);
}

static bool seqcount_retry_vma_unref(const struct scheme_inst *si, struct mm *mm, struct vma *vma)
{
	(void)mm;
	return uncount_vma(si, vma);
}

const struct scheme scheme_seqcount_retry = {
	.name = "seqcount_retry",
	.summary = "allocate outside RCU, commit if the whole mm's sequence is unchanged",
	.below = { "mmap_lock" },
	.adr = 4,
	.opts = seqcount_retry_opts,
	.counters = seqcount_retry_counters,
	.vma_bytes = sizeof(struct vma_count),
	.freeing = FREE_AFTER_GRACE,
	.vma_ctor = seqcount_retry_vma_ctor,
	.fault = seqcount_retry_fault,
	.vma_attach = seqcount_retry_vma_attach,
	.vma_unref = seqcount_retry_vma_unref,
};
