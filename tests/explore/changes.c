// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The changes, one function each.
 */
#include "tests/explore/changes.h"

#include "common/mm/file.h"
#include "common/mm/pagecache.h"
#include "common/mm/reclaim.h"
#include "common/sync/rcu.h"
#include "tests/support/check.h"

#include <string.h>

#define RW	(MM_PROT_READ | MM_PROT_WRITE)
#define ANON	(MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED)
#define ADVICE_DONTNEED 4
#define ADVICE_FREE 8
#define FAR_AWAY	(ELSEWHERE + A_END - A)

#define must(call) check_same((unsigned long)(call), 0, #call)

static struct changes_world *now;

void changes_begin(struct changes_world *w)
{
	now = w;
}

static bool anonymous(enum scene_kind kind)
{
	return !scene_kind_is_file(kind);
}

static bool has_page(enum scene_kind kind)
{
	return scene_unwritten(kind) == OLD && anonymous(kind);
}

static bool of_a_file(enum scene_kind kind)
{
	return scene_kind_is_file(kind);
}

static bool around(enum scene_kind kind)
{
	return kind == READ_FILE;
}

static bool has_child(enum scene_kind kind)
{
	return kind == READ_CHILD || kind == WRITE_CHILD || kind == READ_SWAPPED_CHILD || kind == WRITE_SWAPPED_CHILD;
}

static bool plain(enum scene_kind kind)
{
	return kind < NR_KINDS && anonymous(kind);
}

/* Only in scenes that are listed by name. */
static bool none(enum scene_kind kind)
{
	(void)kind;
	return false;
}

/* --- a VMA's far end: its bounds change, X's table is not touched ------------------------------------- */

static void mprotect_front(struct mm *mm, struct task *t)
{
	must(mm_mprotect(t, mm, A, 2 * P, MM_PROT_READ));
}

static void mprotect_front_and_back(struct mm *mm, struct task *t)
{
	mprotect_front(mm, t);
	must(mm_mprotect(t, mm, A, 2 * P, RW));
}

static void munmap_front(struct mm *mm, struct task *t)
{
	must(mm_munmap(t, mm, A, 2 * P));
}

/* Everything is unmapped, and something else is mapped where X was: memory of VMAs and tables is reused. */
static void munmap_all_mmap(struct mm *mm, struct task *t)
{
	must(mm_munmap(t, mm, A, A_END - A));
	cache_flush_rcu(t);
	check_same(mm_mmap(t, mm, PIECE, PIECE_LEN, MM_PROT_READ, ANON, NULL, 0), PIECE, "mmap");
}

/*
 * --- a VMA's memory is reused in another address space, or at another place
 * --------------------------------
 */

static void open_second_mm(struct changes_world *w, struct task *t)
{
	(void)t;
	must(mm_create(w->at.task, &w->other[0]));
}

static void live_in_second_mm(struct task *t)
{
	mm_detach(t);
	mm_attach(t, now->other[0]);
	check_same(mm_mmap(t, now->other[0], A, A_END - A, RW, ANON, NULL, 0), A, "mmap in the other mm");
	check_same(access_write(t, X, OTHER), ACCESS_OK, "a write in the other mm");
	check_same(mm_mprotect(t, now->other[0], A, 2 * P, MM_PROT_READ), 0, "mprotect in the other mm");
}

static void reborn_in_another_mm(struct mm *mm, struct task *t)
{
	must(mm_munmap(t, mm, A, A_END - A));
	cache_flush_rcu(t);
	live_in_second_mm(t);
}

static void judge_second_mm(struct changes_world *w)
{
	struct task *t = w->spare;
	u64 value;

	mm_detach(t);
	mm_attach(t, w->other[0]);
	check_same(access_read(t, X, &value), ACCESS_OK, "a read in the other mm");
	check_same(value, OTHER, "what is in the other mm");
}

static void reborn_elsewhere(struct mm *mm, struct task *t)
{
	must(mm_munmap(t, mm, A, A_END - A));
	cache_flush_rcu(t);
	check_same(mm_mmap(t, mm, ELSEWHERE, A_END - A, RW, ANON, NULL, 0), ELSEWHERE, "mmap");
}

