/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The model's pages: which frames are in use, shared since a fork or not, and what the program wrote to them.
 *
 * A private page is a frame with a count of the address spaces that share it by copy on write: a write
 * gives the writer a frame of its own unless it has the frame alone.  Pages of files are counted by file
 * and offset.  So the count of frames is what the core needs at that moment of the recording; and the
 * words written are known without the core, so its contents can be checked against them.
 */
#include <stdlib.h>

#include "bench/plan/model_pages.h"
#include "common/mm/hash.h"
#include "common/mm/vma.h"

struct word {
	struct word *next;
	u32 number, value;
};

struct frame {
	u32 spaces;		/* that have it */
	struct word *words;	/* written, each once */
};

struct private_page {
	struct omap_node node;	/* key: address */
	struct frame *frame;
	bool writable;
};

struct cached_page {
	struct omap_node node;	/* key: file and offset */
};

struct shmem_node {
	struct omap_node node;	/* key: number of the file */
	u64 vmas;
};

/* Key of a file's page.  Offsets beyond 2^40 pages share keys, which counts too few by a hair. */
#define CACHED_KEY(file, pgoff) ((u64)(file) << 40 | ((pgoff) & ((1ULL << 40) - 1)))

static struct private_page *page_of(struct omap_node *node)
{
	return node ? container_of(node, struct private_page, node) : NULL;
}

static struct private_page *page_at(const struct model *m, u64 addr)
{
	struct private_page *page = page_of(omap_floor(&m->pages, addr & PAGE_MASK));

	return page && page->node.key == (addr & PAGE_MASK) ? page : NULL;
}

/* --- frames ----------------------------------------------------------------------------- */

static struct frame *new_frame(struct model *m)
{
	struct frame *frame = calloc(1, sizeof(*frame));

	if (!frame) {
		m->no_memory = true;
		return NULL;
	}
	frame->spaces = 1;
	m->tally->live++;
	m->tally->made++;
	return frame;
}

static void put_frame(struct model *m, struct frame *frame)
{
	struct word *word;

	if (--frame->spaces)
		return;
	while ((word = frame->words)) {
		frame->words = word->next;
		free(word);
	}
	free(frame);
	m->tally->live--;
}

static void set_word(struct model *m, struct frame *frame, u32 number, u32 value)
{
	struct word *word;

	for (word = frame->words; word; word = word->next)
		if (word->number == number)
			break;
	if (!word) {
		word = malloc(sizeof(*word));
		if (!word) {
			m->no_memory = true;
			return;
		}
		word->number = number;
		word->next = frame->words;
		frame->words = word;
	}
	word->value = value;
}

/* The page's frame is its own from now on. */
static void unshare(struct model *m, struct private_page *page)
{
	struct frame *old = page->frame, *own;

	if (old->spaces == 1)
		return;
	own = new_frame(m);
	if (!own)
		return;
	for (struct word *word = old->words; word; word = word->next)
		set_word(m, own, word->number, word->value);
	put_frame(m, old);
	page->frame = own;
}

/* --- private pages ---------------------------------------------------------------------- */

static struct private_page *add_page(struct model *m, u64 addr, struct frame *frame)
{
	struct private_page *page = malloc(sizeof(*page));

	if (!page) {
		m->no_memory = true;
		return NULL;
	}
	page->node.key = addr & PAGE_MASK;
	page->frame = frame;
	page->writable = false;
	omap_insert(&m->pages, &page->node);
	return page;
}

/* Make sure that a private page is there and not shared. */
static struct private_page *own_page(struct model *m, u64 addr)
{
	struct private_page *page = page_at(m, addr);
	struct frame *frame;

	if (page) {
		unshare(m, page);
	} else {
		frame = new_frame(m);
		if (!frame)
			return NULL;
		page = add_page(m, addr, frame);
		if (!page)
			put_frame(m, frame);
	}
	return page;
}

void model_write(struct model *m, u64 addr, u32 word, u32 value)
{
	struct private_page *page = page_at(m, addr);

	if (page)	/* not: no memory */
		set_word(m, page->frame, word, value);
}

void model_zap(struct model *m, u64 start, u64 end)
{
	struct private_page *page;

	while ((page = page_of(omap_ceil(&m->pages, start))) && page->node.key < end) {
		omap_remove(&m->pages, &page->node);
		put_frame(m, page->frame);
		free(page);
	}
}

