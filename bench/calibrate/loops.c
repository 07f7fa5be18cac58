/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Loops that one thread measures alone, and two beside each other.
 */
#include "bench/calibrate/loops.h"

#include "common/platform/platform.h"
#include "common/sync/atomic.h"

void calibration_least(double *of, double ns)
{
	if (!*of || ns < *of)
		*of = ns;
}

void loop_add(struct shared *s, u64 turns)
{
	for (u64 i = 0; i < turns; i++)
		fetch_add_relaxed(&s->word, 1);
}

/*
 * As many loads as a fault has around each read-modify-write, or so.  One after the other without a pause, as in loop_add(), each
 * waits for the one before; among loads a part of it is hidden.
 */
void loop_loads(struct shared *s, u64 turns)
{
	for (u64 i = 0; i < turns; i++)
		for (unsigned int k = 0; k < 16; k++)
			(void)READ_ONCE(*(u64 *)(s->pages + k * CACHELINE));
}

void loop_clear_few(struct shared *s, u64 turns)
{
	for (u64 i = 0; i < turns; i++)
		platform_clear_page(s->pages + i % FEW_PAGES * PAGE_SIZE);
}
