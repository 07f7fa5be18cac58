// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Pieces of simulated memory: their places, their contents, and the undo log.
 *
 * A piece keeps its place, its size and its record for ever; when it is freed it goes on a list of its
 * region and waits for an allocation of the same size.  The lists lie beside the memory, not in it, so
 * that freed memory may stay forbidden.
 */
#include "sim/arena.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/engine.h"
#include "sim/fields.h"
#include "sim/hooks.h"

#define STACK_GAP	(64UL << 10)			/* nobody may touch it */
#define STACKS		(1UL << 30)
#define REGION		(256UL << 20)
#define REGIONS		(ARENA_BASE + STACKS)
#define LARGE		(REGIONS + SIM_MAX_THREADS * REGION)
#define LARGE_OWNER	SIM_MAX_THREADS
#define LARGE_PIECE	(128UL << 10)			/* from this size on */
#define SMALL_CLASSES	(LARGE_PIECE / CACHELINE)
#define UNTRACKED	(16UL << 20)			/* pieces from this size on have no line states */
#define HUGE_SIZE	(2UL << 20)
#define MAX_PIECES	(64UL << 20)
#define MAX_LOG		(16UL << 20)

_Static_assert(SIM_MAX_THREADS * (SIM_STACK + STACK_GAP) <= STACKS, "stacks fit");
_Static_assert(PLATFORM_MAX_SLOTS * sizeof(struct spin_node) <= ARENA_BASE + ARENA_SIZE - ARENA_NODES, "nodes fit");
_Static_assert(LARGE - ARENA_BASE < ARENA_SIZE / 2 + ARENA_SIZE / 4, "regions leave room for large pieces");

struct piece {
	struct arena_piece public;
	u32 next;		/* on the list it waits in; numbers begin at 1 */
};

struct list {
	u32 head, tail, nr;
};

struct owner {
	u64 begin, at, end;	/* of its region; memory below at has been allocated before */
	struct list freed[SMALL_CLASSES + 1]; /* by size in lines; all large ones are in the last */
	u64 marked;		/* the value of at when arena_mark() ran */
};

struct arena arena = { .recycle = true, .epoch = 1 };

static struct owner owners[SIM_MAX_THREADS + 1];
static struct piece *pieces;	/* from 1 */
static u32 nr_pieces, marked_pieces;
static u64 marked_live_bytes, marked_live_pieces;
static u32 *piece_at;		/* by line: the piece that begins there, if that piece agrees */

static struct { u64 *word; u64 value; } *words;
static struct { u32 line, nr; u8 state; } *states;
static u32 *freed_marked;	/* pieces from before the mark that were freed since */
static u32 nr_words, nr_states, nr_freed_marked;

static void *reserve(void *at, size_t size)
{
	void *p = mmap(at, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at ? MAP_FIXED_NOREPLACE : 0), -1, 0);

	if (p == MAP_FAILED || (at && p != at))
		return NULL;
	return p;
}

static void owners_init(void)
{
	for (unsigned int i = 0; i < SIM_MAX_THREADS; i++) {
		owners[i].begin = owners[i].at = REGIONS + i * REGION;
		owners[i].end = owners[i].begin + REGION;
	}
	owners[LARGE_OWNER].begin = owners[LARGE_OWNER].at = LARGE;
	owners[LARGE_OWNER].end = ARENA_NODES;
}

int arena_init(void)
{
	if (arena.line)
		return 0;
	if (!reserve((void *)ARENA_BASE, ARENA_SIZE))
		return -errno;
	piece_at = reserve(NULL, ARENA_LINES * sizeof(*piece_at));
	pieces = reserve(NULL, MAX_PIECES * sizeof(*pieces));
	words = reserve(NULL, MAX_LOG * sizeof(*words));
	states = reserve(NULL, MAX_LOG * sizeof(*states));
	freed_marked = reserve(NULL, MAX_LOG * sizeof(*freed_marked));
	arena.line = reserve(NULL, ARENA_LINES * sizeof(*arena.line));
	if (!piece_at || !pieces || !words || !states || !freed_marked || !arena.line)
		return -ENOMEM;
	owners_init();
	return 0;
}

