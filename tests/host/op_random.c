// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Draws calls: mostly near the places of earlier calls, sometimes senseless ones.
 */
#define _GNU_SOURCE
#include "tests/host/twins.h"

#include <string.h>
#include <sys/mman.h>

#define PICK(r, table) ((table)[random_below(r, sizeof(table) / sizeof(*(table)))])

#define PROT_GROWS_DOWN	0x01000000
#define PROT_GROWS_UP	0x02000000

/* A part of a field. */
struct part {
	const struct field *field;
	unsigned long addr, len;
};

static unsigned long some_bytes(struct random *r)
{
	return random_below(r, PAGE_SIZE);
}

/* Rather few units; of large ones sometimes not whole ones. */
static struct part random_part(struct random *r, const struct twins *tw)
{
	struct part p = { .field = &tw->field[one_in(r, 4) ? tw->nr_fields - 1 : 0] };
	unsigned long pages = tw->unit >> PAGE_SHIFT;

	p.addr = p.field->start + random_below(r, FIELD_UNITS) * tw->unit;
	p.len = (1 + random_below(r, one_in(r, 3) ? 12 : 4)) * tw->unit;
	if (pages > 1 && one_in(r, 5)) {
		p.addr += random_below(r, pages) * PAGE_SIZE;
		if (p.len > tw->unit)
			p.len -= random_below(r, pages) * PAGE_SIZE;
	}
	if (p.addr + p.len > p.field->end)
		p.len = p.field->end - p.addr;
	if (one_in(r, 20))
		p.len -= some_bytes(r);
	return p;
}

static int random_prot(struct random *r, const struct twins *tw)
{
	static const int prots[] = {
		PROT_NONE, PROT_READ, PROT_READ, PROT_WRITE, PROT_EXEC, PROT_READ | PROT_EXEC,
		PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE | PROT_EXEC,
	};
	int prot = PICK(r, prots);

	return prot == PROT_EXEC && tw->features->exec_only ? PROT_READ : prot;
}

/* Addresses and lengths that no mapping can have. */
static void nonsense(struct op *op, struct random *r, const struct twins *tw)
{
	static const unsigned long addrs[] = { 0x7ffffffff000, ~0xfffUL, 1UL << 60 };
	/* The last two reach the puppet's own mappings, so they are not for calls that go on over holes. */
	static const unsigned long lens[] = { ~0UL, ~0xfffUL, 0x7ffffffff000, 1UL << 63 };

	switch (random_below(r, 5)) {
	case 0:
		op->addr += 1 + random_below(r, PAGE_SIZE - 1);
		break;
	case 1:
		op->len = 0;
		break;
	case 2:
		if (!tw->features->far)
			op->addr = PICK(r, addrs);
		break;
	case 3:
		if (!tw->features->far)
			op->len = lens[random_below(r, op->kind == OP_MADVISE || op->kind == OP_MPROTECT ? 2 : 4)];
		break;
	case 4:
		op->offset += some_bytes(r);
		break;
	}
}

static void random_mmap(struct op *op, struct random *r, const struct twins *tw, const struct part *p)
{
	unsigned int kind = random_below(r, 12);

	op->prot = random_prot(r, tw);
	if (kind < 4) {
		op->file = one_in(r, 4);
		op->offset = op->addr - p->field->start;
		if (one_in(r, 4))
			op->offset += random_below(r, 3) * PAGE_SIZE;
		op->flags = kind < 2 ? MAP_SHARED : MAP_PRIVATE;
	} else {
		op->flags = MAP_ANONYMOUS | (kind < 5 ? MAP_SHARED : MAP_PRIVATE);
	}
	if (one_in(r, 6))
		op->flags |= MAP_NORESERVE;
	if (one_in(r, 10) && tw->features->stack_is_small)
		op->flags |= MAP_STACK;
	if (one_in(r, 15) && (tw->unit == PAGE_SIZE || tw->features->grows_far))
		op->flags |= MAP_GROWSDOWN;
	if (one_in(r, 20) && kind >= 5 && tw->features->droppable)
		op->flags = (op->flags & ~MAP_PRIVATE) | MM_MAP_DROPPABLE;
	if (one_in(r, 25))
		op->flags |= MM_MAP_SYNC;
	if (one_in(r, 30))
		op->flags ^= random_below(r, 4);	/* both, or none, of shared and private */
	op->flags |= one_in(r, 4) ? MAP_FIXED_NOREPLACE : MAP_FIXED;
}

