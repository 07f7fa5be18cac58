// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Changes of pages and their tables alone, most of them without mmap_lock: reclaim, truncation, advice.
 */
#include "tests/explore/changes.h"

#include "common/mm/file.h"
#include "common/mm/pagecache.h"
#include "common/mm/reclaim.h"
#include "common/sync/rcu.h"
#include "tests/support/check.h"

static bool of_a_file(enum scene_kind kind)
{
	return scene_kind_is_file(kind);
}

static bool around(enum scene_kind kind)
{
	return kind == READ_FILE;
}

/* --- reclaim and advice -------------------------------------------------------------------------------------------- */

void change_reclaim(struct mm *mm, struct task *t)
{
	(void)mm;
	for (unsigned int turn = 0; turn < 3; turn++)
		reclaim_direct(t, turn, 4);
}

void change_reclaim_now(struct mm *mm, struct task *t)
{
	(void)mm;
	reclaim_direct(t, RECLAIM_FORCE, 4);
}

/* Of the pages only X's is left. */
static void open_x_alone(struct changes_world *w, struct task *t)
{
	must(mm_madvise(t, w->at.mm, A, X - A, ADVICE_DONTNEED));
	must(mm_madvise(t, w->at.mm, X + P, A_END - X - P, ADVICE_DONTNEED));
}

/* Each page is tried once, since one of them is freed. */
static void reclaim_one(struct mm *mm, struct task *t)
{
	(void)mm;
	reclaim_direct(t, RECLAIM_FORCE, 1);
}

/* X's page comes in from its slot, and stays in the swap cache. */
static void prepare_read_in(struct situation *s)
{
	u64 value;

	check_same(access_read(s->task, X, &value), ACCESS_OK, "a read before");
}

/* X's entry is as it was before somebody got the right to write: a page that another fault has pinned comes back. */
static void reclaim_and_read(struct mm *mm, struct task *t)
{
	u64 value;

	change_reclaim_now(mm, t);
	check_same(access_read(t, X, &value), ACCESS_OK, "the read after reclaim");
}

static void advise_free(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, PIECE, PIECE_LEN, ADVICE_FREE));
}

static void advise_free_and_reclaim(struct mm *mm, struct task *t)
{
	advise_free(mm, t);
	change_reclaim(mm, t);
}

/* Reclaim may take the lazily freed page, but the child's copy must stay. */
static void judge_freed(struct changes_world *w)
{
	struct task *t = w->spare;
	u64 value;

	if (!w->at.child)
		return;
	change_reclaim(w->at.mm, w->at.task);
	mm_detach(t);
	mm_attach(t, w->at.child);
	check_same(access_read(t, X, &value), ACCESS_OK, "the child's read after reclaim");
	check(value == OLD || value == OTHER, "what the child has after reclaim: %#llx", (unsigned long long)value);
}

/* --- tables that DONTNEED takes out -------------------------------------------------------------------------------- */

/* Everything under X's table, which lies within the VMA since open_whole_table(). */
#define TABLE		(X & ~((512 * P) - 1))
#define TABLE_END	(TABLE + 512 * P)

static void drop_table(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, TABLE, TABLE_END - TABLE, ADVICE_DONTNEED));
}

static void open_whole_table(struct changes_world *w, struct task *t)
{
	check_same(mm_mmap(t, w->at.mm, A_END, TABLE_END - A_END, RW, ANON, NULL, 0), A_END, "mmap");
}

#define ADVICE_GUARD	102

static void guard_page(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, X, P, ADVICE_GUARD));
}

/* A guard stays, whatever became of the table that it was put into. */
static void judge_guarded(struct changes_world *w)
{
	u64 value;

	check_same(access_read(w->at.task, X, &value), ACCESS_SIGSEGV, "a read of the guard");
	check_same(access_read(w->at.bystander, X, &value), ACCESS_SIGSEGV, "the bystander's");
}

/* --- a file -------------------------------------------------------------------------------------------------------- */

static void truncate_file(struct mm *mm, struct task *t)
{
	(void)mm;
	pagecache_truncate(t, changes_now->at.file, (X - A) >> PAGE_SHIFT);
}

/* Nothing of the file is in memory beyond its end. */
static void judge_truncated(struct changes_world *w)
{
	u64 index = w->at.file->nr_pages;
	struct page *page;

	rcu_read_lock();
	page = pagecache_next(w->at.file, &index);
	rcu_read_unlock();
	check(!page, "page %llu of the file, which has %llu", (unsigned long long)index, (unsigned long long)w->at.file->nr_pages);
}

