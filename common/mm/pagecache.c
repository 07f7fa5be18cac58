/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The page cache: a radix tree of 32-way nodes per file, RCU readers, writers under the file's lock.
 *
 * file->pages is a tagged word: the root node's address, and in its low bits the
 * height.  It is one word, so that a reader finds the two together.
 */
#include "common/mm/pagecache.h"
#include "common/mm/lru.h"
#include "common/mm/readahead.h"
#include "common/mm/rmap.h"
#include "common/mm/world.h"
#include "common/sync/rcu.h"

#include <errno.h>

#define NODE_SHIFT	5
#define NODE_SLOTS	(1u << NODE_SHIFT)
#define HEIGHT_MASK	63ULL	/* nodes are aligned to 64 */

/** Fills a CACHE_NODE object exactly. */
struct pagecache_node {
	void *slot[NODE_SLOTS];	/**< nodes, or pages on the lowest level; RCU */
};

static unsigned int tree_height(u64 root)
{
	return root & HEIGHT_MASK;
}

static struct pagecache_node *tree_node(u64 root)
{
	return (struct pagecache_node *)(uintptr_t)(root & ~HEIGHT_MASK);
}

static unsigned int slot_of(u64 index, unsigned int level)
{
	return index >> (level * NODE_SHIFT) & (NODE_SLOTS - 1);
}

/* Does a tree of this height have a place for the index? */
static bool tree_reaches(unsigned int height, u64 index)
{
	return height && (height * NODE_SHIFT >= 64 || !(index >> (height * NODE_SHIFT)));
}

/* The page's slot, or NULL where a node is missing.  @context inside RCU, or the lock */
static void **tree_slot(const struct file *file, u64 index)
{
	u64 root = rcu_dereference(file->pages);
	struct pagecache_node *node = tree_node(root);
	unsigned int level = tree_height(root);

	if (!tree_reaches(level, index))
		return NULL;
	while (--level && node)
		node = rcu_dereference(node->slot[slot_of(index, level)]);
	return node ? &node->slot[slot_of(index, 0)] : NULL;
}

static struct pagecache_node *node_alloc(struct task *t)
{
	if (inject_failure(t->world, SITE_FILE_NODE, current_gfp(t, GFP_KERNEL)))
		return NULL;
	return cache_alloc(t, CACHE_NODE);
}

static void node_clear(struct pagecache_node *node)
{
	for (unsigned int i = 0; i < NODE_SLOTS; i++)
		WRITE_ONCE(node->slot[i], NULL);
}

/* A new root above the old one, which becomes its first child. @context the lock */
static bool tree_grow(struct task *t, struct file *file)
{
	u64 root = READ_ONCE(file->pages);
	struct pagecache_node *node = node_alloc(t);

	if (!node)
		return false;
	node_clear(node);
	if (root)
		WRITE_ONCE(node->slot[0], tree_node(root));
	rcu_assign_pointer(file->pages, (u64)(uintptr_t)node | (tree_height(root) + 1));
	return true;
}

/* The page's slot, with nodes made where they are missing; NULL: no memory.  @context the lock */
static void **tree_slot_make(struct task *t, struct file *file, u64 index)
{
	struct pagecache_node *node, *child;
	unsigned int level;

	while (!tree_reaches(tree_height(READ_ONCE(file->pages)), index))
		if (!tree_grow(t, file))
			return NULL;
	node = tree_node(READ_ONCE(file->pages));
	level = tree_height(READ_ONCE(file->pages));
	while (--level) {
		void **slot = &node->slot[slot_of(index, level)];

		child = READ_ONCE(*slot);
		if (!child) {
			child = node_alloc(t);
			if (!child)
				return NULL;
			node_clear(child);
			rcu_assign_pointer(*slot, (void *)child);
		}
		node = child;
	}
	return &node->slot[slot_of(index, 0)];
}

/*
 * Left in the slot of a page that reclaim took out, so that reading the page again is counted.  Kernel
 * twin: workingset.c's shadow entries, without their age.
 */
#define SHADOW ((void *)1UL)

static struct page *slot_page(void *const *slot)
{
	void *found = rcu_dereference(*slot);

	return found == SHADOW ? NULL : found;
}

struct page *pagecache_get(struct task *t, struct file *file, u64 index)
{
	struct page *page;
	void **slot;

