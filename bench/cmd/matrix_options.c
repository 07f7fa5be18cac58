/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Names of operations and of points, as typed.
 */
#include <string.h>

#include "bench/cmd/matrix_options.h"
#include "bench/lib/near.h"

const struct matrix_op *matrix_op_find(const char *name)
{
	for (const struct matrix_op *op = matrix_ops; op->name; op++)
		if (!strcmp(op->name, name))
			return op;
	return NULL;
}

int matrix_take_op(const struct option_entry *e, void *to, const char *name, struct bench_error *err)
{
	const struct matrix_op *found = matrix_op_find(name);
	struct near near;

	if (found) {
		*(const char **)to = found->name;
		return 0;
	}
	near_begin(&near, name);
	for (const struct matrix_op *op = matrix_ops; op->name; op++)
		near_try(&near, op->name);
	return bench_fail(err, "--%s=%s: no such operation%s (see 'faultline matrix --list')", e->name, name, near_hint(&near));
}

void matrix_complete_op(const char *word, FILE *out)
{
	(void)word;
	for (const struct matrix_op *op = matrix_ops; op->name; op++)
		fprintf(out, "%s\n", op->name);
}

int matrix_take_point(const struct option_entry *e, void *to, const char *name, struct bench_error *err)
{
	struct near near;

	near_begin(&near, name);
	for (unsigned int p = 0; p < NR_PROBE_POINTS; p++) {
		if (!strcmp(probe_point_name(p), name)) {
			((struct matrix_filter *)to)->point = p;
			return 0;
		}
		near_try(&near, probe_point_name(p));
	}
	return bench_fail(err, "--%s=%s: no such point%s (see 'faultline matrix --list')", e->name, name, near_hint(&near));
}

void matrix_complete_point(const char *word, FILE *out)
{
	(void)word;
	for (unsigned int p = 0; p < NR_PROBE_POINTS; p++)
		fprintf(out, "%s\n", probe_point_name(p));
}
