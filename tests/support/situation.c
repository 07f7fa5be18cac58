// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Sets the situation, makes the change, judges how it ended.
 */
#include "tests/support/situation.h"

#include "common/mm/file.h"
#include "common/mm/reclaim.h"
#include "tests/support/check.h"

#define RW	(MM_PROT_READ | MM_PROT_WRITE)
#define ANON	(MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED)

/* Linux's numbers. */
#define ADVICE_SEQUENTIAL 2
#define ADVICE_DONTNEED	4

static const struct {
	const char *name;
	bool writes, file, shared;
	u64 unwritten;		/* of a page that is no file's */
} kinds[NR_ALL_KINDS] = {
	[READ_BARE] = { .name = "read, nothing there" },
	[WRITE_BARE] = { .name = "write, nothing there", .writes = true },
	[WRITE_NO_TABLE] = { .name = "write, no table", .writes = true },
	[READ_EMPTY] = { .name = "read, empty entry" },
	[WRITE_EMPTY] = { .name = "write, empty entry", .writes = true },
	[WRITE_ZERO] = { .name = "write, zero page", .writes = true },
	[READ_FILE] = { .name = "read, file, empty entry", .file = true },
	[WRITE_FILE] = { .name = "write, file's page", .writes = true, .file = true },
	[READ_OWN] = { .name = "read, own page", .unwritten = OLD },
	[WRITE_OWN] = { .name = "write, own page", .writes = true, .unwritten = OLD },
	[WRITE_FORKED] = { .name = "write, page of a child that has gone", .writes = true, .unwritten = OLD },
	[READ_CHILD] = { .name = "read, page shared with a child", .unwritten = OLD },
	[WRITE_CHILD] = { .name = "write, page shared with a child", .writes = true, .unwritten = OLD },
	[READ_SWAPPED] = { .name = "read, page in swap", .unwritten = OLD },
	[WRITE_SWAPPED] = { .name = "write, page in swap", .writes = true, .unwritten = OLD },
	[READ_SWAPPED_CHILD] = { .name = "read, page in the swap cache, slot shared with a child", .unwritten = OLD },
	[WRITE_SWAPPED_CHILD] = { .name = "write, page in the swap cache, slot shared with a child", .writes = true,
				  .unwritten = OLD },
	[READ_FILE_SHARED] = { .name = "read, shared file, empty entry", .file = true, .shared = true },
	[WRITE_FILE_SHARED] = { .name = "write, shared file, empty entry", .writes = true, .file = true, .shared = true },
	[WRITE_COPY] = { .name = "write, own copy of a file's page", .writes = true, .file = true, .unwritten = OLD },
};

const char *scene_kind_name(enum scene_kind kind)
{
	return kinds[kind].name;
}

bool scene_kind_writes(enum scene_kind kind)
{
	return kinds[kind].writes;
}

bool scene_kind_is_file(enum scene_kind kind)
{
	return kinds[kind].file;
}

/* What is at X in memory that nobody wrote to. */
static u64 fresh(enum scene_kind kind)
{
	return kinds[kind].file ? file_word(FILE_INODE, (X - A) >> PAGE_SHIFT, 0) : 0;
}

u64 scene_unwritten(enum scene_kind kind)
{
	return kinds[kind].unwritten ? kinds[kind].unwritten : fresh(kind);
}

static void map(struct situation *s, unsigned long addr, unsigned long len, int flags, struct file *file)
{
	check_same(mm_mmap(s->task, s->mm, addr, len, RW, flags, file, 0), addr, "mmap");
}

static void write_at(struct task *t, unsigned long addr, u64 value)
{
	check_same(access_write(t, addr, value), ACCESS_OK, "a write before the situation");
}

static void read_at(struct task *t, unsigned long addr)
{
	u64 value;

	check_same(access_read(t, addr, &value), ACCESS_OK, "a read before the situation");
}

/* --- changes ----------------------------------------------------------------------------- */

#define must(call) check_same((unsigned long)(call), 0, #call)

static void munmap_all(struct mm *mm, struct task *t)
{
	must(mm_munmap(t, mm, A, A_END - A));
}

static void munmap_piece(struct mm *mm, struct task *t)
{
	must(mm_munmap(t, mm, PIECE, PIECE_LEN));
}

static void munmap_then_mmap(struct mm *mm, struct task *t)
{
	munmap_piece(mm, t);
	check_same(mm_mmap(t, mm, PIECE, PIECE_LEN, MM_PROT_READ, ANON, NULL, 0), PIECE, "mmap");
}

static void mmap_over(struct mm *mm, struct task *t)
{
	check_same(mm_mmap(t, mm, PIECE, PIECE_LEN, MM_PROT_READ, ANON, NULL, 0), PIECE, "mmap");
}