/* --- the thread that makes the access has found X's VMA before, and keeps it in its cache --------------------- */

static void open_cached(struct changes_world *w, struct task *t)
{
	u64 value;

	(void)t;
	check_same(access_read(world_task(w->world, 1), X + 7 * P, &value), ACCESS_OK, "a read before");
}

static void open_cached_and_second_mm(struct changes_world *w, struct task *t)
{
	open_cached(w, t);
	open_second_mm(w, t);
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

/* --- moved away and back --------------------------------------------------------------------------------- */

static void move(struct mm *mm, struct task *t, unsigned long from, unsigned long to)
{
	check_same(mm_mremap(t, mm, from, PIECE_LEN, PIECE_LEN, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, to), to, "mremap");
}

static void mremap_and_back(struct mm *mm, struct task *t)
{
	move(mm, t, PIECE, ELSEWHERE);
	move(mm, t, ELSEWHERE, PIECE);
}

/* The old place's VMA dies only when its pages are elsewhere already; a fault that gets in then writes where nobody looks. */
static void mremap_reborn_elsewhere(struct mm *mm, struct task *t)
{
	move(mm, t, PIECE, ELSEWHERE);
	cache_flush_rcu(t);
	check_same(mm_mmap(t, mm, FAR_AWAY, PIECE_LEN, RW, ANON, NULL, 0), FAR_AWAY, "mmap");
}

static void mremap_reborn_in_another_mm(struct mm *mm, struct task *t)
{
	move(mm, t, PIECE, ELSEWHERE);
	cache_flush_rcu(t);
	live_in_second_mm(t);
}

/* --- fork ------------------------------------------------------------------------------------------------ */

static void fork_mm(struct mm *mm, struct task *t)
{
	must(mm_fork(t, mm, &now->other[0]));
}

/*
 * The child has the contents from before the access, or from after it, and neither sees what the other
 * writes from now on.
 */
static void judge_fork(struct changes_world *w)
{
	struct situation *s = &w->at;
	struct task *t = w->spare;
	bool wrote = scene_kind_writes(s->kind) && s->result == ACCESS_OK;
	u64 value, again;

	mm_detach(t);
	mm_attach(t, w->other[0]);
	check_same(access_read(t, X, &value), ACCESS_OK, "the child's read");
	check(value == scene_unwritten(s->kind) || (wrote && value == NEW), "the child reads %#llx", (unsigned long long)value);
	if (s->kind == READ_FILE_SHARED || s->kind == WRITE_FILE_SHARED)
		return;
	check_same(access_write(world_task(w->world, 1), X + 40, OTHER), ACCESS_OK, "the parent's write");
	check_same(access_read(t, X + 40, &again), ACCESS_OK, "the child's second read");
	check(again != OTHER, "the child sees what the parent writes after the fork");
	check_same(access_write(t, X + 48, OTHER), ACCESS_OK, "the child's write");
	check_same(access_read(s->bystander, X + 48, &again), ACCESS_OK, "the bystander's read");
	check(again != OTHER, "the parent sees what the child writes");
}

/* --- without mmap_lock: reclaim, truncation, advice --------------------------------------------------------- */

static void reclaim_all(struct mm *mm, struct task *t)
{
	(void)mm;
	for (unsigned int turn = 0; turn < 3; turn++)
		reclaim_direct(t, turn, 4);
}

/* Everything under X's table, which lies within the VMA since open_whole_table(). */
#define TABLE		(X & ~((512 * P) - 1))
#define TABLE_END	(TABLE + 512 * P)

static void drop_table(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, TABLE, TABLE_END - TABLE, ADVICE_DONTNEED));
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

static void open_whole_table(struct changes_world *w, struct task *t)
{
	check_same(mm_mmap(t, w->at.mm, A_END, TABLE_END - A_END, RW, ANON, NULL, 0), A_END, "mmap");
}

static void advise_free(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, PIECE, PIECE_LEN, ADVICE_FREE));
}

