/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The pages of the model; they know only the VMA that is passed to them.
 */
#ifndef BENCH_PLAN_MODEL_PAGES_H
#define BENCH_PLAN_MODEL_PAGES_H

#include "bench/plan/model_types.h"

/** Does a fault there make a page of the address space's own, and so an anon_vma? */
bool model_makes_private(const struct model *m, const struct model_vma *vma, bool write);
/** A permitted fault succeeded: note the pages that are now in memory. */
void model_fill(struct model *m, const struct model_vma *vma, u64 addr, bool write);
/** Then the program wrote @a value, which is not 0, to word @a word of the private page. */
void model_write(struct model *m, u64 addr, u32 word, u32 value);
/** The private pages of the range were dropped. */
void model_zap(struct model *m, u64 start, u64 end);
/** The private pages of the range moved to @a to. */
void model_move_pages(struct model *m, u64 start, u64 end, u64 to);
/** The next write to a private page of the range faults. */
void model_write_protect(struct model *m, u64 start, u64 end);
/** The private page is there, and a write to it would not fault. */
bool model_writable(const struct model *m, u64 addr);
/** What mm_hash_written() says of an address space that is as this model. */
u64 model_written(const struct model *m);

/** For model.c: a VMA of a file of shared memory came or went; the last takes the pages with it. */
void model_count_shmem(struct model *m, const struct model_vma *vma, bool came);
/** For model.c: the child has the parent's private pages of [start, end), too, until either writes. */
void model_share_pages(struct model *child, struct model *m, u64 start, u64 end);
/** For model.c: the other files' pages go with the last that shares them. */
void model_drop_files(struct model *m);

#endif /* BENCH_PLAN_MODEL_PAGES_H */
