// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Puppets: orders go over a socket, one at a time, each with an answer.
 */
#define _GNU_SOURCE
#include "tests/host/puppet.h"
#include "tests/support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define PUPPET_SOCK(i)	(10 + (i))	/* a puppet's own end */
#define PUPPET_ARG	"--puppet"
#define ANSWER_SECONDS	60
#define STACK_LIMIT	(8UL << 20)

/* Orders that are not system calls. */
enum { ORDER_READ = -1, ORDER_WRITE = -2, ORDER_FORK = -3, ORDER_EXIT = -4 };

struct order {
	long nr;
	unsigned long arg[6];
};

struct answer {
	long ret;
	/* of ORDER_READ */
	u64 value[PUPPET_WORDS];
	u8 result[PUPPET_WORDS];
};

/* Only reads send what they found. */
static size_t answer_bytes(const struct order *o)
{
	return o->nr == ORDER_READ ? sizeof(struct answer) : offsetof(struct answer, value);
}

/* --- in the puppet ------------------------------------------------------------------------ */

static sigjmp_buf back;

static void caught(int sig)
{
	siglongjmp(back, sig);
}

static enum access_result access_of(int sig)
{
	switch (sig) {
	case SIGSEGV:
		return ACCESS_SIGSEGV;
	case SIGBUS:
		return ACCESS_SIGBUS;
	default:
		return ACCESS_OK;
	}
}

static enum access_result read_word(unsigned long addr, u64 *value)
{
	int sig = sigsetjmp(back, 0);

	if (!sig)
		*value = *(volatile u64 *)addr;
	return access_of(sig);
}

static enum access_result write_word(unsigned long addr, u64 value)
{
	int sig = sigsetjmp(back, 0);

	if (!sig)
		*(volatile u64 *)addr = value;
	return access_of(sig);
}

/* The child goes on obeying orders from another socket. */
static long split(const struct order *o, int *sock)
{
	long ret = fork();

	if (!ret)
		*sock = PUPPET_SOCK(o->arg[0]);
	return ret < 0 ? -errno : ret;
}

static void obey(const struct order *o, struct answer *a, int *sock)
{
	switch (o->nr) {
	case ORDER_READ:
		for (unsigned long i = 0; i < o->arg[2]; i++)
			a->result[i] = read_word(o->arg[0] + i * o->arg[1], &a->value[i]);
		break;
	case ORDER_WRITE:
		a->ret = write_word(o->arg[0], o->arg[1]);
		break;
	case ORDER_FORK:
		a->ret = split(o, sock);
		break;
	case ORDER_EXIT:
		break;
	default:
		a->ret = syscall(o->nr, o->arg[0], o->arg[1], o->arg[2], o->arg[3], o->arg[4], o->arg[5]);
		if (a->ret == -1)
			a->ret = -errno;
	}
}

void puppet_main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = caught, .sa_flags = SA_NODEFER };
	int sock = PUPPET_SOCK(0);
	struct rlimit stack;
	struct answer a;
	struct order o;

	if (argc != 2 || strcmp(argv[1], PUPPET_ARG))
		return;
	/* Let a stack grow as far as it can; the layout is made already. */
	if (!getrlimit(RLIMIT_STACK, &stack)) {
		stack.rlim_cur = stack.rlim_max;
		setrlimit(RLIMIT_STACK, &stack);
	}
	sigaction(SIGSEGV, &act, NULL);
	sigaction(SIGBUS, &act, NULL);
	signal(SIGCHLD, SIG_IGN);
	/* The other end closed: the test is over. */
	do {
		if (recv(sock, &o, sizeof(o), 0) != sizeof(o))
			break;
		obey(&o, &a, &sock);
		if (send(sock, &a, answer_bytes(&o), MSG_NOSIGNAL) < 0)
			break;
	} while (o.nr != ORDER_EXIT);	/* answered first, since the next fork uses this one's socket */
	_exit(0);
}

/* --- in the test -------------------------------------------------------------------------- */