void *arena_table(size_t size)
{
	return reserve(NULL, ARENA_LINES * size);
}

void *arena_stack(unsigned int thread, size_t *size)
{
	char *stack = (char *)ARENA_BASE + thread * (SIM_STACK + STACK_GAP) + STACK_GAP;

	*size = SIM_STACK;
	if (mprotect(stack - STACK_GAP, STACK_GAP, PROT_NONE))
		return NULL;
	return stack;
}

/* --- pieces ------------------------------------------------------------------------------------ */

static struct owner *owner_of(const void *p)
{
	u64 at = (u64)(uintptr_t)p;

	return &owners[at >= LARGE ? LARGE_OWNER : (at - REGIONS) / REGION];
}

static struct list *list_of(struct owner *owner, size_t size)
{
	u64 lines = size / CACHELINE;

	return &owner->freed[lines < SMALL_CLASSES ? lines : SMALL_CLASSES];
}

/*
 * A freed piece that fits exactly: all small pieces of a list have one size; of large ones take the first
 * of that size.
 */
static struct piece *take_freed(struct owner *owner, size_t size, size_t align)
{
	struct list *list = list_of(owner, size);
	u32 before = 0;

	if (size < LARGE_PIECE && (u64)list->nr * size <= arena.quarantine)
		return NULL;
	for (u32 nr = list->head; nr; before = nr, nr = pieces[nr].next) {
		struct piece *p = &pieces[nr];

		if (p->public.size != size || ((uintptr_t)p->public.start & (align - 1)))
			continue;
		if (before)
			pieces[before].next = p->next;
		else
			list->head = p->next;
		if (list->tail == nr)
			list->tail = before;
		list->nr--;
		return p;
	}
	return NULL;
}

static void keep_freed(struct piece *p)
{
	struct list *list = list_of(owner_of(p->public.start), p->public.size);
	u32 nr = (u32)(p - pieces);

	list->nr++;
	p->next = 0;
	if (!list->head) {
		list->head = list->tail = nr;
	} else if (arena.quarantine) {
		pieces[list->tail].next = nr;
		list->tail = nr;
	} else {
		p->next = list->head;
		list->head = nr;
	}
}

static struct piece *new_piece(struct owner *owner, size_t size, size_t align)
{
	u64 at = (owner->at + align - 1) & ~(u64)(align - 1);
	struct piece *p;

	if (at < owner->at || size > owner->end - at || at > owner->end || nr_pieces + 1 >= MAX_PIECES)
		return NULL;
	owner->at = at + size;
	p = &pieces[++nr_pieces];
	*p = (struct piece){ .public = { .start = (void *)(uintptr_t)at, .size = size } };
	piece_at[arena_line_nr(p->public.start)] = nr_pieces;
	if (size >= HUGE_SIZE)
		madvise((void *)(uintptr_t)at, size, MADV_HUGEPAGE);	/* only a hint */
	return p;
}

void *arena_alloc(unsigned int thread, size_t size, size_t align, const void *where)
{
	struct owner *owner = &owners[thread];
	struct piece *p = NULL;
	bool again = false;

	size = (size + CACHELINE - 1) & ~(size_t)(CACHELINE - 1);	/* no two pieces in a line */
	if (!size || size > ARENA_SIZE)
		return NULL;
	if (align < CACHELINE)
		align = CACHELINE;
	if (size >= LARGE_PIECE) {	/* whole pages, which arena_free() gives back to the system */
		owner = &owners[LARGE_OWNER];
		size = PAGE_ALIGN(size);
		if (align < PAGE_SIZE)
			align = PAGE_SIZE;
	}
	if (size >= HUGE_SIZE && align < HUGE_SIZE)
		align = HUGE_SIZE;
	if (!arena.logging && (arena.recycle || arena.quarantine)) {
		p = take_freed(owner, size, align);
		again = p;
	}
	if (!p)
		p = new_piece(owner, size, align);
	if (!p)
		return NULL;
	p->public.thread = thread;
	p->public.where = where;
	p->public.what = NULL;
	p->public.freed = false;
	if (again) {
		if (size < UNTRACKED)
			arena_set_state(p->public.start, size, ARENA_FINE);
		if (size < LARGE_PIECE)
			__real_memset((void *)(uintptr_t)p->public.start, 0, size);
	}
	arena.live_bytes += size;
	arena.live_pieces++;
	return (void *)(uintptr_t)p->public.start;
}