void model_move_pages(struct model *m, u64 start, u64 end, u64 to)
{
	struct private_page *page;

	for (u64 addr = start; (page = page_of(omap_ceil(&m->pages, addr))) &&
	     page->node.key < end;) {
		addr = page->node.key;
		omap_remove(&m->pages, &page->node);
		page->node.key = to + (addr - start);
		omap_insert(&m->pages, &page->node);
	}
}

void model_write_protect(struct model *m, u64 start, u64 end)
{
	struct private_page *page;

	for (u64 addr = start; (page = page_of(omap_ceil(&m->pages, addr))) &&
	     page->node.key < end; addr = page->node.key + 1)
		page->writable = false;
}

bool model_writable(const struct model *m, u64 addr)
{
	const struct private_page *page = page_at(m, addr);

	return page && page->writable;
}

u64 model_written(const struct model *m)
{
	const struct private_page *page;
	u64 sum = 0;

	for (u64 addr = 0; (page = page_of(omap_ceil(&m->pages, addr))); addr = page->node.key + 1)
		for (const struct word *word = page->frame->words; word; word = word->next)
			sum += hash64_2(page->node.key + 8ULL * word->number, word->value);
	return sum;
}

void model_share_pages(struct model *child, struct model *m, u64 start, u64 end)
{
	struct private_page *page;

	for (u64 addr = start; (page = page_of(omap_ceil(&m->pages, addr))) && page->node.key < end;
	     addr = page->node.key + 1)
		if (add_page(child, page->node.key, page->frame))
			page->frame->spaces++;
}

/* --- pages of files ------------------------------------------------------------------------ */

static void cache_page(struct model *m, u64 key)
{
	struct omap_node *at = omap_floor(&m->files->cached, key);
	struct cached_page *page;

	if (at && at->key == key)
		return;
	page = malloc(sizeof(*page));
	if (!page) {
		m->no_memory = true;
		return;
	}
	page->node.key = key;
	omap_insert(&m->files->cached, &page->node);
	m->tally->live++;
	m->tally->made++;
}

static void drop_cached(struct model *m, u64 start, u64 end)
{
	struct omap *cached = &m->files->cached;
	struct omap_node *node;

	while ((node = omap_ceil(cached, start)) && node->key < end) {
		omap_remove(cached, node);
		free(container_of(node, struct cached_page, node));
		m->tally->live--;
	}
}

bool model_makes_private(const struct model *m, const struct model_vma *vma, bool write)
{
	return !(vma->flags & VM_SHARED) && (write || (m->tally->no_zero_page && !vma->file));
}

void model_fill(struct model *m, const struct model_vma *vma, u64 addr, bool write)
{
	struct private_page *page;

	addr &= PAGE_MASK;
	if (vma->file)
		cache_page(m, CACHED_KEY(vma->file, vma->pgoff +
					 ((addr - model_start(vma)) >> PAGE_SHIFT)));
	if (!model_makes_private(m, vma, write) || (!write && page_at(m, addr)))
		return;
	page = own_page(m, addr);
	if (page)
		page->writable = write || (vma->flags & VM_WRITE);
}

void model_count_shmem(struct model *m, const struct model_vma *vma, bool came)
{
	struct omap_node *at;
	struct shmem_node *s;

	if (!vma->shmem)
		return;
	at = omap_floor(&m->files->shmem, vma->file);
	if (at && at->key == vma->file) {
		s = container_of(at, struct shmem_node, node);
	} else {
		s = calloc(1, sizeof(*s));
		if (!s) {
			m->no_memory = true;
			return;
		}
		s->node.key = vma->file;
		omap_insert(&m->files->shmem, &s->node);
	}
	s->vmas += came ? 1 : -1ULL;
	if (s->vmas)
		return;
	drop_cached(m, CACHED_KEY(vma->file, 0), CACHED_KEY(vma->file + 1ULL, 0));
	omap_remove(&m->files->shmem, &s->node);
	free(s);
}

void model_drop_files(struct model *m)
{
	if (!m->files || --m->files->models)
		return;
	drop_cached(m, 0, ~0ULL);
	while (m->files->shmem.root) {		/* files are left only if memory ran out */
		struct omap_node *node = m->files->shmem.root;

		omap_remove(&m->files->shmem, node);
		free(container_of(node, struct shmem_node, node));
	}
	free(m->files);
}
