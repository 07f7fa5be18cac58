/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Progress in one line no wider than the terminal, or in several lines if it cannot go back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/cli/progress.h"
#include "common/platform/platform.h"

#define QUIET_NS 2000000000ULL

void progress_begin(struct progress_bar *bar, u64 all, bool quiet)
{
	const char *term = getenv("TERM");

	*bar = (struct progress_bar){ .all = all, .start = platform_now() };
	bar->on = !quiet && isatty(STDERR_FILENO);
	bar->dumb = !term || !*term || !strcmp(term, "dumb");
}

static int columns(void)
{
	struct winsize size;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

void progress_step(struct progress_bar *bar, const char *what, const char *who)
{
	u64 done = bar->done++, passed, left;
	int width, marks;
	unsigned int percent;
	char line[512];

	if (!bar->on || !bar->all)
		return;
	passed = platform_now() - bar->start;
	if (passed < QUIET_NS || !done)
		return;
	if (done > bar->all)
		done = bar->all;
	left = passed / done * (bar->all - done) / 1000000000ULL;
	percent = (unsigned int)(100 * done / bar->all);
	width = columns();
	marks = width >= 80 ? 30 : width / 4;
	snprintf(line, sizeof(line), "%3u %%, about %llu:%02llu left: %s, %s", percent, (unsigned long long)left / 60,
		 (unsigned long long)left % 60, what, who);
	if (!bar->dumb) {
		/* Use one column less: some terminals wrap when the last column is full. */
		fprintf(stderr, "\r[%-*.*s] %.*s\033[K", marks, (int)((u64)marks * done / bar->all),
			"##############################", width > marks + 4 ? width - marks - 4 : 0, line);
	} else if (percent / 10 > bar->told) {
		bar->told = percent / 10;
		fprintf(stderr, "%s\n", line);
	}
}

void progress_end(struct progress_bar *bar)
{
	if (bar->on && !bar->dumb && platform_now() - bar->start >= QUIET_NS)
		fputs("\r\033[K", stderr);
	bar->on = false;
}
