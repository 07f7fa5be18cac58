/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Options of the commands that put a fault and an operation on a stage.
 */
#ifndef BENCH_CMD_MATRIX_OPTIONS_H
#define BENCH_CMD_MATRIX_OPTIONS_H

#include "bench/cli/options.h"
#include "bench/matrix/matrix.h"

/** @return NULL: there is none of that name */
const struct matrix_op *matrix_op_find(const char *name);

/** For the op of a struct matrix_filter; for all of the filter, whose point is set. */
option_take_fn matrix_take_op, matrix_take_point;
option_complete_fn matrix_complete_op, matrix_complete_point;

#endif /* BENCH_CMD_MATRIX_OPTIONS_H */
