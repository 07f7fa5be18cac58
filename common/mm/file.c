/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A file's life, and the pattern that its pages hold.
 */
#include "common/mm/file.h"
#include "common/mm/hash.h"
#include "common/mm/pagecache.h"

struct file *file_open(u64 inode, bool shmem)
{
	struct file *file = platform_alloc(sizeof(*file), CACHELINE, PLATFORM_MEM_OBJECT);

	if (!file)
		return NULL;
	platform_objects(file, "file", sizeof(*file), 1);
	WRITE_ONCE(file->refcount, 1);
	file->nr_pages = ~0ULL >> PAGE_SHIFT;
	rmap_list_init(&file->i_mmap);
	spin_lock_init(&file->lock);
	file->shmem = shmem;
	file->inode = inode;
	return file;
}

bool file_tryget(struct file *file)
{
	u32 seen = READ_ONCE(file->refcount);

	/*
	 * @whole{the count never goes up from 0; the file's fields were set before any snapshot could
	 * point to it}
	 */
	do {
		if (!seen)
			return false;
	} while (!try_cmpxchg(&file->refcount, &seen, seen + 1));
	return true;
}

static void file_free(struct platform_rcu_head *head)
{
	struct file *file = container_of(head, struct file, rcu);

	file_forget_pages(file, 0);
	platform_free(file, sizeof(*file), PLATFORM_MEM_OBJECT);
}

void file_put(struct task *t, struct file *file)
{
	u32 seen;

	if (!file)
		return;
	/*
	 * Release: what this user did with the file is over before its count goes.
	 * @pairs{use before the count | file_put()}
	 */
	seen = fetch_add_release(&file->refcount, -1u);
	BUG_ON(!seen);
	if (seen > 1)
		return;
	/*
	 * Acquire, from the 0 that ends the chain of all puts: every user's work is over before the
	 * memory is freed.  Snapshots hold no reference; the grace period protects them.
	 * @pairs{use before the count | file_put()}
	 */
	(void)smp_load_acquire(&file->refcount);
	pagecache_free(t, file);
	platform_call_rcu(&file->rcu, file_free);
}

/* The seed that all words of a page are made from. */
static u64 page_seed(u64 inode, u64 pgoff)
{
	return hash64_2(inode, pgoff);
}

u64 file_word(u64 inode, u64 pgoff, unsigned int word)
{
	return hash64(page_seed(inode, pgoff) + word);
}

void file_fill_page(const struct file *file, u64 pgoff, void *page)
{
	u64 *words = page;
	u64 seed;

	if (file->shmem) {
		platform_clear_page(page);
		return;
	}
	seed = page_seed(file->inode, pgoff);
	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = hash64(seed + i);
}
