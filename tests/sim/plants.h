/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Bugs, compiled with hooks as the core is, so that the engine can be seen to find them.
 */
#ifndef TESTS_SIM_PLANTS_H
#define TESTS_SIM_PLANTS_H

#include "common/sync/rwsem.h"

struct plants {
	struct rw_semaphore one, two;
	u32 word, ready;
	u64 *piece;
	u64 sum;
};

/** Take both, in this order; the other way round. */
void plant_one_two(struct plants *p);
void plant_two_one(struct plants *p);

/** Wait for the word to differ; make it differ, and wake nobody. */
void plant_wait(struct plants *p);
void plant_no_wake(struct plants *p);

/** Sleep for a lock in an RCU section. */
void plant_sleep_in_rcu(struct plants *p);

/** Read a word of the piece; free it beside readers. */
void plant_read(struct plants *p);
void plant_free(struct plants *p);

/** Spin on a word that nobody changes, with a spinlock held. */
void plant_spin(struct plants *p);

#endif /* TESTS_SIM_PLANTS_H */