static void become_puppet(const int *socks, const int *files)
{
	struct rlimit stack;

	/* With an unlimited stack the kernel would place mappings bottom up. */
	if (!getrlimit(RLIMIT_STACK, &stack) && stack.rlim_cur > STACK_LIMIT) {
		stack.rlim_cur = STACK_LIMIT;
		setrlimit(RLIMIT_STACK, &stack);
	}
	personality(ADDR_NO_RANDOMIZE);		/* if it is refused we go on without */
	for (unsigned int i = 0; i < NR_PUPPETS; i++)
		if (dup2(socks[i], PUPPET_SOCK(i)) < 0)
			_exit(2);
	for (unsigned int i = 0; files && i < NR_FILES; i++)
		if (dup2(files[i], PUPPET_FILE(i)) < 0)
			_exit(2);
	execl("/proc/self/exe", "puppet", PUPPET_ARG, NULL);
	_exit(2);
}

/* Above the numbers that a puppet uses. */
static int high_fd(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, 64);

	check(high >= 0, "errno %d", errno);
	close(fd);
	return high;
}

void puppets_begin(struct puppets *all, const int *files)
{
	const struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	int far[NR_PUPPETS];

	memset(all, 0, sizeof(*all));
	for (unsigned int i = 0; i < NR_PUPPETS; i++) {
		int pair[2];

		check(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), "errno %d", errno);
		all->one[i].sock = high_fd(pair[0]);
		far[i] = high_fd(pair[1]);
		setsockopt(all->one[i].sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	}
	all->first = fork();
	check(all->first >= 0, "fork: errno %d", errno);
	if (!all->first)
		become_puppet(far, files);
	all->one[0].pid = all->first;
	for (unsigned int i = 0; i < NR_PUPPETS; i++)
		close(far[i]);
	/* An answer means that exec is over, so /proc shows the puppet. */
	puppet_call(&all->one[0], SYS_getpid, 0, 0, 0, 0, 0, 0);
}

void puppets_end(struct puppets *all)
{
	for (unsigned int i = 0; i < NR_PUPPETS; i++)
		close(all->one[i].sock);
	waitpid(all->first, NULL, 0);
}

static long ask(struct puppet *p, const struct order *o, struct answer *a)
{
	ssize_t bytes = answer_bytes(o);

	check(send(p->sock, o, sizeof(*o), MSG_NOSIGNAL) == sizeof(*o), "a puppet is gone (order %ld)", o->nr);
	check(recv(p->sock, a, bytes, 0) == bytes, "a puppet does not answer (order %ld)", o->nr);
	return a->ret;
}

long puppet_call(struct puppet *p, long nr, unsigned long a, unsigned long b, unsigned long c,
		 unsigned long d, unsigned long e, unsigned long f)
{
	const struct order o = { nr, { a, b, c, d, e, f } };
	struct answer answer;

	return ask(p, &o, &answer);
}

void puppet_read(struct puppet *p, unsigned long addr, unsigned long step, unsigned int nr,
		 struct puppet_words *words)
{
	const struct order o = { ORDER_READ, { addr, step, nr } };
	struct answer a;

	check(nr <= PUPPET_WORDS, "too many words");
	ask(p, &o, &a);
	for (unsigned int i = 0; i < nr; i++) {
		words->value[i] = a.value[i];
		words->result[i] = a.result[i];
	}
}

enum access_result puppet_write(struct puppet *p, unsigned long addr, u64 value)
{
	const struct order o = { ORDER_WRITE, { addr, value } };
	struct answer a;

	return ask(p, &o, &a);
}

int puppet_fork(struct puppets *all, unsigned int from, unsigned int to)
{
	const struct order o = { ORDER_FORK, { to } };
	ssize_t bytes = answer_bytes(&o);
	struct answer a;
	long pid = ask(&all->one[from], &o, &a);

	if (pid < 0)
		return pid;
	all->one[to].pid = pid;
	/* The child answers the same order, with 0, on its own socket. */
	check(recv(all->one[to].sock, &a, bytes, 0) == bytes && !a.ret, "a forked puppet does not answer");
	return 0;
}

void puppet_exit(struct puppet *p)
{
	const struct order o = { ORDER_EXIT, { 0 } };
	struct answer a;

	ask(p, &o, &a);
	p->pid = 0;
}
