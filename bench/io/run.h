/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One run of io_waits: what is played, and what comes out of it.
 */
#ifndef BENCH_IO_RUN_H
#define BENCH_IO_RUN_H

#include <stdio.h>
#include <stdlib.h>

#include "common/mm/file.h"
#include "common/mm/mm.h"
#include "common/mm/scheme.h"
#include "common/mm/world.h"

#define IO_MAX_THREADS	(PLATFORM_MAX_SLOTS - 2)

enum change { CHANGE_FORK, CHANGE_MPROTECT, CHANGE_MUNMAP, REREAD, NR_CHANGES };
enum role { FAULTER, WRITER, THIRD, NR_ROLES };

struct samples {
	double *ns;
	size_t nr, max;
};

struct run {
	/* the question */
	const struct scheme_chain *chain;
	enum change change;
	enum io_policy io;
	u64 latency_ns, until_ns;
	double latencies;			/* of a simulated machine: a factor to all of them, as machine_begin() has it */
	unsigned int threads;
	unsigned long file_pages, part, ms;	/* of reread */
	unsigned int readahead;			/* pages around one that is read */
	bool to_stderr;				/* the table, since JSON goes to stdout */
	/* the stage */
	struct world *world;
	struct mm *mm;
	struct file *file[IO_MAX_THREADS];	/* of reread one a thread, else [0] */
	unsigned long pages;			/* of a faulter */
	u32 stop;				/* relaxed */
	u64 filled_ns, touched;			/* of reread: when memory was full, and pages that were touched since */
	/* the answer */
	struct samples samples[NR_ROLES];
	struct stats stats, before;		/* at the end, and when the measurement began */
	double seconds;
};

/** Say what is wrong and end the program. */
static inline __attribute__((noreturn)) void die(const char *what)
{
	fprintf(stderr, "io_waits: %s\n", what);
	exit(2);
}

/** Play @a r.  @context no thread lives, and main has no slot */
void run_play(struct run *r);

/* --- where it is played: on_machine.c on a simulated machine, here.c on this one ---------------------------------------- */

/** @param name	NULL: none was given  @return what the machine is called; it lives as long as the program */
const char *machine_choose(const char *name);
/** With what all latencies are multiplied in the @a i-th of the runs that are made of each case, 1 first.  @return 0: there are no more */
double machine_latencies(unsigned int i);
/** Before each run; @a latencies as above. */
void machine_begin(double latencies);
u64 machine_now_ns(void);
bool machine_is_simulated(void);

#endif /* BENCH_IO_RUN_H */
