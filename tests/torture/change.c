// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The changing threads: each changes its own runs of cells, by every kind of call.
 */
#include "tests/torture/torture.h"

#include "common/mm/file.h"
#include "common/mm/pagecache.h"
#include "common/mm/reclaim.h"
#include "common/sync/atomic.h"
#include "tests/support/check.h"

#include <errno.h>

#define P	PAGE_SIZE
#define RW	(MM_PROT_READ | MM_PROT_WRITE)

/* Linux's numbers for advice. */
enum { WILLNEED = 3, DONTNEED_ = 4, FREE_ = 8, DONTFORK = 10, DOFORK = 11, WIPEONFORK = 18, KEEPONFORK = 19,
       PAGEOUT_ = 21 };

/* A changer's knowledge of its cells beyond the oracle's. */
struct hand {
	struct worker *w;
	struct file *file[NR_CELLS];	/* mapped there; its VMA has the reference */
};

/* One change of neighbouring cells. */
struct change {
	enum what what;
	unsigned int first, nr;
	unsigned int whose;		/* the cell whose file is cut */
	int advice;
	u64 size;			/* of the file, or the heap, in pages */
	struct cell_state next[RUN_CELLS];
	enum wipe wipe[RUN_CELLS];
	bool touched[RUN_CELLS];
	u64 doomed[RUN_CELLS];
};

bool was_killed(struct worker *w, unsigned long ret)
{
	if (ret != (unsigned long)-EINTR || !w->torture->roll.kills)
		return false;
	task_unkill(w->task);
	w->nr[KILLED]++;
	return true;
}

/* If allocations may be made to fail, or threads be killed, repeat the call: a failed one has changed nothing. */
static bool may_repeat(struct worker *w, unsigned long ret)
{
	return was_killed(w, ret) ||
	       ((ret == (unsigned long)-ENOMEM || ret == (unsigned long)-EAGAIN) && w->torture->roll.may_oom);
}

#define insist(w, call) ({ \
	unsigned long ret_; \
	unsigned int turn_ = 0; \
	do { \
		ret_ = (call); \
	} while (may_repeat(w, ret_) && ++turn_ < 10000); \
	ret_; })

static unsigned long map(struct worker *w, unsigned long addr, unsigned long len, int flags, struct file *file,
			 unsigned int index)
{
	return insist(w, mm_mmap(w->task, w->torture->mm, addr, len, RW, flags | MM_MAP_FIXED, file,
				 (u64)index << PAGE_SHIFT)) - addr;
}

/* A file that nobody else maps: its contents are freed with the mapping, or truncated. */
static unsigned long map_file(struct hand *h, const struct change *ch, unsigned long addr)
{
	int flags = ch->what == MAP_SHARED ? MM_MAP_SHARED : MM_MAP_PRIVATE;
	struct file *file = file_open(FILE_INODE + ch->first / RUN_CELLS, false);
	unsigned long ret;

	check(file, "no file");
	ret = map(h->w, addr, ch->nr * P, flags, file, ch->first % RUN_CELLS);
	for (unsigned int i = 0; i < ch->nr; i++)
		h->file[ch->first + i] = file;
	file_put(h->w->task, file);
	return ret;
}

/* One page after the other, when they could not go together: some may have gone before that. */
static unsigned long move_each(struct worker *w, unsigned long from, unsigned long to, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		unsigned long ret = insist(w, mm_mremap(w->task, w->torture->mm, from + i * P, P, P,
							MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, to + i * P));

		if (ret != to + i * P && ret != (unsigned long)-EFAULT)
			return ret;
	}
	return 0;
}

static unsigned long move(struct worker *w, const struct change *ch, const struct cell *c)
{
	unsigned long from = c->addr[c->away], to = c->addr[!c->away], ret;
	int flags = MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED;

	if (ch->what == MOVE_LEAVING) {
		ret = insist(w, mm_mremap(w->task, w->torture->mm, from, P, P, flags | MM_MREMAP_DONTUNMAP, to));
		return ret == to ? insist(w, mm_munmap(w->task, w->torture->mm, from, P)) : ret;
	}
	ret = mm_mremap(w->task, w->torture->mm, from, ch->nr * P, ch->nr * P, flags, to);
	if (may_repeat(w, ret))
		return move_each(w, from, to, ch->nr);
	return ret - to;
}

