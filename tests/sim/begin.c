// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A program that knows nothing of the engine begins on it: with turns, before main.
 */
#include "sim/turns.h"

#include <stdlib.h>

__attribute__((constructor))
static void begin(void)
{
	const char *seed = getenv("FAULTLINE_TURNS_SEED");

	turns_use(PLATFORM_MAX_SLOTS);
	turns_set(seed ? strtoull(seed, NULL, 10) : 1, 32);
}
