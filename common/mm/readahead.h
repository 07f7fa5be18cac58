/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The pages around one that must be read, which one read brings as well.
 */
#ifndef COMMON_MM_READAHEAD_H
#define COMMON_MM_READAHEAD_H

#include "common/mm/file.h"

/**
 * Put pages into the cache for those of the @a window pages around @a index, it excepted, that are not in memory: each as
 * pagecache_begin_read() does.
 * @return them, linked by page->next, each locked and with a count for the caller
 * @context may sleep; the file has a reference of the caller, or of a VMA that stays
 */
struct page *readahead_begin(struct task *t, struct file *file, u64 index, unsigned int window);

#endif /* COMMON_MM_READAHEAD_H */
