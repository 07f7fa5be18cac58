/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a file mapping points to: a stand-in that knows a number and gives each page a pattern.
 *
 * There is no page cache yet: every mapping gets a private page filled from
 * (file, offset), a shared one too.  docs/kernel-map.md lists it as a stub.
 */
#ifndef COMMON_MM_FILE_H
#define COMMON_MM_FILE_H

#include "common/mm/world.h"

struct file {
	u32 refcount;		/**< atomic: one of the maker, one a VMA */
	bool shmem;		/**< shared anonymous memory: pages start as zeros */
	u64 inode;
	struct platform_rcu_head rcu;	/**< for its end */
};

/** @return a file with one reference, the caller's, or NULL.  @context may sleep */
struct file *file_open(u64 inode, bool shmem);

static inline void file_get(struct file *file)
{
	fetch_add_relaxed(&file->refcount, 1);
}

/**
 * A reference to a file that a snapshot points to, for who wants to use it after
 * the RCU section.
 * @return false: its last reference is gone already
 * @context inside RCU, which keeps the memory
 */
bool file_tryget(struct file *file);

/**
 * One reference less; the last frees it after a grace period, since a snapshot
 * may point to it.  NULL is fine.  @context any
 */
void file_put(struct file *file);

/** What a page of @a file at @a pgoff holds, word by word: the same in every run. */
u64 file_word(u64 inode, u64 pgoff, unsigned int word);

/** Fill @a page, private to the caller, with the file's contents at @a pgoff. */
void file_fill_page(const struct file *file, u64 pgoff, void *page);

#endif /* COMMON_MM_FILE_H */
