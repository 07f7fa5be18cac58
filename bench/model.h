/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A small model of one recorded address space, for the load analysis: what is mapped, what was, and which pages are there.
 *
 * It is not the core: it shares no code with it and knows no locks.  Its VMAs
 * merge like the core's but for one rule, which it leaves out: that two different
 * anon_vmas keep neighbours apart.  So a VMA of the model is one VMA of the core or
 * several that touch, which is the safe side for finding what depends on what.
 */
#ifndef BENCH_MODEL_H
#define BENCH_MODEL_H

#include "bench/omap.h"

/** An event: which thread, and which of its events (from 1); seq 0: none. */
struct ref {
	u32 thread, seq;
};

/** A VMA of the model. */
struct model_vma {
	struct omap_node node;	/**< key: start */
	u64 end;
	u64 flags;		/**< VM_* as the core has them */
	u64 pgoff;		/**< pages */
	u32 file;		/**< number of the file + 1, 0: anonymous */
	bool shmem;		/**< the file is memory of its own, gone with its last VMA */
	bool anon;		/**< written to: has an anon_vma */
	struct ref shape;	/**< last event that depends on its bounds, or made them */
	struct ref anon_by;	/**< who waits for this finds anon set in the core, too */
};

struct model {
	struct omap vmas;	/**< struct model_vma */
	struct omap ever;	/**< ranges that were mapped at some time; disjoint, not touching */
	struct omap pages;	/**< private pages that a fault has made */
	struct omap cached;	/**< pages of files in memory, by file and offset */
	struct omap shmem;	/**< files of shared memory, by number, with their VMAs counted */
	u64 nr_pages;		/**< both kinds of page */
	u64 nr_vmas;
	u64 brk;		/**< 0: not known yet */
	bool no_memory;		/**< something could not be noted */
};

static inline struct model_vma *model_vma_of(struct omap_node *node)
{
	return node ? container_of(node, struct model_vma, node) : NULL;
}

static inline u64 model_start(const struct model_vma *vma)
{
	return vma->node.key;
}

void model_init(struct model *m);
void model_exit(struct model *m);

/** The VMA that holds @a addr, or NULL. */
struct model_vma *model_at(const struct model *m, u64 addr);
/** The first VMA that ends above @a addr, or NULL. */
struct model_vma *model_next(const struct model *m, u64 addr);
/** [start, end) is mapped without a hole. */
bool model_covers(const struct model *m, u64 start, u64 end);
/** Some of [start, end) is mapped, or was at some time. */
bool model_ever(const struct model *m, u64 start, u64 end);

/**
 * Changes.  @a by is the event that makes the change; VMAs merge afterwards.
 * Whole pages, start < end.
 */
void model_map(struct model *m, u64 start, u64 end, u64 flags, u32 file, bool shmem, u64 pgoff,
	       struct ref by);
void model_unmap(struct model *m, u64 start, u64 end);
/** Replace flags in @a clear by @a set, for what is mapped of the range. */
void model_flags(struct model *m, u64 start, u64 end, u64 clear, u64 set, struct ref by);
/** mprotect, with what it does to accounting. */
void model_protect(struct model *m, u64 start, u64 end, u64 rights, struct ref by);
/** mremap of what lies in one VMA; the target is free. */
void model_move(struct model *m, u64 old, u64 old_len, u64 to, u64 len, bool keep_old,
		struct ref by);
/** The VMA that begins at the place grows down to @a start. */
void model_grow_down(struct model *m, struct model_vma *vma, u64 start);

/** A fault that may be went well: pages that are now in memory. */
void model_fill(struct model *m, const struct model_vma *vma, u64 addr, bool write);
/** The private pages of the range went. */
void model_zap(struct model *m, u64 start, u64 end);

#endif /* BENCH_MODEL_H */