static unsigned long protect(struct worker *w, unsigned long addr, unsigned long len, int prot)
{
	return insist(w, mm_mprotect(w->task, w->torture->mm, addr, len, prot));
}

/* A stack has a hole where it has not grown to; the mapped pages are handled all the same. */
static unsigned long advise(struct worker *w, const struct change *ch, unsigned long addr)
{
	bool holes = ch->first / RUN_CELLS == STACK_RUN;
	unsigned long ret;
	unsigned int turn = 0;

	do {
		ret = mm_madvise(w->task, w->torture->mm, addr, ch->nr * P, ch->advice);
	} while ((was_killed(w, ret) || ret == (unsigned long)-EAGAIN) && ++turn < 10000);
	return holes && ret == (unsigned long)-ENOMEM ? 0 : ret;
}

static unsigned long map_stack(struct worker *w, const struct cell *c)
{
	unsigned long ret = insist(w, mm_munmap(w->task, w->torture->mm, c->addr[0], RUN_CELLS * P));

	return ret ? ret : map(w, c[RUN_CELLS - 1].addr[0], P,
			       MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_GROWSDOWN, NULL, 0);
}

static unsigned long set_brk(struct worker *w, const struct cell *c, u64 pages)
{
	unsigned long to = c->addr[0] + pages * P, ret;
	unsigned int turn = 0;

	do {	/* brk does not say why it did nothing */
		task_unkill(w->task);
		ret = mm_brk(w->task, w->torture->mm, to);
	} while (ret != to && (w->torture->roll.may_oom || w->torture->roll.kills) && ++turn < 10000);
	return ret - to;
}

/* @return 0: done */
static unsigned long call(struct hand *h, const struct change *ch)
{
	struct worker *w = h->w;
	const struct cell *c = &w->torture->cell[ch->first];
	unsigned long addr = c->addr[c->away], len = ch->nr * P;
	struct mm *mm = w->torture->mm;

	switch (ch->what) {
	case MAP:
		return map(w, addr, len, MM_MAP_PRIVATE | MM_MAP_ANONYMOUS, NULL, 0);
	case MAP_FILE: case MAP_SHARED:
		return map_file(h, ch, addr);
	case UNMAP:
		return insist(w, mm_munmap(w->task, mm, addr, len));
	case PROT_NONE:
		return protect(w, addr, len, 0);
	case PROT_R:
		return protect(w, addr, len, MM_PROT_READ);
	case PROT_RW:
		return protect(w, addr, len, RW);
	case DONTNEED: case FREE: case PAGEOUT: case ADVISE:
		return advise(w, ch, addr);
	case MOVE: case MOVE_LEAVING:
		return move(w, ch, c);
	case GROW:
		return insist(w, mm_mremap(w->task, mm, addr, P, len, 0, 0)) - addr;
	case TRUNCATE: case EXTEND:
		pagecache_truncate(w->task, h->file[ch->whose], ch->size);
		return 0;
	case MAP_STACK:
		return map_stack(w, c);
	case BRK:
		return set_brk(w, c, ch->size);
	default:
		return -EINVAL;
	}
}

/* --- what a change will have done ------------------------------------------------------------ */

static struct cell_state mapped_as(const struct cell_state *was, enum cell_kind kind, u32 rights)
{
	return (struct cell_state){ .rights = rights, .away = was->away, .kind = kind };
}

