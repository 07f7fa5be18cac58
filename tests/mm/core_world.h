/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief For tests below the schemes: a world whose only scheme does what the test says, and threads with a slot.
 */
#ifndef TESTS_MM_CORE_WORLD_H
#define TESTS_MM_CORE_WORLD_H

#include <criterion/criterion.h>

#include "common/mm/mm.h"
#include "common/mm/scheme.h"

/** The faults of these worlds; set by a test that has an mm, else never called. */
extern enum fault_result (*core_fault)(const struct scheme_inst *si, struct fault *f);

/** A chain of one scheme whose faults go to core_fault. */
const struct scheme_chain *core_chain(void);

/** A world or a failed test. */
struct world *core_world(const struct world_config *config);

/** Run @a fn(@a arg) on a thread with that slot. */
struct platform_thread *core_thread(unsigned int slot, void (*fn)(void *arg), void *arg);

/** Wait until *@a flag is @a value. */
void core_wait(u32 *flag, u32 value);

/** 31 bits, the next of the sequence that @a state holds. */
u32 core_random(u64 *state);

/** For TestSuite(.init, .fini): the test's own thread has slot 0. */
void core_enter(void);
void core_leave(void);

#endif /* TESTS_MM_CORE_WORLD_H */
