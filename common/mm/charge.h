/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A limit on the frames that the world may use, charged in batches per thread.
 *
 * Kernel twin: try_charge_memcg() with its per-CPU stock (mm/memcontrol.c).
 * Simplified: one group, the world.
 */
#ifndef COMMON_MM_CHARGE_H
#define COMMON_MM_CHARGE_H

#include "common/mm/page.h"

/**
 * Frames that one thread charges ahead; it keeps at most twice as many; the kernel's MEMCG_CHARGE_BATCH
 * is 64.
 */
#define CHARGE_BATCH 32

struct charge {
	u64 limit;	/**< 0: none.  Constant */
	u64 used;	/**< atomic: charged, stocks included */
};

/**
 * Charge one frame.  It comes from the thread's stock, else a batch is charged, else just one.  At the
 * limit other threads' stocks are taken first; then a caller that may sleep reclaims and tries again.
 * @return false: beyond the limit
 * @context any for GFP_NOWAIT; GFP_KERNEL may sleep
 */
bool charge_page(struct task *t, gfp_t gfp);

/** One frame less is in use; its charge goes to the thread's stock. @context any */
void uncharge_page(struct task *t);

/** Frames that are charged and in no stock.  @context all tasks are quiet */
u64 charge_in_use(struct world *w);

#endif /* COMMON_MM_CHARGE_H */
