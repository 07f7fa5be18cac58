/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the running kernel does where kernels differ: found by trying, not from its version.
 */
#ifndef TESTS_HOST_FEATURES_H
#define TESTS_HOST_FEATURES_H

#include "tests/host/puppet.h"

/** Where the calls are made; free in a puppet. */
#define FIELD_START	0x200000000000UL
#define FIELD_BYTES	(256UL << 20)

struct features {
	/* configured alike on our side, or left out of the calls */
	bool no_zero_page;	/**< a read of untouched memory makes a page, and an anon_vma */
	bool stack_is_small;	/**< MAP_STACK implies no huge pages; since 6.7 */
	bool guards;		/**< it knows MADV_GUARD_INSTALL, of read-only memory and files, too (6.15) */
	bool droppable;		/**< it knows MAP_DROPPABLE (6.11) */
	bool ksm, huge;		/**< that advice is known */
	bool exec_only;		/**< memory may be executable and not readable (protection keys) */
	bool grows_far;		/**< a stack is not limited to less than a field */
	bool far;		/**< user addresses go beyond 2^47 */
	bool repeats;		/**< two puppets' breaks are at the same place: not randomised */
};

/**
 * Find out what the kernel does.
 * @return NULL; or why its calls cannot be compared with ours
 */
const char *features_ask(struct features *f);

/** Why no kernel of this kind, or no program built like this, can be compared; or NULL. */
const char *features_impossible(void);

#endif /* TESTS_HOST_FEATURES_H */