static void mmap_file_over(struct mm *mm, struct task *t)
{
	struct file *file = file_open(OTHER_INODE, false);

	check_same(mm_mmap(t, mm, PIECE, PIECE_LEN, MM_PROT_READ, MM_MAP_PRIVATE | MM_MAP_FIXED, file, 0),
		   PIECE, "mmap");
	file_put(t, file);
}

static void mprotect_read(struct mm *mm, struct task *t)
{
	must(mm_mprotect(t, mm, PIECE, PIECE_LEN, MM_PROT_READ));
}

static void mprotect_read_all(struct mm *mm, struct task *t)
{
	must(mm_mprotect(t, mm, A, A_END - A, MM_PROT_READ));
}

static void mprotect_none(struct mm *mm, struct task *t)
{
	must(mm_mprotect(t, mm, PIECE, PIECE_LEN, 0));
}

static void mprotect_and_back(struct mm *mm, struct task *t)
{
	mprotect_read(mm, t);
	must(mm_mprotect(t, mm, PIECE, PIECE_LEN, RW));
}

static void dontneed(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, PIECE, PIECE_LEN, ADVICE_DONTNEED));
}

static void mremap_move(struct mm *mm, struct task *t)
{
	check_same(mm_mremap(t, mm, PIECE, PIECE_LEN, PIECE_LEN, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED,
			     ELSEWHERE), ELSEWHERE, "mremap");
}

static void mremap_shrink(struct mm *mm, struct task *t)
{
	check_same(mm_mremap(t, mm, A, A_END - A, PIECE - A, 0, 0), A, "mremap");
}

static void advice(struct mm *mm, struct task *t)
{
	must(mm_madvise(t, mm, PIECE, PIECE_LEN, ADVICE_SEQUENTIAL));
}

static void mprotect_neighbour(struct mm *mm, struct task *t)
{
	must(mm_mprotect(t, mm, X + 6 * P, 2 * P, MM_PROT_READ));
}

static void cut_off(struct situation *s)
{
	must(mm_mprotect(s->task, s->mm, PIECE, PIECE_LEN, RW | MM_PROT_EXEC));
}

/* The piece's VMA dies, its neighbour takes it in. */
static void merge_away(struct mm *mm, struct task *t)
{
	must(mm_mprotect(t, mm, PIECE, PIECE_LEN, RW));
}

/* Another VMA beside X, with only an empty table entry. */
static void make_stranger(struct situation *s)
{
	map(s, A_END + 2 * P, 2 * P, ANON, NULL);
	write_at(s->task, A_END + 2 * P, 1);
}

static void munmap_stranger(struct mm *mm, struct task *t)
{
	must(mm_munmap(t, mm, A_END + 2 * P, 2 * P));
}

static void other_fault(struct mm *mm, struct task *t)
{
	(void)mm;
	check_same(access_write(t, X + 8, OTHER), ACCESS_OK, "the other fault");
}

#define X_(name_, what_, end_, prepare_) \
	const struct scene_op scene_##name_ = { what_, end_, prepare_, name_ };
SCENE_OPS(X_)
#undef X_

/* --- before ------------------------------------------------------------------------------- */

/* Until X is in the swap store. */
static void swap_out(struct situation *s)
{
	for (unsigned int turn = 0; turn < 6; turn++)
		reclaim_direct(s->task, turn, 64);
}

static void fork_child(struct situation *s)
{
	check_same(mm_fork(s->task, s->mm, &s->child), 0, "fork");
}

static void set_page(struct situation *s)
{
	write_at(s->task, X, OLD);
	read_at(s->bystander, X);
	switch (s->kind) {
	case WRITE_FORKED:
		fork_child(s);
		mm_destroy(s->task, s->child);
		s->child = NULL;
		break;
	case READ_CHILD:
	case WRITE_CHILD:
		fork_child(s);
		break;
	case READ_SWAPPED:
	case WRITE_SWAPPED:
		swap_out(s);
		break;
	case READ_SWAPPED_CHILD:
	case WRITE_SWAPPED_CHILD:
		swap_out(s);
		fork_child(s);
		read_at(s->bystander, X);
		break;
	default:
		break;
	}
}

