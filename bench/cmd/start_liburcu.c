/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief liburcu aborts where it cannot start its thread for deferred calls.
 *
 * So it starts before main(), when there is nothing to lose, and an abort is an exit.
 */
#include <signal.h>
#include <unistd.h>
#include <urcu/urcu-memb.h>

#include "bench/cli/usage.h"

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
