// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Threads that fault beside threads that map, protect, unmap, give back and move, over few addresses; every answer is checked.
 *
 *	torture [--scheme SPEC] [--seconds N] [--seed S] [--threads N]
 *
 * Prints TAP, one line a scheme.  The seed decides what each thread tries, not how
 * the threads interleave.
 */
#include "common/mm/file.h"
#include "common/mm/mm.h"
#include "common/mm/page.h"
#include "common/sync/atomic.h"
#include "tests/common/check.h"
#include "tests/torture/oracle.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS		4		/* cells that lie side by side, and may be one VMA */
#define RUN_CELLS	8
#define NR_CELLS	(RUNS * RUN_CELLS)
#define NR_CHANGERS	2
#define MAX_THREADS	32
#define EVENTS		12
#define FILE_INODE	11
#define OTHER_WORD	(PAGE_SIZE - 8)

enum what { READ, WRITE, MAP, MAP_FILE, UNMAP, PROT_NONE, PROT_R, PROT_RW, GIVE_BACK, MOVE, ADVISE, NR_WHAT };

static const char *const what_names[NR_WHAT] = {
	"read", "write", "map", "map file", "unmap", "mprotect none", "mprotect read",
	"mprotect write", "give back", "move", "advise",
};

struct event {
	enum what what;
	unsigned int cell, nr;
	int result;
	u64 value;
};

struct worker {
	struct torture *torture;
	struct task *task;
	unsigned int index;
	u64 rng;
	u64 nr[NR_WHAT];
	u64 at;
	struct event event[EVENTS];
};

struct torture {
	const char *scheme;
	u64 seed;
	unsigned int nr_threads;
	struct world *world;
	struct mm *mm;
	struct file *file;
	u32 stop;
	struct cell cell[NR_CELLS];
	struct worker worker[MAX_THREADS];
};

static struct torture *current;		/* for who reports a failure */

static void report(void)
{
	const struct torture *x = current;

	if (!x)
		return;
	fprintf(stderr, "# scheme %s, seed %llu, %u threads; the last events of each thread, oldest first:\n",
		x->scheme, (unsigned long long)x->seed, x->nr_threads);
	for (unsigned int i = 0; i < x->nr_threads; i++) {
		const struct worker *w = &x->worker[i];

		for (u64 e = w->at < EVENTS ? 0 : w->at - EVENTS; e < w->at; e++) {
			const struct event *v = &w->event[e % EVENTS];

			fprintf(stderr, "#   thread %u: %s cell %u (%#lx) x %u: %d, value %#llx\n", i,
				what_names[v->what], v->cell, x->cell[v->cell].addr[0], v->nr, v->result,
				(unsigned long long)v->value);
		}
	}
}

static void aborted(int sig)
{
	signal(sig, SIG_DFL);
	report();
	raise(sig);
}