static void advise_free_and_reclaim(struct mm *mm, struct task *t)
{
	advise_free(mm, t);
	reclaim_all(mm, t);
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

	check_same(mm_mmap(t, mm, ELSEWHERE, P, MM_PROT_READ, MM_MAP_SHARED | MM_MAP_FIXED, now->at.file, 5000 * P), ELSEWHERE,
		   "mmap");
	result = access_read(t, ELSEWHERE, &value);
	if (result == ACCESS_SIGBUS)	/* the file was truncated */
		return;
	check_same(result, ACCESS_OK, "a read of the page");
	check_same(value, file_word(FILE_INODE, 5000, 0), "what is there");
}

/* The file's last reference may be the one that a fault has while it waits. */
static void munmap_and_put(struct mm *mm, struct task *t)
{
	must(mm_munmap(t, mm, A, A_END - A));
	file_put(t, now->at.file);
	now->at.file = NULL;
}

static void truncate_file(struct mm *mm, struct task *t)
{
	(void)mm;
	pagecache_truncate(t, now->at.file, (X - A) >> PAGE_SHIFT);
}

/* X stays; its neighbour, which the fault maps besides, does not. */
static void truncate_above(struct mm *mm, struct task *t)
{
	(void)mm;
	pagecache_truncate(t, now->at.file, (X + P - A) >> PAGE_SHIFT);
}

static void judge_around(struct changes_world *w)
{
	u64 value;

	check_same(access_read(w->at.bystander, X + P, &value), ACCESS_SIGBUS, "a read of X's neighbour");
}

static void move_piece(struct mm *mm, struct task *t)
{
	move(mm, t, PIECE, ELSEWHERE);
}

/*
 * A mapping of the file that the piece joins when it is moved.  It is older than X's own, so a walk over the file's mappings
 * comes to the new place first.
 */
static void prepare_neighbour(struct situation *s)
{
	unsigned long below = ELSEWHERE - 2 * P;
	u64 value;

	must(mm_munmap(s->task, s->mm, A, A_END - A));
	check_same(mm_mmap(s->task, s->mm, below, 2 * P, RW, MM_MAP_PRIVATE | MM_MAP_FIXED, s->file, PIECE - 2 * P - A), below, "mmap");
	check_same(access_read(s->task, below, &value), ACCESS_OK, "a read before");
	check_same(mm_mmap(s->task, s->mm, A, A_END - A, RW, MM_MAP_PRIVATE | MM_MAP_FIXED, s->file, 0), A, "mmap");
}

/* Beside truncation: nothing of what was cut off may be mapped at the new place. */
static void judge_moved_and_truncated(struct changes_world *w)
{
	u64 value;

	check_same(access_read(w->at.task, ELSEWHERE + (X - PIECE), &value), ACCESS_SIGBUS, "a read at the new place");
}

/* --- by the child -------------------------------------------------------------------------------------------- */

static void open_in_child(struct changes_world *w, struct task *t)
{
	mm_detach(t);
	mm_attach(t, w->at.child);
}

static void child_writes(struct mm *mm, struct task *t)
{
	(void)mm;
	check_same(access_write(t, X, OTHER), ACCESS_OK, "the child's write");
}

static void child_forgets(struct mm *mm, struct task *t)
{
	(void)mm;
	must(mm_madvise(t, now->at.child, PIECE, PIECE_LEN, 4));
}

static void judge_child_wrote(struct changes_world *w)
{
	struct task *t = w->spare;
	u64 value;

	mm_detach(t);
	mm_attach(t, w->at.child);
	check_same(access_read(t, X, &value), ACCESS_OK, "the child's read");
	/* The child may have dropped the value meanwhile, if its change does that. */
	check(value == OTHER || (value == 0 && w->at.op->run == child_forgets), "the child wrote %#llx and reads %#llx",
	      (unsigned long long)OTHER, (unsigned long long)value);
}

static void child_reads(struct mm *mm, struct task *t)
{
	u64 value;

	(void)mm;
	check_same(access_read(t, X, &value), ACCESS_OK, "the child's read");
	check_same(value, OLD, "what the child reads");
}

