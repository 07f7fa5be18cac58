/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Letters to change, add, drop or swap, from one word to another.
 */
#include <stdio.h>
#include <string.h>

#include "bench/lib/near.h"

#define MAX_WORD 48

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * The distance of Damerau and Levenshtein, neighbours swapped at most once.
 * Source: Damerau, "A technique for computer detection and correction of spelling errors" (1964).
 */
static unsigned int distance(const char *a, size_t nr_a, const char *b, size_t nr_b)
{
	unsigned int d[MAX_WORD + 1][MAX_WORD + 1];

	for (size_t i = 0; i <= nr_a; i++)
		d[i][0] = (unsigned int)i;
	for (size_t j = 0; j <= nr_b; j++)
		d[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= nr_a; i++)
		for (size_t j = 1; j <= nr_b; j++) {
			d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[nr_a][nr_b];
}

void near_begin(struct near *n, const char *typed)
{
	*n = (struct near){ .typed = typed, .distance = 3 };
}

void near_try(struct near *n, const char *word)
{
	size_t nr_typed = strlen(n->typed), nr = strlen(word);
	unsigned int d;

	if (!nr_typed || nr_typed > MAX_WORD || nr > MAX_WORD)
		return;
	/*
	 * A prefix of a word is nearer than any mistake; at most a third of the letters, and at most two,
	 * may be wrong.
	 */
	d = nr_typed > 2 && !strncmp(word, n->typed, nr_typed) ? 0 : distance(n->typed, nr_typed, word, nr);
	if (d < n->distance && d <= nr / 3) {
		n->distance = d;
		n->best = word;
	}
}

const char *near_hint(struct near *n)
{
	if (n->best)
		snprintf(n->hint, sizeof(n->hint), "; did you mean '%s'?", n->best);
	return n->hint;
}
