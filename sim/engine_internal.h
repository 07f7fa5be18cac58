/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the engine's own files share.
 */
#ifndef SIM_ENGINE_INTERNAL_H
#define SIM_ENGINE_INTERNAL_H

#include "sim/engine.h"
#include "sim/hooks.h"

/** The return address of the running function of the seam: where the program called it. */
#define WHERE __builtin_return_address(0)

/** Call one of the user's functions that may be NULL. */
#define TELL(function, ...) \
	do { \
		if (sim.user->function) \
			sim.user->function(__VA_ARGS__); \
	} while (0)

/** A thread with number @a id or, if that is in use, with another number. */
struct sim_thread *sim_thread_make(unsigned int id, unsigned int slot, int cpu, void (*fn)(void *arg), void *arg);

/** Is sim.cur the only thread, but for the one of callbacks? */
bool sim_alone(void);

/** Reset grace periods and callbacks. */
void sim_rcu_forget(void);

/** Take a slot, unless it is taken already; give it back. */
bool sim_slot_take(unsigned int slot);
void sim_slot_give(unsigned int slot);

/** Forget all parked threads. */
void sim_parked_forget(void);

#endif /* SIM_ENGINE_INTERNAL_H */
