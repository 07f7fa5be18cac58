/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The fields of the core's structures, by offset: so that a report can say vma.lock_seq.
 */
#ifndef SIM_FIELDS_H
#define SIM_FIELDS_H

#include "common/platform/types.h"

struct scheme_chain;
struct scheme_inst;

struct field {
	const char *what, *name;	/**< the structure, as platform_objects() calls it; "lock_seq" */
	size_t offset, size;
	size_t each;			/**< size of an element, if it is an array; else 0 */
};

/** @return the field of a structure at an offset; of a part and its whole, the part; NULL: it has no name here */
const struct field *field_find(const char *what, size_t offset);

/**
 * Which scheme's bytes these are, behind those of the core in a VMA or an mm.
 * @param in	receives the offset in them
 * @return NULL: no scheme's
 */
const struct scheme_inst *field_scheme(const struct scheme_chain *chain, const char *what, size_t offset, size_t *in);

/**
 * "lock_seq", "entry[4]", a scheme's name for its bytes, or "+OFFSET" where nothing is known.
 * @param chain	NULL: no scheme's bytes are known
 */
const char *field_name(const struct scheme_chain *chain, const char *what, size_t offset, char *text, size_t size);

#endif /* SIM_FIELDS_H */
