/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The first signal is remembered, the second ends the process.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>

#include "bench/interrupt.h"
#include "common/platform/types.h"
#include "common/sync/atomic.h"

static const int signals[] = { SIGINT, SIGTERM };
#define NR_SIGNALS ARRAY_SIZE(signals)

static bool watched[NR_SIGNALS];	/* was not ignored */

/* Set once by the handler, looked at by all threads; a flag alone, nothing is published with it. */
static int caught;

/* Only what is async-signal-safe. */
static void handler(int sig)
{
	int none = 0;

	/* @whole{one thread is the first} */
	/* The next one of either kind takes the default way ... */
	for (size_t i = 0; i < NR_SIGNALS; i++)
		if (watched[i])
			signal(signals[i], SIG_DFL);
	/* ... also where another thread is in here with the first, right now. */
	if (!try_cmpxchg(&caught, &none, sig))
		raise(sig);
}

void interrupt_catch(void)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < NR_SIGNALS; i++)
		sigaddset(&action.sa_mask, signals[i]);
	for (size_t i = 0; i < NR_SIGNALS; i++)
		watched[i] = !sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN;
	for (size_t i = 0; i < NR_SIGNALS; i++)
		if (watched[i])
			sigaction(signals[i], &action, NULL);
}

bool interrupt_pending(void)
{
	return READ_ONCE(caught);
}

int interrupt_status(void)
{
	int sig = READ_ONCE(caught);

	return sig ? 128 + sig : 0;
}

static void mask(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < NR_SIGNALS; i++)
		sigaddset(&set, signals[i]);
	pthread_sigmask(how, &set, NULL);
}

void interrupt_hold(void)
{
	mask(SIG_BLOCK);
}

void interrupt_release(void)
{
	mask(SIG_UNBLOCK);
}
