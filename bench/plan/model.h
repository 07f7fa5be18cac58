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

#include "bench/lib/omap.h"

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
	bool forked;		/**< and that by fork: it merges with nothing but a part of itself */
	struct ref shape;	/**< last event that depends on its bounds, or made them */
	struct ref anon_by;	/**< who waits for this finds anon set in the core, too */
};

/** Page frames, in all address spaces. */
struct model_tally {
	u64 live;		/**< in use now */
	u64 made;		/**< ever taken */
	bool no_zero_page;	/**< a read of untouched anonymous memory takes one, too */
};

/** What address spaces share that came from one another by fork. */
struct model_files {
	u32 models;		/**< how many they are */
	struct omap cached;	/**< pages of files in memory, by file and offset */
	struct omap shmem;	/**< files of shared memory, by number, with their VMAs counted */
};

struct model {
	struct omap vmas;	/**< struct model_vma */
	struct omap ever;	/**< ranges that were mapped at some time; disjoint, not touching */
	struct omap pages;	/**< private pages that a fault has made; model_page.c */
	struct model_files *files;	/**< NULL: begun, and ended, and nothing in it */
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

/** An empty one.  @return false: no memory */
bool model_init(struct model *m, struct model_tally *tally);
/** Also of one that is all zero. */
void model_exit(struct model *m);
/**
 * @a child, which is all zero, becomes what fork makes of @a m.  Nothing in it depends
 * on an event: all of them were before the fork.
 */
void model_fork(struct model *child, struct model *m);

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
/** The VMA that ends at @a from grows up to @a to, where nothing is (mremap). */
void model_grow_up(struct model *m, u64 from, u64 to, struct ref by);
/** The VMA that begins at the place grows down to @a start. */
void model_grow_down(struct model *m, struct model_vma *vma, u64 start);

/* --- pages (model_page.c) ----------------------------------------------------------------- */

/** Does a fault there make a page of the address space's own, and so an anon_vma? */
bool model_makes_private(const struct model *m, const struct model_vma *vma, bool write);
/** A fault that may be went well: pages that are now in memory. */
void model_fill(struct model *m, const struct model_vma *vma, u64 addr, bool write);
/** Then the program wrote @a value, which is not 0, to word @a word of the private page. */
void model_write(struct model *m, u64 addr, u32 word, u32 value);
/** The private pages of the range went. */
void model_zap(struct model *m, u64 start, u64 end);
/** The private pages of the range went to @a to. */
void model_move_pages(struct model *m, u64 start, u64 end, u64 to);
/** The next write to a private page of the range faults. */
void model_write_protect(struct model *m, u64 start, u64 end);
/** The private page is there, and a write to it would not fault. */
bool model_writable(const struct model *m, u64 addr);
/** What mm_hash_written() says of an address space that is as this model. */
u64 model_written(const struct model *m);

/** For model.c: a VMA of a file of shared memory came or went; the last takes the pages with it. */
void model_count_shmem(struct model *m, const struct model_vma *vma, bool came);
/** For model.c: the child's pages are the parent's, until either writes. */
void model_fork_pages(struct model *child, struct model *m);
/** For model.c: the other files' pages go with the last that shares them. */
void model_drop_files(struct model *m);

#endif /* BENCH_MODEL_H */
