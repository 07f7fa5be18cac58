/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The data of `faultline complexity` on a source tree: functions, their figures, the call graph,
 * the schemes.
 */
#ifndef BENCH_COMPLEXITY_PROGRAM_H
#define BENCH_COMPLEXITY_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/lib/error.h"

/** What is counted, by one rule for every function (docs/measuring.md has the rules). */
enum cx_figure {
	CX_LINES,	/**< lines that hold a token; comments and blank lines do not count */
	CX_FUNCTIONS,
	CX_CYCLOMATIC,	/**< 1 + if, for, while, do, case, ?:, && and || */
	CX_COGNITIVE,	/**< SonarSource's, with goto */
	CX_NESTING,	/**< the deepest; summed by taking the greatest */
	CX_VOLUME,	/**< Halstead's, in bits */
	CX_SHARED,	/**< distinct variables that an atomic access names */
	CX_ORDERINGS,	/**< atomic accesses and fences stronger than relaxed */
	CX_LOCKS,	/**< calls that take, try, release or downgrade a lock */
	CX_RCU,		/**< RCU sections' ends, grace periods, published and dereferenced pointers */
	NR_CX_FIGURES,
};

/** Names without repetition, in the order in which they came. */
struct cx_names {
	char **name;
	size_t nr;
};

struct cx_function {
	char *name;
	char *key;	/**< the name; with the path where the linkage is internal */
	char *path;	/**< below the root of the source tree */
	unsigned int line;
	double figure[NR_CX_FIGURES];
	struct cx_names shared;
	struct cx_names calls;	/**< keys of the functions that it names */
	struct cx_names users;	/**< schemes whose operations reach it */
};

struct cx_scheme {
	char *name, *below;	/**< below: NULL for the last rung */
	struct cx_names ops;	/**< keys of what its struct scheme names */
	unsigned int falls;	/**< counters of the kind COUNTS_FELL */
	unsigned int file_lines;	/**< lines that hold a token, of its whole page, tables and all */
};

struct cx_program {
	struct cx_function *function;	/**< sorted by key once parsed */
	size_t nr_functions;
	struct cx_scheme *scheme;	/**< in the order of the paths */
	size_t nr_schemes;
	bool no_memory;			/**< something is missing from all this */
};

void cx_names_add(struct cx_program *p, struct cx_names *names, const char *name);
void cx_names_free(struct cx_names *names);
bool cx_names_have(const struct cx_names *names, const char *name);

/** @return the new function, zeroed but for its names; NULL: no memory, which @a p remembers */
struct cx_function *cx_function_add(struct cx_program *p, const char *name, const char *key, const char *path);
/** The scheme of that name, added if it is not there yet.  @return NULL: no memory */
struct cx_scheme *cx_scheme_get(struct cx_program *p, const char *name);
struct cx_scheme *cx_scheme_find(const struct cx_program *p, const char *name);

/** Sort functions by key, which cx_function_find() requires. */
void cx_program_sort(struct cx_program *p);
struct cx_function *cx_function_find(const struct cx_program *p, const char *key);

void cx_program_free(struct cx_program *p);

/**
 * Parse every C file of @a root's common/ and prototypes/.
 * @return 0; -1: @a err says what is missing or wrong
 */
int cx_parse_tree(struct cx_program *p, const char *root, struct bench_error *err);
/** Parse these files alone.  @return as cx_parse_tree() */
int cx_parse_files(struct cx_program *p, const char *const *file, size_t nr, struct bench_error *err);

#endif /* BENCH_COMPLEXITY_PROGRAM_H */
