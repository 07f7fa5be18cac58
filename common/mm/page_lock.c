/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The page lock: one bit of the flags; a thread that cannot have it parks on that word.
 */
#include "common/mm/page.h"
#include "common/sync/atomic.h"

/* @pairs{what was done under the page's lock | unlock_page()} */
bool trylock_page(struct page *page)
{
	return !(fetch_or_acquire(&page->flags, PAGE_LOCKED) & PAGE_LOCKED);
}

/*
 * Park while the word says what was seen, LOCKED; it may have changed, and callers look again.
 * No wake is lost: WAITERS is set in the very word that says LOCKED, and the
 * holder clears both in one step; a thread parks only on a word with both.
 * @whole{WAITERS goes only into a word that says LOCKED; the order is trylock_page()'s}
 */
static void park_on_page(struct page *page, u32 seen)
{
	if ((seen & PAGE_WAITERS) || try_cmpxchg(&page->flags, &seen, seen | PAGE_WAITERS))
		platform_park(&page->flags, seen | PAGE_WAITERS);
}

void lock_page(struct page *page)
{
	u32 seen;

	might_sleep();
	while (!trylock_page(page)) {
		seen = READ_ONCE(page->flags);
		if (seen & PAGE_LOCKED)
			park_on_page(page, seen);
	}
}

/* Relaxed: a caller that wants what was done under the lock finds the page anew. */
void wait_on_page_locked(struct page *page)
{
	u32 seen;

	might_sleep();
	while ((seen = READ_ONCE(page->flags)) & PAGE_LOCKED)
		park_on_page(page, seen);
}

/* @pairs{what was done under the page's lock | trylock_page()} */
void unlock_page(struct page *page)
{
	u32 seen = fetch_and_release(&page->flags, ~(PAGE_LOCKED | PAGE_WAITERS));

	BUG_ON(!(seen & PAGE_LOCKED));
	if (seen & PAGE_WAITERS)
		platform_unpark(&page->flags, ~0u);
}
