// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Which accesses succeed, before and after mprotect; and the counters of their results.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "tests/support/mm_test.h"

#define A	0x40000000UL
#define P	PAGE_SIZE

static enum fault_result execute(struct mm_test *m, unsigned long addr)
{
	return mm_fault(m->task, m->mm, addr, FAULT_FLAG_USER | FAULT_FLAG_INSTRUCTION);
}

SCHEME_TEST(rights)
{
	static const struct {
		int prot;
		bool read, write, execute;
	} rights[] = {
		{ 0, false, false, false },
		{ PROT_R, true, false, false },
		{ PROT_RW, true, true, false },
		{ PROT_R | PROT_X, true, false, true },
		{ PROT_RW | PROT_X, true, true, true },
		{ PROT_W, true, true, false },	/* hardware has no write-only pages */
		{ PROT_X, true, false, true },	/* nor execute-only ones */
	};

	/* From each rights to each other, with a page present and without. */
	for (unsigned int i = 0; i < ARRAY_SIZE(rights); i++) {
		for (unsigned int j = 0; j < ARRAY_SIZE(rights); j++) {
			check_context("rights %d, then %d", rights[i].prot, rights[j].prot);
			map_at(m, A, 3, PROT_RW);
			must_write(m, A, 9);
			must_read(m, A + P);		/* the zero page */
			check_same(mm_mprotect(m->task, m->mm, A, 3 * P, rights[i].prot), 0, "mprotect");
			u64 value;

			for (unsigned int page = 0; page < 3; page++) {
				check_same(access_read(m->task, A + page * P, &value),
					   rights[i].read ? ACCESS_OK : ACCESS_SIGSEGV, "read");
				if (rights[i].read)
					check_same(value, page ? 0 : 9, "contents");
			}
			check_same(mm_mprotect(m->task, m->mm, A, 3 * P, rights[j].prot), 0, "mprotect");
			for (unsigned int page = 0; page < 3; page++) {
				check_same(access_write(m->task, A + page * P + 8, 5),
					   rights[j].write ? ACCESS_OK : ACCESS_SIGSEGV, "write");
				check_same(execute(m, A + page * P),
					   rights[j].execute ? FAULT_DONE : FAULT_SIGSEGV, "execute");
				check_same(access_read(m->task, A + page * P, &value),
					   rights[j].read ? ACCESS_OK : ACCESS_SIGSEGV, "read");
				if (rights[j].read)
					check_same(value, page ? 0 : 9, "contents");
			}
			check_same(mm_munmap(m->task, m->mm, A, 3 * P), 0, "munmap");
		}
	}
	check(event_sum(m, STAT_FAULT_SIGSEGV) > 0, "not one SIGSEGV was counted");
}

/* A fault from user mode counts on the first rung that can; one from kernel mode on the last. */
SCHEME_TEST(rungs)
{
	unsigned int last = m->chain.nr - 1;
	u64 top, bottom;

	mm_test_alone(m);
	check(!m->chain.inst[last].below, "the chain ends");
	check_same(scheme_in_chain(m, "mmap_lock") == &m->chain.inst[last], true, "with mmap_lock");
	map_at(m, A, 512, PROT_RW);
	must_write(m, A, 1);		/* anon_vma and tables are there from here on */

	top = rung_sum(m, 0, "done");
	bottom = rung_sum(m, last, "done");
	for (unsigned int i = 1; i <= 100; i++)
		must_write(m, A + i * P, i);
	for (unsigned int i = 101; i <= 150; i++)
		must_read(m, A + i * P);
	for (unsigned int i = 101; i <= 150; i++)
		must_write(m, A + i * P, i);
	check_same(rung_sum(m, 0, "done") - top, 200, "faults on the first rung");
	check_same(rung_sum(m, last, "done") - bottom, last ? 0 : 200, "faults on the last rung");

	top = rung_sum(m, 0, "done");
	for (unsigned int i = 200; i < 210; i++)
		check_same(mm_fault(m->task, m->mm, A + i * P, FAULT_FLAG_WRITE), FAULT_DONE, "kernel mode");
	if (last)
		check_same(rung_sum(m, 0, "done") - top, 0, "kernel-mode faults on the first rung");
	check_same(event_sum(m, STAT_FAULT_KERNEL), 10, "kernel-mode faults");
	check_same(rung_sum(m, last, "done") - bottom, last ? 10 : 210, "kernel-mode faults");
	check_same(mm_fault(m->task, m->mm, A - P, FAULT_FLAG_WRITE), FAULT_SIGSEGV, "kernel mode, no VMA");

	/* A fault on a page that is present already. */
	check_same(mm_fault(m->task, m->mm, A, FAULT_FLAG_USER), FAULT_DONE, "spurious");
	check_same(event_sum(m, STAT_FAULT_SPURIOUS), 1, "spurious faults");
	check_same(mm_fault(m->task, m->mm, ~0UL & PAGE_MASK, FAULT_FLAG_USER), FAULT_SIGSEGV, "beyond the end");
}

/* The sequence number wraps in every section; nothing depends on where it begins. */
static void wrap(struct mm_test *m)
{
	mm_test_alone(m);
	for (unsigned int i = 0; i < 40; i++) {
		check_context("section %u of those around the wrap", i);
		map_at(m, A, 4, PROT_RW);
		must_write(m, A, i);
		must_read(m, A + P);
		check_same(mm_mprotect(m->task, m->mm, A, P, PROT_R), 0, "mprotect");
		must_not_write(m, A);
		check_same(must_read(m, A), i, "contents");
		must_write(m, A + P, i);
		mm_test_check(m, m->mm);
	}
	check(m->mm->lock_seq.sequence < 1000, "the number has not wrapped: %#lx",
	      (unsigned long)m->mm->lock_seq.sequence);
}

#define WRAP_TEST(scheme_, unused_) \
	Test(scheme_, sequence_wraps) \
	{ \
		struct world_config config = mm_test_config(); \
		struct mm_test m; \
		config.seq_start = -16ULL; \
		mm_test_begin(&m, #scheme_, &config); \
		wrap(&m); \
		mm_test_end(&m); \
	}
FOR_EACH_SCHEME(WRAP_TEST, )
