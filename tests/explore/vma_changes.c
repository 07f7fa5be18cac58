// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Changes of VMAs: bounds, rights, places, whose memory lives on; and fork.
 */
#include "tests/explore/changes.h"

#include "common/mm/file.h"
#include "tests/support/check.h"

#define FAR_AWAY	(ELSEWHERE + A_END - A)

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

/* --- a VMA's memory is reused in another address space, or at another place ---------------------------------------- */

static void open_second_mm(struct changes_world *w, struct task *t)
{
	(void)t;
	must(mm_create(w->at.task, &w->other[0]));
}

static void live_in_second_mm(struct task *t)
{
	mm_detach(t);
	mm_attach(t, changes_now->other[0]);
	check_same(mm_mmap(t, changes_now->other[0], A, A_END - A, RW, ANON, NULL, 0), A, "mmap in the other mm");
	check_same(access_write(t, X, OTHER), ACCESS_OK, "a write in the other mm");
	check_same(mm_mprotect(t, changes_now->other[0], A, 2 * P, MM_PROT_READ), 0, "mprotect in the other mm");
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

/* --- moved: away and back, left behind, beside reclaim and truncation ---------------------------------------------- */

static void move_to(struct mm *mm, struct task *t, unsigned long from, unsigned long to)
{
	check_same(mm_mremap(t, mm, from, PIECE_LEN, PIECE_LEN, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, to), to, "mremap");
}

static void mremap_and_back(struct mm *mm, struct task *t)
{
	move_to(mm, t, PIECE, ELSEWHERE);
	move_to(mm, t, ELSEWHERE, PIECE);
}

/* The old place's VMA dies only when its pages are elsewhere already; a fault that gets in then writes where nobody looks. */
static void mremap_reborn_elsewhere(struct mm *mm, struct task *t)
{
	move_to(mm, t, PIECE, ELSEWHERE);
	cache_flush_rcu(t);
	check_same(mm_mmap(t, mm, FAR_AWAY, PIECE_LEN, RW, ANON, NULL, 0), FAR_AWAY, "mmap");
}

static void mremap_reborn_in_another_mm(struct mm *mm, struct task *t)
{
	move_to(mm, t, PIECE, ELSEWHERE);
	cache_flush_rcu(t);
	live_in_second_mm(t);
}

static void move_piece(struct mm *mm, struct task *t)
{
	move_to(mm, t, PIECE, ELSEWHERE);
}

/* A mapping of the file that the piece joins when it is moved to @a place. */
static void map_neighbour(struct situation *s, unsigned long place)
{
	unsigned long below = place - 2 * P;
	u64 value;

	check_same(mm_mmap(s->task, s->mm, below, 2 * P, RW, MM_MAP_PRIVATE | MM_MAP_FIXED, s->file, PIECE - 2 * P - A), below, "mmap");
	check_same(access_read(s->task, below, &value), ACCESS_OK, "a read before");
}

static void map_again(struct situation *s)
{
	check_same(mm_mmap(s->task, s->mm, A, A_END - A, RW, MM_MAP_PRIVATE | MM_MAP_FIXED, s->file, 0), A, "mmap");
}

/* The neighbour is older than X's own mapping, so a walk over the file's mappings comes to the new place first. */
static void prepare_neighbour(struct situation *s)
{
	must(mm_munmap(s->task, s->mm, A, A_END - A));
	map_neighbour(s, ELSEWHERE);
	map_again(s);
}

/*
 * Two neighbours, the one that X comes to last the oldest.  X has a copy of its page, which only the two walks of a truncation
 * over the whole range look for.
 */
static void prepare_two_neighbours(struct situation *s)
{
	must(mm_munmap(s->task, s->mm, A, A_END - A));
	map_neighbour(s, FAR_AWAY);
	map_neighbour(s, ELSEWHERE);
	map_again(s);
	check_same(access_write(s->task, X, OLD), ACCESS_OK, "a write before");
}

static void move_twice(struct mm *mm, struct task *t)
{
	move_piece(mm, t);
	move_to(mm, t, ELSEWHERE, FAR_AWAY);
}

/* Beside truncation: nothing of what was cut off may be mapped at the new place. */
static void none_of_the_file(struct changes_world *w, unsigned long place)
{
	u64 value;

	check_same(access_read(w->at.task, place + (X - PIECE), &value), ACCESS_SIGBUS, "a read at the new place");
}

static void judge_moved_and_truncated(struct changes_world *w)
{
	none_of_the_file(w, ELSEWHERE);
}

static void judge_moved_twice(struct changes_world *w)
{
	none_of_the_file(w, FAR_AWAY);
}

/* --- fork ------------------------------------------------------------------------------------------------ */

static void fork_mm(struct mm *mm, struct task *t)
{
	must(mm_fork(t, mm, &changes_now->other[0]));
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

/* --- the list ------------------------------------------------------------------------------------------------------ */

static const struct scene_op mprotect_front_op = { "mprotect of the VMA's far end", END_KEPT, NULL, mprotect_front };
static const struct scene_op reborn_in_another_mm_op = { "munmap, its VMA reborn in another mm", END_GONE, NULL, reborn_in_another_mm };
static const struct scene_op reborn_elsewhere_op = { "munmap, its VMA reborn elsewhere", END_GONE, NULL, reborn_elsewhere };
static const struct scene_op move_joined_op = {
	"mremap into a neighbour, beside truncation", END_ANY, prepare_neighbour, move_piece
};
static const struct scene_op move_twice_op = {
	"mremap into a neighbour, then into another, beside truncation", END_ANY, prepare_two_neighbours, move_twice
};

const struct change vma_changes[] = {
#define X_(id_, what_, end_, prepare_) { .id = #id_, .op = &scene_##id_ },
	SCENE_OPS(X_)
#undef X_
	{ .id = "mprotect_front", .op = &mprotect_front_op },
	{ .id = "mprotect_front_and_back", .op = OP("mprotect of the VMA's far end and back", END_KEPT, mprotect_front_and_back) },
	{ .id = "munmap_front", .op = OP("munmap of the VMA's far end", END_KEPT, munmap_front) },
	{ .id = "munmap_piece_spins", .op = &scene_munmap_piece, .spins = true, .suits = suits_plain },
	{ .id = "munmap_all_mmap", .op = OP("munmap of all, then mmap read-only", END_FRESH_READ_ONLY, munmap_all_mmap),
	  .recycles = true },
	{ .id = "reborn_in_another_mm", .op = &reborn_in_another_mm_op, .recycles = true, .suits = suits_anonymous,
	  .open = open_second_mm, .judge = judge_second_mm },
	{ .id = "reborn_elsewhere", .op = &reborn_elsewhere_op, .recycles = true },
	{ .id = "munmap_all_cached", .op = &scene_munmap_all, .vmacache = true, .suits = suits_plain, .open = open_cached },
	{ .id = "munmap_piece_cached", .op = &scene_munmap_piece, .vmacache = true, .suits = suits_plain, .open = open_cached },
	{ .id = "mprotect_front_cached", .op = &mprotect_front_op, .vmacache = true, .suits = suits_plain, .open = open_cached },
	{ .id = "reborn_in_another_mm_cached", .op = &reborn_in_another_mm_op, .recycles = true, .vmacache = true,
	  .suits = suits_plain, .open = open_cached_and_second_mm, .judge = judge_second_mm },
	{ .id = "reborn_elsewhere_cached", .op = &reborn_elsewhere_op, .recycles = true, .vmacache = true, .suits = suits_plain,
	  .open = open_cached },
	{ .id = "mremap_and_back", .op = OP("mremap away and back", END_KEPT_IN_THE_END, mremap_and_back) },
	{ .id = "mremap_reborn_elsewhere", .op = OP("mremap, the VMA that it left reborn elsewhere", END_MOVED, mremap_reborn_elsewhere),
	  .recycles = true, .suits = suits_plain },
	{ .id = "mremap_reborn_in_another_mm", .op = OP("mremap, the VMA that it left reborn in another mm", END_MOVED, mremap_reborn_in_another_mm),
	  .recycles = true, .suits = suits_plain, .open = open_second_mm, .judge = judge_second_mm },
	{ .id = "fork", .op = OP("fork", END_KEPT, fork_mm), .judge = judge_fork },
	{ .id = "move", .op = OP("mremap to elsewhere, under reclaim", END_MOVED, move_piece), .reclaim = true },
	{ .id = "move_truncated", .op = OP("mremap to elsewhere, beside truncation", END_ANY, move_piece),
	  .suits = suits_none, .judge = judge_moved_and_truncated },
	{ .id = "move_joined", .op = &move_joined_op, .suits = suits_none, .judge = judge_moved_and_truncated },
	{ .id = "move_twice", .op = &move_twice_op, .suits = suits_none, .judge = judge_moved_twice },
	{ .id = NULL }
};
