// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A file's end beside a fault: truncation, and the last reference.
 */
#include <criterion/criterion.h>

#include "bench/stage/stage.h"
#include "common/mm/file.h"
#include "common/mm/pagecache.h"
#include "tests/support/mm_test.h"

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

static void do_truncate_to_one(struct actor *a, void *arg)
{
	struct play *p = arg;

	pagecache_truncate(world_task(p->m->world, a->slot), p->file, 1);
}

static void do_read(struct actor *a, void *arg)
{
	struct play *p = arg;
	u64 value;

	p->result = access_read(world_task(p->m->world, a->slot), A, &value);
}

static void do_read_second(struct actor *a, void *arg)
{
	struct play *p = arg;
	u64 value;

	p->result = access_read(world_task(p->m->world, a->slot), A + P, &value);
}

static void do_munmap_both(struct actor *a, void *arg)
{
	struct play *p = arg;

	check_same(mm_munmap(world_task(p->m->world, a->slot), p->m->mm, A, 2 * P), 0, "munmap");
}

static void do_munmap(struct actor *a, void *arg)
{
	struct play *p = arg;

	check_same(mm_munmap(world_task(p->m->world, a->slot), p->m->mm, A, P), 0, "munmap");
}

/* Hold a fault at @at and run the other action, which may wait for it, beside it. */
static void hold_beside(struct play *p, enum probe_point at, void (*fault)(struct actor *, void *),
			void (*beside)(struct actor *, void *))
{
	struct actor *faulter = &p->stage.actor[0], *other = &p->stage.actor[1];

	check(!stage_begin(&p->stage, p->m->world, &p->m->mm, NULL), "no stage");
	actor_begin(faulter, at, fault, p);
	check(actor_wait_settled(faulter), "the fault does not come by");
	actor_begin(other, NOWHERE, beside, p);
	actor_wait_settled(other);
	actor_release(faulter, NOWHERE);
	actor_finish(faulter);
	actor_finish(other);
	stage_end(&p->stage);
}

/* Hold a fault with @job when it has made what it needs; then run the other action. */
static void play(struct play *p, int flags, void (*fault)(struct actor *, void *),
		 void (*beside)(struct actor *, void *))
{
	struct mm_test *m = p->m;

	p->file = file_open(7, false);
	check(p->file, "no file");
	check_same(mm_mmap(m->task, m->mm, A, P, PROT_RW, flags | MM_MAP_FIXED, p->file, 0), A, "mmap");
	/* The VMA's anon_vma: without one the fault would not come that far under a scheme. */
	must_write(m, A, 1);
	check_same(mm_madvise(m->task, m->mm, A, P, ADV_DONTNEED), 0, "DONTNEED");
	if (beside == do_munmap) {
		file_put(m->task, p->file);	/* the VMA's is the last */
		p->file = NULL;
	}
	hold_beside(p, PROBE_FAULT_MADE, fault, beside);
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

static struct file *map_two_pages(struct mm_test *m)
{
	struct file *file = file_open(7, false);

	check(file, "no file");
	file->nr_pages = 2;
	check_same(mm_mmap(m->task, m->mm, A, 2 * P, PROT_R, MM_MAP_SHARED | MM_MAP_FIXED, file, 0), A, "mmap");
	return file;
}

static void read_in(struct mm_test *m, struct file *file, u64 index)
{
	struct page *page;

	check_same(pagecache_read(m->task, file, index, &page), 0, "read");
	page_put(m->task, page);
}

/* There is no table yet: with a wrong order a neighbour is mapped into one that truncation cannot see. */
SCHEME_TEST(truncate_beside_fault_around)
{
	struct play p = { .m = m, .file = map_two_pages(m) };
	u64 value;

	m->world->config.fault_around = 16;
	read_in(m, p.file, 0);
	read_in(m, p.file, 1);
	hold_beside(&p, PROBE_FAULT_AROUND, do_read, do_truncate_to_one);
	check_same(p.result, ACCESS_OK, "the read");
	check(event_sum(m, STAT_FAULT_AROUND), "no neighbour was mapped");
	check_same(access_read(m->task, A + P, &value), ACCESS_SIGBUS, "a page beyond the end");
	file_put(m->task, p.file);
}

/* A page that was looked for within the size, and is added when truncation has passed. */
SCHEME_TEST(truncate_beside_read_in)
{
	struct play p = { .m = m, .file = map_two_pages(m) };

	hold_beside(&p, PROBE_FAULT_READ_IN, do_read_second, do_truncate_to_one);
	check_same(p.result, ACCESS_SIGBUS, "a page beyond the end");
	check_same(m->world->nr_cached, 0, "pages in the cache");
	file_put(m->task, p.file);
}

/*
 * munmap has let go of mmap_lock and buries its dead; the first one's file is truncated
 * then, since its last reference goes, and munmap is held there.  Meanwhile another mapping has taken the
 * second one's place, and its file is truncated.
 */
SCHEME_TEST(truncate_beside_burial)
{
	struct play p = { .m = m, .file = file_open(9, false) };
	struct actor *buries = &p.stage.actor[0];
	struct file *first = file_open(7, false);

	check_same(mm_mmap(m->task, m->mm, A, P, PROT_R, MM_MAP_SHARED | MM_MAP_FIXED, first, 0), A, "mmap");
	check_same(mm_mmap(m->task, m->mm, A + P, P, PROT_R, MM_MAP_PRIVATE | MM_MAP_FIXED, p.file, 0), A + P, "mmap");
	read_in(m, first, 0);
	file_put(m->task, first);
	check(!stage_begin(&p.stage, m->world, &m->mm, NULL), "no stage");
	actor_begin(buries, PROBE_TRUNCATE_PAGE, do_munmap_both, &p);
	check(actor_wait_settled(buries), "nothing is buried");
	map_at(m, A + P, 1, PROT_RW);
	must_write(m, A + P, 0x1234);
	pagecache_truncate(m->task, p.file, 0);
	check_same(must_read(m, A + P), 0x1234, "memory that is not the file's");
	actor_finish(buries);
	stage_end(&p.stage);
	file_put(m->task, p.file);
}

/* The fault may hold the last reference to the file, and it holds the page's lock. */
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
