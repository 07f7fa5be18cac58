/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A program to be recorded: known calls and faults, in two threads and a child, then exec.
 *
 *     recorded all STATUS     does everything once, runs itself anew, ends with STATUS
 *     recorded wait FILE      makes FILE, then waits to be ended by a signal
 *     recorded kill           ends itself by SIGTERM
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Lengths that no other call uses, so that the test finds these calls by them. */
#define PAGE	4096UL
#define MAIN	(77 * PAGE)
#define OTHER	(79 * PAGE)

static char *map(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("recorded: mmap");
		exit(99);
	}
	return p;
}

static void touch(char *p, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += PAGE)
		((volatile char *)p)[at] = 1;
}

static void *other(void *unused)
{
	char *p = map(OTHER);

	touch(p, OTHER);
	munmap(p, OTHER);
	return unused;
}

static int all(char **argv)
{
	char *p = map(MAIN), *q;
	int fd, status;
	pthread_t thread;
	pid_t child;

	madvise(p, MAIN, MADV_NOHUGEPAGE);
	touch(p, MAIN);
	pthread_create(&thread, NULL, other, NULL);
	pthread_join(thread, NULL);
	/* The child's write is a copy-on-write fault: all pages are shared with it. */
	child = fork();
	if (!child) {
		touch(p, MAIN);
		_exit(0);
	}
	waitpid(child, &status, 0);
	mprotect(p, MAIN, PROT_READ);
	madvise(p, MAIN, MADV_DONTNEED);
	mprotect(p, MAIN, PROT_READ | PROT_WRITE);
	/* The kernel writes to a page that is not there. */
	fd = open("/dev/zero", O_RDONLY);
	if (read(fd, p, 100) != 100)
		return 99;
	close(fd);
	q = mremap(p, MAIN, 2 * MAIN, MREMAP_MAYMOVE);
	munmap(q, 2 * MAIN);
	munmap((void *)1, PAGE);	/* fails */
	mlock(NULL, 0);			/* no trace has a line for it */
	if (sbrk(3 * (intptr_t)PAGE) == (void *)-1)
		return 99;
	execl("/proc/self/exe", argv[0], "again", argv[2], (char *)NULL);
	return 99;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "all"))
		return all(argv);
	if (argc == 3 && !strcmp(argv[1], "again"))
		return atoi(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "wait")) {
		close(open(argv[2], O_CREAT | O_WRONLY, 0600));
		for (;;)
			pause();
	}
	if (argc == 2 && !strcmp(argv[1], "kill"))
		raise(SIGTERM);
	fputs("recorded: wrong arguments\n", stderr);
	return 98;
}
