/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The engine's calls that user.c does not answer itself: of RCU (user_rcu.c), and what costs more than an access (user_costs.c).
 */
#ifndef SIM_TIME_USER_H
#define SIM_TIME_USER_H

#include "sim/time/timing.h"

/** The threads that are bound to a slot. */
extern struct timed *user_by_slot[PLATFORM_MAX_SLOTS];

void user_rcu(const void *where);
void user_gp_begins(struct sim_gp *gp, const void *where);
void user_gp_done(struct sim_gp *gp);
/** The time of thread @a waiter's grace period is over. */
void user_gp_over(u32 waiter);
void user_call_rcu(struct platform_rcu_head *head, const void *where);
void user_callback(struct platform_rcu_head *head);
/** Charge the time of the previous callback to its CPU. */
void user_callback_over(void);
/** Before a new run. */
void user_forget_callbacks(void);

void user_allocated(void *p, size_t size, enum platform_mem mem, const void *where);
void user_freed(void *p, size_t size, enum platform_mem mem, const void *where);
void user_clear_page(void *page, const void *where);
void user_copy_page(void *to, const void *from, const void *where);
void user_membarrier(const void *where);
void user_flush(const u64 *slots, unsigned int words, const void *where);

#endif /* SIM_TIME_USER_H */