/* Reclaim may take the lazily freed page, but the child's copy must stay. */
static void judge_freed(struct changes_world *w)
{
	struct task *t = w->spare;
	u64 value;

	if (!w->at.child)
		return;
	reclaim_all(w->at.mm, w->at.task);
	mm_detach(t);
	mm_attach(t, w->at.child);
	check_same(access_read(t, X, &value), ACCESS_OK, "the child's read after reclaim");
	check(value == OLD || value == OTHER, "what the child has after reclaim: %#llx", (unsigned long long)value);
}

static void child_unmaps(struct mm *mm, struct task *t)
{
	(void)mm;
	must(mm_munmap(t, now->at.child, A, A_END - A));
}

static void child_frees(struct mm *mm, struct task *t)
{
	(void)mm;
	must(mm_madvise(t, now->at.child, PIECE, PIECE_LEN, ADVICE_FREE));
}

/* --- the list ------------------------------------------------------------------------------------------------- */

static void writes_beside(struct mm *mm, struct task *t)
{
	(void)mm;
	check_same(access_write(t, X + 8, OTHER), ACCESS_OK, "the write beside it");
	check_same(access_write(t, X + 16, OTHER), ACCESS_OK, "the second write beside it");
}

static void open_writer(struct changes_world *w, struct task *t)
{
	(void)w;
	if (has_page(w->at.kind))
		check_same(access_write(t, X + 8, OLD), ACCESS_OK, "a write before");
}

static void judge_writes_beside(struct changes_world *w)
{
	u64 value;

	if (w->at.op->end != END_KEPT && w->at.op->end != END_KEPT_IN_THE_END)
		return;
	check_same(access_read(w->at.task, X + 8, &value), ACCESS_OK, "a read");
	check_same(value, OTHER, "the write beside it");
	check_same(access_read(w->at.task, X + 16, &value), ACCESS_OK, "a read");
	check_same(value, OTHER, "the second write beside it");
}

/* Another access, to another word; it may be refused where the first may. */
static void second_write(struct mm *mm, struct task *t)
{
	enum access_result result = access_write(t, X + 32, OTHER);

	(void)mm;
	check(result == ACCESS_OK || result == ACCESS_SIGSEGV || result == ACCESS_SIGBUS, "the second access says %d", result);
}

/* A page of the same VMA that nobody else uses. */
#define BESIDE (X + 4 * P)

static void write_beside(struct mm *mm, struct task *t)
{
	enum access_result result = access_write(t, BESIDE, OTHER);

	(void)mm;
	check(result == ACCESS_OK || result == ACCESS_SIGSEGV || result == ACCESS_SIGBUS, "the access beside it says %d", result);
}

static void reclaim_now(struct mm *mm, struct task *t)
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

/* Several pages, so that it waits with the first while the second has no slot yet. */
static void write_beside_and_reclaim(struct mm *mm, struct task *t)
{
	write_beside(mm, t);
	check_same(access_write(t, BESIDE + P, OTHER), ACCESS_OK, "a write");
	check_same(access_write(t, BESIDE + 2 * P, OTHER), ACCESS_OK, "a write");
	reclaim_now(mm, t);
}

/* A thread comes, faults once, and goes. */
static void open_newcomer(struct changes_world *w, struct task *t)
{
	(void)w;
	mm_detach(t);
}

static void comes_and_goes(struct mm *mm, struct task *t)
{
	mm_attach(t, mm);
	write_beside(mm, t);
	mm_detach(t);
}

/* A thread comes, reads what others may be about to take away, reads it again through its TLB, and goes. */
static void comes_and_reads(struct mm *mm, struct task *t)
{
	u64 value;

	mm_attach(t, mm);
	for (unsigned int i = 0; i < 2; i++)
		if (access_read(t, X, &value) != ACCESS_OK)
			break;
	mm_detach(t);
}

/* A fault, and then one of the same thread in another VMA. */
static void open_two_vmas(struct changes_world *w, struct task *t)
{
	check_same(mm_mmap(t, w->at.mm, ELSEWHERE, 2 * P, RW, ANON, NULL, 0), ELSEWHERE, "mmap");
	check_same(access_write(t, ELSEWHERE, OLD), ACCESS_OK, "a write before");
}

