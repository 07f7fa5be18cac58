/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A test whose process ends with status 0 before its last line has not passed.
 *
 * Criterion takes it for a pass.  So programs with its tests lead exit() and _exit() here (--wrap), and the process of a test
 * that comes by ends by a signal instead.  Processes that it has forked end as they like.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((noreturn)) void __real_exit(int status);
__attribute__((noreturn)) void __real__exit(int status);
__attribute__((noreturn)) void __wrap_exit(int status);
__attribute__((noreturn)) void __wrap__exit(int status);

static pid_t process;

static __attribute__((constructor)) void begin(void)
{
	process = getpid();
}

/* Not by SIGABRT, which some tests expect. */
static void check(int status)
{
	static const char line[] = "# the test ended its own process, with status 0\n";

	if (status || getpid() != process)
		return;
	if (write(STDOUT_FILENO, line, sizeof(line) - 1) < 0)
		raise(SIGKILL);		/* nobody can be told */
	raise(SIGKILL);
}

void __wrap_exit(int status)
{
	check(status);
	__real_exit(status);
}

void __wrap__exit(int status)
{
	check(status);
	__real__exit(status);
}
