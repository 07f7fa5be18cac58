/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Progress on a terminal.
 */
#include <stdio.h>
#include <unistd.h>

#include "bench/cli/progress.h"
#include "common/platform/platform.h"

#define QUIET_NS 2000000000ULL

void progress_begin(struct progress_bar *bar, u64 all, bool quiet)
{
	*bar = (struct progress_bar){ .all = all, .start = platform_now() };
	bar->on = !quiet && isatty(STDERR_FILENO);
}

void progress_step(struct progress_bar *bar, const char *what, const char *who)
{
	enum { WIDTH = 30 };
	u64 done = bar->done++, passed, left;

	if (!bar->on || !bar->all)
		return;
	passed = platform_now() - bar->start;
	if (passed < QUIET_NS || !done)
		return;
	if (done > bar->all)
		done = bar->all;
	left = passed / done * (bar->all - done) / 1000000000ULL;
	fprintf(stderr, "\r[%-*.*s] %3u %%, about %llu:%02llu left: %s, %s\033[K", WIDTH,
		(int)(WIDTH * done / bar->all), "##############################",
		(unsigned int)(100 * done / bar->all), (unsigned long long)left / 60,
		(unsigned long long)left % 60, what, who);
}

void progress_end(struct progress_bar *bar)
{
	if (bar->on && platform_now() - bar->start >= QUIET_NS)
		fputs("\r\033[K", stderr);
	bar->on = false;
}
