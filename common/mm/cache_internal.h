/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What cache.c and cache_rcu.c share; no other file includes it.
 */
#ifndef COMMON_MM_CACHE_INTERNAL_H
#define COMMON_MM_CACHE_INTERNAL_H

#include "common/mm/world.h"

/** The thread has taken @a n objects more; modulo 2^64, so -1 means that one was given back. */
static inline void cache_account(struct task *t, enum cache_id id, u64 n)
{
	WRITE_ONCE(t->taken[id], t->taken[id] + n);
}

/** An object that nobody can see becomes idle; no accounting. */
void cache_take_back(struct task *t, enum cache_id id, void *object);

/** An object goes back to the platform.  @context any thread, one without a slot too */
void cache_give_up(struct cache *c, void *object);

/** Send the open batch, wait for all, take them back, free the batches. @context may sleep, outside RCU */
void cache_rcu_exit(struct task *t);

#endif /* COMMON_MM_CACHE_INTERNAL_H */
