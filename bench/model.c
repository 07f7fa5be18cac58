/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The model's ranges: cut, cleared, merged.
 */
#include <stdlib.h>

#include "bench/model.h"
#include "common/mm/vma.h"

struct range {
	struct omap_node node;	/* key: start */
	u64 end;
};

struct page_node {
	struct omap_node node;	/* key: address, or file and offset */
};

struct shmem_node {
	struct omap_node node;	/* key: number of the file */
	u64 vmas;
};

/* Key of a file's page.  Offsets beyond 2^40 pages share keys, which counts too few by a hair. */
#define CACHED_KEY(file, pgoff) ((u64)(file) << 40 | ((pgoff) & ((1ULL << 40) - 1)))

static struct range *range_of(struct omap_node *node)
{
	return node ? container_of(node, struct range, node) : NULL;
}

void model_init(struct model *m)
{
	*m = (struct model){ 0 };
}

static void empty(struct omap *map, size_t node_offset)
{
	while (map->root) {
		struct omap_node *node = map->root;

		omap_remove(map, node);
		free((char *)node - node_offset);
	}
}

void model_exit(struct model *m)
{
	empty(&m->vmas, offsetof(struct model_vma, node));
	empty(&m->ever, offsetof(struct range, node));
	empty(&m->pages, offsetof(struct page_node, node));
	empty(&m->cached, offsetof(struct page_node, node));
	empty(&m->shmem, offsetof(struct shmem_node, node));
	model_init(m);
}

/* --- looking -------------------------------------------------------------------- */

struct model_vma *model_at(const struct model *m, u64 addr)
{
	struct model_vma *vma = model_vma_of(omap_floor(&m->vmas, addr));

	return vma && vma->end > addr ? vma : NULL;
}

struct model_vma *model_next(const struct model *m, u64 addr)
{
	struct model_vma *vma = model_at(m, addr);

	return vma ? vma : model_vma_of(omap_ceil(&m->vmas, addr));
}

bool model_covers(const struct model *m, u64 start, u64 end)
{
	while (start < end) {
		struct model_vma *vma = model_at(m, start);

		if (!vma)
			return false;
		start = vma->end;
	}
	return true;
}

bool model_ever(const struct model *m, u64 start, u64 end)
{
	struct range *r = range_of(omap_floor(&m->ever, end - 1));

	return r && r->end > start;
}

/* --- what was mapped at some time -------------------------------------------------- */

static void note_ever(struct model *m, u64 start, u64 end)
{
	struct range *r = range_of(omap_floor(&m->ever, start)), *next;

	if (r && r->end >= start) {
		if (r->end >= end)
			return;
	} else {
		r = malloc(sizeof(*r));
		if (!r) {
			m->no_memory = true;
			return;
		}
		r->node.key = start;
		omap_insert(&m->ever, &r->node);
	}
	r->end = end;
	while ((next = range_of(omap_ceil(&m->ever, r->node.key + 1))) &&
	       next->node.key <= r->end) {
		if (next->end > r->end)
			r->end = next->end;
		omap_remove(&m->ever, &next->node);
		free(next);
	}
}

/* --- pages ------------------------------------------------------------------------------ */

static void add_page(struct model *m, struct omap *map, u64 key)
{
	struct omap_node *at = omap_floor(map, key);
	struct page_node *page;

	if (at && at->key == key)
		return;
	page = malloc(sizeof(*page));
	if (!page) {
		m->no_memory = true;
		return;
	}
	page->node.key = key;
	omap_insert(map, &page->node);
	m->nr_pages++;
}

static void drop_pages(struct model *m, struct omap *map, u64 start, u64 end)
{
	struct omap_node *node;

	while ((node = omap_ceil(map, start)) && node->key < end) {
		omap_remove(map, node);
		free(container_of(node, struct page_node, node));
		m->nr_pages--;
	}
}

void model_fill(struct model *m, const struct model_vma *vma, u64 addr, bool write)
{
	addr &= PAGE_MASK;
	if (vma->file)
		add_page(m, &m->cached, CACHED_KEY(vma->file, vma->pgoff +
						   ((addr - model_start(vma)) >> PAGE_SHIFT)));
	if (write && !(vma->flags & VM_SHARED))
		add_page(m, &m->pages, addr);
}

void model_zap(struct model *m, u64 start, u64 end)
{
	drop_pages(m, &m->pages, start, end);
}

/* A VMA of a file of shared memory came or went; the last takes the pages with it. */
static void count_shmem(struct model *m, const struct model_vma *vma, bool came)
{
	struct omap_node *at = omap_floor(&m->shmem, vma->file);
	struct shmem_node *s;

	if (!vma->shmem)
		return;
	if (at && at->key == vma->file) {
		s = container_of(at, struct shmem_node, node);
	} else {
		s = calloc(1, sizeof(*s));
		if (!s) {
			m->no_memory = true;
			return;
		}
		s->node.key = vma->file;
		omap_insert(&m->shmem, &s->node);
	}
	s->vmas += came ? 1 : -1ULL;
	if (s->vmas)
		return;
	drop_pages(m, &m->cached, CACHED_KEY(vma->file, 0), CACHED_KEY(vma->file + 1ULL, 0));
	omap_remove(&m->shmem, &s->node);
	free(s);
}

/* --- cutting and merging ------------------------------------------------------------- */

static struct model_vma *insert(struct model *m, const struct model_vma *like, u64 start, u64 end)
{
	struct model_vma *vma = malloc(sizeof(*vma));

	if (!vma) {
		m->no_memory = true;
		return NULL;
	}
	*vma = *like;
	vma->node.key = start;
	vma->end = end;
	omap_insert(&m->vmas, &vma->node);
	m->nr_vmas++;
	count_shmem(m, vma, true);
	return vma;
}

