// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Sets the scene, and judges how it ended.
 */
#include "tests/rules/scene.h"

#include "common/mm/fault.h"
#include "common/mm/file.h"

#define BYSTANDER_SLOT 5

static const char *const kind_names[NR_KINDS] = {
	[READ_BARE] = "read, nothing there",
	[WRITE_BARE] = "write, nothing there",
	[WRITE_NO_TABLE] = "write, no table",
	[READ_EMPTY] = "read, empty entry",
	[WRITE_EMPTY] = "write, empty entry",
	[WRITE_ZERO] = "write, zero page",
	[READ_FILE] = "read, file, empty entry",
	[WRITE_FILE] = "write, file's page",
};

const char *scene_kind_name(enum scene_kind kind)
{
	return kind_names[kind];
}

bool scene_kind_writes(enum scene_kind kind)
{
	return kind == WRITE_BARE || kind == WRITE_NO_TABLE || kind == WRITE_EMPTY ||
	       kind == WRITE_ZERO || kind == WRITE_FILE;
}

static bool is_file(enum scene_kind kind)
{
	return kind == READ_FILE || kind == WRITE_FILE;
}

/* The first word of X while nobody has written it. */
static u64 unwritten(const struct scene *s)
{
	return is_file(s->kind) ? file_word(FILE_INODE, (X - A) >> PAGE_SHIFT, 0) : 0;
}

/* --- changes ----------------------------------------------------------------------------- */

#define must(call) check_same((unsigned long)(call), 0, #call)

static void munmap_all(struct mm_test *m, struct task *t)
{
	must(mm_munmap(t, m->mm, A, A_END - A));
}

static void munmap_piece(struct mm_test *m, struct task *t)
{
	must(mm_munmap(t, m->mm, PIECE, PIECE_LEN));
}

static void munmap_then_mmap(struct mm_test *m, struct task *t)
{
	munmap_piece(m, t);
	check_same(mm_mmap(t, m->mm, PIECE, PIECE_LEN, PROT_R, MAP_ANON_FIXED, NULL, 0), PIECE, "mmap");
}

static void mmap_over(struct mm_test *m, struct task *t)
{
	check_same(mm_mmap(t, m->mm, PIECE, PIECE_LEN, PROT_R, MAP_ANON_FIXED, NULL, 0), PIECE, "mmap");
}

static void mmap_file_over(struct mm_test *m, struct task *t)
{
	struct file *file = file_open(OTHER_INODE, false);

	check_same(mm_mmap(t, m->mm, PIECE, PIECE_LEN, PROT_R, MM_MAP_PRIVATE | MM_MAP_FIXED, file, 0),
		   PIECE, "mmap");
	file_put(t, file);
}

static void mprotect_read(struct mm_test *m, struct task *t)
{
	must(mm_mprotect(t, m->mm, PIECE, PIECE_LEN, PROT_R));
}

static void mprotect_read_all(struct mm_test *m, struct task *t)
{
	must(mm_mprotect(t, m->mm, A, A_END - A, PROT_R));
}

static void mprotect_none(struct mm_test *m, struct task *t)
{
	must(mm_mprotect(t, m->mm, PIECE, PIECE_LEN, 0));
}

static void mprotect_and_back(struct mm_test *m, struct task *t)
{
	mprotect_read(m, t);
	must(mm_mprotect(t, m->mm, PIECE, PIECE_LEN, PROT_RW));
}

static void dontneed(struct mm_test *m, struct task *t)
{
	must(mm_madvise(t, m->mm, PIECE, PIECE_LEN, ADV_DONTNEED));
}

static void mremap_move(struct mm_test *m, struct task *t)
{
	check_same(mm_mremap(t, m->mm, PIECE, PIECE_LEN, PIECE_LEN, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED,
			     ELSEWHERE), ELSEWHERE, "mremap");
}

static void mremap_shrink(struct mm_test *m, struct task *t)
{
	check_same(mm_mremap(t, m->mm, A, A_END - A, PIECE - A, 0, 0), A, "mremap");
}

static void advice(struct mm_test *m, struct task *t)
{
	must(mm_madvise(t, m->mm, PIECE, PIECE_LEN, ADV_SEQUENTIAL));
}

static void mprotect_neighbour(struct mm_test *m, struct task *t)
{
	must(mm_mprotect(t, m->mm, X + 6 * P, 2 * P, PROT_R));
}

static void cut_off(struct mm_test *m)
{
	must(mm_mprotect(m->task, m->mm, PIECE, PIECE_LEN, PROT_RW | PROT_X));
}

/* The piece's VMA dies, its neighbour takes it in. */
static void merge_away(struct mm_test *m, struct task *t)
{
	must(mm_mprotect(t, m->mm, PIECE, PIECE_LEN, PROT_RW));
}

/* Another VMA with nothing but an empty table entry beside X. */
static void make_stranger(struct mm_test *m)
{
	map_at(m, A_END + 2 * P, 2, PROT_RW);
	must_write(m, A_END + 2 * P, 1);
}

static void munmap_stranger(struct mm_test *m, struct task *t)
{
	must(mm_munmap(t, m->mm, A_END + 2 * P, 2 * P));
}

static void other_fault(struct mm_test *m, struct task *t)
{
	(void)m;
	check_same(access_write(t, X + 8, OTHER), ACCESS_OK, "the other fault");
}

#define X_(name_, what_, end_, prepare_) \
	const struct scene_op scene_##name_ = { what_, end_, prepare_, name_ };
SCENE_OPS(X_)
#undef X_

