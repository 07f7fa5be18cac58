/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief mmap_lock and the write section: the odd number, the marks, their end.
 */
#include "common/mm/mmap_lock.h"

/*
 * With lock statistics, measure the time spent waiting and holding; else no clock is read.  A reader
 * keeps its start time in its task, the writer keeps it in the mm.
 */
static u64 lockstat_now(const struct mm *mm)
{
	return unlikely(mm->world->config.lockstat) ? platform_now() : 0;
}

static u64 lockstat_count(struct task *t, enum stats_event event, u64 since)
{
	u64 now;

	if (likely(!t->world->config.lockstat))
		return 0;
	now = platform_now();
	count_by(t, event, now - since);
	return now;
}

static int write_lock(struct task *t, struct mm *mm, u32 *killed)
{
	u64 since = lockstat_now(mm);
	int err = down_write_killable(&mm->mmap_lock, killed);

	since = lockstat_count(t, STAT_MMAP_LOCK_WRITE_WAIT_NS, since);
	if (unlikely(err))
		return err;
	mm->write_since = since;
	count(t, STAT_MMAP_LOCK_WRITE);
	/* The number is odd before the first mark is stored, and so before any edit. */
	write_seqcount_begin(&mm->lock_seq);
	return 0;
}

void mmap_write_lock(struct task *t, struct mm *mm)
{
	BUG_ON(write_lock(t, mm, NULL));
}

int mmap_write_lock_killable(struct task *t, struct mm *mm)
{
	return write_lock(t, mm, &t->killed);
}

static int marks_done(struct mm *mm, u32 *killed)
{
	int err = 0;

	if (mm->marks_open)
		for (const struct scheme_inst *si = mm->chain->inst; si && !err; si = si->below)
			if (si->scheme->marks_done)
				err = si->scheme->marks_done(si, mm, killed);
	if (unlikely(err))
		return err;
	mm->marks_open = false;
	/*
	 * Order every mark before any edit: a fault that sees an edited field then sees the mark when it
	 * reads the number again.
	 * @pairs{an edit seen implies its mark seen | vma_snapshot_valid()}
	 */
	smp_wmb();
	return 0;
}

void mm_marks_done(struct task *t, struct mm *mm)
{
	(void)t;
	BUG_ON(marks_done(mm, NULL));
}

int mm_marks_done_killable(struct task *t, struct mm *mm)
{
	return marks_done(mm, &t->killed);
}

/*
 * All marks of the section end at once, when the number moves on; no VMA is unlocked by itself (like
 * vma_end_write_all() in the kernel).  The release inside orders every edit, and every flush of lost
 * rights, before that.
 */
static void mmap_end_marks(struct mm *mm)
{
	mm->marks_open = false;
	write_seqcount_end(&mm->lock_seq);
	for (const struct scheme_inst *si = mm->chain->inst; si; si = si->below)
		if (si->scheme->write_end)
			si->scheme->write_end(si, mm);
}

void mmap_write_unlock(struct task *t, struct mm *mm)
{
	mmap_end_marks(mm);
	lockstat_count(t, STAT_MMAP_LOCK_WRITE_HOLD_NS, mm->write_since);
	up_write(&mm->mmap_lock);
}

void mmap_write_downgrade(struct task *t, struct mm *mm)
{
	mmap_end_marks(mm);
	t->mmap_read_since = lockstat_count(t, STAT_MMAP_LOCK_WRITE_HOLD_NS, mm->write_since);
	count(t, STAT_MMAP_LOCK_READ);
	downgrade_write(&mm->mmap_lock);
}

void mmap_read_lock(struct task *t, struct mm *mm)
{
	u64 since = lockstat_now(mm);

	down_read(&mm->mmap_lock);
	t->mmap_read_since = lockstat_count(t, STAT_MMAP_LOCK_READ_WAIT_NS, since);
	count(t, STAT_MMAP_LOCK_READ);
}

bool mmap_read_trylock(struct task *t, struct mm *mm)
{
	if (!down_read_trylock(&mm->mmap_lock))
		return false;
	t->mmap_read_since = lockstat_now(mm);
	count(t, STAT_MMAP_LOCK_READ);
	return true;
}

void mmap_read_lock_carefully(struct task *t, struct mm *mm)
{
	might_sleep();
	if (!mmap_read_trylock(t, mm))
		mmap_read_lock(t, mm);
}

void mmap_read_unlock(struct task *t, struct mm *mm)
{
	lockstat_count(t, STAT_MMAP_LOCK_READ_HOLD_NS, t->mmap_read_since);
	up_read(&mm->mmap_lock);
}
