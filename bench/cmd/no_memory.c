/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Where the host has no memory for a small object, `faultline` ends with one line.
 *
 * The core's objects come from calloc() and posix_memalign() of the host.  One that is refused would be an ENOMEM like
 * those that the laboratory makes itself: a replay that meets it would look like a scheme that is broken.  So the linker
 * leads these two here (--wrap); frames come from mmap(), and the command says that there are too many of them.
 *
 * liburcu aborts where it cannot start its thread for deferred calls; so it starts before main(), when there is
 * nothing to lose, and an abort is an exit.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <urcu/urcu-memb.h>

#include "bench/cli/usage.h"

void *__real_calloc(size_t n, size_t size);
int __real_posix_memalign(void **p, size_t align, size_t size);
void *__wrap_calloc(size_t n, size_t size);
int __wrap_posix_memalign(void **p, size_t align, size_t size);

/* On any thread, anywhere: neither a lock nor memory may be taken. */
static void no_memory(void)
{
	static const char line[] = "faultline: not enough memory\n";

	if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
		_exit(EXIT_USAGE);	/* nobody can be told */
	_exit(EXIT_USAGE);
}

void *__wrap_calloc(size_t n, size_t size)
{
	void *p = __real_calloc(n, size);

	if (!p && n && size)
		no_memory();
	return p;
}

int __wrap_posix_memalign(void **p, size_t align, size_t size)
{
	int err = __real_posix_memalign(p, align, size);

	if (err == ENOMEM)
		no_memory();
	return err;
}

/* liburcu has said what it lacks. */
static void liburcu_aborted(int number)
{
	(void)number;
	_exit(EXIT_USAGE);
}

static __attribute__((constructor)) void start_liburcu(void)
{
	struct sigaction old, aborts = { .sa_handler = liburcu_aborted };
	sigset_t all, mask;

	sigaction(SIGABRT, &aborts, &old);
	/* The thread inherits the mask, and takes nobody's signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &mask);
	urcu_memb_get_default_call_rcu_data();
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGABRT, &old, NULL);
}
