/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Each prototype's own program: a small scenario told step by step, then what it counted.
 *
 * Compiled once a scheme with -DSCHEME_NAME="..."; the same steps for all, so that
 * the outputs of two can be laid side by side.  Two threads: one that tells and
 * changes the address space, and one that is held in the middle of a fault meanwhile, so that what happens
 * there is shown and not left to chance.
 */
#include <stdarg.h>
#include <stdio.h>

#include "common/mm/mm.h"
#include "common/mm/probe.h"
#include "common/mm/vma.h"
#include "common/mm/world.h"

#ifndef SCHEME_NAME
#error "compile with -DSCHEME_NAME=\"...\""
#endif

#define FRAMES	4096
#define BASE	0x100000000UL
#define PAGES	16UL
/* The page of the second thread's fault. */
#define OTHER	(BASE + (PAGES << PAGE_SHIFT))

struct stage {
	struct world *world;
	struct mm *mm;
	struct task *t;
	unsigned int step;
	int wrong;		/* steps that differed from what was printed */
	struct stats before;	/* at the beginning of the step */
	/* the second thread's fault, held half-way: */
	struct probe probe;
	struct platform_listener listener;
	u32 held;		/* it is held; release */
	u32 go;			/* it may go on; release */
	bool waited;		/* the first thread had to wait for it; its own */
	enum fault_result result;
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

/* --- a fault held half-way ------------------------------------------------------------- */

/*
 * The second thread stands still in its fault, with the page made and nothing locked in the table, until the first says go on.
 * It may be in an RCU section, so it does not park.
 * @pairs{the change before the fault goes on | let_go()} @pairs{where it stands before that is known | act_beside()}
 */
static void hold(const struct probe *probe, struct task *t, enum probe_point point, unsigned long addr)
{
	struct stage *s = container_of(probe, struct stage, probe);

	(void)addr;
	if (t->slot != 1 || point != PROBE_FAULT_MADE || READ_ONCE(s->held))
		return;
	smp_store_release(&s->held, 1);
	platform_unpark(&s->held, 1);
	for (unsigned int turn = 0; !smp_load_acquire(&s->go); turn++)
		platform_relax_on(turn, &s->go, 0);
}

/* @pairs{the change before the fault goes on | hold()} */
static void let_go(struct stage *s)
{
	smp_store_release(&s->go, 1);
	platform_unpark(&s->go, 1);
}

/* The first thread must wait, and the held fault is all that there is to wait for: it goes on now. */
static void must_wait(const struct platform_listener *l, const struct platform_waiting *w)
{
	struct stage *s = container_of(l, struct stage, listener);

	(void)w;
	if (platform_slot() || !READ_ONCE(s->held) || READ_ONCE(s->go))
		return;
	s->waited = true;
	let_go(s);
}

static void fault_once(void *arg)
{
	struct stage *s = arg;
	struct task *t = world_task(s->world, 1);

	mm_attach(t, s->mm);
	s->result = mm_fault(t, s->mm, OTHER, FAULT_FLAG_USER | FAULT_FLAG_WRITE);
	mm_detach(t);
}

/*
 * Hold a fault, run @a change beside it, and tell who waits.
 * @pairs{where it stands before that is known | hold()}
 */
static void act_beside(struct stage *s, int (*change)(struct stage *s))
{
	struct platform_thread *thread;
	int failed;

	s->held = s->go = 0;
	s->waited = false;
	s->probe.hit = hold;
	s->listener = (struct platform_listener){ .wait = must_wait };
	failed = mm_madvise(s->t, s->mm, OTHER, PAGE_SIZE, 4 /* MADV_DONTNEED */);
	platform_listen(&s->listener);
	WRITE_ONCE(s->world->probe, &s->probe);
	if (platform_thread_create(&thread, 1, -1, fault_once, s)) {
		failed = 1;
		goto out;
	}
	while (!smp_load_acquire(&s->held))
		platform_park(&s->held, 0);
	failed |= change(s);
	printf("    the change %s\n", s->waited ? "waits for the fault, which goes on and ends" :
	       "does not wait: it is over while the fault stands still");
	let_go(s);
	platform_thread_join(thread);
out:
	WRITE_ONCE(s->world->probe, NULL);
	platform_listen(NULL);
	result(s, !failed && s->result == FAULT_DONE, "the fault has made its page present; how, the counters say");
}

static int change_far(struct stage *s)
{
	return mm_mprotect(s->t, s->mm, BASE, 2 * PAGE_SIZE, MM_PROT_READ);
}

static int change_same(struct stage *s)
{
	/* Cut the second thread's VMA behind its page. */
	return mm_mprotect(s->t, s->mm, OTHER + PAGE_SIZE, PAGE_SIZE, MM_PROT_READ);
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

	step(s, "another thread stands in the middle of a fault, in a VMA of its own; mprotect elsewhere");
	ok = mm_mprotect(s->t, s->mm, OTHER - PAGE_SIZE, PAGE_SIZE, 0) == 0;
	if (!ok)
		s->wrong++;
	show_vmas(s);
	act_beside(s, change_far);

	step(s, "the same, but what changes is the VMA that the fault is in");
	act_beside(s, change_same);

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
