// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A file's end beside a fault: truncation, and the last reference.
 */
#include <criterion/criterion.h>

#include "bench/stage/stage.h"
#include "common/mm/file.h"
#include "common/mm/pagecache.h"
#include "tests/common/mm_test.h"

#define A	0x40000000UL
#define P	PAGE_SIZE

struct play {
	struct mm_test *m;
	struct stage stage;
	struct file *file;
	enum access_result result;
};

static void do_write(struct actor *a, void *arg)
{
	struct play *p = arg;

	p->result = access_write(world_task(p->m->world, a->slot), A, 7);
}

static void do_fault(struct actor *a, void *arg)
{
	struct play *p = arg;

	mm_fault(world_task(p->m->world, a->slot), p->m->mm, A, FAULT_FLAG_USER | FAULT_FLAG_WRITE);
}

static void do_truncate(struct actor *a, void *arg)
{
	struct play *p = arg;

	pagecache_truncate(world_task(p->m->world, a->slot), p->file, 0);
}

static void do_munmap(struct actor *a, void *arg)
{
	struct play *p = arg;

	check_same(mm_munmap(world_task(p->m->world, a->slot), p->m->mm, A, P), 0, "munmap");
}

/* A fault with @job is held when it has made what it needs; then the other thing happens. */
static void play(struct play *p, int flags, void (*fault)(struct actor *, void *),
		 void (*beside)(struct actor *, void *))
{
	struct actor *faulter = &p->stage.actor[0], *other = &p->stage.actor[1];
	struct mm_test *m = p->m;

	p->file = file_open(7, false);
	check(p->file, "no file");
	check_same(mm_mmap(m->task, m->mm, A, P, PROT_RW, flags | MM_MAP_FIXED, p->file, 0), A, "mmap");
	/* The VMA's anon_vma: without one the fault would not come that far under a scheme. */
	must_write(m, A, 1);
	check_same(mm_madvise(m->task, m->mm, A, P, ADV_DONTNEED), 0, "DONTNEED");
	check(!stage_begin(&p->stage, m->world, &m->mm, NULL), "no stage");
	if (beside == do_munmap) {
		file_put(m->task, p->file);	/* the VMA's is the last */
		p->file = NULL;
	}
	actor_begin(faulter, PROBE_FAULT_MADE, fault, p);
	check(actor_wait_settled(faulter), "the fault made nothing");
	actor_begin(other, NOWHERE, beside, p);
	actor_wait_settled(other);
	actor_release(faulter, NOWHERE);
	actor_finish(faulter);
	actor_finish(other);
	stage_end(&p->stage);
}

/*
 * The copy was made before the file was cut, and installed after truncation had
 * looked for copies, if nothing keeps the two apart: it would stay.
 */
SCHEME_TEST(truncate_beside_copy)
{
	struct play p = { .m = m };
	u64 value;

	play(&p, MM_MAP_PRIVATE, do_fault, do_truncate);
	check_same(access_read(m->task, A, &value), ACCESS_SIGBUS, "a copy of a page beyond the end");
	file_put(m->task, p.file);
}

/* The same for the page itself. */
SCHEME_TEST(truncate_beside_page)
{
	struct play p = { .m = m };
	u64 value;

	play(&p, MM_MAP_SHARED, do_fault, do_truncate);
	check_same(access_read(m->task, A, &value), ACCESS_SIGBUS, "a page beyond the end");
	file_put(m->task, p.file);
}

/* What the fault holds of the file may be all that is left of it, and it holds the page's lock. */
SCHEME_TEST(munmap_of_the_last_reference)
{
	static const int flags[] = { MM_MAP_SHARED, MM_MAP_PRIVATE };

	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		struct play p = { .m = m };

		play(&p, flags[i], do_write, do_munmap);
		check(p.result == ACCESS_OK || p.result == ACCESS_SIGSEGV, "the write's answer is %d",
		      (int)p.result);
	}
}
