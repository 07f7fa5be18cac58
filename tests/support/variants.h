/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The specs under which every test runs beside the schemes as usual.
 */
#ifndef TESTS_SUPPORT_VARIANTS_H
#define TESTS_SUPPORT_VARIANTS_H

#include "common/mm/scheme.h"

/**
 * Spec number @a nr: first each scheme as usual, then every value of every option that
 * is not the usual one (of a number its ends), alone, then combinations by hand.
 * @return @a spec, or NULL: there are no more
 */
const char *spec_nr(unsigned int nr, char spec[SCHEME_SPEC_SIZE]);

/** Spec number @a nr of those that are not as usual. */
const char *variant_nr(unsigned int nr, char spec[SCHEME_SPEC_SIZE]);

#endif /* TESTS_SUPPORT_VARIANTS_H */
