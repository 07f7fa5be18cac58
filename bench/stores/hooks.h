/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What is told of each access of instrumented code: a program with hooks.c defines both functions.
 */
#ifndef BENCH_STORES_HOOKS_H
#define BENCH_STORES_HOOKS_H

#include "common/platform/types.h"

/** An atomic access is about to be made, by the code at @a site. */
void hook_before(const void *site);

/** @a size bytes at @a p are loaded or stored; of a compare-and-exchange it is told when it is done. */
void hook_access(const void *p, u64 size, bool store);

#endif /* BENCH_STORES_HOOKS_H */