void situation_set(struct situation *s)
{
	enum scene_kind kind = s->kind;
	bool file = kinds[kind].file;
	int flags = kinds[kind].shared ? MM_MAP_SHARED | MM_MAP_FIXED : MM_MAP_PRIVATE | MM_MAP_FIXED;

	s->child = NULL;
	s->file = file_open(FILE_INODE, false);
	map(s, A, A_END - A, file ? flags : ANON, file ? s->file : NULL);
	if (kind != READ_BARE && kind != WRITE_BARE && kind != READ_EMPTY && kind != READ_FILE)
		write_at(s->task, A, 1);
	if (kind == WRITE_EMPTY || kind == WRITE_ZERO || kinds[kind].unwritten)
		write_at(s->task, X + 6 * P, 1);
	if (kind == READ_EMPTY || file)
		read_at(s->task, X + 6 * P);
	mm_attach(s->bystander, s->mm);
	if (kinds[kind].unwritten)
		set_page(s);
	if (s->op->prepare)
		s->op->prepare(s);
	if (kind == WRITE_ZERO || kind == WRITE_FILE)
		read_at(s->bystander, X);
}

void situation_access(struct situation *s, struct task *t)
{
	u64 value = 0;

	s->result = kinds[s->kind].writes ? access_write(t, X, NEW) : access_read(t, X, &value);
	if (s->result == ACCESS_OK && !kinds[s->kind].writes && s->op->end == END_KEPT)
		check_same(value, scene_unwritten(s->kind), "what the access read");
}

/* --- after -------------------------------------------------------------------------------- */

/* Through every TLB that there is; the answers are the same. */
static void all_read(struct situation *s, unsigned long addr, u64 want)
{
	u64 value;

	check_same(access_read(s->task, addr, &value), ACCESS_OK, "read");
	check_same(value, want, "contents");
	check_same(access_read(s->bystander, addr, &value), ACCESS_OK, "the bystander's read");
	check_same(value, want, "contents through the bystander's TLB");
}

static void none_reads(struct situation *s, unsigned long addr)
{
	u64 value;

	check_same(access_read(s->task, addr, &value), ACCESS_SIGSEGV, "read");
	check_same(access_read(s->bystander, addr, &value), ACCESS_SIGSEGV, "the bystander's read");
}

static void none_writes(struct situation *s, unsigned long addr)
{
	check_same(access_write(s->bystander, addr, 1), ACCESS_SIGSEGV, "the bystander's write");
	check_same(access_write(s->task, addr, 1), ACCESS_SIGSEGV, "write");
}

void situation_judge(struct situation *s)
{
	bool wrote = scene_kind_writes(s->kind) && s->result == ACCESS_OK;
	u64 kept = wrote ? NEW : scene_unwritten(s->kind), value;

	check(s->result == ACCESS_OK || s->result == ACCESS_SIGSEGV ||
	      (s->result == ACCESS_SIGBUS && (s->op->end == END_TRUNCATED || s->op->end == END_ANY)), "the access says %d", s->result);
	mm_check(s->task, s->mm);
	switch (s->op->end) {
	case END_SHARED_PAGE:
		all_read(s, X + 8, OTHER);
		/* fall through */
	case END_KEPT:
		check_same(s->result, ACCESS_OK, "the access");
		/* fall through */
	case END_KEPT_IN_THE_END:
		all_read(s, X, kept);
		break;
	case END_READ_ONLY:
		all_read(s, X, kept);
		none_writes(s, X);
		break;
	case END_NO_ACCESS:
		none_reads(s, X);
		must(mm_mprotect(s->task, s->mm, PIECE, PIECE_LEN, MM_PROT_READ));
		all_read(s, X, kept);
		break;
	case END_GONE:
		none_reads(s, X);
		none_writes(s, X);
		break;
	case END_FRESH:
		check_same(s->result, ACCESS_OK, "the access");
		check_same(access_read(s->task, X, &value), ACCESS_OK, "a read");
		check(value == fresh(s->kind) || (wrote && value == NEW),
		      "contents: %#llx", (unsigned long long)value);
		all_read(s, X, value);
		break;
	case END_MAY_BE_FRESH:
		check_same(s->result, ACCESS_OK, "the access");
		check_same(access_read(s->task, X, &value), ACCESS_OK, "a read");
		check(value == 0 || value == scene_unwritten(s->kind) || (wrote && value == NEW), "contents: %#llx",
		      (unsigned long long)value);
		all_read(s, X, value);
		break;
	case END_TRUNCATED:
		check_same(access_read(s->task, X, &value), ACCESS_SIGBUS, "a read beyond the end of the file");
		check_same(access_read(s->bystander, X, &value), ACCESS_SIGBUS, "the bystander's");
		break;
	case END_ANY:
		break;
	case END_FRESH_READ_ONLY:
		all_read(s, X, 0);
		none_writes(s, X);
		break;
	case END_OTHER_FILE:
		all_read(s, X, file_word(OTHER_INODE, 2, 0));
		none_writes(s, X);
		break;
	case END_MOVED:
		none_reads(s, X);
		all_read(s, ELSEWHERE + (X - PIECE), kept);
		break;
	}
}