static void foresee_cell(const struct hand *h, struct change *ch, unsigned int i, const struct cell *c)
{
	struct cell_state *next = &ch->next[i], was = cell_state(c), first = cell_state(c - i);
	u32 keep = was.rights & (CELL_BEYOND | CELL_STACK);
	unsigned int index = c->id % RUN_CELLS;

	*next = was;
	ch->touched[i] = true;
	ch->wipe[i] = WIPES_NOT;
	switch (ch->what) {
	case MAP: case MAP_FILE: case MAP_SHARED:
		*next = mapped_as(&was, ch->what == MAP ? CELL_ANON : ch->what == MAP_FILE ? CELL_FILE : CELL_SHARED,
				  CELL_READ | CELL_WRITE);
		ch->wipe[i] = WIPES;
		break;
	case UNMAP:
		*next = mapped_as(&was, CELL_UNMAPPED, 0);
		ch->wipe[i] = WIPES;
		break;
	case PROT_NONE:
		next->rights = keep;
		break;
	case PROT_R:
		next->rights = keep | CELL_READ;
		break;
	case PROT_RW:
		next->rights = keep | CELL_READ | CELL_WRITE;
		break;
	case DONTNEED:
		ch->wipe[i] = was.kind == CELL_SHARED ? WIPES_NOT : WIPES;
		break;
	case FREE:
		ch->wipe[i] = MAY_WIPE;
		break;
	case ADVISE:
		if (ch->advice == DONTFORK || ch->advice == DOFORK)
			next->fork = (was.fork & ~CELL_FORK_NOT) | (ch->advice == DONTFORK ? CELL_FORK_NOT : 0);
		if (ch->advice == WIPEONFORK || ch->advice == KEEPONFORK)
			next->fork = (was.fork & ~CELL_FORK_WIPED) |
				     (ch->advice == WIPEONFORK ? CELL_FORK_WIPED : 0);
		break;
	case MOVE:
		next->away ^= 1;
		break;
	case MOVE_LEAVING:	/* between the steps the old place is empty memory, which is unmapped next */
		next->away ^= 1;
		ch->wipe[i] = MAY_WIPE;
		break;
	case GROW:
		if (!i)
			break;
		*next = first;
		next->rights &= ~CELL_BEYOND;
		if (h->file[ch->first] && index >= READ_ONCE(h->file[ch->first]->nr_pages))
			next->rights |= CELL_BEYOND;
		ch->wipe[i] = WIPES;
		break;
	case TRUNCATE: case EXTEND:
		ch->touched[i] = h->file[c->id] == h->file[ch->whose];
		if (!ch->touched[i])
			break;
		next->rights = (was.rights & ~CELL_BEYOND) | (index >= ch->size ? CELL_BEYOND : 0);
		ch->wipe[i] = index >= ch->size ? WIPES : WIPES_NOT;
		break;
	case MAP_STACK:
		*next = mapped_as(&was, CELL_ANON, CELL_READ | CELL_WRITE | CELL_STACK);
		ch->wipe[i] = WIPES;
		break;
	case BRK:
		ch->touched[i] = index >= ch->size || was.kind == CELL_UNMAPPED;
		if (!ch->touched[i])
			break;
		*next = index >= ch->size ? mapped_as(&was, CELL_UNMAPPED, 0) :
			mapped_as(&was, CELL_ANON, CELL_READ | CELL_WRITE);
		ch->wipe[i] = WIPES;
		break;
	default:
		break;
	}
}

static bool contents_only(enum what what)
{
	return what == DONTNEED || what == FREE || what == PAGEOUT;
}

static void after_cell(struct hand *h, const struct change *ch, unsigned int i)
{
	struct file **file = &h->file[ch->first + i];

	switch (ch->what) {
	case MAP: case UNMAP: case MAP_STACK: case BRK:
		if (ch->touched[i])
			*file = NULL;
		break;
	case GROW:
		*file = h->file[ch->first];
		break;
	default:
		break;
	}
}

