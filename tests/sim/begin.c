// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Lets a program that does not know the engine run on it, with turns; called before main.
 */
#include "sim/turns.h"

#include <stdlib.h>

/* In an archive, it is taken where a program asks for the symbol: -u begin_on_turns. */
void begin_on_turns(void);

__attribute__((constructor))
void begin_on_turns(void)
{
	const char *seed = getenv("FAULTLINE_TURNS_SEED");

	if (getenv("FAULTLINE_TURNS_STRICT")) {	/* a use after free is reported, but there are no caches */
		arena.recycle = false;
		arena.quarantine = 64 << 10;
	}
	turns_use(PLATFORM_MAX_SLOTS);
	turns_set(seed ? strtoull(seed, NULL, 10) : 1, 32);
}
