/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the model of an address space is made of: VMAs, pages, and the files behind them.
 */
#ifndef BENCH_PLAN_MODEL_TYPES_H
#define BENCH_PLAN_MODEL_TYPES_H

#include "bench/lib/omap.h"
#include "bench/lib/ranges.h"

/** An event: which thread, and which of its events (from 1); seq 0: none. */
struct ref {
	u32 thread, seq;
};

/** A VMA of the model. */
struct model_vma {
	struct omap_node node;	/**< key: start */
	u64 end;
	unsigned long flags;	/**< VM_* as the core has them */
	u64 pgoff;		/**< pages */
	u32 file;		/**< number of the file + 1, 0: anonymous */
	bool shmem;		/**< the file is memory of its own, gone with its last VMA */
	bool anon;		/**< written to: has an anon_vma */
	bool forked;		/**< its anon_vma came by fork: it merges only with parts of itself */
	struct ref shape;	/**< last event that depends on its bounds, or made them */
	struct ref anon_by;	/**< an event that waits for this finds anon set in the core too */
};

/** Page frames, in all address spaces. */
struct model_tally {
	u64 live;		/**< in use now */
	u64 made;		/**< ever taken */
	bool no_zero_page;	/**< a read of untouched anonymous memory takes a frame too */
};

/** What address spaces share that came from one another by fork. */
struct model_files {
	u32 models;		/**< how many they are */
	struct omap cached;	/**< pages of files in memory, by file and offset */
	struct omap shmem;	/**< files of shared memory, by number, with their VMAs counted */
};

struct model {
	struct omap vmas;	/**< struct model_vma */
	struct ranges guards;	/**< MADV_GUARD_INSTALL: SIGSEGV, whatever is mapped there */
	struct omap pages;	/**< private pages that a fault has made; model_pages.c */
	struct model_files *files;	/**< NULL: not begun, or ended */
	struct model_tally *tally;
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

#endif /* BENCH_PLAN_MODEL_TYPES_H */
