/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The loops that all trees are measured in; included once by each side.
 *
 * The includer has defined, static inline, on a tree of its own type:
 *
 *	side_walk(tree, addr)			entry or NULL
 *	side_find(tree, addr)			first entry that ends above addr, or NULL
 *	side_next_n(tree, addr, n)		sum over n ranges in order from addr
 *	side_store(tree, start, end, entry)	entry NULL: clear
 */

/* Three of four addresses lie in a range where all ranges are stored. */
static unsigned long loop_addr(struct side_load *l)
{
	return RANGE_BASE + side_below(&l->seed, l->nr * RANGE_STEP);
}

static bool loop_goes_on(const struct side_load *l, uint64_t i)
{
	return i < l->turns && !(l->stop && __atomic_load_n(l->stop, __ATOMIC_RELAXED));
}

static void loop_lookup(void *tree, struct side_load *l)
{
	uint64_t i;

	for (i = 0; loop_goes_on(l, i); i++)
		l->sum += (uintptr_t)side_walk(tree, loop_addr(l));
	l->done = i;
}

static void loop_find(void *tree, struct side_load *l)
{
	uint64_t i;

	for (i = 0; loop_goes_on(l, i); i++)
		l->sum += (uintptr_t)side_find(tree, loop_addr(l));
	l->done = i;
}

static void loop_next(void *tree, struct side_load *l)
{
	uint64_t i;

	for (i = 0; loop_goes_on(l, i); i++)
		l->sum += side_next_n(tree, range_addr(side_below(&l->seed, l->nr)), 16);
	l->done = i;
}

static void loop_all(void *tree, struct side_load *l)
{
	for (l->done = 0; l->done < l->turns; l->done += l->nr)
		l->sum += side_next_n(tree, RANGE_BASE, l->nr);
}

static void loop_pace(const struct side_load *l, uint64_t begun, uint64_t i)
{
	if (l->pace_ns)
		while (side_now() - begun < (i + 1) * l->pace_ns && !(l->stop && *(volatile const uint32_t *)l->stop))
			;
}

/* Clear a random range if it is stored, else store it: in the end half of them are stored. */
static void loop_toggle(void *tree, struct side_load *l)
{
	uint64_t begun = side_now(), i;

	for (i = 0; loop_goes_on(l, i); i++) {
		uint64_t r = side_below(&l->seed, l->nr);
		unsigned long start = range_addr(r);

		side_store(tree, start, start + RANGE_PAGES * TREE_PAGE,
			   l->present[r] ? NULL : range_entry(r));
		l->present[r] ^= 1;
		loop_pace(l, begun, i);
	}
	l->done = i;
}

/*
 * As before, but what comes has other bounds than what went: its length, and
 * where in its place it begins, are random.  present: 0, or the number of pages,
 * with its first page in the upper half.
 */
static void loop_shift(void *tree, struct side_load *l)
{
	uint64_t begun = side_now(), i;

	for (i = 0; loop_goes_on(l, i); i++) {
		uint64_t r = side_below(&l->seed, l->nr), pages = l->present[r] & 15, at = l->present[r] >> 4;
		bool there = pages;

		if (!there) {
			uint64_t random = side_random(&l->seed);

			pages = 1 + random % RANGE_PAGES;
			at = (random >> 32) % (RANGE_PAGES + 1 - pages);
		}
		side_store(tree, range_addr(r) + at * TREE_PAGE, range_addr(r) + (at + pages) * TREE_PAGE,
			   there ? NULL : range_entry(r));
		l->present[r] = there ? 0 : pages | at << 4;
		loop_pace(l, begun, i);
	}
	l->done = i;
}
