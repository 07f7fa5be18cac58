/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief RCU under the kernel's names.
 *
 * The kernel's rcu_dereference() is a dependency-ordered load; C has none that
 * compilers honour, so it is an acquire load here: the same instruction on x86.
 */
#ifndef COMMON_SYNC_RCU_H
#define COMMON_SYNC_RCU_H

#include "common/platform/platform.h"
#include "common/sync/atomic.h"

#define rcu_read_lock()		platform_rcu_read_lock()
#define rcu_read_unlock()	platform_rcu_read_unlock()
#define synchronize_rcu()	platform_synchronize_rcu()

/** @pairs{contents before the pointer | rcu_assign_pointer()} */
#define rcu_dereference(p)	smp_load_acquire(&(p))

/** @pairs{contents before the pointer | rcu_dereference()} */
#define rcu_assign_pointer(p, v) smp_store_release(&(p), (v))

#endif /* COMMON_SYNC_RCU_H */
