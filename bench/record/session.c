/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The command started, its records drained while it runs, the file written when the recording ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/record/calls.h"
#include "bench/record/perf.h"
#include "bench/record/save.h"
#include "bench/record/session.h"
#include "bench/record/tracepoint.h"

/* Rings that are not half full are drained too, so that little is left at the end. */
#define DRAIN_MS 100

struct session {
	const struct record_options *options;
	struct record_outcome *outcome;
	struct bench_error *err;
	struct record_layout layout;
	struct perf *perf;
	struct spool **stream;		/* one a ring; then that of the calls, with ptrace */
	unsigned int nr_streams;
	sigset_t old_mask;
	int signals;			/* signalfd */
	int go[2], failed[2];		/* pipes: the child may exec; its exec failed, errno */
	pid_t child;
	bool ended;			/* the command, or with ptrace all that it made */
};

static bool by_ptrace(const struct session *s)
{
	return !s->layout.tracepoints;
}

/* --- the child ------------------------------------------------------------------ */

static void child_main(struct session *s)
{
	bool filter;
	int why;

	close(s->go[1]);
	if (read(s->go[0], &filter, 1) != 1)
		_exit(EXIT_FAILURE);	/* the recorder gave up and reports why */
	sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
	signal(SIGXFSZ, SIG_DFL);	/* only the recorder ignores it */
	if (!filter || !calls_filter_self())
		execvp(s->options->command[0], s->options->command);
	why = errno;
	if (write(s->failed[1], &why, sizeof(why)) < 0)
		_exit(EXIT_FAILURE);
	_exit(127);
}

static int start_child(struct session *s)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGQUIT);
	sigprocmask(SIG_BLOCK, &mask, &s->old_mask);
	s->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0 || pipe2(s->go, O_CLOEXEC) || pipe2(s->failed, O_CLOEXEC | O_NONBLOCK))
		return bench_fail(s->err, "record: %s", strerror(errno));
	s->child = fork();
	if (s->child < 0)
		return bench_fail(s->err, "record: fork: %s", strerror(errno));
	if (!s->child)
		child_main(s);
	close(s->go[0]);
	close(s->failed[1]);
	s->go[0] = s->failed[1] = -1;
	return 0;
}

/* --- what is permitted ------------------------------------------------------------ */

static int open_tracepoints(struct session *s, struct bench_error *err)
{
	if (tracepoint_layout(&s->layout, err))
		return -1;
	return perf_open(&s->perf, s->child, &s->layout, s->options->ring_bytes, err);
}

static int open_events(struct session *s)
{
	enum record_method method = s->options->method;
	struct bench_error why;

	if (method != RECORD_PTRACE) {
		s->outcome->method = RECORD_TRACEPOINTS;
		if (!open_tracepoints(s, &why))
			return 0;
		if (method == RECORD_TRACEPOINTS) {
			*s->err = why;
			return RECORD_NOT_PERMITTED;
		}
		snprintf(s->outcome->why_not, sizeof(s->outcome->why_not), "%s", why.line);
	}
	memset(&s->layout, 0, sizeof(s->layout));
	s->outcome->method = RECORD_PTRACE;
	if (perf_open(&s->perf, s->child, &s->layout, s->options->ring_bytes, s->err) ||
	    calls_attach(s->child, s->err))
		return RECORD_NOT_PERMITTED;
	return 0;
}

static int open_streams(struct session *s)
{
	unsigned int nr = perf_nr_rings(s->perf) + by_ptrace(s);

	s->stream = calloc(nr, sizeof(*s->stream));
	if (!s->stream)
		return bench_fail_memory(s->err, "recording");
	for (; s->nr_streams < nr; s->nr_streams++)
		if (spool_create(&s->stream[s->nr_streams], s->options->output, s->err))
			return -1;
	return 0;
}

/* --- while it runs ------------------------------------------------------------------ */

