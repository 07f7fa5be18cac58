/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A process of its own that makes system calls and touches memory when told, and does nothing else.
 *
 * It is this program once more, by exec: its address space is as the kernel made it,
 * holds nothing of the test's, and is not touched behind the test's back, since
 * a puppet neither allocates nor prints.  Addresses are not randomised, if the system permits that, so a
 * run repeats.
 */
#ifndef TESTS_HOST_PUPPET_H
#define TESTS_HOST_PUPPET_H

#include "common/mm/tlb.h"

#include <sys/types.h>

#define NR_PUPPETS	4	/**< of one family: the first, and those that it forked */
#define NR_FILES	2

/** The descriptors of the files that a puppet was given. */
#define PUPPET_FILE(i)	(20 + (i))

struct puppet {
	pid_t pid;	/**< 0: there is none */
	int sock;
};

struct puppets {
	struct puppet one[NR_PUPPETS];
	pid_t first;
};

/** At the beginning of main: does not return in a process that is a puppet. */
void puppet_main(int argc, char **argv);

/** Start puppet 0.  @param files its PUPPET_FILE()s, or NULL */
void puppets_begin(struct puppets *all, const int *files);

/** All of them end. */
void puppets_end(struct puppets *all);

/** @return what the kernel returned: -errno for an error */
long puppet_call(struct puppet *p, long nr, unsigned long a, unsigned long b, unsigned long c,
		 unsigned long d, unsigned long e, unsigned long f);

/** Words that one order may read. */
#define PUPPET_WORDS	64

struct puppet_words {
	u64 value[PUPPET_WORDS];
	enum access_result result[PUPPET_WORDS];	/**< SIGSEGV and SIGBUS are told */
};

/** Read @a nr words, @a step bytes apart. */
void puppet_read(struct puppet *p, unsigned long addr, unsigned long step, unsigned int nr,
		 struct puppet_words *words);
enum access_result puppet_write(struct puppet *p, unsigned long addr, u64 value);

/** Puppet @a from forks; the child is puppet @a to.  @return 0 or -errno */
int puppet_fork(struct puppets *all, unsigned int from, unsigned int to);

/** This one ends. */
void puppet_exit(struct puppet *p);

#endif /* TESTS_HOST_PUPPET_H */