static void random_mprotect(struct op *op, struct random *r, const struct twins *tw)
{
	op->prot = random_prot(r, tw);
	if (one_in(r, 20))
		op->prot |= one_in(r, 3) ? PROT_GROWS_UP : PROT_GROWS_DOWN;
	else if (one_in(r, 40))
		op->prot |= 1 << (4 + random_below(r, 20));
}

static void random_madvise(struct op *op, struct random *r, const struct twins *tw)
{
	static const int advice[] = {
		MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED, MADV_DONTNEED,
		MADV_DONTNEED, MADV_FREE, MADV_DONTFORK, MADV_DONTFORK, MADV_DOFORK, MADV_DOFORK,
		MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_DONTDUMP,
		MADV_DODUMP, MADV_WIPEONFORK, MADV_WIPEONFORK, MADV_WIPEONFORK, MADV_KEEPONFORK,
		MADV_COLD, MADV_PAGEOUT, 24 /* MADV_DONTNEED_LOCKED */, 5, 99, MM_MADV_POPULATE_READ,
		MM_MADV_POPULATE_WRITE, MM_MADV_GUARD_INSTALL, MM_MADV_GUARD_INSTALL, MM_MADV_GUARD_REMOVE,
	};

	op->prot = PICK(r, advice);
	if (!tw->features->ksm && (op->prot == MADV_MERGEABLE || op->prot == MADV_UNMERGEABLE))
		op->prot = MADV_NORMAL;
	if (!tw->features->guards && (op->prot == MM_MADV_GUARD_INSTALL || op->prot == MM_MADV_GUARD_REMOVE))
		op->prot = MADV_DONTNEED;
	/* Our side has too few frames to populate large units. */
	if (tw->unit != PAGE_SIZE && (op->prot == MM_MADV_POPULATE_READ || op->prot == MM_MADV_POPULATE_WRITE))
		op->prot = MADV_WILLNEED;
	if (!tw->features->huge && (op->prot == MADV_HUGEPAGE || op->prot == MADV_NOHUGEPAGE))
		op->prot = MADV_NORMAL;
}

