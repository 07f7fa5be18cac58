/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The ratio of two columns of runs, as in a comparison, for scripts: it calls stat.c's implementation.
 *
 * Each line of standard input is "A... / B...", with as many numbers on both sides, one pair per run; the
 * answer is "RATIO LOW HIGH P", or with "none".  docs/measuring.md says what they mean.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lib/stat.h"

/* The numbers up to @a stop, or the end.  @return how many; -1: too many, or something else stands there */
static int numbers(char **at, char stop, double *to)
{
	int n = 0;
	char *end;

	for (;; *at = end) {
		*at += strspn(*at, " \t\n");
		if (**at == stop)
			return n;
		if (n == STAT_MAX_RUNS)
			return -1;
		to[n++] = strtod(*at, &end);
		if (end == *at)
			return -1;
	}
}

static int answer(char *line, unsigned int number)
{
	double a[STAT_MAX_RUNS], b[STAT_MAX_RUNS];
	struct stat_ratio r;
	char *at = line;
	int n = numbers(&at, '/', a), m = -1;

	if (n > 0) {
		at++;
		m = numbers(&at, '\0', b);
	}
	if (n <= 0 || m != n) {
		fprintf(stderr, "ratio: line %u: a line must be 'A... / B...', with 1 to %d numbers on either side, as many on each\n",
			number, STAT_MAX_RUNS);
		return 2;
	}
	r = stat_ratio(a, b, (size_t)n);
	if (stat_is_none(r))
		puts("none");
	else
		printf("%.17g %.17g %.17g %.17g\n", r.ratio, r.low, r.high, r.p);
	return fflush(stdout) ? 2 : 0;
}

int main(void)
{
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	while (!ret && getline(&line, &size, stdin) > 0)
		ret = answer(line, ++number);
	free(line);
	return ret;
}