	rcu_read_lock();
	slot = tree_slot(file, index);
	for (unsigned int turn = 0; slot && (page = slot_page(slot)); turn++) {
		/*
		 * Take a count first, then read the slot again: without a count the frame could be freed
		 * and become another page at any moment; with one it stays what it is.  A count of 0
		 * means that the page is on its way out, and the slot will change too.
		 */
		if (page_tryget(page)) {
			if (slot_page(slot) == page)
				break;
			page_put(t, page);
		} else {
			platform_relax(turn);	/* the slot or the count changes: no single word to wait for */
		}
	}
	if (!slot)
		page = NULL;
	rcu_read_unlock();
	return page;
}

/* @return 0; -EEXIST: another thread was faster; -ENOMEM */
static int pagecache_add(struct task *t, struct file *file, u64 index, struct page *page)
{
	int err = -ENOMEM;
	void **slot;

	spin_lock(&file->lock);
	slot = tree_slot_make(t, file, index);
	if (slot) {
		err = slot_page(slot) ? -EEXIST : 0;
		if (!err) {
			if (READ_ONCE(*slot) == SHADOW)
				count(t, STAT_FILE_REREAD);
			rcu_assign_pointer(*slot, (void *)page);
			fetch_add_relaxed(&t->world->nr_cached, 1);
		}
	}
	spin_unlock(&file->lock);
	return err;
}

/*
 * Take the page out of the cache; it no longer belongs to the file.
 * @context the page is locked and the file's; the caller has a count
 */
static void pagecache_forget(struct task *t, struct file *file, struct page *page, u64 index)
{
	spin_lock(&file->lock);
	rcu_assign_pointer(*tree_slot(file, index), NULL);
	spin_unlock(&file->lock);
	WRITE_ONCE(page->file, NULL);
	fetch_add_relaxed(&t->world->nr_cached, -1ULL);
	page_put(t, page);	/* the cache's count */
}

/*
 * The caller read the size earlier; truncation, which stores the size and then looks for pages, may have passed this
 * index since.  So we read the size again once the page can be found: of the two threads, the second sees the other.
 * Truncation waits for the page's lock, and then finds the page read, or out of the cache.
 */
int pagecache_begin_read(struct task *t, struct file *file, u64 index, struct page **out)
{
	struct page *page = page_alloc(t, SITE_FILE_PAGE, GFP_KERNEL);
	int err;

	if (!page)
		return -ENOMEM;
	page->index = index;
	WRITE_ONCE(page->file, file);
	WRITE_ONCE(page->flags, PAGE_FILE | PAGE_LOCKED);
	page_get(page);		/* the cache's count, taken before the page can be found */
	probe(t, PROBE_FAULT_READ_IN, 0);
	err = pagecache_add(t, file, index, page);
	if (err) {
		page_put(t, page);
		page_put(t, page);
		return err;
	}
	smp_mb();	/* @pairs{size stored, then pages looked for | pagecache_truncate()} */
	if (index >= READ_ONCE(file->nr_pages)) {
		pagecache_forget(t, file, page, index);
		unlock_page(page);
		page_put(t, page);
		return -EFAULT;
	}
	*out = page;
	return 0;
}

static void finish_read(struct task *t, struct file *file, struct page *page)
{
	count(t, STAT_FILE_READ);
	file_read_page(file, page->index, page_address(&t->world->zone, page));
	/*
	 * Release: a thread that sees UPTODATE sees the contents.  @pairs{contents before UPTODATE |
	 * page_uptodate()}
	 */
	fetch_or(&page->flags, PAGE_UPTODATE);
	lru_add(t, page);
	unlock_page(page);
}

void pagecache_end_read(struct task *t, struct file *file, struct page *page, unsigned int window)
{
	struct page *ahead = window > 1 && !file->shmem ? readahead_begin(t, file, page->index, window) : NULL, *next;

	if (t->world->config.file_read_ns)
		platform_sleep(t->world->config.file_read_ns);
	finish_read(t, file, page);
	for (; ahead; ahead = next) {
		next = ahead->next;
		finish_read(t, file, ahead);
		page_put(t, ahead);
	}
}

int pagecache_find(struct task *t, struct file *file, u64 index, struct page **out)
{
	*out = NULL;
	if (index >= READ_ONCE(file->nr_pages))
		return -EFAULT;
	*out = pagecache_get(t, file, index);
	return *out && page_uptodate(*out) ? 0 : -EAGAIN;
}

