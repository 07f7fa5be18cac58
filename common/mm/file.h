/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A file: its size, the VMAs that map it, its pages and their contents.
 *
 * One object for what the kernel splits into struct file, struct inode and struct
 * address_space.  A page that is read holds a pattern made of inode and offset, unless it was written
 * back before: pages written back are kept, and they are all the disk there is.
 */
#ifndef COMMON_MM_FILE_H
#define COMMON_MM_FILE_H

#include "common/mm/rmap.h"
#include "common/mm/world.h"

#define FILE_DISK_LISTS 64

struct file {
	/* constant */
	bool shmem;		/**< shared anonymous memory: pages start as zeros */
	u64 inode;
	u32 refcount;		/**< atomic: one for the maker, one for each VMA */
	u64 nr_pages;		/**< its size; a fault beyond is SIGBUS.  Stored by pagecache_truncate() */
	struct rmap_list i_mmap;	/**< VMAs that map it, in the order of linking */
	/** The page tree, pagecache.c: RCU readers, stores under lock. */
	u64 pages;
	spinlock_t lock;
	/** Pages that were written back, by offset; under the lock, contents under the page's lock. */
	struct disk_page *disk[FILE_DISK_LISTS];
	struct platform_rcu_head rcu;	/**< frees the file */
};

/** @return a file with one reference, the caller's, or NULL.  @context may sleep */
struct file *file_open(u64 inode, bool shmem);

static inline void file_get(struct file *file)
{
	fetch_add_relaxed(&file->refcount, 1);
}

/**
 * Take a reference to a file that a snapshot points to, in order to use it after the RCU section.
 * @return false: its last reference is gone already
 * @context inside RCU, which keeps the memory
 */
bool file_tryget(struct file *file);

/**
 * One reference less; the last gives back its pages, and the file itself after a
 * grace period, since a snapshot may point to it.  NULL is fine.
 * @context may sleep, outside RCU
 */
void file_put(struct task *t, struct file *file);

/**
 * Write a page of the file back: the next read finds what it holds now.
 * @return 0, or -ENOMEM: nothing was written
 * @context may sleep, config.file_write_ns; the page's lock is held, it is mapped nowhere
 */
int file_write_page(struct task *t, struct file *file, struct page *page);

/** Fill the 4096 bytes at @a page with what was written back, or else as file_fill_page(). */
void file_read_page(struct file *file, u64 pgoff, void *page);

/** Forget what was written back from @a pgoff on. */
void file_forget_pages(struct file *file, u64 pgoff);

/** What a page of @a file at @a pgoff holds, word by word: the same in every run. */
u64 file_word(u64 inode, u64 pgoff, unsigned int word);

/** Fill the 4096 bytes at @a page with the file's contents at @a pgoff, as they are on disk. */
void file_fill_page(const struct file *file, u64 pgoff, void *page);

#endif /* COMMON_MM_FILE_H */