static void random_mremap(struct op *op, struct random *r, const struct twins *tw, const struct part *from)
{
	struct part to = random_part(r, tw);

	if (!one_in(r, 3))
		op->flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	if (one_in(r, 4))
		op->flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
	if (one_in(r, 40))
		op->flags ^= 1 << random_below(r, 4);
	/* host_places compares where it may go by itself. */
	if (!(op->flags & MREMAP_FIXED))
		op->flags &= ~(MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
	op->to = to.addr;
	op->to_len = one_in(r, 2) ? op->len : (1 + random_below(r, 6)) * tw->unit;
	if (one_in(r, 30))
		op->to += some_bytes(r);
	if (one_in(r, 40))
		op->to_len = 0;
	if ((op->flags & MREMAP_FIXED) && op->to + op->to_len > to.field->end)
		op->to_len = to.field->end - (op->to & PAGE_MASK);
	if (!(op->flags & MREMAP_FIXED) && op->addr + op->to_len > from->field->end)
		op->to_len = from->field->end - (op->addr & PAGE_MASK);
}

static void random_brk(struct op *op, struct random *r, const struct twins *tw)
{
	const struct field *heap = &tw->field[FIELD_HEAP];

	op->addr = heap->start + random_below(r, FIELD_UNITS) * tw->unit;
	if (one_in(r, 3))
		op->addr += some_bytes(r);
	if (one_in(r, 20))
		op->addr = 0;
}

/* To where something is mapped, perhaps to all of it. */
static void aim(struct op *op, struct random *r, const struct twins *tw, const struct part *p)
{
	struct vma_info info;

	if (!mm_next_vma(tw->task, tw->mm[op->who], op->addr, &info) || info.start >= p->field->end)
		return;
	op->addr = max_ul(op->addr, info.start);
	if (one_in(r, 2) || op->addr + op->len > p->field->end)
		op->len = min_ul(info.end, p->field->end) - op->addr;
}

static bool in_a_field(const struct twins *tw, unsigned long addr, unsigned long len)
{
	for (unsigned int i = 0; i < tw->nr_fields; i++)
		if (addr >= tw->field[i].start && addr < tw->field[i].end && len <= tw->field[i].end - addr)
			return true;
	return false;
}

/* Move the mapping that moved last back, or once more; others may have been mapped there meanwhile. */
static bool move_back(struct op *op, struct random *r, const struct twins *tw)
{
	const struct op *last = &tw->moved;

	if (!last->len || !tw->mm[last->who] || op->kind != OP_MREMAP || !one_in(r, 3) ||
	    !in_a_field(tw, last->to, last->to_len) || !in_a_field(tw, last->addr, last->to_len))
		return false;
	op->who = last->who;
	op->addr = last->to;
	op->len = op->to_len = last->to_len;
	op->to = last->addr;
	op->flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	return true;
}

/* Map beside the place that the last move left, so that a mapping that comes back merges. */
static void beside_moved(struct op *op, struct random *r, const struct twins *tw)
{
	const struct op *last = &tw->moved;

	unsigned long beside = one_in(r, 2) ? last->addr + PAGE_ALIGN(last->len) : last->addr - tw->unit;

	if (!last->len || !tw->mm[last->who] || !one_in(r, 4) || !in_a_field(tw, beside, tw->unit))
		return;
	op->who = last->who;
	op->addr = beside;
	op->len = tw->unit;
}

/* A word. */
static void random_access(struct op *op, struct random *r)
{
	op->addr &= PAGE_MASK;
	if (one_in(r, 2))
		op->addr += PAGE_SIZE - sizeof(u64);
	op->offset = r->state;
}

static enum op_kind random_kind(struct random *r, const struct twins *tw)
{
	static const enum op_kind kinds[] = {
		OP_MMAP, OP_MMAP, OP_MMAP, OP_MMAP, OP_MUNMAP, OP_MPROTECT, OP_MPROTECT, OP_MPROTECT,
		OP_MADVISE, OP_MADVISE, OP_MREMAP, OP_MREMAP, OP_READ, OP_READ, OP_WRITE, OP_WRITE, OP_WRITE,
	};

	if (one_in(r, 150))
		return OP_TRUNCATE;
	if (one_in(r, 40))
		return OP_FORK;
	if (one_in(r, 60))
		return OP_EXIT;
	if (one_in(r, 15) && tw->nr_fields > FIELD_HEAP)
		return OP_BRK;
	return PICK(r, kinds);
}

void op_random(struct op *op, struct random *r, const struct twins *tw)
{
	struct part p = random_part(r, tw);

	memset(op, 0, sizeof(*op));
	op->kind = random_kind(r, tw);
	op->addr = p.addr;
	op->len = p.len;
	op->file = -1;
	do
		op->who = random_below(r, NR_PUPPETS);
	while (!tw->mm[op->who]);
	if (op->kind != OP_MMAP && !one_in(r, 3))
		aim(op, r, tw, &p);

	if (move_back(op, r, tw))
		return;
	switch (op->kind) {
	case OP_MMAP:
		random_mmap(op, r, tw, &p);
		if (op->file < 0)
			beside_moved(op, r, tw);
		break;
	case OP_MPROTECT:
		random_mprotect(op, r, tw);
		break;
	case OP_MADVISE:
		random_madvise(op, r, tw);
		break;
	case OP_MREMAP:
		random_mremap(op, r, tw, &p);
		break;
	case OP_BRK:
		random_brk(op, r, tw);
		return;
	case OP_READ:
	case OP_WRITE:
		random_access(op, r);
		return;
	case OP_TRUNCATE:
		op->file = random_below(r, NR_FILES);
		op->offset = random_below(r, tw->file_pages[op->file] + 1);
		return;
	case OP_FORK:
	case OP_EXIT:
		return;
	default:
		break;
	}
	if (one_in(r, 25))
		nonsense(op, r, tw);
}
