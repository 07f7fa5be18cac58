/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Each prototype's own program: a small scenario told step by step, then what it counted.
 *
 * Compiled once a scheme with -DSCHEME_NAME="..."; the same steps for all, so that
 * the outputs of two can be laid side by side.  Two threads: one that tells and
 * changes the address space, one that faults beside it.
 */
#include <stdarg.h>
#include <stdio.h>

#include "common/mm/mm.h"
#include "common/mm/vma.h"
#include "common/mm/world.h"

#ifndef SCHEME_NAME
#error "compile with -DSCHEME_NAME=\"...\""
#endif

#define FRAMES	4096
#define BASE	0x100000000UL
#define PAGES	16UL
/* The page of the second thread's faults, and how often it faults in a step. */
#define OTHER	(BASE + (PAGES << PAGE_SHIFT))
#define ROUNDS	2000

struct stage {
	struct world *world;
	struct mm *mm;
	struct task *t;
	unsigned int step;
	int wrong;		/* steps that differed from what was printed */
	struct stats before;	/* at the beginning of the step */
	/* the second thread: */
	u32 run;		/* it may begin; release */
	u32 began;		/* its first fault is over */
	u32 stop;		/* it must end; relaxed */
	u64 faults, refused;	/* what it saw; relaxed */
};

/* --- telling --------------------------------------------------------------------- */