/* No access, only the faults: a walk of the hardware has a fence, which would order the one before the other. */
static void two_vmas(struct mm *mm, struct task *t)
{
	check_same(mm_fault(t, mm, BESIDE, FAULT_FLAG_WRITE | FAULT_FLAG_USER), FAULT_DONE, "the fault beside it");
	check_same(mm_fault(t, mm, ELSEWHERE + P, FAULT_FLAG_WRITE | FAULT_FLAG_USER), FAULT_DONE, "the fault elsewhere");
}

#define OP(id_, what_, end_, run_) static const struct scene_op id_##_op = { what_, end_, NULL, run_ };
OP(mprotect_front, "mprotect of the VMA's far end", END_KEPT, mprotect_front)
OP(mprotect_front_and_back, "mprotect of the VMA's far end and back", END_KEPT, mprotect_front_and_back)
OP(munmap_front, "munmap of the VMA's far end", END_KEPT, munmap_front)
OP(munmap_all_mmap, "munmap of all, then mmap read-only", END_FRESH_READ_ONLY, munmap_all_mmap)
OP(reborn_in_another_mm, "munmap, its VMA reborn in another mm", END_GONE, reborn_in_another_mm)
OP(reborn_elsewhere, "munmap, its VMA reborn elsewhere", END_GONE, reborn_elsewhere)
OP(mremap_and_back, "mremap away and back", END_KEPT_IN_THE_END, mremap_and_back)
OP(mremap_reborn_elsewhere, "mremap, the VMA that it left reborn elsewhere", END_MOVED, mremap_reborn_elsewhere)
OP(mremap_reborn_in_another_mm, "mremap, the VMA that it left reborn in another mm", END_MOVED, mremap_reborn_in_another_mm)
OP(fork, "fork", END_KEPT, fork_mm)
OP(reclaim, "reclaim", END_KEPT, reclaim_all)
OP(drop_table, "DONTNEED of all under its table", END_FRESH, drop_table)
OP(guard, "a guard", END_ANY, guard_page)
OP(free, "MADV_FREE", END_MAY_BE_FRESH, advise_free)
OP(free_reclaim, "MADV_FREE, then reclaim", END_MAY_BE_FRESH, advise_free_and_reclaim)
OP(truncate, "truncation of its file", END_TRUNCATED, truncate_file)
OP(move, "mremap to elsewhere, under reclaim", END_MOVED, move_piece)
OP(move_truncated, "mremap to elsewhere, beside truncation", END_ANY, move_piece)
static const struct scene_op move_joined_op = {
	"mremap into a neighbour, beside truncation", END_ANY, prepare_neighbour, move_piece
};
static const struct scene_op truncate_around_op = {
	"truncation of its file above X, whose neighbour is mapped with it", END_KEPT, prepare_around, truncate_above
};
OP(child_writes, "the child's write", END_KEPT, child_writes)
OP(child_reads, "the child's read", END_KEPT, child_reads)
OP(child_forgets, "the child's DONTNEED", END_KEPT, child_forgets)
OP(child_unmaps, "the child's munmap", END_KEPT, child_unmaps)
OP(read_far, "a read of a page far behind in the file", END_KEPT, read_far)
OP(munmap_and_put, "munmap of all, and the file's last reference", END_GONE, munmap_and_put)
OP(comes_and_reads, "a thread that attaches, reads twice and detaches", END_KEPT, comes_and_reads)
OP(child_frees, "the child's MADV_FREE", END_KEPT, child_frees)
OP(second_write, "a second access", END_KEPT, second_write)
OP(comes_and_goes, "a thread that attaches, faults and detaches", END_KEPT, comes_and_goes)
OP(two_vmas, "faults in two VMAs", END_KEPT, two_vmas)
OP(reclaim_x, "reclaim of its page", END_KEPT, reclaim_now)
OP(write_beside_and_reclaim, "writes to other pages, then reclaim", END_KEPT, write_beside_and_reclaim)
OP(writes_beside, "two writes to the same page", END_KEPT, writes_beside)

