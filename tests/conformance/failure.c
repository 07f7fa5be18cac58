// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Every allocation fails in turn: the operation or the fault fails cleanly or does without, and the next try succeeds.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "tests/support/mm_test.h"

#include <errno.h>

#define A	0x40000000UL
#define B	0x80000000UL		/* under other tables of every level but the root */
#define P	PAGE_SIZE

static unsigned long do_mmap(struct mm_test *m)
{
	return mm_mmap(m->task, m->mm, A + 32 * P, P, PROT_R, MAP_ANON_FIXED, NULL, 0);
}

static unsigned long do_mmap_over(struct mm_test *m)
{
	return mm_mmap(m->task, m->mm, A + P, P, PROT_R, MAP_ANON_FIXED, NULL, 0);
}

static unsigned long do_munmap(struct mm_test *m)
{
	return mm_munmap(m->task, m->mm, A + P, P);
}

static unsigned long do_mprotect(struct mm_test *m)
{
	return mm_mprotect(m->task, m->mm, A + P, P, PROT_R);
}

static unsigned long do_madvise(struct mm_test *m)
{
	return mm_madvise(m->task, m->mm, A + P, P, ADV_SEQUENTIAL);
}

static unsigned long do_dontneed(struct mm_test *m)
{
	return mm_madvise(m->task, m->mm, A, P, ADV_DONTNEED);
}

static unsigned long do_move(struct mm_test *m)
{
	return mm_mremap(m->task, m->mm, A + P, P, P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, B);
}

static unsigned long do_grow(struct mm_test *m)
{
	return mm_mremap(m->task, m->mm, A, 8 * P, 16 * P, 0, 0);
}

static unsigned long do_brk(struct mm_test *m)
{
	unsigned long want = B + 4 * P;

	return mm_brk(m->task, m->mm, want) == want ? 0 : (unsigned long)-ENOMEM;
}

static unsigned long do_brk_back(struct mm_test *m)
{
	return mm_brk(m->task, m->mm, B) == B ? 0 : (unsigned long)-ENOMEM;
}

static unsigned long access_error(enum access_result result)
{
	return result == ACCESS_OK ? 0 : result == ACCESS_OOM ? (unsigned long)-ENOMEM :
	       (unsigned long)-EFAULT;
}

static unsigned long do_read(struct mm_test *m)
{
	u64 value;

	return access_error(access_read(m->task, A + 2 * P, &value));
}

static unsigned long do_write(struct mm_test *m)
{
	return access_error(access_write(m->task, A + 2 * P, 7));
}

/* No table, no anon rmap object: everything that a fault may have to make. */
static unsigned long do_first_write(struct mm_test *m)
{
	return access_error(access_write(m->task, B + 64 * P, 7));
}

/* A stack that cannot grow without memory is SIGSEGV, as in the kernel. */
static unsigned long do_stack(struct mm_test *m)
{
	unsigned long err = access_error(access_write(m->task, A - 4096 * P, 7));

	return err == (unsigned long)-EFAULT ? (unsigned long)-ENOMEM : err;
}

static unsigned long do_guard(struct mm_test *m)
{
	return mm_madvise(m->task, m->mm, B + 64 * P, P, MM_MADV_GUARD_INSTALL);
}

static unsigned long do_populate(struct mm_test *m)
{
	return mm_madvise(m->task, m->mm, B + 64 * P, P, MM_MADV_POPULATE_WRITE);
}

static const struct failing {
	const char *name;
	unsigned long (*run)(struct mm_test *m);
	long error;		/**< when memory runs out */
	bool may_change;	/**< a first step of it may stay */
} failings[] = {
	{ "mmap", do_mmap, -ENOMEM, false },
	{ "mmap over a mapping", do_mmap_over, -ENOMEM, false },
	{ "munmap that cuts", do_munmap, -ENOMEM, false },
	{ "mprotect that cuts", do_mprotect, -ENOMEM, false },
	{ "madvise that cuts", do_madvise, -EAGAIN, false },
	{ "DONTNEED", do_dontneed, -ENOMEM, false },
	{ "mremap to a place", do_move, -ENOMEM, false },
	{ "mremap in place", do_grow, -ENOMEM, false },
	{ "brk", do_brk, -ENOMEM, false },
	{ "brk, back", do_brk_back, -ENOMEM, false },
	{ "read", do_read, -ENOMEM, false },
	{ "write", do_write, -ENOMEM, false },
	{ "first write", do_first_write, -ENOMEM, false },
	{ "stack", do_stack, -ENOMEM, true },
	{ "guards", do_guard, -ENOMEM, false },
	{ "population", do_populate, -ENOMEM, false },
};

static void lay_out(struct mm_test *m)
{
	mm_set_brk(m->task, m->mm, B);
	map_at(m, A, 8, PROT_RW);
	must_write(m, A, 1);
	must_write(m, A + P, 2);
	map_at(m, B + 64 * P, 1, PROT_RW);
	check(!mm_is_err(mm_mmap(m->task, m->mm, A - 2048 * P, P, PROT_RW,
				 MAP_ANON_FIXED | MM_MAP_GROWSDOWN, NULL, 0)), "mmap of a stack");
}