static void step(struct stage *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void step(struct stage *s, const char *format, ...)
{
	va_list ap;

	printf("%2u. ", ++s->step);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
	world_stats(s->world, &s->before);
}

/* What the scheme counted since the step began. */
static void counted(struct stage *s)
{
	const struct scheme_chain *chain = s->world->chain;
	struct stats now;
	int n = 0;

	world_stats(s->world, &now);
	for (unsigned int r = 0; r < chain->nr; r++) {
		const struct scheme *scheme = chain->inst[r].scheme;

		for (unsigned int i = 0; scheme->counters[i].name; i++) {
			u64 d = now.rung[r][i] - s->before.rung[r][i];

			if (d)
				printf("%s%s.%s %llu", n++ ? ", " : "    ", scheme->name,
				       scheme->counters[i].name, (unsigned long long)d);
		}
	}
	if (n)
		putchar('\n');
}

static void result(struct stage *s, bool ok, const char *what)
{
	printf("    %s%s\n", what, ok ? "" : "   <- this should not be");
	if (!ok)
		s->wrong++;
	counted(s);
}

static void show_vmas(struct stage *s)
{
	struct vma_info info;

	for (unsigned long at = 0; mm_next_vma(s->t, s->mm, at, &info); at = info.end)
		printf("    %lx-%lx %c%c%c%s\n", info.start, info.end,
		       info.flags & VM_READ ? 'r' : '-', info.flags & VM_WRITE ? 'w' : '-',
		       info.flags & VM_EXEC ? 'x' : '-',
		       info.has_anon ? "   written to" : "");
}

/* --- the second thread -------------------------------------------------------------- */

static void count_up(u64 *n)
{
	WRITE_ONCE(*n, *n + 1);
}

/* Gives its page back and faults it in again, over and over. */
static void fault_beside(void *arg)
{
	struct stage *s = arg;
	struct task *t = world_task(s->world, 1);

	mm_attach(t, s->mm);
	/* @pairs{the address space is set up | act_beside()} */
	while (!smp_load_acquire(&s->run))
		platform_park(&s->run, 0);
	while (!READ_ONCE(s->stop)) {
		if (mm_madvise(t, s->mm, OTHER, PAGE_SIZE, 4 /* MADV_DONTNEED */))
			count_up(&s->refused);
		if (mm_fault(t, s->mm, OTHER, FAULT_FLAG_USER | FAULT_FLAG_WRITE) != FAULT_DONE)
			count_up(&s->refused);
		count_up(&s->faults);
		if (!READ_ONCE(s->began)) {
			WRITE_ONCE(s->began, 1);
			platform_unpark(&s->began, 1);
		}
	}
	mm_detach(t);
}

/* @a change runs ROUNDS times while the second thread faults. @return changes that failed */
static int act_beside(struct stage *s, int (*change)(struct stage *s, unsigned int i))
{
	struct platform_thread *thread;
	int failed = 0;

	s->run = s->began = s->stop = 0;
	s->faults = s->refused = 0;
	if (platform_thread_create(&thread, 1, -1, fault_beside, s)) {
		s->wrong++;
		return 1;
	}
	/* @pairs{the address space is set up | fault_beside()} */
	smp_store_release(&s->run, 1);
	platform_unpark(&s->run, 1);
	while (!READ_ONCE(s->began))	/* on a busy machine it may take its time */
		platform_park(&s->began, 0);
	for (unsigned int i = 0; i < ROUNDS; i++)
		failed += change(s, i) != 0;
	WRITE_ONCE(s->stop, 1);
	platform_thread_join(thread);
	return failed;
}

static int change_far(struct stage *s, unsigned int i)
{
	return mm_mprotect(s->t, s->mm, BASE, 2 * PAGE_SIZE,
			   i & 1 ? MM_PROT_READ | MM_PROT_WRITE : MM_PROT_READ);
}

static int change_same(struct stage *s, unsigned int i)
{
	/* Cut the second thread's VMA behind its page, and merge it again. */
	return mm_mprotect(s->t, s->mm, OTHER + PAGE_SIZE, PAGE_SIZE,
			   i & 1 ? MM_PROT_READ | MM_PROT_WRITE : MM_PROT_READ);
}

static void told_beside(struct stage *s, int failed)
{
	printf("    %d changes, and as many faults beside them as time allowed\n", ROUNDS);
	result(s, !failed && !s->refused, failed || s->refused ?
	       "something was refused" : "nothing was refused");
}

/* --- the scenario ------------------------------------------------------------------------ */

static void play(struct stage *s)
{
	const unsigned long len = 2 * PAGES << PAGE_SHIFT;
	u64 value = 1;
	bool ok;

	step(s, "mmap %lu pages, readable and writable", 2 * PAGES);
	ok = mm_mmap(s->t, s->mm, BASE, len, MM_PROT_READ | MM_PROT_WRITE,
		     MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED, NULL, 0) == BASE;
	result(s, ok, "one VMA, no page yet");
	show_vmas(s);

	step(s, "read a page: the zero page is mapped");
	ok = access_read(s->t, BASE, &value) == ACCESS_OK && !value;
	result(s, ok, "reads 0");

	step(s, "write to it, the first write of the VMA: it needs an anon_vma, too");
	ok = access_write(s->t, BASE, 42) == ACCESS_OK;
	result(s, ok, "a page of its own");

	step(s, "write to all %lu pages", 2 * PAGES);
	ok = true;
	for (unsigned long i = 0; i < 2 * PAGES; i++)
		ok &= access_write(s->t, BASE + (i << PAGE_SHIFT) + 8, i) == ACCESS_OK;
	result(s, ok, "each faults once");

	step(s, "mprotect the first page read-only, and write to it");
	ok = !mm_mprotect(s->t, s->mm, BASE, PAGE_SIZE, MM_PROT_READ) &&
	     access_write(s->t, BASE, 43) == ACCESS_SIGSEGV &&
	     access_read(s->t, BASE, &value) == ACCESS_OK && value == 42;
	result(s, ok, "SIGSEGV; what was written is still there");
	show_vmas(s);

	step(s, "give it back its rights");
	ok = !mm_mprotect(s->t, s->mm, BASE, PAGE_SIZE, MM_PROT_READ | MM_PROT_WRITE) &&
	     access_write(s->t, BASE, 43) == ACCESS_OK;
	result(s, ok, "the VMAs are one again");

	step(s, "mprotect here while another thread faults in another VMA");
	ok = mm_mprotect(s->t, s->mm, OTHER - PAGE_SIZE, PAGE_SIZE, 0) == 0;
	if (!ok)
		s->wrong++;
	show_vmas(s);
	told_beside(s, act_beside(s, change_far));

	step(s, "the same, but what changes is the VMA that the other thread faults in");
	told_beside(s, act_beside(s, change_same));

	step(s, "munmap everything, and read");
	ok = !mm_munmap(s->t, s->mm, BASE, len) &&
	     access_read(s->t, BASE, &value) == ACCESS_SIGSEGV;
	result(s, ok, "SIGSEGV: a miss without a lock is looked at again under mmap_lock");
}

static void counters(struct world *w)
{
	const struct scheme_chain *chain = w->chain;
	struct stats sum;

	world_stats(w, &sum);
	puts("\nIn all:");
	for (unsigned int r = 0; r < chain->nr; r++) {
		const struct scheme *scheme = chain->inst[r].scheme;

		printf("  %s\n", scheme->name);
		for (unsigned int i = 0; scheme->counters[i].name; i++)
			if (sum.rung[r][i])
				printf("  %10llu  %-18s %s\n", (unsigned long long)sum.rung[r][i],
				       scheme->counters[i].name, scheme->counters[i].meaning);
	}
	puts("  the core");
	for (unsigned int e = 0; e < NR_STATS_EVENTS; e++)
		if (sum.event[e])
			printf("  %10llu  %-18s %s\n", (unsigned long long)sum.event[e],
			       stats_event_name((enum stats_event)e),
			       stats_event_meaning((enum stats_event)e));
}

int main(int argc, char **argv)
{
	struct world_config config = world_config_default(FRAMES);
	char spec[SCHEME_SPEC_SIZE], why[256];
	const struct scheme *scheme;
	struct scheme_chain chain;
	struct world_leaks leaks;
	struct stage s = { .wrong = 0 };
	size_t n = 0;

	/* Each argument is one option. */
	for (int i = 0; i < argc && n < sizeof(spec); i++)
		n += (size_t)snprintf(spec + n, sizeof(spec) - n, "%s%s", i ? ":" : "", i ? argv[i] : SCHEME_NAME);
	if (n >= sizeof(spec)) {
		fputs(SCHEME_NAME ": so many options are not understood\n", stderr);
		return 2;
	}
	if (scheme_chain_parse(&chain, spec, why, sizeof(why))) {
		fprintf(stderr, SCHEME_NAME ": %s\n", why);
		return 2;
	}
	scheme = chain.inst[0].scheme;
	config.nr_tasks = 2;
	config.tlb = true;
	if (world_create(&s.world, &config, &chain)) {
		fputs(SCHEME_NAME ": not enough memory\n", stderr);
		return 2;
	}
	platform_thread_enter(0);
	s.t = world_task(s.world, 0);
	if (mm_create(s.t, &s.mm)) {
		fputs(SCHEME_NAME ": not enough memory\n", stderr);
		return 2;
	}
	mm_attach(s.t, s.mm);

	printf("%s: %s\n", chain.name, scheme->summary);
	printf("A fault goes to %s", chain.inst[0].scheme->name);
	for (unsigned int i = 1; i < chain.nr; i++)
		printf(", then to %s", chain.inst[i].scheme->name);
	puts(".\n");

	play(&s);
	mm_check(s.t, s.mm);
	mm_destroy(s.t, s.mm);
	counters(s.world);
	leaks = world_leaks(s.world);
	if (world_leaks_any(&leaks)) {
		puts("Something leaked.");
		s.wrong++;
	}
	platform_thread_leave();
	world_destroy(s.world);
	return s.wrong ? 1 : 0;
}