static void do_change(struct hand *h, struct change *ch)
{
	struct worker *w = h->w;
	struct cell *c = &w->torture->cell[ch->first];
	unsigned long ret;

	for (unsigned int i = 0; i < ch->nr; i++)
		foresee_cell(h, ch, i, &c[i]);
	for (unsigned int i = 0; i < ch->nr; i++) {
		if (!ch->touched[i])
			continue;
		if (contents_only(ch->what))
			cell_wipe_begin(&c[i], ch->wipe[i], &ch->doomed[i]);
		else
			cell_change_begin(&c[i], ch->wipe[i], &ch->doomed[i]);
	}
	event_begin(w, ch->what, ch->first, ch->nr);
	ret = call(h, ch);
	event_end(w, (long)ret, 0);
	check(!ret, "%s of %u cells from %u says %ld", what_names[ch->what], ch->nr, ch->first, (long)ret);
	for (unsigned int i = 0; i < ch->nr; i++) {
		after_cell(h, ch, i);
		if (!ch->touched[i])
			continue;
		if (contents_only(ch->what))
			cell_wipe_end(&c[i], ch->wipe[i], ch->doomed[i]);
		else
			cell_change_end(&c[i], ch->wipe[i], ch->doomed[i], &ch->next[i]);
	}
}

/* --- which change ---------------------------------------------------------------------------- */

static bool is_mapped(const struct cell *c)
{
	return c->kind != CELL_UNMAPPED;
}

/* May the neighbour @c go with the first? */
static bool goes_along(const struct change *ch, const struct cell *first, const struct cell *c)
{
	if (c->away != first->away)
		return false;
	switch (ch->what) {
	case MAP: case MAP_FILE: case MAP_SHARED: case UNMAP:
		return true;
	case GROW:
		return !is_mapped(c);
	case FREE:
		return c->kind == CELL_ANON;
	case ADVISE:
		return is_mapped(c) && (ch->advice != WIPEONFORK || c->kind == CELL_ANON);
	case MOVE_LEAVING:
		return false;
	default:
		return is_mapped(c);
	}
}

static bool may_begin(const struct hand *h, const struct change *ch, const struct cell *c)
{
	switch (ch->what) {
	case MAP: case MAP_FILE: case MAP_SHARED: case UNMAP:
		return true;
	case GROW:
		/* In a shared file it would find values that the oracle gave up when they were unmapped. */
		return (c->kind == CELL_ANON || c->kind == CELL_FILE) && (c->id + 1) % RUN_CELLS &&
		       !is_mapped(c + 1) && c[1].away == c->away;
	case FREE:
		return c->kind == CELL_ANON;
	case ADVISE:
		return is_mapped(c) && (ch->advice != WIPEONFORK || c->kind == CELL_ANON);
	case TRUNCATE: case EXTEND:
		return h->file[c->id] != NULL;
	default:
		return is_mapped(c);
	}
}

static int some_advice(struct worker *w)
{
	static const int advice[] = { 0, 1, 2, 2, WILLNEED, DONTFORK, DOFORK, DOFORK, 14, 15, 16, 17, WIPEONFORK,
				      KEEPONFORK, KEEPONFORK, 20 };

	return advice[rnd(w, ARRAY_SIZE(advice))];
}

