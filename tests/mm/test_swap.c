// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Swap: every sharer reads again what was written; slots and frames are all accounted for.
 */
#include "tests/mm/reclaim_world.h"

/* Where in its page a value goes: the place varies, so that old ones are not simply overwritten. */
static unsigned long place(u64 value)
{
	return 8 * (value % 512);
}

static void fill(struct mm_test *m, unsigned long addr, unsigned int pages, u64 salt)
{
	for (unsigned int i = 0; i < pages; i++)
		must_write(m, addr + i * P + place(salt + i), salt + i);
}

static void expect(struct mm_test *m, unsigned long addr, unsigned int pages, u64 salt)
{
	for (unsigned int i = 0; i < pages; i++)
		check_same(must_read(m, addr + i * P + place(salt + i)), salt + i, "contents");
}

RECLAIM_TEST(out_and_in)
{
	map_at(m, A, 32, PROT_RW);
	fill(m, A, 32, 100);
	check_same(reclaim_all(m), 32, "reclaimed");
	check_same(resident(m->mm, A, 32), 0, "resident");
	check_same(swapped(m->mm, A, 32), 32, "swapped");
	check_same(swap_nr_used(&m->world->swap), 32, "slots");
	check_same(frames_used(m), 0, "frames");
	mm_check(m->task, m->mm);
	expect(m, A, 32, 100);
	check_same(event_sum(m, STAT_SWAP_IN), 32, "swapped in");
	mm_check(m->task, m->mm);

	/* Only read since: still in its slot, not written again. */
	check_same(reclaim_all(m), 32, "reclaimed, clean");
	check_same(event_sum(m, STAT_SWAP_OUT), 32, "written once");
	fill(m, A, 32, 200);
	check_same(swap_nr_used(&m->world->swap), 0, "slots after all was written to");
	/* Nobody can pin a slot that has an entry no more. */
	for (unsigned int i = 0; i < 512; i++)
		check(!swap_tryget(m->world, i), "slot %d is free, and somebody got it", (int)i);
	check_same(reclaim_all(m), 32, "reclaimed, dirty");
	check_same(event_sum(m, STAT_SWAP_OUT), 64, "written again");
	expect(m, A, 32, 200);
}

/* seqcount_retry as posted in 2022 does not handle swapped-out pages. */
RECLAIM_TEST(swapped_out_is_not_speculated)
{
	u64 aborted, done;

	if (!top_counter(m, "abort_swap"))
		return;
	map_at(m, A, 8, PROT_RW);
	fill(m, A, 8, 100);
	check_same(reclaim_all(m), 8, "reclaimed");
	aborted = rung_sum(m, 0, "abort_swap");
	done = rung_sum(m, 0, "done");
	expect(m, A, 8, 100);
	check_same(rung_sum(m, 0, "abort_swap") - aborted, 8, "aborted");
	check_same(rung_sum(m, 0, "done") - done, 0, "done on the first rung");
	check_same(event_sum(m, STAT_SWAP_IN), 8, "swapped in");
}

/* Written through an entry that came back read-only: the slot's contents are old then. */
RECLAIM_TEST(written_after_a_read)
{
	map_at(m, A, 8, PROT_RW);
	fill(m, A, 8, 100);
	reclaim_all(m);
	expect(m, A, 8, 100);
	fill(m, A, 8, 300);
	check_same(event_sum(m, STAT_FAULT_COPY), 0, "copied a page that nobody shares");
	reclaim_all(m);
	expect(m, A, 8, 300);
}

RECLAIM_TEST(the_same_contents)
{
	u64 before;

	map_at(m, A, 32, PROT_RW);
	fill(m, A, 32, 100);
	before = mm_hash_pages(m->task, m->mm);
	reclaim_all(m);
	check_same(mm_hash_pages(m->task, m->mm), before, "hash, swapped out");
	expect(m, A, 16, 100);
	check_same(mm_hash_pages(m->task, m->mm), before, "hash, half of it in memory");
}

