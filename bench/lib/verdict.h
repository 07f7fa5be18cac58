/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The answer in a sentence: which schemes win, by how much over the baseline, and what the runs do not tell.
 */
#ifndef BENCH_LIB_VERDICT_H
#define BENCH_LIB_VERDICT_H

#include "bench/lib/sentence.h"
#include "bench/lib/stat.h"

#define VERDICT_MAX		17	/**< schemes */

/** Some schemes on one program, workload or cell; a smaller figure is better. */
struct verdict_question {
	unsigned int nr, baseline;
	const char *name[VERDICT_MAX];
	double median[VERDICT_MAX];
	size_t runs;
	double spread;		/**< the worst of the schemes' stat_spread() */
	/** The figure of @a a to that of @a b. */
	struct stat_ratio (*ratio)(const void *samples, unsigned int a, unsigned int b);
	const void *samples;
};

enum verdict_answer {
	VERDICT_ONE_SCHEME,	/**< nothing to compare with */
	VERDICT_TOO_FEW_RUNS,	/**< no difference whatever could be told */
	VERDICT_NO_DIFFERENCE,	/**< all are level */
	VERDICT_BASELINE,	/**< nothing beats the baseline, and something is slower than the best */
	VERDICT_WIN,		/**< some scheme beats the baseline */
};

struct verdict {
	enum verdict_answer answer;
	unsigned int best;		/**< the least median */
	/**
	 * The best, or not told from it.  The same runs have selected the best, so the family is all pairs: among
	 * equals a question names a loser in at most 5 % of cases (stat_sentence_level()).
	 */
	bool level[VERDICT_MAX];
	unsigned int nr_level;
	bool alike;			/**< of the level ones no two are told apart */
	bool wins[VERDICT_MAX];		/**< level, and told from the baseline */
	bool loses[VERDICT_MAX];	/**< slower than the baseline, and told from it */
	unsigned int next;		/**< the best of those that are told from the best; nr: none */
	struct stat_ratio behind;	/**< next to best */
	struct stat_ratio gain[VERDICT_MAX];	/**< the baseline to each: how many times as fast it is */
};

/** Pairs of @a nr schemes: the family of a sentence. */
static inline size_t verdict_pairs(unsigned int nr)
{
	return (size_t)nr * (nr - 1) / 2;
}

/** Runs of one scheme that differ by more than this are said to in the sentence. */
#define VERDICT_UNQUIET		0.25

/** Runs of each of @a nr schemes below which no sentence can name a winner. */
size_t verdict_least_runs(unsigned int nr);

/** The best, whoever is level with it, and the next: no more. @return how many pairs are told */
size_t verdict_best(const struct verdict_question *q, struct verdict *v);
/** All of the verdict. */
void verdict_judge(const struct verdict_question *q, struct verdict *v);

/** "win", "no difference", ..., as in JSON */
const char *verdict_answer_name(enum verdict_answer answer);

/** Why locking decides nothing, whoever is faster. */
enum verdict_alone {
	VERDICT_SEVERAL_THREADS,
	VERDICT_ONE_THREAD,	/**< the program has no more in an address space */
	VERDICT_ONE_WORKER,	/**< one replayed what several threads did */
};

/** "a, b and c" of those that @a set holds, into @a buf. @return how many */
unsigned int verdict_names(const struct verdict_question *q, const bool *set, char buf[VERDICT_SENTENCE]);

/**
 * The sentence, "java: rcu_everything wins: 1.28 times as fast as mmap_lock, ..."
 * @param what	the program or workload
 * @return @a buf
 */
const char *verdict_sentence(const struct verdict_question *q, const struct verdict *v, const char *what,
			     enum verdict_alone alone, char buf[VERDICT_SENTENCE]);

#endif /* BENCH_LIB_VERDICT_H */
