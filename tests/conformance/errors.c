// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Which calls are refused, with which errno, and that they change nothing.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "tests/support/mm_test.h"

#include <errno.h>

#define A	0x40000000UL
#define B	0x80000000UL
#define P	PAGE_SIZE

/* Linux's. */
#define MAP_LOCKED	0x2000
#define MAP_HUGETLB	0x40000
#define MADV_FREE	8

/* One line per call: the result and the expected one. */
#define refused(call, want) check_same((unsigned long)(call), (unsigned long)(want), #call)

SCHEME_TEST(errors)
{
	struct task *t = m->task;
	struct mm *mm = m->mm;
	unsigned long end = m->world->config.task_size;
	struct file *file = file_open(1, false);
	u64 before, value;

	map_at(m, A, 4, PROT_RW);
	map_at(m, A + 4 * P, 4, PROT_R);
	must_write(m, A, 1);
	before = mm_hash_vmas(t, mm);

	refused(mm_mmap(t, mm, 0, 0, PROT_RW, MAP_ANON, NULL, 0), -EINVAL);
	refused(mm_mmap(t, mm, 0, P, PROT_RW, MM_MAP_ANONYMOUS, NULL, 0), -EINVAL);
	refused(mm_mmap(t, mm, 0, P, PROT_RW, MM_MAP_PRIVATE, NULL, 0), -EBADF);
	refused(mm_mmap(t, mm, 0, P, PROT_RW, MM_MAP_PRIVATE, file, 1), -EINVAL);
	refused(mm_mmap(t, mm, 0, 2 * P, PROT_RW, MM_MAP_PRIVATE, file, ~0UL << 12), -EOVERFLOW);
	refused(mm_mmap(t, mm, 0, end + P, PROT_RW, MAP_ANON, NULL, 0), -ENOMEM);
	refused(mm_mmap(t, mm, 0, ~0UL, PROT_RW, MAP_ANON, NULL, 0), -ENOMEM);
	refused(mm_mmap(t, mm, 0, 0, PROT_RW, MAP_ANON | MAP_HUGETLB, NULL, 0), -EINVAL);
	refused(mm_mmap(t, mm, 0, P, PROT_RW, MAP_ANON | MAP_HUGETLB, NULL, 0), -ENOMEM);
	refused(mm_mmap(t, mm, 0, end, PROT_RW, MAP_ANON_FIXED, NULL, 0), -EPERM);
	refused(mm_mmap(t, mm, A + 1, P, PROT_RW, MAP_ANON_FIXED, NULL, 0), -EINVAL);
	refused(mm_mmap(t, mm, P, P, PROT_RW, MAP_ANON_FIXED, NULL, 0), -EPERM);
	refused(mm_mmap(t, mm, end, P, PROT_RW, MAP_ANON_FIXED, NULL, 0), -ENOMEM);
	refused(mm_mmap(t, mm, A, P, PROT_RW, MAP_ANON | MM_MAP_FIXED_NOREPLACE, NULL, 0), -EEXIST);

	refused(mm_munmap(t, mm, A + 1, P), -EINVAL);
	refused(mm_munmap(t, mm, A, 0), -EINVAL);
	refused(mm_munmap(t, mm, end, P), -EINVAL);
	refused(mm_munmap(t, mm, A, ~0UL), -EINVAL);

	refused(mm_mprotect(t, mm, A + 1, P, PROT_R), -EINVAL);
	refused(mm_mprotect(t, mm, A, P, 0x100), -EINVAL);
	refused(mm_mprotect(t, mm, A, -P, PROT_R), -ENOMEM);
	refused(mm_mprotect(t, mm, A + 64 * P, P, PROT_R), -ENOMEM);
	refused(mm_mprotect(t, mm, A, 0, PROT_R), 0);

	refused(mm_mremap(t, mm, A + 1, P, P, MM_MREMAP_MAYMOVE, 0), -EINVAL);
	refused(mm_mremap(t, mm, A, P, 0, MM_MREMAP_MAYMOVE, 0), -EINVAL);
	refused(mm_mremap(t, mm, A, P, P, 64, 0), -EINVAL);
	refused(mm_mremap(t, mm, A, P, P, MM_MREMAP_FIXED, A + 64 * P), -EINVAL);
	refused(mm_mremap(t, mm, A, 2 * P, 2 * P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, A + P), -EINVAL);
	refused(mm_mremap(t, mm, A, P, P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, A + 64 * P + 1), -EINVAL);
	refused(mm_mremap(t, mm, A, P, 2 * P, MM_MREMAP_MAYMOVE | MM_MREMAP_DONTUNMAP, 0), -EINVAL);
	refused(mm_mremap(t, mm, A, 0, P, MM_MREMAP_MAYMOVE, 0), -EINVAL);
	refused(mm_mremap(t, mm, A, P, end + P, MM_MREMAP_MAYMOVE, 0), -EINVAL);
	refused(mm_mremap(t, mm, A + 64 * P, P, 2 * P, MM_MREMAP_MAYMOVE, 0), -EFAULT);
	refused(mm_mremap(t, mm, A, 8 * P, 9 * P, MM_MREMAP_MAYMOVE, 0), -EFAULT);
	refused(mm_mremap(t, mm, A, 4 * P, 5 * P, 0, 0), -ENOMEM);

	refused(mm_madvise(t, mm, A + 1, P, ADV_DONTNEED), -EINVAL);
	refused(mm_madvise(t, mm, A, P, 9999), -EINVAL);
	refused(mm_madvise(t, mm, A, -P + 1, ADV_DONTNEED), -EINVAL);
	refused(mm_madvise(t, mm, A, 0, ADV_DONTNEED), 0);
	refused(mm_madvise(t, mm, A + 64 * P, P, ADV_SEQUENTIAL), -ENOMEM);
	check_same(mm_mmap(t, mm, B, P, PROT_RW, MAP_ANON_FIXED | MAP_LOCKED, NULL, 0), B, "mmap");
	refused(mm_madvise(t, mm, B, P, ADV_DONTNEED), -EINVAL);
	refused(mm_madvise(t, mm, B, P, MADV_FREE), -EINVAL);
	check_same(mm_munmap(t, mm, B, P), 0, "munmap");

	/* The tables' indices ignore these bits. */
	check_same(access_read(t, A + (1UL << 48), &value), ACCESS_SIGSEGV, "an address beyond all");

	check_same(mm_hash_vmas(t, mm), before, "VMAs after all that was refused");
	check_same(must_read(m, A), 1, "contents after all that was refused");

	/* At a hole mprotect stops, madvise goes on; what was done stays done. */
	check_same(mm_munmap(t, mm, A + P, P), 0, "munmap");
	must_write(m, A + 2 * P, 3);
	refused(mm_madvise(t, mm, A, 4 * P, ADV_DONTNEED), -ENOMEM);
	check_same(must_read(m, A), 0, "before the hole");
	check_same(must_read(m, A + 2 * P), 0, "behind the hole");
	refused(mm_mprotect(t, mm, A, 4 * P, PROT_R), -ENOMEM);
	must_have_vmas(m, (struct want_vma[]){
		{ A, A + P, PROT_R }, { A + 2 * P, A + 4 * P, PROT_RW }, { A + 4 * P, A + 8 * P, PROT_R } }, 3);
	file_put(m->task, file);
}