void arena_free(unsigned int thread, void *start, size_t size, const void *where)
{
	struct piece *p = arena_has(start) ? &pieces[piece_at[arena_line_nr(start)]] : NULL;
	u64 nr = p ? (u64)(p - pieces) : 0;

	if (!nr || nr > nr_pieces || p->public.start != start)
		sim_fail("freed at %p: no piece of memory begins there", start);
	if (p->public.freed)
		sim_bad_access(start, true, where);
	(void)size;
	p->public.freed = true;
	p->public.freer = thread;
	p->public.freed_where = where;
	arena.live_bytes -= p->public.size;
	arena.live_pieces--;
	if (arena.logging && nr <= marked_pieces) {
		if (nr_freed_marked == MAX_LOG)
			sim_fail("the undo log is full");
		freed_marked[nr_freed_marked++] = (u32)nr;
	}
	if (p->public.size < UNTRACKED)
		arena_set_state(start, p->public.size, ARENA_FREED);
	if (arena.logging || !(arena.recycle || arena.quarantine))
		return;
	if (p->public.size >= LARGE_PIECE)
		madvise(start, p->public.size, MADV_DONTNEED);	/* zero when it is used again */
	keep_freed(p);
}

void arena_reset(void)
{
	if (!arena.line)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(owners); i++) {
		struct owner *o = &owners[i];
		u64 used = PAGE_ALIGN(o->at) - o->begin, line = (o->begin - ARENA_BASE) / CACHELINE;
		/* Whole pages of the table, since regions begin and end at page bounds of it. */
		u64 table = PAGE_ALIGN(used / CACHELINE * sizeof(*arena.line));

		if (!used)
			continue;
		madvise((void *)(uintptr_t)o->begin, used, MADV_DONTNEED);
		madvise(&arena.line[line], table, MADV_DONTNEED);
		o->at = o->begin;
		__real_memset(o->freed, 0, sizeof(o->freed));
	}
	madvise((void *)ARENA_NODES, ARENA_BASE + ARENA_SIZE - ARENA_NODES, MADV_DONTNEED);
	nr_pieces = marked_pieces = nr_words = nr_states = nr_freed_marked = 0;
	arena.live_bytes = arena.live_pieces = 0;
	arena.logging = false;
	arena.epoch++;
}

/* --- states and the undo log ------------------------------------------------------------------- */

void arena_log_state(const void *p, size_t size)
{
	u64 first = arena_line_nr(p), last = arena_line_nr((const char *)p + size - 1);

	for (u64 i = first; i <= last; i++) {
		u8 state = arena.line[i].state;

		if (nr_states && i > first && states[nr_states - 1].state == state) {
			states[nr_states - 1].nr++;
			continue;
		}
		if (nr_states == MAX_LOG)
			sim_fail("the undo log is full");
		states[nr_states].line = (u32)i;
		states[nr_states].nr = 1;
		states[nr_states++].state = state;
	}
}

void arena_set_state(const void *p, size_t size, enum arena_state state)
{
	if (!size)
		return;
	if (arena.logging)
		arena_log_state(p, size);
	for (u64 i = arena_line_nr(p), last = arena_line_nr((const char *)p + size - 1); i <= last; i++)
		arena.line[i].state = state;
}

void arena_log_slow(void *p, size_t size)
{
	u64 *word = (u64 *)((uintptr_t)p & ~7UL), *end = (u64 *)((uintptr_t)p + size);

	if ((u64)(uintptr_t)p < REGIONS)
		return;		/* a stack */
	for (; word < end; word++) {
		struct arena_line *line = arena_line(word);
		unsigned int bit = 1u << ((uintptr_t)word >> 3 & 7);

		if (line->epoch != arena.epoch) {
			line->epoch = arena.epoch;
			line->logged = 0;
		}
		if (line->logged & bit)
			continue;
		if (nr_words == MAX_LOG)
			sim_fail("the undo log is full");
		line->logged |= bit;
		words[nr_words].word = word;
		words[nr_words++].value = *word;
	}
}

