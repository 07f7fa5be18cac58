/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief RCU's part of the explorer: the engine's questions about sections, grace periods and callbacks.
 */
#ifndef SIM_EXPLORE_GRACE_H
#define SIM_EXPLORE_GRACE_H

#include "sim/explore/explore.h"

/** No section and no grace period yet. */
void grace_forget(void);

/* As the functions of struct sim_user with these names. */
void grace_rcu_lock(const void *where);
void grace_rcu_unlock(const void *where);
bool grace_meets(struct sim_gp *gp);
void grace_begins(struct sim_gp *gp, const void *where);
void grace_left(struct sim_gp *gp);
void grace_done(struct sim_gp *gp);
void grace_over(struct sim_gp *gp);
void grace_call(struct platform_rcu_head *head, const void *where);
void grace_callbacks_taken(void);
void grace_callbacks_done(void);
void grace_barrier(const void *where);
void grace_barrier_over(void);

#endif /* SIM_EXPLORE_GRACE_H */
