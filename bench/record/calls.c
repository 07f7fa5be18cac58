/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A tracer that stops at the system calls of known_calls.c.
 *
 * A seccomp filter picks the calls, so that all others run at full speed.  A thread is stopped at the
 * entry and at the return of a call while the time is taken, so nothing that it does can come between.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "bench/record/calls.h"
#include "bench/record/known_calls.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv)
#define ARCH AUDIT_ARCH_RISCV64
#else
#define ARCH 0		/* another architecture: no call is recorded */
#endif

#define OPTIONS (PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | \
		 PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL)

/* The request's number; not all headers have it under one name. */
#define GET_SYSCALL_INFO 0x420e
struct call_info {
	u8 op, pad[3];
	u32 arch;
	u64 ip, sp;
	union {
		struct {
			u64 nr, arg[6];
		} entry;
		struct {
			s64 ret;
		} exit;
	};
};

int calls_filter_self(void)
{
	const struct sock_filter begin[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_filter code[ARRAY_SIZE(begin) + 2 * NR_KNOWN_CALLS + 1];
	struct sock_fprog program = { ARRAY_SIZE(begin), code };

	memcpy(code, begin, sizeof(begin));
	for (unsigned int i = 0; i < NR_KNOWN_CALLS; i++) {
		if (known_calls[i].nr == KNOWN_CALL_NONE)
			continue;
		code[program.len++] = (struct sock_filter)
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (u32)known_calls[i].nr, 0, 1);
		code[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	}
	code[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

int calls_attach(pid_t child, struct bench_error *err)
{
	if (ptrace(PTRACE_SEIZE, child, NULL, OPTIONS))
		return bench_fail(err, "ptrace is not permitted (%s): sysctl kernel.yama.ptrace_scope=1, or give the container CAP_SYS_PTRACE",
				  strerror(errno));
	return 0;
}

static u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000ULL + (u64)t.tv_nsec;
}

static int note(pid_t tid, u32 type, const struct call_info *info, struct spool *stream,
		struct bench_error *err)
{
	/* We do not look up the process's number: perf's events tell which process a thread belongs to. */
	struct record_own_call c = {
		.header = { .type = type, .size = sizeof(c) },
		.tid = (u32)tid,
		.time = now(),
	};

	if (type == RECORD_OWN_ENTER) {
		c.nr = info->entry.nr;
		memcpy(c.arg, info->entry.arg, sizeof(c.arg));
	} else {
		c.ret = (u64)info->exit.ret;
	}
	return spool_append(stream, &c, sizeof(c), err);
}

int calls_stopped(pid_t tid, int status, struct spool *stream, struct bench_error *err)
{
	int signal = WSTOPSIG(status), event = status >> 16, ret = 0;
	struct call_info info;

	if (!WIFSTOPPED(status))
		return 0;
	memset(&info, 0, sizeof(info));
	if (event == PTRACE_EVENT_SECCOMP) {
		/* If the tracee was killed meanwhile, ptrace fails, and waitpid() reports its end next. */
		if (stream && ptrace(GET_SYSCALL_INFO, tid, sizeof(info), &info) > 0)
			ret = note(tid, RECORD_OWN_ENTER, &info, stream, err);
		ptrace(stream ? PTRACE_SYSCALL : PTRACE_CONT, tid, 0, 0);
		return ret;
	}
	if (signal == (SIGTRAP | 0x80)) {
		if (stream && ptrace(GET_SYSCALL_INFO, tid, sizeof(info), &info) > 0)
			ret = note(tid, RECORD_OWN_LEAVE, &info, stream, err);
		ptrace(PTRACE_CONT, tid, 0, 0);
		return ret;
	}
	if (event == PTRACE_EVENT_STOP && signal != SIGTRAP)
		ptrace(PTRACE_LISTEN, tid, 0, 0);	/* stopped by ^Z or the like */
	else
		ptrace(PTRACE_CONT, tid, 0, event ? 0 : signal);
	return ret;
}
