// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The planted store.
 */
#include "bench/stores/plant.h"

#include "common/sync/atomic.h"

void plant_store(u64 *word)
{
	fetch_add_relaxed(word, 1);
}