RECLAIM_TEST(unmapped_while_swapped)
{
	map_at(m, A, 32, PROT_RW);
	fill(m, A, 32, 100);
	reclaim_all(m);
	check_same(mm_madvise(m->task, m->mm, A, 8 * P, ADV_DONTNEED), 0, "DONTNEED");
	check_same(swap_nr_used(&m->world->swap), 24, "slots");
	check_same(must_read(m, A + 2 * P + place(102)), 0, "contents after DONTNEED");
	check_same(mm_munmap(m->task, m->mm, A + 8 * P, 8 * P), 0, "munmap");
	check_same(swap_nr_used(&m->world->swap), 16, "slots");
	expect(m, A + 16 * P, 16, 100 + 16);
	/* In memory and in the swap cache: both go. */
	check_same(mm_munmap(m->task, m->mm, A + 16 * P, 16 * P), 0, "munmap");
	check_same(swap_nr_used(&m->world->swap), 0, "slots");
	check_same(frames_used(m), 0, "frames but the zero page");
}

RECLAIM_TEST(rights_of_the_vma)
{
	map_at(m, A, 4, PROT_RW);
	fill(m, A, 4, 100);
	reclaim_all(m);
	check_same(mm_mprotect(m->task, m->mm, A, 4 * P, PROT_R), 0, "mprotect");
	mm_check(m->task, m->mm);
	expect(m, A, 4, 100);
	must_not_write(m, A);
	reclaim_all(m);
	check_same(mm_mprotect(m->task, m->mm, A, 4 * P, 0), 0, "mprotect");
	must_not_read(m, A);
	check_same(mm_mprotect(m->task, m->mm, A, 4 * P, PROT_RW), 0, "mprotect");
	expect(m, A, 4, 100);
	fill(m, A, 4, 200);
	check_same(mm_mprotect(m->task, m->mm, A, 4 * P, 0), 0, "mprotect");
	reclaim_all(m);		/* entries without rights have frames, too */
	check_same(swapped(m->mm, A, 4), 4, "swapped");
	check_same(mm_mprotect(m->task, m->mm, A, 4 * P, PROT_RW), 0, "mprotect");
	expect(m, A, 4, 200);
}

RECLAIM_TEST(forked_then_swapped)
{
	struct mm *child, *parent = m->mm;

	map_at(m, A, 16, PROT_RW);
	fill(m, A, 16, 100);
	check_same(mm_fork(m->task, parent, &child), 0, "fork");
	check_same(reclaim_all(m), 16, "reclaimed");
	check_same(resident(parent, A, 16) + resident(child, A, 16), 0, "resident");
	check_same(swap_nr_used(&m->world->swap), 16, "slots");
	mm_check(m->task, parent);

	fill(m, A, 8, 200);		/* the parent's own now */
	go_to(m, child);
	expect(m, A, 16, 100);
	fill(m, A + 8 * P, 8, 300);
	expect(m, A, 8, 100);
	reclaim_all(m);
	check_same(resident(parent, A, 16) + resident(child, A, 16), 0, "resident");
	expect(m, A, 8, 100);
	expect(m, A + 8 * P, 8, 300);
	go_to(m, parent);
	expect(m, A, 8, 200);
	expect(m, A + 8 * P, 8, 100 + 8);
	mm_check(m->task, parent);
	mm_check(m->task, child);
	mm_destroy(m->task, child);
	expect(m, A, 8, 200);
	fill(m, A, 16, 400);
	reclaim_all(m);
	expect(m, A, 16, 400);
}

RECLAIM_TEST(swapped_then_forked)
{
	struct mm *child, *grandchild, *parent = m->mm;

	map_at(m, A, 16, PROT_RW);
	fill(m, A, 16, 100);
	reclaim_all(m);
	check_same(mm_fork(m->task, parent, &child), 0, "fork");
	mm_check(m->task, parent);
	mm_check(m->task, child);
	go_to(m, child);
	expect(m, A, 4, 100);		/* in the swap cache, mapped by the child alone */
	check_same(mm_fork(m->task, child, &grandchild), 0, "fork");
	fill(m, A, 8, 200);
	go_to(m, parent);
	expect(m, A, 16, 100);
	reclaim_all(m);
	go_to(m, grandchild);
	expect(m, A, 16, 100);
	mm_destroy(m->task, child);	/* the one between goes */
	reclaim_all(m);
	check_same(resident(parent, A, 16) + resident(grandchild, A, 16), 0, "resident");
	expect(m, A, 16, 100);
	fill(m, A, 16, 500);
	go_to(m, parent);
	expect(m, A, 16, 100);
	mm_destroy(m->task, grandchild);
	expect(m, A, 16, 100);
}

