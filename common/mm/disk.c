/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What stands in for the disk: the pages of a file that were written back.
 */
#include "common/mm/file.h"

#include <errno.h>

struct disk_page {
	u64 pgoff;
	struct disk_page *next;
	u64 word[PAGE_SIZE / sizeof(u64)];
};

static struct disk_page **list_of(struct file *file, u64 pgoff)
{
	return &file->disk[pgoff % FILE_DISK_LISTS];
}

/* @context the file's lock: the lists change under it */
static struct disk_page *find(struct file *file, u64 pgoff)
{
	struct disk_page *d;

	for (d = *list_of(file, pgoff); d && d->pgoff != pgoff; d = d->next)
		;
	return d;
}

int file_write_page(struct task *t, struct file *file, struct page *page)
{
	struct world *w = t->world;
	const u64 *from = page_address(&w->zone, page);
	struct disk_page *d;

	might_sleep();
	/*
	 * The disk page stays: its cache page is locked and still the file's, and truncation waits for
	 * that lock.
	 */
	spin_lock(&file->lock);
	d = find(file, page->index);
	spin_unlock(&file->lock);
	if (!d) {
		if (inject_failure(w, SITE_FILE_DISK, GFP_NOWAIT))
			return -ENOMEM;
		d = platform_alloc(sizeof(*d), sizeof(u64), PLATFORM_MEM_OTHER);
		if (!d)
			return -ENOMEM;
		d->pgoff = page->index;
		spin_lock(&file->lock);
		d->next = *list_of(file, d->pgoff);
		*list_of(file, d->pgoff) = d;
		spin_unlock(&file->lock);
	}
	if (w->config.file_write_ns)
		platform_sleep(w->config.file_write_ns);
	for (unsigned int i = 0; i < ARRAY_SIZE(d->word); i++)
		d->word[i] = READ_ONCE(from[i]);
	count(t, STAT_FILE_WRITE);
	return 0;
}

void file_read_page(struct file *file, u64 pgoff, void *page)
{
	struct disk_page *d;

	/*
	 * We hold the lock over the copy.  The page's lock already keeps truncation from freeing the disk
	 * page of a page within the size (pagecache_begin_read()), but only if callers do not truncate one
	 * file twice at once, which nothing here enforces.
	 */
	spin_lock(&file->lock);
	d = find(file, pgoff);
	if (d)
		platform_copy_page(page, d->word);
	spin_unlock(&file->lock);
	if (!d)
		file_fill_page(file, pgoff, page);
}

void file_forget_pages(struct file *file, u64 pgoff)
{
	struct disk_page *forgotten = NULL, *d;

	spin_lock(&file->lock);
	for (unsigned int i = 0; i < FILE_DISK_LISTS; i++) {
		struct disk_page **link = &file->disk[i];

		while ((d = *link)) {
			if (d->pgoff < pgoff) {
				link = &d->next;
				continue;
			}
			*link = d->next;
			d->next = forgotten;
			forgotten = d;
		}
	}
	spin_unlock(&file->lock);
	while ((d = forgotten)) {
		forgotten = d->next;
		platform_free(d, sizeof(*d), PLATFORM_MEM_OTHER);
	}
}