static int reap(struct session *s, bool recording)
{
	struct spool *calls = recording ? s->stream[s->nr_streams - 1] : NULL;
	int status, ret = 0;
	pid_t who;

	while (!s->ended) {
		who = waitpid(by_ptrace(s) ? -1 : s->child, &status, WNOHANG | __WALL);
		if (who == 0)
			break;
		if (who < 0) {
			s->ended = errno == ECHILD;
			break;
		}
		if (WIFSTOPPED(status)) {
			ret |= calls_stopped(who, status, ret ? NULL : calls, s->err);
			continue;
		}
		if (who == s->child) {
			s->outcome->status = status;
			s->ended = !by_ptrace(s);
		}
	}
	return ret;
}

/* A terminal sends its signals to the command as well; others are handed on. */
static void interrupted(struct session *s, const struct signalfd_siginfo *info)
{
	s->outcome->interrupted = true;
	if (info->ssi_code <= 0)
		kill(s->child, (int)info->ssi_signo);
}

static int read_signals(struct session *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			interrupted(s, &info);
	return reap(s, true);
}

static int record(struct session *s)
{
	unsigned int rings = perf_nr_rings(s->perf);
	struct pollfd *fd = calloc(rings + 1, sizeof(*fd));
	int ret = 0;

	if (!fd)
		return bench_fail_memory(s->err, "recording");
	perf_pollfds(s->perf, fd);
	fd[rings] = (struct pollfd){ .fd = s->signals, .events = POLLIN };
	while (!ret && !s->ended && !s->outcome->interrupted) {
		poll(fd, rings + 1, DRAIN_MS);
		for (unsigned int i = 0; i < rings; i++)
			if (fd[i].revents & (POLLHUP | POLLERR))
				fd[i].fd = -1;	/* all of its threads have ended */
		ret = read_signals(s);
		if (!ret)
			ret = perf_drain(s->perf, s->stream, s->err);
	}
	free(fd);
	return ret;
}

/* The recording is over, and the command is not. */
static void wait_for_end(struct session *s)
{
	struct pollfd fd = { .fd = s->signals, .events = POLLIN };
	struct signalfd_siginfo info;
	sigset_t mask;

	/* From here on a signal ends the recorder too. */
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGQUIT);
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	reap(s, false);
	while (!s->ended) {
		poll(&fd, 1, DRAIN_MS);
		while (read(s->signals, &info, sizeof(info)) > 0)
			;
		reap(s, false);
	}
}

static int check_exec(struct session *s)
{
	int why;

	if (read(s->failed[0], &why, sizeof(why)) != sizeof(why))
		return 0;
	return bench_fail(s->err, "%s: cannot be run: %s", s->options->command[0], strerror(why));
}

static int finish(struct session *s)
{
	struct save_input in = {
		.options = s->options, .layout = &s->layout, .stream = s->stream,
		.nr_streams = s->nr_streams,
	};

	perf_stop(s->perf);
	if (perf_drain(s->perf, s->stream, s->err))
		return -1;
	in.lost = perf_lost(s->perf);
	return save_trace(&in, s->outcome, s->err);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

int record_session(const struct record_options *options, struct record_outcome *outcome,
		   struct bench_error *err)
{
	struct session s = {
		.options = options, .outcome = outcome, .err = err, .signals = -1,
		.go = { -1, -1 }, .failed = { -1, -1 },
	};
	bool filter;
	int ret;

	memset(outcome, 0, sizeof(*outcome));
	ret = start_child(&s);
	if (!ret)
		ret = open_events(&s);
	if (!ret)
		ret = open_streams(&s);
	if (ret)
		goto out;
	filter = by_ptrace(&s);
	if (write(s.go[1], &filter, 1) != 1) {
		ret = bench_fail(err, "record: %s", strerror(errno));
		goto out;
	}
	ret = record(&s);
	if (!ret)
		ret = check_exec(&s);
	if (!ret)
		ret = finish(&s);
	wait_for_end(&s);
out:
	close_fd(s.go[1]);	/* a child that still waits ends now */
	if (s.child > 0 && !s.ended)
		wait_for_end(&s);
	perf_close(s.perf);
	for (unsigned int i = 0; i < s.nr_streams; i++)
		spool_free(s.stream[i]);
	free(s.stream);
	close_fd(s.go[0]);
	close_fd(s.failed[0]);
	close_fd(s.failed[1]);
	close_fd(s.signals);
	return ret;
}