RECLAIM_TEST(moved)
{
	map_at(m, A, 16, PROT_RW);
	fill(m, A, 16, 100);
	reclaim_all(m);
	check_same(mm_mremap(m->task, m->mm, A, 8 * P, 8 * P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, B),
		   B, "mremap of swapped pages");
	mm_check(m->task, m->mm);
	expect(m, B, 8, 100);
	expect(m, A + 8 * P, 8, 100 + 8);
	check_same(mm_mremap(m->task, m->mm, A + 8 * P, 8 * P, 8 * P,
			     MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, B + 64 * P), B + 64 * P,
		   "mremap of pages in memory");
	reclaim_all(m);
	check_same(resident(m->mm, B, 128), 0, "resident");
	expect(m, B, 8, 100);
	expect(m, B + 64 * P, 8, 100 + 8);
}

/* Moved back next to what stayed: it merges with a VMA that stands first on the family's list. */
RECLAIM_TEST(moved_and_merged)
{
	map_at(m, A, 16, PROT_RW);
	fill(m, A, 16, 100);
	check_same(mm_mremap(m->task, m->mm, A + 8 * P, 8 * P, 8 * P,
			     MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, B), B, "mremap");
	check_same(mm_mremap(m->task, m->mm, B, 8 * P, 8 * P,
			     MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, A + 8 * P), A + 8 * P, "mremap");
	check_same(reclaim_all(m), 16, "reclaimed");
	check_same(resident(m->mm, A, 16), 0, "resident");
	expect(m, A, 16, 100);
}

/* A page is written to its slot while a fault maps it again, and writes to it. */
static void read_word(struct mm_test *m, struct task *t, unsigned long addr, u64 want)
{
	u64 value;

	(void)m;
	check_same(access_read(t, addr, &value), ACCESS_OK, "read");
	check_same(value, want, "contents");
}

struct during {
	struct probe probe;
	struct mm_test *m;
	enum probe_point at;
	unsigned long addr;
	u64 value;
	unsigned int hits;
};

/* Write a page at A out, with the probe. */
static void write_out(struct mm_test *m, struct during *d)
{
	map_at(m, A, 1, PROT_RW);
	must_write(m, A, 100);
	m->world->probe = &d->probe;
	reclaim_pages(m->task, RECLAIM_FORCE, 1);
	m->world->probe = NULL;
	check(d->hits, "nothing was written out");
}

static void write_during(const struct probe *probe, struct task *t, enum probe_point point,
			 unsigned long addr)
{
	struct during *d = (struct during *)(uintptr_t)probe;
	struct task *other = world_task(d->m->world, 1);

	(void)t;
	(void)addr;
	if (point != d->at || d->hits++)
		return;
	/* Act as another thread, with its own task: no lock is held here. */
	mm_attach(other, d->m->mm);
	read_word(d->m, other, d->addr, d->value);
	check_same(access_write(other, d->addr, d->value + 1), ACCESS_OK, "write");
	mm_detach(other);
}

RECLAIM_TEST(written_to_while_it_is_written_out)
{
	struct during d = {
		.probe.hit = write_during, .m = m, .at = PROBE_RECLAIM_WRITE, .addr = A, .value = 100,
	};

	write_out(m, &d);
	check_same(must_read(m, A), 101, "contents");
	reclaim_all(m);
	check_same(resident(m->mm, A, 1), 0, "resident");
	check_same(must_read(m, A), 101, "contents");
}

/* The same with DONTNEED: the slot must not be free while the page is written to it. */
static void zap_during(const struct probe *probe, struct task *t, enum probe_point point,
		       unsigned long addr)
{
	struct during *d = (struct during *)(uintptr_t)probe;
	struct task *other = world_task(d->m->world, 1);

	(void)t;
	(void)addr;
	if (point != d->at || d->hits++)
		return;
	mm_attach(other, d->m->mm);
	check_same(mm_madvise(other, d->m->mm, d->addr, P, ADV_DONTNEED), 0, "DONTNEED");
	check_same(swap_nr_used(&d->m->world->swap), 1, "slots while one is written");
	mm_detach(other);
}

