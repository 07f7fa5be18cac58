/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The process that runs workloads on the host, and the protocol with it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/work/host_process.h"

struct work_host {
	pid_t child;
	int socket;
};

/* Both are one program: pointers into it mean the same on either side. */
struct answer {
	int ret;
	struct work_result result;
	struct bench_error err;
};

/* @return all of it came, or went */
static bool transfer(int fd, void *data, size_t size, bool out)
{
	char *at = data;

	while (size) {
		ssize_t n = out ? send(fd, at, size, MSG_NOSIGNAL) : recv(fd, at, size, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

static void serve(int fd)
{
	struct bench_error why;
	struct target *target = target_host_create(&why);
	struct work_config config;
	struct answer *answer = calloc(1, sizeof(*answer));

	while (answer && transfer(fd, &config, sizeof(config), false)) {
		if (target) {
			config.target = target;
			answer->ret = work_run(&config, &answer->result, &answer->err);
		} else {
			answer->ret = -1;
			answer->err = why;
		}
		if (!transfer(fd, answer, sizeof(*answer), true))
			break;
	}
	_exit(0);
}

struct work_host *work_host_start(struct bench_error *err)
{
	struct work_host *h = calloc(1, sizeof(*h));
	int fd[2];

	if (!h || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd)) {
		bench_fail(err, "no process for runs on the host: %s", strerror(errno));
		goto out;
	}
	h->child = fork();
	if (!h->child) {
		close(fd[0]);
		serve(fd[1]);
	}
	close(fd[1]);
	h->socket = fd[0];
	if (h->child > 0)
		return h;
	bench_fail(err, "no process for runs on the host: %s", strerror(errno));
	close(fd[0]);
out:
	free(h);
	return NULL;
}

int work_host_run(struct work_host *h, const struct work_config *config, struct work_result *out,
		  struct bench_error *err)
{
	struct work_config ask = *config;
	struct answer *answer = malloc(sizeof(*answer));
	int ret = -1, status;

	if (!answer)
		return bench_fail_memory(err, "a run on the host");
	if (transfer(h->socket, &ask, sizeof(ask), true) &&
	    transfer(h->socket, answer, sizeof(*answer), false)) {
		*out = answer->result;
		*err = answer->err;
		ret = answer->ret;
	} else if (waitpid(h->child, &status, 0) == h->child) {
		h->child = 0;
		bench_fail(err, "%s on the host: its process ended (%s %d)", config->workload->name,
			   WIFSIGNALED(status) ? "signal" : "status",
			   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	} else {
		bench_fail(err, "%s on the host: its process does not answer", config->workload->name);
	}
	free(answer);
	return ret;
}

void work_host_stop(struct work_host *h)
{
	if (!h)
		return;
	close(h->socket);	/* which tells it to end */
	if (h->child > 0)
		while (waitpid(h->child, NULL, 0) < 0 && errno == EINTR)
			;
	free(h);
}
