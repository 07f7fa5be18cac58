// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The one place that reports failures.
 */
#include "tests/support/check.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char context[256];

void check_context(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(context, sizeof(context), format, args);
	va_end(args);
}

void check_failed(const char *file, int line, const char *cond, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "# %s:%d: not so: %s\n#   ", file, line, cond);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n#   while trying: %s\n", context[0] ? context : "(nothing named)");
	abort();
}

static void say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(3);
}

/* Does only what a signal handler may do. */
static void hung(int sig)
{
	(void)sig;
	say("# hangs, while trying: ");
	say(context[0] ? context : "(nothing named)");
	say("\n");
	signal(SIGABRT, SIG_DFL);
	abort();
}

void check_watchdog(unsigned int seconds)
{
	signal(SIGALRM, hung);
	alarm(seconds);
}
