/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One run of io_waits: what is played, and what comes out of it.
 */
#ifndef BENCH_IO_RUN_H
#define BENCH_IO_RUN_H

#include "common/mm/file.h"
#include "common/mm/mm.h"
#include "common/mm/scheme.h"
#include "common/mm/world.h"
#include "sim/time/time.h"

#define IO_MAX_THREADS	(PLATFORM_MAX_SLOTS - 2)
#define IO_MAX_SAMPLES	(1u << 20)

enum change { CHANGE_FORK, CHANGE_MPROTECT, CHANGE_MUNMAP, REREAD, NR_CHANGES };
enum role { FAULTER, WRITER, THIRD, NR_ROLES };

struct samples {
	double *ns;
	size_t nr;
};

struct run {
	/* the question */
	const struct machine *machine;
	const struct scheme_chain *chain;
	enum change change;
	enum io_policy io;
	u64 latency_ns, until_ns;
	unsigned int threads;
	unsigned long file_pages, part, ms;	/* of reread */
	bool to_stderr;				/* the table, since JSON goes to stdout */
	/* the stage */
	struct world *world;
	struct mm *mm;
	struct file *file[IO_MAX_THREADS];		/* of reread one a thread, else [0] */
	unsigned long pages;			/* of a faulter */
	bool stop;
	u64 filled_ns, touched;			/* of reread: when memory was full, and pages that were touched since */
	/* the answer */
	struct samples samples[NR_ROLES];
	struct stats stats, before;		/* at the end, and when the measurement began */
	double seconds;
};

/** Say what is wrong and end the program. */
void die(const char *what) __attribute__((noreturn));

/** Play @a r on its simulated machine.  @context no thread lives, and main has no slot */
void run_play(struct run *r);

#endif /* BENCH_IO_RUN_H */