/* @return false: fewer than nth allocations were made */
static bool fail_nth(struct mm_test *m, const struct failing *f, u64 nth, unsigned int *failures)
{
	struct injector inj = { .on = true, .sites = ~0u, .nth = nth }, off = { 0 };
	unsigned long ret;
	u64 before, failed;

	mm_test_alone(m);
	check_context("%s, with allocation %d failing", f->name, (int)nth);
	lay_out(m);
	before = mm_hash_vmas(m->task, m->mm);
	inject_configure(m->world, &inj);
	ret = f->run(m);
	failed = m->world->injector.failed;
	inject_configure(m->world, &off);
	mm_test_check(m, m->mm);

	if (mm_is_err(ret)) {
		check_same(ret, (unsigned long)f->error, "error");
		check_same(failed, 1, "failed without a cause; failures");
		if (!f->may_change)
			check_same(mm_hash_vmas(m->task, m->mm), before, "VMAs after the failure");
		ret = f->run(m);
		check(!mm_is_err(ret), "the next try fails, too: %ld", (long)ret);
		++*failures;
	}
	check_same(must_read(m, A), f->run == do_dontneed ? 0 : 1, "contents");
	mm_test_renew(m);
	return failed;
}

static void each_fails(struct mm_test *m)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(failings); i++) {
		unsigned int failures = 0;
		u64 nth = 1;

		while (fail_nth(m, &failings[i], nth, &failures))
			nth++;
		/* DONTNEED and brk downwards to the heap's start need no memory, a read of the zero page neither. */
		if (nth > 1)
			check(failures || m->chain.nr > 1, "%s: %d failures, none of them told",
			      failings[i].name, (int)nth - 1);
	}
}

SCHEME_TEST(each_allocation_fails)
{
	each_fails(m);
}

/* The same with anon_vmas made by another rule: an anon_vma that was set aside must come back. */
SCHEME_TEST(each_allocation_fails_by_each_anon_policy)
{
	for (unsigned int policy = ANON_AT_FAULT_LOCKED; policy <= ANON_AT_MMAP; policy++) {
		m->world->config.anon_policy = policy;
		each_fails(m);
	}
}

/* GFP_NOWAIT always fails: a fault that uses it falls to the rung below, and succeeds there. */
SCHEME_TEST(nowait_fails)
{
	struct injector inj = { .on = true, .sites = ~0u, .nowait_only = true, .share = ~0u }, off = { 0 };
	const char *goes_on = top_sleep(m) == SLEEPS_WITH_VMA_LOCK ? "continued" : top_sleep(m) == SLEEPS_AFTER_RCU ? "left" : NULL;
	u64 top, next, went_on;

	mm_test_alone(m);
	map_at(m, A, 512, PROT_RW);
	must_write(m, A, 1);
	top = rung_sum(m, 0, "done");
	went_on = goes_on ? rung_sum(m, 0, goes_on) : 0;
	next = m->chain.nr > 1 ? rung_sum(m, 1, "done") : 0;
	inject_configure(m->world, &inj);
	for (unsigned int i = 1; i <= 64; i++)
		must_write(m, A + i * P, i);
	if (goes_on) {
		check_same(rung_sum(m, 0, goes_on) - went_on, 64, goes_on);
		check_same(rung_sum(m, 0, "done") - top, 64, "done on the first rung");
	} else if (top_sleep(m) != SLEEPS_HERE) {
		check_same(rung_sum(m, 0, "done") - top, 0, "done under RCU");
		check_same(rung_sum(m, 0, "would_sleep"), 64, "fell");
		check_same(rung_sum(m, 1, "done") - next, 64, "done under the VMA's lock");
	} else {
		check_same(m->world->injector.failed, 0, "allocations with GFP_NOWAIT");
		check_same(rung_sum(m, 0, "done") - top, 64, "done on the first rung");
	}
	inject_configure(m->world, &off);
	for (unsigned int i = 1; i <= 64; i++)
		check_same(must_read(m, A + i * P), i, "contents");
}

/* No frame is left at all: the fault reports out of memory, and works again when some come back. */
SCHEME_TEST(frames_run_out)
{
	u64 n = 0;

	mm_test_alone(m);
	map_at(m, A, 2048, PROT_RW);
	while (access_write(m->task, A + n * P, n) == ACCESS_OK)
		n++;
	check_same(n, m->world->zone.nr - 1 - m->world->zone.min, "pages written before memory ran out");
	check_same(access_write(m->task, A + n * P, n), ACCESS_OOM, "one more");
	check(event_sum(m, STAT_FAULT_OOM) >= 2, "out of memory was not counted");
	check_same(mm_madvise(m->task, m->mm, A, P, ADV_DONTNEED), 0, "DONTNEED");
	must_write(m, A + n * P, n);
	for (u64 i = 1; i <= n; i++)
		check_same(must_read(m, A + i * P), i, "contents");
}
