/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which object lies at an address, and which of its fields: "page.refcount", "vma.lock_seq".
 *
 * A listener of the seam (platform_listen()) that keeps the memory that the core tells
 * of.  A scheme's own bytes in a VMA or an mm go by its name: "vma.per_vma_rwsem".
 */
#ifndef BENCH_STAGE_OBJECTS_H
#define BENCH_STAGE_OBJECTS_H

#include "common/mm/scheme.h"

#define OBJECT_NAME_SIZE 64

/** Begin to listen; one listener per process.  @return the listener; stage_begin() takes it, too */
const struct platform_listener *objects_begin(void);
/** Forget everything.  @context no other thread is running */
void objects_end(void);

/** The name of an address. */
struct object_name {
	char what[24];			/**< the struct, or "?" */
	char field[OBJECT_NAME_SIZE - 24]; /**< or "+OFFSET", where it has none there */
	const void *object;		/**< NULL: unknown memory */
};

/** @param chain whose bytes follow those of a VMA and an mm */
void object_name(const struct scheme_chain *chain, const void *p, struct object_name *name);

#endif /* BENCH_STAGE_OBJECTS_H */
