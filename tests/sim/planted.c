// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Each planted bug ends the program, and the report names the threads, what they wait for and where; a TAP program.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "sim/turns.h"
#include "tests/sim/plants.h"
#include "tests/support/check.h"

#define THREADS	200
#define SECONDS	30	/* each takes less than one; a test that hangs has failed */

typedef void plant_fn(struct plants *p);

struct planted {
	const char *name;
	plant_fn *most, *last;		/* of all threads but the last; of that */
	const char *said[9];		/* expected in the report, up to NULL; none: no report */
};

static bool is_clean(const struct planted *planted)
{
	return !planted->said[0];
}

struct crew {
	const struct planted *planted;
	struct plants *plants;
	struct platform_thread *thread[THREADS];
};

static void most(void *arg)
{
	struct crew *c = arg;

	c->planted->most(c->plants);
}

static void last(void *arg)
{
	struct crew *c = arg;

	c->planted->last(c->plants);
}

/* In a process of its own. */
static void act(const struct planted *planted)
{
	struct crew *c = calloc(1, sizeof(*c));
	char leaks[4096];

	alarm(SECONDS);
	turns_use(THREADS);
	platform_thread_enter(0);
	c->planted = planted;
	c->plants = platform_alloc(sizeof(*c->plants), CACHELINE, PLATFORM_MEM_OTHER);
	platform_objects(c->plants, "plants", sizeof(*c->plants), 1);
	init_rwsem(&c->plants->one);
	init_rwsem(&c->plants->two);
	c->plants->piece = platform_alloc(64, CACHELINE, PLATFORM_MEM_OBJECT);
	platform_objects(c->plants->piece, "piece", 64, 1);
	for (unsigned int i = 0; i < THREADS; i++)
		check_same(platform_thread_create(&c->thread[i], i + 1, -1, i < THREADS - 1 ? most : last, c), 0,
			   "thread");
	for (unsigned int i = 0; i < THREADS; i++)
		platform_thread_join(c->thread[i]);
	if (is_clean(planted))
		platform_free(c->plants->piece, 64, PLATFORM_MEM_OBJECT);
	platform_free(c->plants, sizeof(*c->plants), PLATFORM_MEM_OTHER);
	platform_thread_leave();
	if (sim_leaks(leaks, sizeof(leaks))) {
		fprintf(stderr, "leaks:\n%s", leaks);
		abort();
	}
	exit(0);
}

static bool try(const struct planted *planted)
{
	static char report[1 << 16];
	int out[2], status;
	size_t n = 0;
	ssize_t got;
	bool good;
	pid_t pid;

	check(!pipe(out), "no pipe");
	fflush(NULL);
	pid = fork();
	check(pid >= 0, "no process");
	if (!pid) {
		dup2(out[1], STDERR_FILENO);
		close(out[0]);
		act(planted);
	}
	close(out[1]);
	while (n < sizeof(report) - 1 && (got = read(out[0], report + n, sizeof(report) - 1 - n)) > 0)
		n += (size_t)got;
	report[n] = '\0';
	close(out[0]);
	waitpid(pid, &status, 0);
	good = is_clean(planted) ? WIFEXITED(status) && !WEXITSTATUS(status) && !n :
	       WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
	if (!good)
		printf("# ended with status %#x\n", (unsigned int)status);
	for (unsigned int i = 0; planted->said[i]; i++) {
		if (strstr(report, planted->said[i]))
			continue;
		printf("# does not say '%s'\n", planted->said[i]);
		good = false;
	}
	if (!good || getenv("PLANTED_VERBOSE"))
		for (char *line = strtok(report, "\n"); line; line = strtok(NULL, "\n"))
			printf("# %s\n", line);
	return good;
}

#ifdef HAVE_LIBDW
#define AT(function, file) "at " function " (" file ":"
#else
#define AT(function, file) "at "	/* what follows is for addr2line */
#endif

int main(void)
{
	static const struct planted all[] = {
		{ "two locks in one order: nothing is reported", plant_one_two, plant_one_two, { NULL } },
		{ "two locks in both orders: a deadlock", plant_one_two, plant_two_one, {
			"nothing can go on: every thread waits for another", "parked on its own stack, for plants.+",
			"-201: parked", AT("park_killable", "park.h"), AT("rwsem_write_slow", "rwsem.c"), AT("plant_two_one", "plants.c"),
			AT("plant_one_two", "plants.c"), "thread 0: waits for the end of thread 3" } },
		{ "a wake-up is lost", plant_wait, plant_no_wake, {
			"nothing can go on", "threads 3-201: parked on plants.+", "seen 0, now 0x1: nobody woke it",
			AT("plant_wait", "plants.c") } },
		{ "a thread sleeps in an RCU section", plant_one_two, plant_sleep_in_rcu, {
			"BUG: ", "platform_in_atomic()", "thread 202: runs; in an RCU section", AT("down_read", "rwsem.c"),
			AT("plant_sleep_in_rcu", "plants.c") } },
		{ "memory is used after it was freed", plant_read, plant_free, {
			"load of piece.+", "freed memory, freed by thread 202 " AT("plant_free", "plants.c"),
			AT("plant_read", "plants.c") } },
		{ "a thread spins for nothing", plant_spin, plant_spin, {
			"nothing can go on", "threads 3-20", ": spins on plants.+", "holds 1 spinlock",
			AT("plant_spin", "plants.c") } },
		{ "memory leaks", plant_read, plant_read, {
			"leaks:", "64 bytes, struct piece, allocated by thread 0 " AT("act", "planted.c") } },
	};
	unsigned int failed = 0;

	printf("1..%zu\n", ARRAY_SIZE(all));
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++) {
		bool good = try(&all[i]);

		printf("%s %u - %s\n", good ? "ok" : "not ok", i + 1, all[i].name);
		failed += !good;
	}
	return failed != 0;
}
