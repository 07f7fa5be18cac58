/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Pieces of sentences.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/lib/sentence.h"

void sentence_add(struct sentence *t, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->buf + t->used, VERDICT_SENTENCE - t->used, format, ap);
	va_end(ap);
	t->used += n < 0 ? 0 : (size_t)n;
	if (t->used >= VERDICT_SENTENCE)
		t->used = VERDICT_SENTENCE - 1;
}

static const char *factor(double x, char buf[16])
{
	snprintf(buf, 16, x < 9.995 ? "%.2f" : "%.3g", x);
	return buf;
}

void sentence_factors(struct sentence *t, double low, double high)
{
	char a[16], b[16];

	sentence_add(t, "%s", factor(low, a));
	if (strcmp(a, factor(high, b)))
		sentence_add(t, " to %s", b);
}
