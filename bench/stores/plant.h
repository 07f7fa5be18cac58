/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A store to a word that all threads share: so that the instrument can be seen to find one.
 */
#ifndef BENCH_STORES_PLANT_H
#define BENCH_STORES_PLANT_H

#include "common/platform/types.h"

/** Compiled as the core is, with hooks. */
void plant_store(u64 *word);

#endif /* BENCH_STORES_PLANT_H */