/* A page of the file so far behind the others that the tree of its pages grows. */
static void read_far(struct mm *mm, struct task *t)
{
	enum access_result result;
	u64 value;

	check_same(mm_mmap(t, mm, ELSEWHERE, P, MM_PROT_READ, MM_MAP_SHARED | MM_MAP_FIXED, changes_now->at.file, 5000 * P), ELSEWHERE,
		   "mmap");
	result = access_read(t, ELSEWHERE, &value);
	if (result == ACCESS_SIGBUS)	/* the file was truncated */
		return;
	check_same(result, ACCESS_OK, "a read of the page");
	check_same(value, file_word(FILE_INODE, 5000, 0), "what is there");
}

/* Where a read brings more pages than one, it may be the access's read that brings this one. */
static void read_neighbour(struct mm *mm, struct task *t)
{
	u64 value;

	(void)mm;
	check_same(access_read(t, X + P, &value), ACCESS_OK, "a read of X's neighbour");
	check_same(value, file_word(FILE_INODE, (X + P - A) >> PAGE_SHIFT, 0), "what is there");
}

/* The file's last reference may be the one that a fault has while it waits. */
static void munmap_and_put(struct mm *mm, struct task *t)
{
	must(mm_munmap(t, mm, A, A_END - A));
	file_put(t, changes_now->at.file);
	changes_now->at.file = NULL;
}

/* --- a file's page, mapped with its neighbours into a table that is made for them ------------------------------ */

/* X's page and its neighbour are in memory, and no table is there. */
static void prepare_around(struct situation *s)
{
	u64 value;

	for (unsigned long addr = X; addr <= X + P; addr += P)
		check_same(access_read(s->task, addr, &value), ACCESS_OK, "a read before");
	must(mm_munmap(s->task, s->mm, A, A_END - A));
	check_same(mm_mmap(s->task, s->mm, A, A_END - A, RW, MM_MAP_PRIVATE | MM_MAP_FIXED, s->file, 0), A, "mmap");
}

/* X stays; its neighbour, which the fault maps besides, does not. */
static void truncate_above(struct mm *mm, struct task *t)
{
	(void)mm;
	pagecache_truncate(t, changes_now->at.file, (X + P - A) >> PAGE_SHIFT);
}

static void judge_around(struct changes_world *w)
{
	u64 value;

	check_same(access_read(w->at.bystander, X + P, &value), ACCESS_SIGBUS, "a read of X's neighbour");
}

/* --- the list ------------------------------------------------------------------------------------------------------ */

static const struct scene_op reclaim_and_read_op = {
	"reclaim of its page, which is in the swap cache, and a read", END_KEPT, prepare_read_in, reclaim_and_read
};
static const struct scene_op truncate_around_op = {
	"truncation of its file above X, whose neighbour is mapped with it", END_KEPT, prepare_around, truncate_above
};

const struct change page_changes[] = {
	{ .id = "reclaim", .op = OP("reclaim", END_KEPT, change_reclaim), .reclaim = true },
	{ .id = "reclaim_x", .op = OP("reclaim of its page", END_KEPT, change_reclaim_now),
	  .reclaim = true, .suits = suits_none, .open = open_x_alone },
	{ .id = "reclaim_one", .op = OP("reclaim of one page", END_KEPT, reclaim_one), .reclaim = true, .suits = suits_none },
	{ .id = "reclaim_and_read", .op = &reclaim_and_read_op, .reclaim = true, .suits = suits_none },
	{ .id = "drop_table", .op = OP("DONTNEED of all under its table", END_FRESH, drop_table),
	  .suits = suits_none, .open = open_whole_table },
	{ .id = "guard", .op = OP("a guard", END_ANY, guard_page), .suits = suits_none, .judge = judge_guarded },
	{ .id = "free", .op = OP("MADV_FREE", END_MAY_BE_FRESH, advise_free),
	  .reclaim = true, .suits = suits_has_page, .judge = judge_freed },
	{ .id = "free_reclaim", .op = OP("MADV_FREE, then reclaim", END_MAY_BE_FRESH, advise_free_and_reclaim),
	  .reclaim = true, .suits = suits_has_page },
	{ .id = "truncate", .op = OP("truncation of its file", END_TRUNCATED, truncate_file),
	  .suits = of_a_file, .judge = judge_truncated },
	{ .id = "truncate_around", .op = &truncate_around_op, .fault_around = 8, .suits = around, .judge = judge_around },
	{ .id = "read_neighbour", .op = OP("a read of X's neighbour", END_KEPT, read_neighbour), .suits = suits_none },
	{ .id = "read_far", .op = OP("a read of a page far behind in the file", END_KEPT, read_far), .suits = of_a_file },
	{ .id = "munmap_and_put", .op = OP("munmap of all, and the file's last reference", END_GONE, munmap_and_put),
	  .suits = of_a_file },
	{ .id = NULL }
};
