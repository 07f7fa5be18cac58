// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The sleeping lock: no thread starves; bounded by counts, not by time.
 */
#include "tests/sync/rwsem_scene.h"

TestSuite(rwsem_starve, .init = enter_slot_0, .fini = leave_slot_0, .timeout = 30);

static void read_until_stopped(void *arg)
{
	struct scene *s = arg;

	while (!READ_ONCE(s->stop)) {
		down_read(&s->sem);
		fetch_add_relaxed(&s->ticket, 1);
		up_read(&s->sem);
	}
}

/* Takes the lock again at once, before any thread that has to wake up first. */
static void steal_until_stopped(void *arg)
{
	struct scene *s = arg;

	wait_until(READ_ONCE(s->go));
	while (!READ_ONCE(s->stop)) {
		down_write(&s->sem);
		s->a++;
		fetch_add_relaxed(&s->ticket, 1);
		s->b++;
		up_write(&s->sem);
	}
}

struct late {
	struct scene *scene;
	u32 seen;		/* sections of others by the time it came in */
};

static void come_late_writing(void *arg)
{
	struct late *late = arg;

	down_write(&late->scene->sem);
	late->seen = READ_ONCE(late->scene->ticket);
	WRITE_ONCE(late->scene->stop, 1);
	up_write(&late->scene->sem);
}

static void come_late_reading(void *arg)
{
	struct late *late = arg;

	down_read(&late->scene->sem);
	late->seen = READ_ONCE(late->scene->ticket);
	for (int i = 0; i < 1000; i++)
		late->scene->torn += rwsem_is_write_locked(&late->scene->sem);
	WRITE_ONCE(late->scene->stop, 1);
	up_read(&late->scene->sem);
}

Test(rwsem_starve, a_stream_of_readers_does_not_starve_a_writer)
{
	struct crew crew = { .nr = 0 };
	struct scene s;
	struct late late = { &s, 0 };
	u32 before;

	scene_init(&s);
	down_read(&s.sem);		/* so that the writer must queue */
	for (int i = 0; i < 3; i++)
		crew_add(&crew, read_until_stopped, &s);
	wait_until(READ_ONCE(s.ticket) > 100);
	crew_add(&crew, come_late_writing, &late);
	wait_until(rwsem_is_contended(&s.sem));
	before = READ_ONCE(s.ticket);
	give_them_a_chance();
	up_read(&s.sem);
	crew_join(&crew);
	/* Each reader may have been in, not yet counted. */
	cr_assert_leq(late.seen, before + 3, "%u readers went before the waiting writer",
		      late.seen - before);
}

static void thieves(void (*come_late)(void *arg))
{
	struct crew crew = { .nr = 0 };
	struct scene s;
	struct late late = { &s, 0 };

	scene_init(&s);
	crew_add(&crew, steal_until_stopped, &s);
	down_write(&s.sem);
	crew_add(&crew, come_late, &late);
	wait_until_queued(&s.sem, 1);
	platform_thread_leave();	/* only two threads count: the thief may spin, and steal */
	WRITE_ONCE(s.go, 1);
	up_write(&s.sem);
	crew_join(&crew);
	platform_thread_enter(0);
	/* 32 times passed over, and once more that began before the lock was handed. */
	cr_assert_leq(late.seen, 32 + 2, "passed over %u times", late.seen);
	cr_assert_eq(s.torn, 0, "a writer beside a reader");
}

Test(rwsem_starve, stealing_writers_do_not_starve_a_writer)
{
	for (int i = 0; i < 50; i++)
		thieves(come_late_writing);
}

Test(rwsem_starve, stealing_writers_do_not_starve_a_reader)
{
	for (int i = 0; i < 50; i++)
		thieves(come_late_reading);
}

static void let_go(void *arg)
{
	struct scene *s = arg;

	wait_until(READ_ONCE(s->go));
	up_write(&s->sem);
}

/*
 * A theft at the worst moment, made by hand: the lock is released, and before the releasing thread gets
 * to the queue another takes it.  Bit 0 of the word is the writer.
 */
static void theft_before_wake(void (*visitor)(void *arg))
{
	struct crew crew = { .nr = 0 };
	struct scene s;
	struct visitor v = { &s, 0, 1 };

	scene_init(&s);
	down_write(&s.sem);
	crew_add(&crew, visitor, &v);
	wait_until_queued(&s.sem, 1);
	crew_add(&crew, let_go, &s);
	spin_lock(&s.sem.wait_lock);
	WRITE_ONCE(s.go, 1);
	wait_until(!rwsem_is_write_locked(&s.sem));
	fetch_add_acquire(&s.sem.count, 1);
	spin_unlock(&s.sem.wait_lock);
	give_them_a_chance();
	cr_expect_eq(READ_ONCE(v.place), 0, "beside the one who took it");
	up_write(&s.sem);
	crew_join(&crew);
	cr_expect_eq(v.place, 1);
	cr_expect_eq(s.sem.count, 0);
}

Test(rwsem_starve, a_lock_stolen_before_the_wake_keeps_the_first_waiting)
{
	theft_before_wake(visit_reading);
	theft_before_wake(visit_writing);
}