static void too_many(struct mm_test *m)
{
	struct task *t = m->task;
	struct mm *mm = m->mm;
	u64 max = m->world->config.max_map_count, n = 0, before;

	/* As in the kernel mmap may exceed the limit by one, and cutting may not. */
	while (!mm_is_err(mm_mmap(t, mm, A + 8 * n * P, 4 * P, PROT_RW, MAP_ANON_FIXED, NULL, 0)))
		n++;
	check_same(n, max + 1, "mappings");
	must_write(m, A, 1);
	before = mm_hash_vmas(t, mm);
	refused(mm_mmap(t, mm, 0, P, PROT_RW, MAP_ANON, NULL, 0), -ENOMEM);
	refused(mm_munmap(t, mm, A + P, P), -ENOMEM);
	refused(mm_mprotect(t, mm, A + P, P, PROT_R), -ENOMEM);
	refused(mm_madvise(t, mm, A + P, P, ADV_SEQUENTIAL), -EAGAIN);
	refused(mm_mremap(t, mm, A, P, P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, A + 4 * P), -ENOMEM);
	check_same(mm_hash_vmas(t, mm), before, "VMAs after all that was refused");
	must_write(m, A + P, 2);

	/* Unmapping that does not cut a hole still works. */
	check_same(mm_munmap(t, mm, A, P), 0, "from an end");
	check_same(mm_mprotect(t, mm, A + 8 * P, 4 * P, PROT_R), 0, "a whole mapping");
	check_same(mm_munmap(t, mm, A + 16 * P, 16 * P), 0, "whole mappings");
	check_same(mm_mprotect(t, mm, A + 32 * P + P, P, PROT_R), -ENOMEM, "two more are one too many");
	check_same(must_read(m, A + P), 2, "contents");
}

