// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The operations of the matrix, and the VMAs that each is about.
 */
#include "bench/matrix/matrix.h"
#include "common/mm/file.h"
#include "common/mm/lru.h"
#include "common/mm/pagecache.h"
#include "common/mm/reclaim.h"

#define RW		(MM_PROT_READ | MM_PROT_WRITE)
#define ANON_FIXED	(MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED)

#define SEQUENTIAL	2
#define DONTNEED	4

/* None of these may fail: the scene is always the same. */
static void must(unsigned long ret)
{
	BUG_ON(mm_is_err(ret));
}

static void map(struct matrix_scene *s, struct task *t, unsigned long addr, unsigned long len, int prot)
{
	must(mm_mmap(t, s->mm, addr, len, prot, ANON_FIXED, NULL, 0));
}

/* --- before ------------------------------------------------------------------------------------ */

static void prepare_heap(struct matrix_scene *s)
{
	mm_set_brk(s->task, s->mm, s->target);
	must(mm_brk(s->task, s->mm, s->target + MATRIX_BYTES));
}

/* Its pages are in memory, so that nothing is read from the file. */
static void prepare_file(struct matrix_scene *s)
{
	struct page *page;

	s->file = file_open(1, false);
	BUG_ON(!s->file);
	for (u64 i = 0; i < MATRIX_PAGES; i++) {
		BUG_ON(pagecache_read(s->task, s->file, i, &page));
		page_put(s->task, page);
	}
	must(mm_mmap(s->task, s->mm, s->target, MATRIX_BYTES, RW, MM_MAP_SHARED | MM_MAP_FIXED, s->file, 0));
	s->read = s->where == WHERE_THIS;
}

/* Make the page present, read-only and with one user, as after a fork whose child has exited. */
static void prepare_page(struct matrix_scene *s)
{
	unsigned long addr = s->target + (MATRIX_X - MATRIX_A);
	struct mm *child;

	map(s, s->task, s->target, MATRIX_BYTES, RW);
	must(mm_fault(s->task, s->mm, addr, FAULT_FLAG_WRITE | FAULT_FLAG_USER));
	must((unsigned long)mm_fork(s->task, s->mm, &child));
	mm_destroy(s->task, child);
	lru_drain(s->world);
	s->alone = true;
}

/* --- operations ---------------------------------------------------------------------------------- */

static void op_mmap(struct matrix_scene *s, struct task *t)
{
	map(s, t, MATRIX_FREE, MATRIX_BYTES, RW);
}

static void op_mmap_adjacent(struct matrix_scene *s, struct task *t)
{
	map(s, t, s->target + MATRIX_BYTES, PAGE_SIZE, RW);
}

static void op_mmap_fixed(struct matrix_scene *s, struct task *t)
{
	map(s, t, s->target, MATRIX_BYTES, RW | MM_PROT_EXEC);
}

static void op_munmap(struct matrix_scene *s, struct task *t)
{
	must((unsigned long)mm_munmap(t, s->mm, s->target, MATRIX_BYTES));
}

static void op_mprotect(struct matrix_scene *s, struct task *t)
{
	must((unsigned long)mm_mprotect(t, s->mm, s->target, MATRIX_BYTES, MM_PROT_READ));
}

static void op_mremap(struct matrix_scene *s, struct task *t)
{
	must(mm_mremap(t, s->mm, s->target, MATRIX_BYTES, MATRIX_BYTES, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED,
		       MATRIX_FREE));
}

static void op_brk_grow(struct matrix_scene *s, struct task *t)
{
	must(mm_brk(t, s->mm, s->target + MATRIX_BYTES + PAGE_SIZE));
}

static void op_brk_shrink(struct matrix_scene *s, struct task *t)
{
	must(mm_brk(t, s->mm, s->target + MATRIX_BYTES - PAGE_SIZE));
}

static void op_advice(struct matrix_scene *s, struct task *t)
{
	must((unsigned long)mm_madvise(t, s->mm, s->target, MATRIX_BYTES, SEQUENTIAL));
}

static void op_dontneed(struct matrix_scene *s, struct task *t)
{
	must((unsigned long)mm_madvise(t, s->mm, s->target, MATRIX_BYTES, DONTNEED));
}

static void op_fork(struct matrix_scene *s, struct task *t)
{
	must((unsigned long)mm_fork(t, s->mm, &s->child));
}

/* Reclaim may find the page in use, and leave it. */
static void op_reclaim(struct matrix_scene *s, struct task *t)
{
	(void)s;
	reclaim_pages(t, RECLAIM_FORCE, 1);
}

static void op_truncate(struct matrix_scene *s, struct task *t)
{
	pagecache_truncate(t, s->file, 0);
}

#define NEW	(1u << READS_NOTHING | 1u << READS_MAPS | 1u << READS_REMOTE)	/* the same scene */
#define FILES	(1u << READS_FILE | 1u << READS_REMOTE_FILE)
#define SWAP	(1u << READS_SWAP | 1u << READS_REMOTE_SWAP)
#define ANY	(NEW | FILES | SWAP)
#define THIS	(1u << WHERE_THIS)
#define OTHERS	(1u << WHERE_OTHER | 1u << WHERE_FIRST)

const struct matrix_op matrix_ops[] = {
	{ "mmap", "mmap of a free place", OTHERS, ANY, NULL, op_mmap },
	{ "mmap_adjacent", "mmap behind a VMA, which grows", THIS | OTHERS, ANY, NULL, op_mmap_adjacent },
	{ "mmap_fixed", "mmap over a VMA", THIS | OTHERS, ANY, NULL, op_mmap_fixed },
	{ "munmap", "munmap of a VMA", THIS | OTHERS, ANY, NULL, op_munmap },
	{ "mprotect", "mprotect of a VMA to read-only", THIS | OTHERS, ANY, NULL, op_mprotect },
	{ "mremap", "mremap of a VMA to elsewhere", THIS | OTHERS, ANY, NULL, op_mremap },
	{ "brk_grow", "brk that grows the heap", THIS | OTHERS, NEW | SWAP, prepare_heap, op_brk_grow },
	{ "brk_shrink", "brk that shrinks the heap", THIS | OTHERS, NEW | SWAP, prepare_heap, op_brk_shrink },
	{ "advice", "madvise that changes a VMA's flags", THIS | OTHERS, ANY, NULL, op_advice },
	{ "fork", "fork", THIS, ANY, NULL, op_fork },
	{ "dontneed", "MADV_DONTNEED of a VMA", THIS | OTHERS, ANY, NULL, op_dontneed },
	{ "reclaim", "reclaim of a page", THIS | OTHERS, NEW, prepare_page, op_reclaim },
	{ "truncate", "truncation of a file that is mapped", THIS | OTHERS, NEW | FILES, prepare_file, op_truncate },
	{ .name = NULL },
};

const char *matrix_reads_name(enum matrix_reads reads)
{
	static const char *const names[NR_READS] = { "nothing", "file", "swap", "maps", "remote", "remote-file", "remote-swap" };

	return names[reads];
}

const char *matrix_where_name(enum matrix_where where)
{
	static const char *const names[NR_WHERE] = { "this", "other", "other, first write" };

	return names[where];
}