/* --- the scene ---------------------------------------------------------------------------- */

void scenes_begin(struct scene *s, struct mm_test *m)
{
	s->m = m;
	s->nr = 0;
	s->bystander = world_task(m->world, BYSTANDER_SLOT);
	check(!stage_begin(&s->stage, m->world, &m->mm, NULL), "no actors");
	s->faulter = &s->stage.actor[0];
	s->changer = &s->stage.actor[1];
}

void scenes_end(struct scene *s)
{
	stage_end(&s->stage);
}

void scene_set(struct scene *s, enum scene_kind kind, const struct scene_op *op)
{
	struct mm_test *m = s->m;
	u64 value;

	s->kind = kind;
	s->op = op;
	s->file = file_open(FILE_INODE, false);
	check_same(mm_mmap(m->task, m->mm, A, A_END - A, PROT_RW,
			   is_file(kind) ? MM_MAP_PRIVATE | MM_MAP_FIXED : MAP_ANON_FIXED,
			   is_file(kind) ? s->file : NULL, 0), A, "mmap");
	if (kind == WRITE_NO_TABLE || kind == WRITE_EMPTY || kind == WRITE_ZERO || kind == WRITE_FILE)
		must_write(m, A, 1);
	if (kind == WRITE_EMPTY || kind == WRITE_ZERO)
		must_write(m, X + 6 * P, 1);
	if (kind == READ_EMPTY || is_file(kind))
		must_read(m, X + 6 * P);
	if (op->prepare)
		op->prepare(m);

	mm_attach(s->bystander, m->mm);
	if (kind == WRITE_ZERO || kind == WRITE_FILE)
		check_same(access_read(s->bystander, X, &value), ACCESS_OK, "the bystander reads");
}

static void fault_job(struct actor *a, void *arg)
{
	struct scene *s = arg;
	struct task *t = world_task(s->m->world, a->slot);
	u64 value;

	s->result = scene_kind_writes(s->kind) ? access_write(t, X, NEW) : access_read(t, X, &value);
}

static void change_job(struct actor *a, void *arg)
{
	struct scene *s = arg;

	s->op->run(s->m, world_task(s->m->world, a->slot));
}

void scene_begin_fault(struct scene *s, enum probe_point hold_at)
{
	actor_begin(s->faulter, hold_at, fault_job, s);
}

void scene_begin_change(struct scene *s, enum probe_point hold_at)
{
	actor_begin(s->changer, hold_at, change_job, s);
}

bool scene_tlb_entry(struct scene *s, u64 *entry)
{
	struct tlb *tlb = &s->bystander->tlb;
	struct tlb_entry *e = &tlb->slot[X >> PAGE_SHIFT & (tlb->nr - 1)];
	bool there;

	spin_lock(&tlb->lock);
	there = e->page == X;
	*entry = e->entry;
	spin_unlock(&tlb->lock);
	return there;
}

void scene_check_tlb(struct scene *s)
{
	const struct zone *zone = &s->m->world->zone;
	struct page *page;
	u64 entry, value;

	if (!scene_tlb_entry(s, &entry))
		return;
	page = frame_to_page(zone, pte_frame(entry));
	check(page == zone->zero_page || READ_ONCE(page->refcount),
	      "a TLB leads to a page that was freed");
	value = READ_ONCE(*(u64 *)page_address(zone, page));
	check(value == unwritten(s) || value == NEW, "a TLB leads to a page with %#llx",
	      (unsigned long long)value);
}

/* Through every TLB that there is; the answers are the same. */
static void all_read(struct scene *s, unsigned long addr, u64 want)
{
	u64 value;

	check_same(access_read(s->m->task, addr, &value), ACCESS_OK, "read");
	check_same(value, want, "contents");
	check_same(access_read(s->bystander, addr, &value), ACCESS_OK, "the bystander's read");
	check_same(value, want, "contents through the bystander's TLB");
}

static void none_reads(struct scene *s, unsigned long addr)
{
	u64 value;

	check_same(access_read(s->m->task, addr, &value), ACCESS_SIGSEGV, "read");
	check_same(access_read(s->bystander, addr, &value), ACCESS_SIGSEGV, "the bystander's read");
}

static void none_writes(struct scene *s, unsigned long addr)
{
	check_same(access_write(s->bystander, addr, 1), ACCESS_SIGSEGV, "the bystander's write");
	check_same(access_write(s->m->task, addr, 1), ACCESS_SIGSEGV, "write");
}

void scene_judge(struct scene *s)
{
	struct mm_test *m = s->m;
	bool wrote = scene_kind_writes(s->kind) && s->result == ACCESS_OK;
	u64 kept = wrote ? NEW : unwritten(s), value;

	check(s->result == ACCESS_OK || s->result == ACCESS_SIGSEGV, "the access says %d", s->result);
	mm_check(m->task, m->mm);
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
		must(mm_mprotect(m->task, m->mm, PIECE, PIECE_LEN, PROT_R));
		all_read(s, X, kept);
		break;
	case END_GONE:
		none_reads(s, X);
		none_writes(s, X);
		break;
	case END_FRESH:
		check_same(s->result, ACCESS_OK, "the access");
		value = must_read(m, X);
		check(value == unwritten(s) || (wrote && value == NEW), "contents: %#llx",
		      (unsigned long long)value);
		all_read(s, X, value);
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
	mm_detach(s->bystander);
	file_put(m->task, s->file);	/* its pages go with its last VMA */
	mm_test_renew(m);
	s->nr++;
}
