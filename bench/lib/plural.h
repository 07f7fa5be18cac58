/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief "1 run", "2 runs".
 */
#ifndef BENCH_LIB_PLURAL_H
#define BENCH_LIB_PLURAL_H

#include "common/platform/types.h"

/** What ends a noun of which there are @a n. */
static inline const char *plural(u64 n)
{
	return n == 1 ? "" : "s";
}

#endif /* BENCH_LIB_PLURAL_H */