int pagecache_read(struct task *t, struct file *file, u64 index, struct page **out)
{
	int err;

	for (;;) {
		err = pagecache_find(t, file, index, out);
		if (err != -EAGAIN)
			return err;
		if (*out) {	/* another thread is reading it in, and holds its lock until that is done */
			wait_on_page_locked(*out);
			page_put(t, *out);
			continue;
		}
		err = pagecache_begin_read(t, file, index, out);
		if (!err)
			pagecache_end_read(t, file, *out, 0);
		if (err != -EEXIST)
			return err;
	}
}

/* The first page at or above *index; *index becomes its own.  @context inside RCU, or the lock */
static struct page *tree_next(struct pagecache_node *node, unsigned int level, u64 *index)
{
	u64 span = 1ULL << (level * NODE_SHIFT);

	for (unsigned int i = slot_of(*index, level); i < NODE_SLOTS; i++) {
		void *child = rcu_dereference(node->slot[i]);
		struct page *page = child == SHADOW ? NULL : child;
		u64 next = (*index & ~(span - 1)) + span;	/* the search below moves it too */

		if (child && level)
			page = tree_next(child, level - 1, index);
		if (page)
			return page;
		*index = next;
	}
	return NULL;
}

struct page *pagecache_next(const struct file *file, u64 *index)
{
	u64 root = rcu_dereference(file->pages);

	if (!tree_reaches(tree_height(root), *index))
		return NULL;
	return tree_next(tree_node(root), tree_height(root) - 1, index);
}

/*
 * Take the page out.  While we hold the page's lock, no fault is between its check that the page is still
 * this file's and its store; later faults fail that check.  So after this unmapping nobody maps the page
 * again.
 */
static void truncate_page(struct task *t, struct file *file, struct page *page, u64 index)
{
	lock_page(page);
	if (READ_ONCE(page->file) == file) {
		if (page_mapped(page))
			unmap_mapping_range(t, file, index, 1, false);
		probe(t, PROBE_TRUNCATE_PAGE, 0);
		pagecache_forget(t, file, page, index);
	}
	unlock_page(page);
}

/* Take out every page from @first on.  @context may sleep */
static void truncate_pages(struct task *t, struct file *file, u64 first)
{
	struct page *page;

	for (u64 index = first;; index++) {
		rcu_read_lock();
		page = pagecache_next(file, &index);
		rcu_read_unlock();
		if (!page)
			break;
		page = pagecache_get(t, file, index);
		if (page) {
			truncate_page(t, file, page, index);
			page_put(t, page);
		}
	}
}

void pagecache_truncate(struct task *t, struct file *file, u64 nr_pages)
{
	WRITE_ONCE(file->nr_pages, nr_pages);
	/*
	 * @pairs{size stored, then pages looked for | fault_make_file_page()}
	 * @pairs{size stored, then pages looked for | pagecache_begin_read()}
	 */
	smp_mb();
	probe(t, PROBE_TRUNCATE_SIZED, 0);
	unmap_mapping_range(t, file, nr_pages, ~0ULL, true);
	truncate_pages(t, file, nr_pages);
	file_forget_pages(file, nr_pages);
	/* Unmap private copies whose source was found before the size was stored. */
	unmap_mapping_range(t, file, nr_pages, ~0ULL, true);
}

void pagecache_remove_frozen(struct task *t, struct file *file, struct page *page)
{
	rcu_read_lock();	/* the file may be freed as soon as the page is out */
	spin_lock(&file->lock);
	rcu_assign_pointer(*tree_slot(file, page->index), SHADOW);
	spin_unlock(&file->lock);
	rcu_read_unlock();
	WRITE_ONCE(page->file, NULL);
	fetch_add_relaxed(&t->world->nr_cached, -1ULL);
}

static void tree_free(struct task *t, struct pagecache_node *node, unsigned int level)
{
	for (unsigned int i = 0; level && i < NODE_SLOTS; i++) {
		void *child = READ_ONCE(node->slot[i]);

		if (child)
			tree_free(t, child, level - 1);
	}
	cache_free_rcu(t, CACHE_NODE, node);
}

void pagecache_free(struct task *t, struct file *file)
{
	u64 root = READ_ONCE(file->pages);

	if (!root)
		return;
	/*
	 * No VMA has the file: a fault that still finds a page through a snapshot is refused when it
	 * commits.  Each page is taken out under its lock, since reclaim may hold it and uses the file
	 * then.
	 */
	truncate_pages(t, file, 0);
	tree_free(t, tree_node(root), tree_height(root) - 1);
}