static void change_run(struct hand *h, unsigned int run)
{
	static const enum what anywhere[] = { MAP, MAP, MAP, MAP_FILE, MAP_SHARED, UNMAP, PROT_NONE, PROT_R, PROT_RW,
					      PROT_RW, DONTNEED, FREE, PAGEOUT, ADVISE, MOVE, MOVE, MOVE_LEAVING,
					      GROW, TRUNCATE, EXTEND };
	static const enum what heap[] = { BRK, BRK, BRK, PROT_R, PROT_RW, DONTNEED, FREE, PAGEOUT, ADVISE };
	static const enum what stack[] = { MAP_STACK, MAP_STACK, UNMAP, DONTNEED, FREE, PAGEOUT };
	struct worker *w = h->w;
	struct change ch = { .what = run == HEAP_RUN ? heap[rnd(w, ARRAY_SIZE(heap))] :
				     run == STACK_RUN ? stack[rnd(w, ARRAY_SIZE(stack))] :
				     anywhere[rnd(w, ARRAY_SIZE(anywhere))] };
	bool whole = run == STACK_RUN || ch.what == BRK;
	unsigned int at = rnd(w, RUN_CELLS);
	struct cell *c;

	ch.first = run * RUN_CELLS + (whole ? 0 : at);
	c = &w->torture->cell[ch.first];
	ch.advice = ch.what == DONTNEED ? DONTNEED_ : ch.what == FREE ? FREE_ : ch.what == PAGEOUT ? PAGEOUT_ :
		    some_advice(w);
	ch.nr = whole ? RUN_CELLS : 1;
	ch.size = ch.what == EXTEND ? RUN_CELLS : rnd(w, RUN_CELLS + 1);
	if (ch.what != BRK && ch.what != MAP_STACK && !may_begin(h, &ch, c))
		return;
	if (ch.what == TRUNCATE || ch.what == EXTEND) {
		ch.whose = ch.first;	/* and any of the run may have it */
		ch.first = run * RUN_CELLS;
		ch.nr = RUN_CELLS;
	} else if (!whole) {
		while ((ch.what == GROW || rnd(w, 4)) && (ch.first + ch.nr) % RUN_CELLS &&
		       goes_along(&ch, c, &c[ch.nr]))
			ch.nr++;
	}
	do_change(h, &ch);
}

/* --- what touches no cell ---------------------------------------------------------------------- */

static bool scratch_access(struct worker *w, unsigned long addr, u64 *value, bool write)
{
	enum access_result r = write ? access_write(w->task, addr, *value) : access_read(w->task, addr, value);

	check(r == ACCESS_OK || (r == ACCESS_OOM && w->torture->roll.may_oom),
	      "the changer's own memory at %#lx: answer %d", addr, (int)r);
	return r == ACCESS_OK;
}

/* Map memory in any hole, write it, enlarge it, read it, unmap it. */
static void scratch(struct worker *w)
{
	unsigned long nr = 1 + rnd(w, 4), addr, more;
	struct mm *mm = w->torture->mm;
	bool written[4] = { false };

	event_begin(w, SCRATCH, 0, 1);
	addr = insist(w, mm_mmap(w->task, mm, 0, nr * P, RW, MM_MAP_PRIVATE | MM_MAP_ANONYMOUS, NULL, 0));
	check(!mm_is_err(addr), "mmap anywhere says %ld", (long)addr);
	for (unsigned long i = 0; i < nr; i++) {
		u64 value = addr + i;

		written[i] = scratch_access(w, addr + i * P, &value, true);
	}
	more = insist(w, mm_mremap(w->task, mm, addr, nr * P, 2 * nr * P, MM_MREMAP_MAYMOVE, 0));
	check(!mm_is_err(more), "mremap anywhere says %ld", (long)more);
	for (unsigned long i = 0; i < 2 * nr; i++) {
		u64 value = 0;

		if (scratch_access(w, more + i * P, &value, false))
			check_same(value, i < nr && written[i] ? addr + i : 0, "the changer's own memory");
	}
	check_same(insist(w, mm_munmap(w->task, mm, more, 2 * nr * P)), 0, "munmap");
	event_end(w, 0, 0);
}

static void reclaim(struct worker *w)
{
	event_begin(w, RECLAIM, 0, 1);
	event_end(w, (long)reclaim_pages(w->task, one_in(w, 4) ? 0 : RECLAIM_FORCE, 1 + rnd(w, 16)), 0);
}

void changer(void *arg)
{
	struct worker *w = arg;
	struct hand h = { .w = w };

	mm_attach(w->task, w->torture->mm);
	while (!READ_ONCE(w->torture->stop)) {
		if (one_in(w, 32))
			scratch(w);
		else if (one_in(w, 16))
			reclaim(w);
		else
			change_run(&h, w->index + NR_CHANGERS * rnd(w, RUNS / NR_CHANGERS));
		for (u32 pause = rnd(w, 8) ? 0 : rnd(w, 500); pause; pause--)
			platform_relax(0);
	}
	mm_detach(w->task);
}