void arena_mark(void)
{
	nr_words = nr_states = nr_freed_marked = 0;
	marked_pieces = nr_pieces;
	marked_live_bytes = arena.live_bytes;
	marked_live_pieces = arena.live_pieces;
	for (unsigned int i = 0; i < ARRAY_SIZE(owners); i++)
		owners[i].marked = owners[i].at;
	arena.logging = true;
	arena.epoch++;
}

void arena_undo(void)
{
	for (u32 i = nr_words; i-- > 0;)
		*words[i].word = words[i].value;
	for (u32 i = nr_states; i-- > 0;)
		for (u32 k = 0; k < states[i].nr; k++)
			arena.line[states[i].line + k].state = states[i].state;
	for (u32 i = 0; i < nr_freed_marked; i++)
		pieces[freed_marked[i]].public.freed = false;
	for (unsigned int i = 0; i < ARRAY_SIZE(owners); i++)
		owners[i].at = owners[i].marked;
	nr_words = nr_states = nr_freed_marked = 0;
	nr_pieces = marked_pieces;
	arena.live_bytes = marked_live_bytes;
	arena.live_pieces = marked_live_pieces;
	arena.epoch++;
}

/* --- names ------------------------------------------------------------------------------------- */

void arena_name(const void *p, const char *what, size_t size, size_t nr)
{
	const struct arena_piece *piece = arena_has(p) ? arena_piece_of(p) : NULL;
	struct arena_piece *mine = (struct arena_piece *)(uintptr_t)piece;

	if (!piece || piece->start != p)
		return;
	mine->what = what;
	mine->object_size = size;
	mine->nr = nr;
}

const struct arena_piece *arena_piece_of(const void *p)
{
	u64 nr, line;

	if (!arena_has(p) || (u64)(uintptr_t)p < REGIONS || (u64)(uintptr_t)p >= ARENA_NODES)
		return NULL;
	line = arena_line_nr(p);
	for (u64 first = arena_line_nr((const void *)(uintptr_t)owner_of(p)->begin);; line--) {
		nr = piece_at[line];
		if (nr && nr <= nr_pieces && arena_line_nr(pieces[nr].public.start) == line)
			break;
		if (line == first)
			return NULL;
	}
	if ((const char *)p >= (const char *)pieces[nr].public.start + pieces[nr].public.size)
		return NULL;
	return &pieces[nr].public;
}

const struct arena_piece *arena_next_live(const struct arena_piece *previous)
{
	u32 nr = previous ? (u32)(container_of(previous, struct piece, public) - pieces) : marked_pieces;

	while (++nr <= nr_pieces)
		if (!pieces[nr].public.freed)
			return &pieces[nr].public;
	return NULL;
}

const char *arena_describe(const void *p, char *text, size_t size)
{
	const struct arena_piece *piece = arena_has(p) ? arena_piece_of(p) : NULL;
	char field[64];
	size_t off;

	if (arena_has(p) && (u64)(uintptr_t)p >= ARENA_NODES) {
		snprintf(text, size, "the place of slot %llu in the queue of a spinlock",
			 (unsigned long long)((u64)(uintptr_t)p - ARENA_NODES) / sizeof(struct spin_node));
		return text;
	}
	if (arena_has(p) && (u64)(uintptr_t)p < REGIONS) {
		snprintf(text, size, "the stack of thread %llu",
			 (unsigned long long)(((u64)(uintptr_t)p - ARENA_BASE) / (SIM_STACK + STACK_GAP)));
		return text;
	}
	if (!piece) {
		snprintf(text, size, "%p", p);
		return text;
	}
	off = (size_t)((const char *)p - (const char *)piece->start);
	if (!piece->what || !piece->object_size)
		snprintf(text, size, "%zu bytes at %p, + %zu", piece->size, piece->start, off);
	else if (piece->nr > 1)
		snprintf(text, size, "%s[%zu].%s", piece->what, off / piece->object_size,
			 field_name(arena.chain, piece->what, off % piece->object_size, field, sizeof(field)));
	else
		snprintf(text, size, "%s.%s of %p", piece->what, field_name(arena.chain, piece->what, off, field, sizeof(field)),
			 piece->start);
	return text;
}
