/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a thread pays for more than an access: memory from below, pages cleared and copied, interrupts to other CPUs.
 */
#include "sim/time/clock.h"
#include "sim/time/user.h"

void user_allocated(void *p, size_t size, enum platform_mem mem, const void *where)
{
	(void)p;
	(void)size;
	(void)where;
	if (timing.active && mem == PLATFORM_MEM_OBJECT)
		timing_work(timing.n[MACHINE_ALLOC]);
}

void user_freed(void *p, size_t size, enum platform_mem mem, const void *where)
{
	(void)p;
	(void)size;
	(void)mem;
	(void)where;
	stores_settle_all();
}

/* A socket's memory handles one page after the other. */
static void page_work(u64 ps)
{
	u64 since = timing.clock, *busy = &timing.memory_busy[timing.seat->socket], start;

	clock_in_order();
	start = timing.clock < *busy ? *busy : timing.clock;
	*busy = start + timing.page_ps;
	timing.clock = start + ps;
	waited(timing.cur, WHO_CLEAR, NULL, start - since);
	if (timing.clock >= timing.horizon)
		clock_turn();
}

void user_clear_page(void *page, const void *where)
{
	static const enum machine_number cost[] = {
		[PAGE_OWN] = MACHINE_CLEAR_OWN, [PAGE_OTHER] = MACHINE_CLEAR_OTHER, [PAGE_MEMORY] = MACHINE_CLEAR_MEMORY,
	};

	(void)where;
	if (timing.contents)
		__real_memset(page, 0, PAGE_SIZE);
	if (timing.active)
		page_work(timing.n[cost[line_page(page, true)]]);
}

void user_copy_page(void *to, const void *from, const void *where)
{
	static const enum machine_number cost[] = {
		[PAGE_OWN] = MACHINE_CLEAR_OWN, [PAGE_OTHER] = MACHINE_CLEAR_OTHER, [PAGE_MEMORY] = MACHINE_CLEAR_MEMORY,
	};

	(void)where;
	(void)from;
	if (timing.contents)
		__real_memcpy(to, from, PAGE_SIZE);
	if (timing.active)
		page_work(timing.n[cost[line_page(to, true)]] + timing.n[MACHINE_COPY]);
}

/* An interrupt to the CPU where @a t runs.  @return false: it runs nowhere, or is the running thread itself */
static bool interrupts(struct timed *t)
{
	if (!t || t == timing.cur || t->seat->running != t)
		return false;
	seat_interrupted(t->seat, timing.clock, timing.n[MACHINE_FLUSH_STOLEN]);
	return true;
}

/* The running thread has interrupted @a nr CPUs, and waits for all of them. */
static void interrupted(unsigned int nr)
{
	u64 since = timing.clock;

	if (!nr)
		return;
	time_counts.flushes++;
	timing_work(timing.n[MACHINE_FLUSH] + nr * timing.n[MACHINE_FLUSH_EACH]);
	waited(timing.cur, WHO_FLUSH, NULL, timing.clock - since);
}

/* It costs what a TLB flush of the same CPUs does: nothing better is published. */
void user_membarrier(const void *where)
{
	unsigned int nr = 0;

	(void)where;
	stores_settle_all();
	if (!timing.active)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(user_by_slot); i++)
		nr += interrupts(user_by_slot[i]);
	interrupted(nr);
}

/* A sleeping thread is not interrupted: the kernel's lazy TLB mode. */
void user_flush(const u64 *slots, unsigned int words, const void *where)
{
	unsigned int nr = 0;

	(void)where;
	if (!timing.active)
		return;
	for (unsigned int w = 0; w < words; w++)
		for (u64 left = slots[w]; left; left &= left - 1)
			nr += interrupts(user_by_slot[w * 64 + (unsigned int)__builtin_ctzll(left)]);
	interrupted(nr);
}
