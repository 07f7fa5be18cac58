/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Between fault.c and fault_io.c: the part of fault_make() that may have to wait for a page.
 */
#ifndef COMMON_MM_FAULT_IO_H
#define COMMON_MM_FAULT_IO_H

#include "common/mm/fault.h"

/**
 * Get and lock the file's page that the fault needs, read in if it is not in memory: f->source.
 * @return, @context as fault_make()
 */
bool fault_make_file_page(struct fault *f);

/** The same for the page of f->slot, which is pinned. */
bool fault_make_swap(struct fault *f);

/** Let go of f->source, if there is one.  @context any */
void fault_drop_source(struct fault *f);

/** An allocation failed; f->why receives in which way.  @return false */
static inline bool fault_make_failed(struct fault *f)
{
	f->why = f->gfp == GFP_NOWAIT ? WHY_WOULD_SLEEP : WHY_OOM;
	return false;
}

#endif /* COMMON_MM_FAULT_IO_H */
