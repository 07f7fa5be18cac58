/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Fibers: a stack each and a switch of registers; which fiber runs when is decided elsewhere.
 */
#ifndef SIM_FIBER_H
#define SIM_FIBER_H

#include "common/platform/types.h"

/* gcc's name for AddressSanitizer, for clang too. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

/** A fiber.  While it does not run, what the switch saved lies at @a sp. */
struct fiber {
	void *sp;
	void *stack;		/**< its lowest address; NULL: the stack that the system gave the program */
	size_t size;
	/* used only with AddressSanitizer, which must know the bounds of stacks */
	void *fake_stack;
	const void *bottom;
	size_t bottom_size;
};

/** Make a fiber that begins with @a entry, which must not return.  The caller owns the stack. */
void fiber_init(struct fiber *f, void *stack, size_t size, void (*entry)(void));

/**
 * Go from @a from, which runs, to @a to; returns when another fiber switches to @a from.
 * @param last	nobody will switch to @a from again
 */
void fiber_switch(struct fiber *from, struct fiber *to, bool last);

/** @a entry must call this first.  @a from: the fiber that switched to it */
void fiber_entered(struct fiber *from, struct fiber *self);

/**
 * Where a fiber that does not run will go on: return addresses, innermost first, as far as code keeps frame pointers.
 * @return how many there are in @a pc, at most @a max
 */
unsigned int fiber_backtrace(const struct fiber *f, const void **pc, unsigned int max);

/** The same for the calling fiber. */
unsigned int fiber_backtrace_here(const struct fiber *self, const void **pc, unsigned int max);

#endif /* SIM_FIBER_H */
