/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The two sides of a comparison: a world with our address spaces, and a family of real processes.
 */
#ifndef TESTS_HOST_TWINS_H
#define TESTS_HOST_TWINS_H

#include "common/mm/mm.h"
#include "tests/host/features.h"
#include "tests/host/op.h"

/** Units in a field: few, so that calls meet. */
#define FIELD_UNITS	40UL

/** The range of addresses that calls use, in units of one page or many. */
struct field {
	unsigned long start, end;
};

enum { FIELD_FREE, FIELD_HEAP, NR_FIELDS };

struct twins {
	const struct features *features;
	unsigned long unit;		/**< bytes */
	struct field field[NR_FIELDS];
	unsigned int nr_fields;
	/* here */
	struct scheme_chain chain;
	struct world *world;
	struct task *task;
	struct mm *mm[NR_PUPPETS];	/**< NULL where there is no process */
	struct file *file[NR_FILES];
	/* there */
	struct puppets there;
	int fd[NR_FILES];
	u64 inode[NR_FILES];
	/* both */
	u64 file_pages[NR_FILES];
	char why[256];			/**< how the two differ; empty: not */
	bool refused;			/**< the last call or access was, on both sides */
	long returned, settled;		/**< what the last call returned, and the MADV_DONTNEED that follows a MADV_FREE */
	enum access_result access;	/**< how the last access ended */
	struct op moved;		/**< the last mremap that moved something; len 0: none yet */
	struct op_tally tally;
};

/** How one pair of worlds is made. */
struct twins_config {
	const char *spec;		/**< of the scheme */
	unsigned int unit_shift;
	bool wrap;			/**< sequence counts begin just before they wrap around */
};

void twins_begin(struct twins *tw, const struct features *features, const struct twins_config *c);

/** @return false: something of ours is still in use; tw->why says what */
bool twins_end(struct twins *tw);

/** The task is in the address space of process @a who. */
void twins_enter(struct twins *tw, unsigned int who);

/** All processes that there are. */
unsigned int twins_alive(const struct twins *tw);

/** Both sides' VMAs of a process are the same, one by one.  @return false: tw->why says how not */
bool twins_same_vmas(struct twins *tw, unsigned int who);

/** Both sides answer reads of @a nr words, @a step bytes apart, or a write, alike. */
bool twins_read(struct twins *tw, unsigned int who, unsigned long addr, unsigned long step,
		unsigned int nr);
bool twins_write(struct twins *tw, unsigned int who, unsigned long addr, u64 value);

/** Both sides hold the same in every page that may be read, in every process.  Faults them in. */
bool twins_same_contents(struct twins *tw);

/** Both sides' VMAs, for the reader. */
void twins_print(struct twins *tw, unsigned int who);

/** They differ: say how, printf-like.  @return false */
bool twins_differ(struct twins *tw, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* TESTS_HOST_TWINS_H */