/* 16 pages may be mapped, as by RLIMIT_AS: a mapping that replaces pages counts only the pages it adds. */
static void too_large(struct mm_test *m)
{
	struct task *t = m->task;
	struct mm *mm = m->mm;
	struct file *file = file_open(1, false);
	u64 before;

	map_at(m, A, 10, PROT_RW);
	check(!mm_is_err(mm_mmap(t, mm, B, 2 * P, PROT_RW, MAP_ANON_FIXED | MM_MAP_GROWSDOWN, NULL, 0)),
	      "a stack");
	must_write(m, B - P, 1);	/* 13 */
	before = mm_hash_vmas(t, mm);
	refused(mm_mmap(t, mm, 0, 4 * P, PROT_RW, MAP_ANON, NULL, 0), -ENOMEM);
	/* Errors in the arguments are reported first. */
	refused(mm_mmap(t, mm, 0, 4 * P, PROT_RW, MM_MAP_ANONYMOUS, NULL, 0), -EINVAL);
	refused(mm_mmap(t, mm, 0, 4 * P, PROT_R, MM_MAP_SHARED, file, ~0UL << 12), -EOVERFLOW);
	refused(mm_mremap(t, mm, A, 10 * P, 14 * P, MM_MREMAP_MAYMOVE, 0), -ENOMEM);
	refused(mm_mremap(t, mm, A, 4 * P, 4 * P, MM_MREMAP_MAYMOVE | MM_MREMAP_DONTUNMAP, 0), -ENOMEM);
	must_not_write(m, B - 5 * P);
	mm_set_brk(t, mm, A + 64 * P);
	check_same(mm_brk(t, mm, A + 68 * P), A + 64 * P, "brk beyond the limit");
	check_same(mm_hash_vmas(t, mm), before, "VMAs after all that was refused");

	check_same(mm_brk(t, mm, A + 65 * P), A + 65 * P, "brk within it");
	map_at(m, A + 4 * P, 8, PROT_RW);		/* six of them were mapped: 16 in all */
	refused(mm_mmap(t, mm, 0, P, PROT_RW, MAP_ANON, NULL, 0), -ENOMEM);
	check_same(mm_munmap(t, mm, A, 3 * P), 0, "munmap");
	check_same(mm_mremap(t, mm, A + 3 * P, 2 * P, 5 * P, MM_MREMAP_MAYMOVE, 0) & ~PAGE_MASK, 0, "mremap");
	refused(mm_mmap(t, mm, 0, P, PROT_RW, MAP_ANON, NULL, 0), -ENOMEM);
	check_same(must_read(m, B - P), 1, "contents");
	file_put(t, file);
}

#define LIMIT_TEST(scheme_, unused_) \
	Test(scheme_, map_count) \
	{ \
		struct world_config config = mm_test_config(); \
		struct mm_test m; \
		config.max_map_count = 12; \
		mm_test_begin(&m, #scheme_, &config); \
		too_many(&m); \
		mm_test_end(&m); \
	} \
	Test(scheme_, address_space_size) \
	{ \
		struct world_config config = mm_test_config(); \
		struct mm_test m; \
		config.max_pages = 16; \
		mm_test_begin(&m, #scheme_, &config); \
		too_large(&m); \
		mm_test_end(&m); \
	}
FOR_EACH_SCHEME(LIMIT_TEST, )
