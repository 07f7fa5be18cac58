/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief vma_seq_retry: look under RCU, leave to allocate, look the address up again, commit if its VMA's number is unchanged.
 *
 * Idea.  What seqcount_retry gains by leaving RCU, an allocation that may sleep, with
 * what rcu_everything gains by asking the VMA and not the mm: changes elsewhere do not
 * disturb it.  No reference keeps the VMA while RCU is left; the *address* is looked up
 * again, and if the VMA that is there now has the number that was copied, it is the
 * one that was copied and nothing about it has changed.  The price is the second walk,
 * paid only where a grace period has begun in between: else what the first walk found is
 * still in memory.
 *
 * Fault side.  Copy the VMA between two reads of its own number; look; leave RCU; make
 * with GFP_KERNEL, tables too; enter RCU; walk again, if a grace period has begun
 * (walk-again); commit while the VMA's number stands.
 * A fault whose VMA was changed meanwhile tries again, a few times, then mmap_lock.
 *
 * Write side.  No hook: the mark is enough, since the commit asks for it under the
 * table's lock.
 *
 * Freeing.  VMAs after a grace period: they are read under RCU alone.
 *
 * Why it is right.
 *  - The same number at the same address is the same VMA, unchanged.  Were it another
 *    object, or this one in a later life, the address changed hands in a section after
 *    the copy; that section marked what now holds the address, with its own number,
 *    which no earlier copy has.  64 bits do not come round.
 *  - No page after munmap returned, no stale right after mprotect returned: as
 *    rcu_everything, "still the same number" is asked under the table's lock.
 *  - A result without a commit is given only after the number was found unchanged; a
 *    VMA not found is never a SIGSEGV here.
 *  - No freed object touched: VMA and tables only under RCU, each section its own walk;
 *    or those of the first, if no grace period has begun since before that walk, asked
 *    inside the second section: grace_number() has the argument.  (walk-again=mm: the
 *    mm's number being even and unchanged, who takes VMA or table away begins his section,
 *    and so his grace period, after that question, and waits for ours.)
 *    A file is used outside RCU with a reference, taken inside; the source of a copy
 *    is pinned.
 *  - Progress: 1 + retries attempts, each lost to a whole change of this VMA, then
 *    mmap_lock.  A writer never waits for a fault.
 *
 * Kernel twin: none; proposed by nobody.  Nearest: Laurent Dufour's per-VMA sequence
 * (20190416134522.17540-1-ldufour@linux.ibm.com), which held a reference instead of
 * looking up again, and so stored to the VMA's line twice a fault.
 */
#include "common/mm/fault_put.h"
#include "common/mm/file.h"
#include "common/mm/grace.h"
#include "common/mm/vmacache.h"

enum { RETRIES, WALK_AGAIN, SETTLE, VMACACHE };
enum { GRACE, MM, ALWAYS };

static const struct scheme_opt vma_seq_retry_opts[] = {
	[RETRIES] = { "retries", "attempts after the first, where the VMA was changed", .max = 8, .initial = 2 },
	[WALK_AGAIN] = { "walk-again", "when the first walk does not do: a grace period has begun since, the mm has changed, or always",
			 .values = { "grace", "mm", "always" } },
	[SETTLE] = OPT_SETTLE(1),
	[VMACACHE] = OPT_VMACACHE,
	{ .name = NULL }
};

enum {
	DONE,
	KERNEL_MODE,
	MISS,
	MARKED,
	NEEDS_MMAP_LOCK,
	NOT_MADE,
	FILE_GONE,
	CHANGED,
	AGAIN,
	WALKED,
};

static const struct scheme_counter vma_seq_retry_counters[] = {
	[DONE] = { "done", "faults committed without a lock" },
	[KERNEL_MODE] = { "kernel_mode", "fell: not a fault from user mode" },
	[MISS] = { "miss", "fell: no VMA found, or it had left the tree" },
	[MARKED] = { "marked", "fell: the VMA was being changed" },
	[NEEDS_MMAP_LOCK] = { "needs_mmap_lock", "fell: the VMA has no anon_vma yet" },
	[NOT_MADE] = { "not_made", "fell: out of memory, or beyond the end of the file; a lock shall say so" },
	[FILE_GONE] = { "file_gone", "fell: the last reference to the VMA's file was gone" },
	[CHANGED] = { "changed", "fell: the VMA was changed before the commit, each time" },
	[AGAIN] = { "again", "tried again: the VMA was changed before the commit" },
	[WALKED] = { "walked", "walked again before the commit: what was found might not be in memory any more" },
	{ NULL, NULL }
};

/* What the options choose on the way of every fault.  Constant where nothing else is asked for. */
struct way {
	unsigned int walk_again;
	bool settle, vmacache;
};

static __always_inline unsigned int copy_vma(struct way way, struct fault *f)
{
	struct vma *vma = way.vmacache ? vmacache_find(f->task, f->mm, f->addr) :
					 vma_tree_walk(&f->mm->tree, f->addr);

	if (unlikely(!vma))
		return MISS;
	probe(f->task, PROBE_FAULT_FOUND, f->addr);
	switch (vma_snapshot(f->task, f->mm, vma, f->addr, way.settle, &f->vma)) {
	case SNAPSHOT_OK:
		return DONE;
	case SNAPSHOT_MARKED:
		return MARKED;
	case SNAPSHOT_TORN:
		return CHANGED;
	case SNAPSHOT_GONE:
	case SNAPSHOT_OUTSIDE:
		break;
	}
	return MISS;
}

