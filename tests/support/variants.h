/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The variants under which every test runs in addition to the default schemes.
 */
#ifndef TESTS_SUPPORT_VARIANTS_H
#define TESTS_SUPPORT_VARIANTS_H

#include "common/mm/scheme.h"

/**
 * Spec number @a nr: first each scheme as usual, then each over every rung that may stand
 * below it and is not the usual one.
 * @return @a spec, or NULL: there are no more
 */
const char *spec_nr(unsigned int nr, char spec[SCHEME_SPEC_SIZE]);

/** What a test runs under. */
struct variant {
	char spec[SCHEME_SPEC_SIZE];
	/**
	 * config.settle, vmacache and pt_reclaim are on, which are off in the published forms; io is IO_RETRY_VMA, fork_marks
	 * FORK_MARKS_PRIVATE
	 */
	bool knobs;
};

/**
 * Variant number @a nr: first the specs that are not as usual, then each scheme that has a
 * rung below, with the knobs on.  @return false: there are no more
 */
bool variant_nr(unsigned int nr, struct variant *v);

#endif /* TESTS_SUPPORT_VARIANTS_H */
