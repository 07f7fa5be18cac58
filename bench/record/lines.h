/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The queue of lines that wait for earlier calls to return, and how a line is printed.
 */
#ifndef BENCH_RECORD_LINES_H
#define BENCH_RECORD_LINES_H

#include <stdio.h>

#include "bench/record/convert.h"

struct line {
	u64 time;
	u32 tid;
	enum trace_op op;
	u64 v[6];		/**< the numbers, in the format's order */
	u64 ret, left;		/**< calls: result, and time of the return; left 0: it never did */
	char *name;		/**< X, N, V: malloc'ed, the queue frees it */
	u32 prot;		/**< V */
	bool shared;		/**< V */
	bool open;		/**< a call that has not returned yet */
};

struct lines;

/** @return NULL: no memory */
struct lines *lines_create(FILE *out);

/** Print the head; @a first is the program's name where the head has none; times count from @a t0. */
void lines_begin(struct lines *l, const struct convert_head *head, const char *first, u64 t0);

/** The number that the next line will have. */
u64 lines_next(const struct lines *l);
/** @return 0; -1: no memory, and the name is freed */
int lines_add(struct lines *l, const struct line *line);
/** The call on line @a nr returned @a ret. */
void lines_finished(struct lines *l, u64 nr, u64 ret, u64 time);
/** It will not return any more. */
void lines_unfinished(struct lines *l, u64 nr);

/** Print what is left, and what was left out, and free. @return 0; -1: not written */
int lines_end(struct lines *l, const struct left_out_counts *left_out);

#endif /* BENCH_RECORD_LINES_H */