/* The first section.  DONE with NEED_NOTHING: *result is the answer. */
static __always_inline unsigned int look(struct way way, struct fault *f, enum fault_result *result)
{
	unsigned int trouble = copy_vma(way, f);
	enum look_result seen;

	if (unlikely(trouble != DONE))
		return trouble;
	seen = fault_look(f);
	if (unlikely(seen != LOOK_NEEDS)) {
		f->need = NEED_NOTHING;
		*result = seen == LOOK_SIGSEGV ? FAULT_SIGSEGV : FAULT_DONE;
		return fault_valid_vma_seq(f) ? DONE : CHANGED;
	}
	/* It will be used outside RCU. */
	return f->vma.file && !file_tryget(f->vma.file) ? FILE_GONE : DONE;
}

/* Outside RCU: may sleep. */
static unsigned int make(struct fault *f)
{
	f->gfp = GFP_KERNEL;
	if (likely(fault_make(f, ANON_NEVER)))
		return DONE;
	return f->why == WHY_NEEDS_MMAP_LOCK ? NEEDS_MMAP_LOCK : NOT_MADE;
}

/* The address again.  @return false: no VMA is there */
static bool walk_again(const struct scheme_inst *si, struct fault *f)
{
	fault_count(si, f, WALKED);
	f->vma.vma = vma_tree_walk(&f->mm->tree, f->addr);
	fault_rewalk(f);
	return f->vma.vma;	/* the same, if the number is; asked under the table's lock */
}

/* Read before the first walk, and again in the second section, see still_there(). */
static __always_inline u64 hint(struct way way, const struct fault *f)
{
	if (way.walk_again == GRACE)
		return grace_number(f->mm->world);
	/* @pairs{the even count implies the edits | write_seqcount_end()} */
	return way.walk_again == MM ? read_seqcount(&f->mm->lock_seq) : 0;
}

/* In the second section: is what the first walk found still in memory, for certain? */
static __always_inline bool still_there(struct way way, const struct fault *f, u64 before)
{
	if (way.walk_again == ALWAYS || (way.walk_again == MM && (before & 1)))
		return false;
	return hint(way, f) == before;
}

/* The second section.  The hint saves the walks; the VMA's number decides. */
static __always_inline unsigned int commit(const struct scheme_inst *si, struct way way, struct fault *f, u64 before)
{
	if (unlikely(!still_there(way, f, before)) && !walk_again(si, f))
		return CHANGED;
	return fault_put(f, fault_valid_vma_seq, PUT_LOCK) == PUT_DONE ? DONE : CHANGED;
}

static __always_inline unsigned int attempt(const struct scheme_inst *si, struct way way, struct fault *f,
					    enum fault_result *result)
{
	u64 before = hint(way, f);
	unsigned int trouble;

	rcu_read_lock();
	trouble = look(way, f, result);
	rcu_read_unlock();
	if (unlikely(trouble != DONE || f->need == NEED_NOTHING))
		return trouble;

	trouble = make(f);
	if (likely(trouble == DONE)) {
		*result = FAULT_DONE;
		rcu_read_lock();
		trouble = commit(si, way, f, before);
		rcu_read_unlock();
	}
	if (f->vma.file) {
		/* Ours may be the last reference, and who gives that takes the locks of the file's pages. */
		fault_drop(f);
		file_put(f->task, f->vma.file);
	}
	return trouble;
}

static __always_inline unsigned int attempts(const struct scheme_inst *si, struct way way, struct fault *f,
					     enum fault_result *result)
{
	unsigned int trouble, again = 0;

	for (;;) {
		trouble = attempt(si, way, f, result);
		if (likely(trouble != CHANGED) || again++ == si->option[RETRIES])
			return trouble;
		fault_count(si, f, AGAIN);
		fault_keep(f);
	}
}

/* Out of the way of who asks for nothing else than usual. */
static __attribute__((noinline)) unsigned int attempts_as_chosen(const struct scheme_inst *si, struct fault *f,
								 enum fault_result *result)
{
	const struct way chosen = { si->option[WALK_AGAIN], si->option[SETTLE], si->option[VMACACHE] };

	return attempts(si, chosen, f, result);
}

static enum fault_result vma_seq_retry_fault(const struct scheme_inst *si, struct fault *f)
{
	const struct way usual = { .walk_again = GRACE, .settle = true, .vmacache = false };
	enum fault_result result = FAULT_DONE;
	unsigned int trouble = KERNEL_MODE;

	if (likely(f->flags & FAULT_FLAG_USER))
		trouble = likely(!(si->option[WALK_AGAIN] | si->option[VMACACHE]) && si->option[SETTLE]) ?
			  attempts(si, usual, f, &result) : attempts_as_chosen(si, f, &result);
	fault_count(si, f, trouble);
	return likely(trouble == DONE) ? result : fault_below(si, f);
}

const struct scheme scheme_vma_seq_retry = {
	.name = "vma_seq_retry",
	.summary = "allocate outside RCU, look the address up again, commit if its VMA's sequence is unchanged",
	.below = { "mmap_lock" },
	.adr = 9,
	.opts = vma_seq_retry_opts,
	.counters = vma_seq_retry_counters,
	.freeing = FREE_AFTER_GRACE,
	.fault = vma_seq_retry_fault,
};
