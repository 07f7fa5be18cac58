/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The first signal is remembered, a second ends the process.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "bench/cli/interrupt.h"
#include "common/platform/types.h"
#include "common/sync/atomic.h"

static const int signals[] = { SIGINT, SIGTERM };
#define NR_SIGNALS ARRAY_SIZE(signals)

static bool watched[NR_SIGNALS];	/* was not ignored */

/*
 * The same signal again within this time counts as the first: timeout(1) signals its child, and then the
 * child's group.
 */
#define SAME_MS 500

/*
 * When the first one came, in ms, and in the lowest 8 bits which signal it was; 0: none.  The handler
 * sets it once, all threads read it; nothing is published with it.
 */
static u64 caught;

static int signal_of(u64 first)
{
	return (int)(first & 0xff);
}

/* Calls only async-signal-safe functions. */
static void handler(int sig)
{
	struct timespec t;
	u64 first = 0, now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000;
	/* @whole{only one thread is the first} */
	if (try_cmpxchg(&caught, &first, now << 8 | (u64)sig))
		return;
	/*
	 * The difference is signed: another thread's handler may have read the clock later and still been
	 * first.
	 */
	if (sig == signal_of(first) && (s64)(now - (first >> 8)) < SAME_MS)
		return;
	for (size_t i = 0; i < NR_SIGNALS; i++)
		if (watched[i])
			signal(signals[i], SIG_DFL);
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
	return READ_ONCE(caught) != 0;
}

int interrupt_status(void)
{
	int sig = signal_of(READ_ONCE(caught));

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
