/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief floor: the three steps of a fault without locking, the reference for every scheme.
 *
 * It is not a scheme: nothing keeps changes out, so it allows one thread only.  It finds the VMA by the
 * same walk, copies it, looks, makes, puts; the table's lock is a part of put and costs all the same.
 * The time that a scheme takes beyond this is its bracket's.
 */
#include "bench/run/specs.h"
#include "common/mm/fault_put.h"

enum {
	DONE,
	MISS,
};

static const struct scheme_counter floor_counters[] = {
	[DONE] = { "done", COUNTS_DONE, "faults handled without a lock" },
	[MISS] = { "miss", COUNTS_FELL, "no VMA there; a stack may have to grow" },
	{ .name = NULL }
};

static enum fault_result floor_fault(const struct scheme_inst *si, struct fault *f)
{
	struct vma *vma = vma_tree_walk(&f->mm->tree, f->addr);

	if (!vma) {
		fault_count(si, f, MISS);
		return fault_below(si, f);
	}
	probe(f->task, PROBE_FAULT_FOUND, f->addr);	/* probes are not part of a scheme's cost */
	fault_count(si, f, DONE);
	f->gfp = GFP_KERNEL;
	vma_snapshot_locked(vma, &f->vma);
	switch (fault_look(f)) {
	case LOOK_SIGSEGV:
		return FAULT_SIGSEGV;
	case LOOK_DONE:
		return FAULT_DONE;
	case LOOK_NEEDS:
		break;
	}
	/* As if mmap_lock were held: an anon_vma is made here. */
	if (!fault_make(f, ANON_LOCKED))
		return fault_failure(f);
	BUG_ON(fault_put(f, fault_valid_locked, PUT_LOCK) != PUT_DONE);
	return FAULT_DONE;
}

const struct scheme scheme_floor = {
	.name = "floor",
	.summary = "no locking at all: one thread, what the others are measured over",
	.below = { "mmap_lock" },
	.counters = floor_counters,
	.freeing = FREE_AT_ONCE,
	.fault = floor_fault,
};