const struct change changes[] = {
#define X_(id_, what_, end_, prepare_) { .id = #id_, .op = &scene_##id_ },
	SCENE_OPS(X_)
#undef X_
	{ .id = "mprotect_front", .op = &mprotect_front_op },
	{ .id = "mprotect_front_and_back", .op = &mprotect_front_and_back_op },
	{ .id = "munmap_front", .op = &munmap_front_op },
	{ .id = "munmap_piece_spins", .op = &scene_munmap_piece, .spins = true, .suits = plain },
	{ .id = "munmap_all_mmap", .op = &munmap_all_mmap_op, .recycles = true },
	{ .id = "reborn_in_another_mm", .op = &reborn_in_another_mm_op, .recycles = true, .suits = anonymous,
	  .open = open_second_mm, .judge = judge_second_mm },
	{ .id = "reborn_elsewhere", .op = &reborn_elsewhere_op, .recycles = true },
	{ .id = "munmap_all_cached", .op = &scene_munmap_all, .vmacache = true, .suits = plain, .open = open_cached },
	{ .id = "munmap_piece_cached", .op = &scene_munmap_piece, .vmacache = true, .suits = plain, .open = open_cached },
	{ .id = "mprotect_front_cached", .op = &mprotect_front_op, .vmacache = true, .suits = plain, .open = open_cached },
	{ .id = "reborn_in_another_mm_cached", .op = &reborn_in_another_mm_op, .recycles = true, .vmacache = true,
	  .suits = plain, .open = open_cached_and_second_mm, .judge = judge_second_mm },
	{ .id = "reborn_elsewhere_cached", .op = &reborn_elsewhere_op, .recycles = true, .vmacache = true, .suits = plain,
	  .open = open_cached },
	{ .id = "mremap_and_back", .op = &mremap_and_back_op },
	{ .id = "mremap_reborn_elsewhere", .op = &mremap_reborn_elsewhere_op, .recycles = true, .suits = plain },
	{ .id = "mremap_reborn_in_another_mm", .op = &mremap_reborn_in_another_mm_op, .recycles = true, .suits = plain,
	  .open = open_second_mm, .judge = judge_second_mm },
	{ .id = "fork", .op = &fork_op, .judge = judge_fork },
	{ .id = "writes_beside", .op = &writes_beside_op, .open = open_writer, .judge = judge_writes_beside },
	{ .id = "second_write", .op = &second_write_op },
	{ .id = "comes_and_goes", .op = &comes_and_goes_op, .suits = none, .open = open_newcomer },
	{ .id = "two_vmas", .op = &two_vmas_op, .suits = none, .open = open_two_vmas },
	{ .id = "reclaim", .op = &reclaim_op, .reclaim = true },
	{ .id = "reclaim_x", .op = &reclaim_x_op, .reclaim = true, .suits = none, .open = open_x_alone },
	{ .id = "write_beside_and_reclaim", .op = &write_beside_and_reclaim_op, .reclaim = true, .suits = none },
	{ .id = "drop_table", .op = &drop_table_op, .suits = none, .open = open_whole_table },
	{ .id = "guard", .op = &guard_op, .suits = none, .judge = judge_guarded },
	{ .id = "free", .op = &free_op, .reclaim = true, .suits = has_page, .judge = judge_freed },
	{ .id = "free_reclaim", .op = &free_reclaim_op, .reclaim = true, .suits = has_page },
	{ .id = "move", .op = &move_op, .reclaim = true },
	{ .id = "move_truncated", .op = &move_truncated_op, .suits = none, .judge = judge_moved_and_truncated },
	{ .id = "move_joined", .op = &move_joined_op, .suits = none, .judge = judge_moved_and_truncated },
	{ .id = "truncate", .op = &truncate_op, .suits = of_a_file, .judge = judge_truncated },
	{ .id = "read_far", .op = &read_far_op, .suits = of_a_file },
	{ .id = "munmap_and_put", .op = &munmap_and_put_op, .suits = of_a_file },
	{ .id = "comes_and_reads", .op = &comes_and_reads_op, .suits = none, .open = open_newcomer },
	{ .id = "child_unmaps", .op = &child_unmaps_op, .suits = none, .open = open_in_child },
	{ .id = "truncate_around", .op = &truncate_around_op, .fault_around = 8, .suits = around, .judge = judge_around },
	{ .id = "child_writes", .op = &child_writes_op, .suits = has_child, .open = open_in_child, .judge = judge_child_wrote },
	{ .id = "child_reads", .op = &child_reads_op, .suits = has_child, .open = open_in_child },
	{ .id = "child_forgets", .op = &child_forgets_op, .suits = has_child, .open = open_in_child },
	{ .id = "child_frees", .op = &child_frees_op, .reclaim = true, .suits = has_child, .open = open_in_child },
	{ .id = NULL }
};

