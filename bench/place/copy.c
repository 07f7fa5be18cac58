/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Copies by fork().  The simulated machine is one thread of the host, so a copy has all of it.
 */
#include "bench/place/copy.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void *copy_share(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void copy_unshare(void *p, size_t size)
{
	if (p)
		munmap(p, size);
}

pid_t copy_start(int (*fn)(void *arg), void *arg)
{
	pid_t pid;

	fflush(NULL);	/* or both would print it */
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(fn(arg));
}

static int result_of(int how)
{
	return WIFSIGNALED(how) ? 256 + WTERMSIG(how) : WEXITSTATUS(how);
}

int copy_wait(pid_t pid)
{
	int how = 0;

	while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
		;
	return result_of(how);
}

pid_t copy_any(int *status)
{
	int how = 0;
	pid_t pid = waitpid(-1, &how, WNOHANG);

	*status = result_of(how);
	return pid > 0 ? pid : 0;
}

void copy_stop(pid_t pid)
{
	kill(pid, SIGTERM);
}