RECLAIM_TEST(zapped_while_it_is_written_out)
{
	struct during d = {
		.probe.hit = zap_during, .m = m, .at = PROBE_RECLAIM_WRITE, .addr = A,
	};

	write_out(m, &d);
	check_same(swap_nr_used(&m->world->swap), 0, "slots");
	check_same(frames_used(m), 0, "frames");
	check_same(must_read(m, A), 0, "contents");
}

/*
 * A dirty page of a file, its entry cleared and not flushed: reclaim comes by, then another
 * thread stores through its TLB.  What it stored is in the file all the same.
 */
static void store_before_the_flush(const struct probe *probe, struct task *t, enum probe_point point,
				   unsigned long addr)
{
	struct during *d = (struct during *)(uintptr_t)probe;
	u64 faults;

	(void)addr;
	if (point != d->at || d->hits++)
		return;
	reclaim_pages(t, RECLAIM_FORCE, 1);
	faults = event_sum(d->m, STAT_FAULT);
	check_same(access_write(world_task(d->m->world, 1), d->addr, d->value), ACCESS_OK, "write");
	check_same(event_sum(d->m, STAT_FAULT), faults, "faults of a thread that has a TLB entry");
}

RECLAIM_TEST(stored_before_the_flush)
{
	struct during d = {
		.probe.hit = store_before_the_flush, .m = m, .at = PROBE_CHANGE_ZAPPED, .addr = A, .value = 101,
	};
	struct file *file = file_open(7, false);
	struct task *other = world_task(m->world, 1);

	check_same(mm_mmap(m->task, m->mm, A, P, PROT_RW, MM_MAP_SHARED | MM_MAP_FIXED, file, 0), A, "mmap");
	mm_attach(other, m->mm);
	check_same(access_write(other, A, 100), ACCESS_OK, "write");
	m->world->probe = &d.probe;
	check_same(mm_munmap(m->task, m->mm, A, P), 0, "munmap");
	m->world->probe = NULL;
	check_same(d.hits, 1, "times between the entry and the flush");
	mm_detach(other);
	reclaim_all(m);
	check_same(m->world->nr_cached, 0, "pages in the cache");
	check_same(mm_mmap(m->task, m->mm, A, P, PROT_RW, MM_MAP_SHARED | MM_MAP_FIXED, file, 0), A, "mmap");
	check_same(must_read(m, A), 101, "contents");
	file_put(m->task, file);
}

/* Slots run out: pages without one stay in memory; with slots again, swapping works again. */
Test(swap, no_slot_left)
{
	struct world_config config = reclaim_config();
	struct mm_test m_, *m = &m_;

	config.swap_slots = 8;
	mm_test_begin(m, "mmap_lock", &config);
	map_at(m, A, 32, PROT_RW);
	fill(m, A, 32, 100);
	check_same(reclaim_all(m), 8, "reclaimed");
	check(event_sum(m, STAT_SWAP_FULL), "no slot was missed");
	expect(m, A, 32, 100);
	check_same(mm_madvise(m->task, m->mm, A, 32 * P, ADV_DONTNEED), 0, "DONTNEED");
	fill(m, A, 4, 200);
	check_same(reclaim_all(m), 4, "reclaimed");
	expect(m, A, 4, 200);
	mm_test_end(m);
}

/* Every allocation that a swap-in makes fails in turn, and so does finding a slot. */
RECLAIM_TEST(allocations_fail)
{
	for (u64 nth = 1; nth < 8; nth++) {
		struct injector inj = { .on = true, .sites = ~0u, .nth = nth }, off = { 0 };
		enum access_result result;
		u64 value = 100, failed;

		map_at(m, A, 2, PROT_RW);
		fill(m, A, 2, 100);
		inject_configure(m->world, &inj);
		reclaim_pages(m->task, RECLAIM_FORCE, ~0ULL);
		result = access_read(m->task, A + place(100), &value);
		failed = m->world->injector.failed;
		inject_configure(m->world, &off);
		mm_check(m->task, m->mm);
		check(result == ACCESS_OK || (failed && result == ACCESS_OOM), "result");
		if (result == ACCESS_OK)
			check_same(value, 100, "contents");
		expect(m, A, 2, 100);
		mm_test_renew(m);
		if (!failed)
			return;
	}
	check(false, "more allocations than expected");
}
