/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The figures of one function, from its tokens and from its statements.
 */
#ifndef BENCH_COMPLEXITY_MEASURE_H
#define BENCH_COMPLEXITY_MEASURE_H

#include <clang-c/Index.h>

#include "bench/complexity/program.h"

/** A variable or field that a function names, by where the name stands. */
struct cx_place {
	unsigned int offset;	/**< in the file */
	char *name;		/**< "struct.field", or the variable's */
};

/** One function on its way through the two halves of measuring. */
struct cx_body {
	struct cx_program *program;
	struct cx_function *function;
	const char *root;	/**< of the source tree; NULL: none */
	CXTranslationUnit unit;
	CXCursor cursor;	/**< its definition */
	const char *source;	/**< text of its file */
	size_t source_size;
	struct cx_place *place;
	size_t nr_places;
};

/**
 * Statements: cyclomatic and cognitive complexity but for && and ||, nesting,
 * who is called.  Fills body->place.
 */
void cx_measure_control(struct cx_body *body);

/**
 * Tokens as they are written, macros unexpanded: lines, volume, && and ||, atomic
 * accesses, locks, RCU.  Wants body->place.
 */
void cx_measure_tokens(struct cx_body *body);

/** Lines of @a range that hold a token. */
unsigned int cx_count_lines(CXTranslationUnit unit, CXSourceRange range);

#endif /* BENCH_COMPLEXITY_MEASURE_H */
