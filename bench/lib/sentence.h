/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A sentence that is made piece by piece.
 */
#ifndef BENCH_LIB_SENTENCE_H
#define BENCH_LIB_SENTENCE_H

#include <stddef.h>

#define VERDICT_SENTENCE	1024

struct sentence {
	char *buf;		/**< of VERDICT_SENTENCE bytes; what does not fit is cut off */
	size_t used;
};

void sentence_add(struct sentence *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** "1.20", or "1.20 to 1.28" where they differ in print. */
void sentence_factors(struct sentence *t, double low, double high);

#endif /* BENCH_LIB_SENTENCE_H */
