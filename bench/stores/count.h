/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Steady faults of some threads under one scheme, and the stores to lines that they share.
 */
#ifndef BENCH_STORES_COUNT_H
#define BENCH_STORES_COUNT_H

#include <stdio.h>

#include "bench/lib/error.h"
#include "bench/stage/objects.h"

/** Faults between two refills of a thread's own frames: fewer than it keeps. */
#define STORES_ROUND 24u

struct stores_options {
	unsigned int threads;		/**< 2 .. 16 */
	unsigned int rounds;		/**< of STORES_ROUND faults a thread */
	bool own_vmas;			/**< a VMA a thread instead of one for all */
	bool reclaim;			/**< pages go to LRU lists */
	bool settle;			/**< a VMA whose mark is found over is noted as settled */
	unsigned int nowait_fails;	/**< percent of the pages that GFP_NOWAIT asks for */
	bool plant;			/**< one store to a shared word a fault */
};

struct stores_field {
	char name[OBJECT_NAME_SIZE + 1];	/**< struct.field */
	u64 stores;
};

#define STORES_FIELDS 64

struct stores_result {
	const struct scheme_chain *chain;
	u64 faults;			/**< of all threads */
	u64 stores;			/**< to words in shared lines */
	u64 lines;			/**< shared lines stored to, summed over the faults */
	struct stores_field field[STORES_FIELDS];	/**< most stores first */
	unsigned int nr_fields;
};

/**
 * @return 0; -1: err says why not
 * @context the caller has slot 0; slots 1 .. threads are free
 */
int stores_count(struct stores_result *result, const struct scheme_chain *chain,
		 const struct stores_options *options, struct bench_error *err);

/** All of one run of the command. */
#define STORES_MAX_SCHEMES 64
struct stores_set {
	struct stores_options options;
	struct scheme_chain chain[STORES_MAX_SCHEMES];
	struct stores_result result[STORES_MAX_SCHEMES];
	unsigned int nr;
	int argc;
	char **argv;
};

/* report.c */
void stores_print(const struct stores_set *set, bool markdown, FILE *out);
void stores_csv(const struct stores_set *set, FILE *out);
/** @return 0; -1: no memory, or @a out failed, or this build has no jansson */
int stores_json(const struct stores_set *set, FILE *out);

#endif /* BENCH_STORES_COUNT_H */
