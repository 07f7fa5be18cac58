/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A log of what each thread loads and stores while logging is on, by word and by cache line.
 *
 * hook_access() of told.h writes it, for every access of instrumented code.  Each log belongs to one
 * thread; logs are compared when no thread runs.
 */
#ifndef SIM_LINE_LOG_H
#define SIM_LINE_LOG_H

#include "common/platform/types.h"

/** One aligned word of 8 bytes, or, with the lowest bit set, the cache line that begins there. */
struct line_log_entry {
	u64 key;		/**< its address; 0: free */
	u64 stores;		/**< of a word */
	u64 faults;		/**< of a line: faults that stored to it */
	u64 last_fault;
};

struct line_log {
	struct line_log_entry *entry;
	u64 size, used;		/**< size is a power of two */
	u64 fault;		/**< number of the fault under way, from 1 */
};

/** @return 0 or -ENOMEM */
int line_log_init(struct line_log *log);
void line_log_free(struct line_log *log);

/** The calling thread logs its accesses there from now on; NULL: stop. */
void line_log_use(struct line_log *log);

/**
 * Reports, one by one, words that some thread stored to in lines that another thread touched, and each
 * such line once.
 * @param told	word: NULL for a line  @a count stores, or faults that stored
 */
struct line_log_shared {
	void (*told)(const struct line_log_shared *s, const void *word, const void *line, u64 count);
};
/** @context no thread uses any of the @a nr logs */
void line_log_compare(const struct line_log *log, unsigned int nr, const struct line_log_shared *s);

#endif /* SIM_LINE_LOG_H */