const struct change *change_find(const char *id)
{
	const struct change *c = changes;

	while (c->id && strcmp(c->id, id))
		c++;
	BUG_ON(!c->id);
	return c;
}

const struct triple triples[] = {
	{ "write_empty", "munmap_piece", "second_write" },
	{ "write_no_table", "munmap_piece", "second_write" },
	{ "write_bare", "munmap_all", "second_write" },
	{ "write_zero", "mprotect_read", "second_write" },
	{ "write_empty", "mremap_move", "second_write" },
	{ "write_empty", "fork", "second_write" },
	{ "write_own", "fork", "writes_beside" },
	{ "write_own", "mprotect_and_back", "second_write" },
	{ "write_own", "munmap_all", "comes_and_goes" },
	{ "write_own", "mprotect_front", "comes_and_goes" },
	{ "write_own", "mprotect_front", "two_vmas" },
	{ "write_own", "mremap_and_back", "comes_and_goes" },
	{ "write_own", "reclaim", "writes_beside" },
	{ "write_own", "free_reclaim", "writes_beside" },
	{ "write_forked", "reclaim", "second_write" },
	{ "write_child", "child_writes", "second_write" },
	{ "write_child", "child_writes", "reclaim" },
	{ "write_child", "free_reclaim", "child_reads" },
	{ "write_child", "child_forgets", "reclaim" },
	{ "write_swapped", "reclaim", "second_write" },
	{ "write_swapped", "munmap_piece", "reclaim" },
	{ "write_swapped_child", "child_writes", "reclaim" },
	{ "write_swapped_child", "free", "child_reads" },
	{ "read_swapped_child", "free", "child_reads" },
	{ "read_swapped_child", "free", "child_writes" },
	{ "write_child", "child_forgets", "child_writes" },
	{ "write_child", "child_forgets", "second_write" },
	{ "read_swapped", "reclaim", "writes_beside" },
	{ "write_own", "reclaim", "second_write" },
	{ "write_swapped_child", "free_reclaim", "child_writes" },
	{ "write_file", "truncate", "second_write" },
	{ "write_file", "truncate", "read_far" },
	{ "write_file_shared", "truncate", "reclaim" },
	{ "write_file_shared", "reclaim", "second_write" },
	{ "write_file_shared", "move_truncated", "truncate" },
	{ "write_file", "move_joined", "truncate" },
	{ "write_own", "move", "reclaim" },
	{ "write_own", "reclaim", "reclaim" },
	{ "write_own", "munmap_all", "comes_and_reads" },
	{ "write_own", "dontneed", "comes_and_reads" },
	{ "write_child", "munmap_all", "child_unmaps" },
	{ NULL, NULL, NULL }
};

const struct gated gated[] = {
	/*
	 * X is locked by the access while it is written to its slot, and leaves the swap cache when it is; the second
	 * reclaimer, which knows nothing of the first, writes another page to the slot.
	 */
	{ { "write_own", "reclaim_x", "write_beside_and_reclaim" },
	  { { 1, GATE_END, 2, PROBE_RECLAIM_WRITE }, { 3, GATE_END, 2, PROBE_RECLAIM_WRITE },
	    { 1, PROBE_FAULT_MADE, 3, PROBE_RECLAIM_WRITE }, { 3, PROBE_RECLAIM_WRITE, 1, PROBE_FAULT_DONE },
	    { 1, PROBE_FAULT_DONE, 3, GATE_END } } },
	{ .scene = { NULL, NULL, NULL } }
};