static void note(struct worker *w, enum what what, unsigned int cell, unsigned int nr, int result,
		 u64 value)
{
	w->event[w->at % EVENTS] = (struct event){ what, cell, nr, result, value };
	WRITE_ONCE(w->at, w->at + 1);
	w->nr[what]++;
}

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
static u32 rnd(struct worker *w, u32 below)
{
	w->rng ^= w->rng >> 12;
	w->rng ^= w->rng << 25;
	w->rng ^= w->rng >> 27;
	return (u32)((w->rng * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

/* --- those who fault ---------------------------------------------------------------------- */

static void judge(const struct cell *c, const char *wrong, u64 value)
{
	check(!wrong, "cell %u at %#lx: %s (value %#llx, floor %llu, done %#llx)", c->id, c->addr[0], wrong,
	      (unsigned long long)value, (unsigned long long)c->floor, (unsigned long long)c->done);
}

static void try_write(struct worker *w, struct cell *c)
{
	enum access_result result;
	struct sample s;
	u64 value;

	cell_sample(c, &s);
	value = cell_next_value(c);
	result = access_write(w->task, c->addr[s.away], value);
	note(w, WRITE, c->id, 1, result, value);
	judge(c, cell_judge_rights(c, &s, result, CELL_WRITE), value);
	if (result != ACCESS_OK)
		return;
	if (!rnd(w, 4))
		access_write(w->task, c->addr[s.away] + OTHER_WORD, value);
	cell_wrote(c, &s, value);	/* after both: what is done can be wiped */
}

static void try_read(struct worker *w, struct cell *c)
{
	unsigned int word = !rnd(w, 4);
	enum access_result result;
	struct sample s;
	u64 value = 0;

	cell_sample(c, &s);
	result = access_read(w->task, c->addr[s.away] + (word ? OTHER_WORD : 0), &value);
	note(w, READ, c->id, 1, result, value);
	judge(c, cell_judge_rights(c, &s, result, CELL_READ), value);
	if (result == ACCESS_OK)
		judge(c, cell_judge_value(c, &s, word, value), value);
}

static void faulter(void *arg)
{
	struct worker *w = arg;
	struct torture *x = w->torture;
	unsigned int faulters = x->nr_threads - NR_CHANGERS;

	mm_attach(w->task, x->mm);
	while (!READ_ONCE(x->stop)) {
		struct cell *c = &x->cell[rnd(w, NR_CELLS)];

		/* An answer of SIGSEGV takes mmap_lock: not so often that no changer gets it. */
		if (!READ_ONCE(c->rights) && rnd(w, 32))
			continue;
		if (!rnd(w, 64))	/* as the kernel's own accesses to user memory */
			mm_fault(w->task, x->mm, c->addr[0], 0);
		if (c->id % faulters == w->index - NR_CHANGERS && rnd(w, 2))
			try_write(w, c);
		else
			try_read(w, c);
	}
	mm_detach(w->task);
}

/* --- those who change ---------------------------------------------------------------------- */

static unsigned long call(struct worker *w, enum what what, const struct cell *c, unsigned long len)
{
	struct torture *x = w->torture;
	unsigned long addr = c->addr[c->away];
	int flags = MM_MAP_PRIVATE | MM_MAP_FIXED;

	switch (what) {
	case MAP:
		return mm_mmap(w->task, x->mm, addr, len, MM_PROT_READ | MM_PROT_WRITE,
			       flags | MM_MAP_ANONYMOUS, NULL, 0) - addr;
	case MAP_FILE:
		return mm_mmap(w->task, x->mm, addr, len, MM_PROT_READ | MM_PROT_WRITE, flags, x->file,
			       (u64)c->id << PAGE_SHIFT) - addr;
	case UNMAP:
		return mm_munmap(w->task, x->mm, addr, len);
	case PROT_NONE:
		return mm_mprotect(w->task, x->mm, addr, len, 0);
	case PROT_R:
		return mm_mprotect(w->task, x->mm, addr, len, MM_PROT_READ);
	case PROT_RW:
		return mm_mprotect(w->task, x->mm, addr, len, MM_PROT_READ | MM_PROT_WRITE);
	case GIVE_BACK:
		return mm_madvise(w->task, x->mm, addr, len, 4);
	case MOVE:
		return mm_mremap(w->task, x->mm, addr, len, len, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED,
				 c->addr[!c->away]) - c->addr[!c->away];
	default:
		return mm_madvise(w->task, x->mm, addr, len, rnd(w, 2) ? 0 : 2);
	}
}

static u32 rights_after(enum what what, u32 before)
{
	switch (what) {
	case MAP: case MAP_FILE: case PROT_RW: return CELL_READ | CELL_WRITE;
	case PROT_R: return CELL_READ;
	case UNMAP: case PROT_NONE: return 0;
	default: return before;
	}
}

/* The changer alone knows which of its cells are mapped at all. */
static void change(struct worker *w, bool *mapped)
{
	struct torture *x = w->torture;
	enum what what = rnd(w, 3) ? MAP + rnd(w, NR_WHAT - MAP) : rnd(w, 2) ? MAP : PROT_RW;
	unsigned int run = w->index + NR_CHANGERS * rnd(w, RUNS / NR_CHANGERS);
	unsigned int first = run * RUN_CELLS + rnd(w, RUN_CELLS), nr = 1;
	bool wipes = what == MAP || what == MAP_FILE || what == UNMAP || what == GIVE_BACK;
	bool needs_map = what != MAP && what != MAP_FILE && what != UNMAP;
	bool changes = what != ADVISE && what != GIVE_BACK;
	struct cell *c = &x->cell[first];
	u64 doomed[RUN_CELLS];
	unsigned long ret;

	if (!mapped[first] && needs_map)
		return;
	while (rnd(w, 4) && (first + nr) % RUN_CELLS && c[nr].away == c->away &&
	       (mapped[first + nr] || !needs_map))
		nr++;
	for (unsigned int i = 0; i < nr; i++)
		if (changes || wipes)
			cell_change_begin(&c[i], wipes, &doomed[i]);
	ret = call(w, what, c, nr * PAGE_SIZE);
	note(w, what, first, nr, (int)ret, 0);
	check(!ret, "%s of %u pages from cell %u says %ld", what_names[what], nr, first, (long)ret);
	for (unsigned int i = 0; i < nr; i++) {
		if (what == MAP || what == MAP_FILE || what == UNMAP)
			mapped[first + i] = what != UNMAP;
		if (changes || wipes)
			cell_change_end(&c[i], wipes, doomed[i], rights_after(what, c[i].rights),
					c[i].away ^ (what == MOVE));
	}
}

static void changer(void *arg)
{
	struct worker *w = arg;
	bool mapped[NR_CELLS] = { false };

	mm_attach(w->task, w->torture->mm);
	while (!READ_ONCE(w->torture->stop)) {
		change(w, mapped);
		for (u32 pause = rnd(w, 8) ? 0 : rnd(w, 500); pause; pause--)
			platform_relax(0);
	}
	mm_detach(w->task);
}

/* --- the run ----------------------------------------------------------------------------------- */

static void lay_out(struct torture *x)
{
	for (unsigned int i = 0; i < NR_CELLS; i++) {
		struct cell *c = &x->cell[i];
		unsigned int run = i / RUN_CELLS;

		/* The runs of two changers share a table; the other pair lies under tables of its own. */
		c->id = i;
		c->addr[0] = 0x4000000000UL + ((u64)(run / 2) << 32) +
			     ((run % 2) * 64 + i % RUN_CELLS) * PAGE_SIZE;
		c->addr[1] = c->addr[0] + 0x1000000000UL + 509 * PAGE_SIZE;
		c->file_word[0] = file_word(FILE_INODE, i, 0);
		c->file_word[1] = file_word(FILE_INODE, i, OTHER_WORD / 8);
	}
}

static void torture(struct torture *x, unsigned int seconds)
{
	struct platform_thread *thread[MAX_THREADS];
	struct world_config config = world_config_default(1024);
	struct injector inj = { .on = true, .sites = ~0u, .nowait_only = true,
				.share = 1u << 29, .burst = 8, .seed = x->seed };
	struct scheme_chain chain;
	struct world_leaks leaks;
	struct task *t;
	char why[256];

	config.nr_tasks = x->nr_threads + 1;
	config.tlb = true;
	config.poison = true;
	check(!scheme_chain_parse(&chain, x->scheme, why, sizeof(why)), "%s", why);
	platform_thread_enter(0);
	check(!world_create(&x->world, &config, &chain), "no world");
	t = world_task(x->world, 0);
	check(!mm_create(t, &x->mm), "no mm");
	x->file = file_open(FILE_INODE, false);
	lay_out(x);
	inject_configure(x->world, &inj);

	for (unsigned int i = 0; i < x->nr_threads; i++) {
		struct worker *w = &x->worker[i];

		w->torture = x;
		w->index = i;
		w->task = world_task(x->world, i + 1);
		w->rng = (x->seed + 1) * 0x9e3779b97f4a7c15ULL + i * 0xbf58476d1ce4e5b9ULL + 1;
		check(!platform_thread_create(&thread[i], i + 1, -1, i < NR_CHANGERS ? changer : faulter, w),
		      "no thread");
	}
	platform_sleep(seconds * 1000000000ULL);
	WRITE_ONCE(x->stop, 1);
	for (unsigned int i = 0; i < x->nr_threads; i++)
		platform_thread_join(thread[i]);

	mm_check(t, x->mm);
	mm_destroy(t, x->mm);
	file_put(t, x->file);
	leaks = world_leaks(x->world);
	check(!leaks.frames && !leaks.tables && !leaks.vmas && !leaks.nodes && !leaks.anon_vmas,
	      "leaked: %llu frames, %llu tables, %llu VMAs, %llu nodes, %llu anon_vmas",
	      (unsigned long long)leaks.frames, (unsigned long long)leaks.tables,
	      (unsigned long long)leaks.vmas, (unsigned long long)leaks.nodes,
	      (unsigned long long)leaks.anon_vmas);
}

/* Every kind of event took place, or the run says nothing. */
static void sum_up(const struct torture *x, u64 *sum)
{
	memset(sum, 0, NR_WHAT * sizeof(*sum));
	for (unsigned int i = 0; i < x->nr_threads; i++)
		for (unsigned int what = 0; what < NR_WHAT; what++)
			sum[what] += x->worker[i].nr[what];
	for (unsigned int what = 0; what < NR_WHAT; what++)
		check(sum[what], "nobody came to %s", what_names[what]);
}

static void run(const char *scheme, unsigned int nr, u64 seed, unsigned int seconds, unsigned int threads)
{
	struct torture *x = aligned_alloc(CACHELINE, sizeof(*x));
	u64 sum[NR_WHAT], changes = 0;
	struct stats stats;

	memset(x, 0, sizeof(*x));
	x->scheme = scheme;
	x->seed = seed;
	x->nr_threads = threads;
	current = x;
	check_context("torture --scheme %s --seed %llu --threads %u --seconds %u", scheme,
		      (unsigned long long)seed, threads, seconds);
	check_watchdog(seconds + 120);
	torture(x, seconds);
	sum_up(x, sum);
	world_stats(x->world, &stats);
	for (unsigned int what = MAP; what < NR_WHAT; what++)
		changes += sum[what];
	printf("ok %u - %s # seed %llu: %llu reads, %llu writes, %llu faults, %llu changes\n", nr, scheme,
	       (unsigned long long)seed, (unsigned long long)sum[READ], (unsigned long long)sum[WRITE],
	       (unsigned long long)stats.event[STAT_FAULT], (unsigned long long)changes);
	fflush(stdout);
	current = NULL;
	world_destroy(x->world);
	platform_thread_leave();
	free(x);
}

static __attribute__((noreturn)) void usage(const char *what)
{
	fprintf(stderr, "torture: %s\nusage: torture [--scheme SPEC] [--seconds N] [--seed S] [--threads N]\n", what);
	exit(2);
}

static u64 number(const char *text, u64 lowest, u64 highest)
{
	char *end;
	u64 n = strtoull(text, &end, 0);

	if (!*text || *end || n < lowest || n > highest)
		usage("a number is out of range");
	return n;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "scheme", required_argument, NULL, 's' }, { "seconds", required_argument, NULL, 't' },
		{ "seed", required_argument, NULL, 'r' }, { "threads", required_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned int seconds = 1, threads = 6, nr = 0;
	struct scheme_chain chain;
	const char *only = NULL;
	char why[256];
	u64 seed = 1;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's': only = optarg; break;
		case 't': seconds = (unsigned int)number(optarg, 1, 86400); break;
		case 'r': seed = number(optarg, 0, ~0ULL); break;
		case 'n': threads = (unsigned int)number(optarg, NR_CHANGERS + 1, MAX_THREADS); break;
		default: usage("an unknown option");
		}
	}
	if (optind < argc)
		usage("an unknown argument");
	if (only && scheme_chain_parse(&chain, only, why, sizeof(why)))
		usage(why);
	signal(SIGABRT, aborted);
	while (schemes[nr])
		nr++;
	printf("1..%u\n", only ? 1 : nr);
	for (unsigned int i = 0; i < (only ? 1 : nr); i++)
		run(only ? only : schemes[i]->name, i + 1, seed, seconds, threads);
	return 0;
}
