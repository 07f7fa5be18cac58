/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Sets the same limits on both sides: RLIMIT_AS, and the number of VMAs.
 */
#ifndef TESTS_HOST_LIMITS_H
#define TESTS_HOST_LIMITS_H

#include "tests/host/twins.h"

/** Process @a who may map so many pages more than it has. */
void limit_as(struct twins *tw, unsigned int who, long pages);

/**
 * Process @a who may have so many VMAs more than it has: on the host by making nearly as many
 * as vm.max_map_count allows, far above the fields.  @return false: this machine's limit is too high for that
 */
bool limit_maps(struct twins *tw, unsigned int who, long vmas);

#endif /* TESTS_HOST_LIMITS_H */