static void drop(struct model *m, struct model_vma *vma)
{
	omap_remove(&m->vmas, &vma->node);
	count_shmem(m, vma, false);
	free(vma);
	m->nr_vmas--;
}

/* No VMA reaches across @a addr afterwards. */
static void cut(struct model *m, u64 addr)
{
	struct model_vma *vma = model_at(m, addr);

	if (!vma || model_start(vma) == addr)
		return;
	struct model_vma like = *vma;

	like.pgoff += (addr - model_start(vma)) >> PAGE_SHIFT;
	if (insert(m, &like, addr, vma->end))
		vma->end = addr;
}

static bool same(struct ref a, struct ref b)
{
	return a.thread == b.thread && a.seq == b.seq;
}

/* Merge what touches at @a addr, if it is alike. */
static void merge_at(struct model *m, u64 addr, struct ref by)
{
	struct model_vma *right = model_vma_of(omap_floor(&m->vmas, addr));
	struct model_vma *left = addr ? model_at(m, addr - 1) : NULL;

	if (!left || !right || left == right || model_start(right) != addr ||
	    left->flags != right->flags || left->file != right->file ||
	    left->pgoff + ((addr - model_start(left)) >> PAGE_SHIFT) != right->pgoff)
		return;
	if (left->anon != right->anon || !same(left->anon_by, right->anon_by)) {
		left->anon |= right->anon;
		left->anon_by = by;
	}
	if (!same(left->shape, right->shape))
		left->shape = by;
	left->end = right->end;
	drop(m, right);
}

/* Merge within [start, end] where changed VMAs meet, and with the neighbours. */
static void merge(struct model *m, u64 start, u64 end, struct ref by)
{
	struct model_vma *vma = model_next(m, start ? start - 1 : 0);

	while (vma && model_start(vma) <= end) {
		u64 at = model_start(vma);

		merge_at(m, at, by);
		vma = model_vma_of(omap_ceil(&m->vmas, at + 1));
	}
}

/* --- changes -------------------------------------------------------------------------- */

void model_unmap(struct model *m, u64 start, u64 end)
{
	struct model_vma *vma;

	cut(m, start);
	cut(m, end);
	while ((vma = model_vma_of(omap_ceil(&m->vmas, start))) && model_start(vma) < end)
		drop(m, vma);
	model_zap(m, start, end);
}

void model_map(struct model *m, u64 start, u64 end, u64 flags, u32 file, bool shmem, u64 pgoff,
	       struct ref by)
{
	struct model_vma like = { .flags = flags, .file = file, .shmem = shmem, .pgoff = pgoff,
				  .shape = by };

	model_unmap(m, start, end);
	insert(m, &like, start, end);
	note_ever(m, start, end);
	merge(m, start, end, by);
}

void model_flags(struct model *m, u64 start, u64 end, u64 clear, u64 set, struct ref by)
{
	cut(m, start);
	cut(m, end);
	for (struct model_vma *vma = model_next(m, start); vma && model_start(vma) < end;
	     vma = model_vma_of(omap_ceil(&m->vmas, model_start(vma) + 1)))
		vma->flags = (vma->flags & ~clear) | set;
	merge(m, start, end, by);
}

void model_protect(struct model *m, u64 start, u64 end, u64 rights, struct ref by)
{
	cut(m, start);
	cut(m, end);
	for (struct model_vma *vma = model_next(m, start); vma && model_start(vma) < end;
	     vma = model_vma_of(omap_ceil(&m->vmas, model_start(vma) + 1))) {
		u64 old = vma->flags, flags = (old & ~VM_ACCESS_FLAGS) | rights;

		if (flags == old)
			continue;
		/* Linux accounts private memory that becomes writable; see the core's mprotect.c. */
		if (!(rights & VM_WRITE)) {
			if ((old & VM_ACCOUNT) && !vma->file && !vma->anon)
				flags &= ~VM_ACCOUNT;
		} else if (!(old & (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE))) {
			flags |= VM_ACCOUNT;
		}
		vma->flags = flags;
	}
	merge(m, start, end, by);
}

void model_move(struct model *m, u64 old, u64 old_len, u64 to, u64 len, bool keep_old,
		struct ref by)
{
	struct model_vma *vma = model_at(m, old), like;
	u64 moved = old_len < len ? old_len : len;
	struct page_node *page;

	like = *vma;
	like.shape = by;
	if (like.anon)
		like.anon_by = by;
	like.pgoff += (old - model_start(vma)) >> PAGE_SHIFT;
	if (!like.file && !like.anon)
		like.pgoff = to >> PAGE_SHIFT;	/* nothing was written: it is born again */
	model_unmap(m, to, to + len);
	insert(m, &like, to, to + len);
	note_ever(m, to, to + len);
	for (u64 addr = old; (page = (struct page_node *)omap_ceil(&m->pages, addr)) &&
	     page->node.key < old + moved;) {
		addr = page->node.key;
		omap_remove(&m->pages, &page->node);
		page->node.key = to + (addr - old);
		omap_insert(&m->pages, &page->node);
	}
	if (!keep_old)
		model_unmap(m, old, old + old_len);
	merge(m, to, to + len, by);
}

void model_grow_down(struct model *m, struct model_vma *vma, u64 start)
{
	u64 was = model_start(vma);

	omap_remove(&m->vmas, &vma->node);
	vma->node.key = start;
	vma->pgoff -= (was - start) >> PAGE_SHIFT;
	omap_insert(&m->vmas, &vma->node);
	note_ever(m, start, was);
}
