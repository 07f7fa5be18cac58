// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The sleeping lock: exclusion, admission, order, and that no thread starves.
 */
#include <signal.h>

#include "common/sync/rcu.h"
#include "common/sync/rwsem.h"
#include "tests/sync/crew.h"

TestSuite(rwsem, .init = enter_slot_0, .fini = leave_slot_0, .timeout = 30);

/* A lock, the data that it guards, and counts of its holders. */
struct scene {
	struct rw_semaphore sem;
	u64 a, b;		/* plain, equal outside of a writer's section */
	u32 ticket;		/* the next holder's place in the order; atomic */
	u32 torn;		/* sections that saw a and b differ; atomic */
	u32 writes;		/* write sections; atomic */
	u32 rounds;
	u32 go, stop;		/* atomics */
};

struct visitor {
	struct scene *scene;
	u32 place;		/* 1 and up once it is in; atomic */
	u32 leave;		/* set by the test; atomic */
};

static void scene_init(struct scene *scene)
{
	*scene = (struct scene){ .rounds = 0 };
	init_rwsem(&scene->sem);
}

/* Take the lock, announce it, stay until told to leave. */
static void visit(struct visitor *v)
{
	WRITE_ONCE(v->place, fetch_add(&v->scene->ticket, 1) + 1);
	wait_until(READ_ONCE(v->leave));
}

static void visit_reading(void *arg)
{
	struct visitor *v = arg;

	down_read(&v->scene->sem);
	visit(v);
	up_read(&v->scene->sem);
}

static void visit_writing(void *arg)
{
	struct visitor *v = arg;

	down_write(&v->scene->sem);
	visit(v);
	up_write(&v->scene->sem);
}

/* Until exactly @n wait in the queue. */
static void wait_until_queued(struct rw_semaphore *sem, unsigned int n)
{
	wait_until(({
		unsigned int found = 0;

		spin_lock(&sem->wait_lock);
		if (sem->head)
			found = sem->head == sem->tail ? 1 : 2;
		spin_unlock(&sem->wait_lock);
		found == n;
	}));
}

/* --- exclusion ------------------------------------------------------------- */

static void write_section(struct scene *s, bool to_read)
{
	down_write(&s->sem);
	if (s->a != s->b)
		fetch_add_relaxed(&s->torn, 1);
	s->a++;
	if (s->a % 64 == 0)
		platform_relax(~0u);
	s->b++;
	if (!to_read) {
		up_write(&s->sem);
		return;
	}
	downgrade_write(&s->sem);
	if (s->a != s->b)
		fetch_add_relaxed(&s->torn, 1);
	up_read(&s->sem);
}

static void read_section(struct scene *s)
{
	down_read(&s->sem);
	if (s->a != s->b)
		fetch_add_relaxed(&s->torn, 1);
	up_read(&s->sem);
}

static void mixed_work(void *arg)
{
	struct scene *s = arg;
	u32 writes = 0;

	for (u32 i = platform_slot(); i < s->rounds + platform_slot(); i++) {
		if (i % 4 == 0) {
			write_section(s, i % 8 == 0);
			writes++;
		} else if (i % 4 == 1 && down_write_trylock(&s->sem)) {
			s->a++;
			s->b++;
			up_write(&s->sem);
			writes++;
		} else if (i % 4 == 2 && down_read_trylock(&s->sem)) {
			if (s->a != s->b)
				fetch_add_relaxed(&s->torn, 1);
			up_read(&s->sem);
		} else {
			read_section(s);
		}
	}
	fetch_add_relaxed(&s->writes, writes);
}

/* As many as CPUs (they spin), and more (they sleep). */
static void exclusion(unsigned int threads)
{
	struct crew crew = { .nr = 0 };
	struct scene s;

	scene_init(&s);
	s.rounds = 4000;
	for (unsigned int i = 0; i < threads; i++)
		crew_add(&crew, mixed_work, &s);
	crew_join(&crew);
	cr_assert_eq(s.torn, 0, "%u threads: %u sections beside a writer", threads, s.torn);
	cr_assert_geq(s.writes, threads * s.rounds / 4);
	cr_assert_eq(s.a, s.writes, "%u threads: a write was lost", threads);
	cr_assert_not(rwsem_is_locked(&s.sem) || rwsem_is_contended(&s.sem));
	cr_assert_eq(s.sem.count, 0);
}

Test(rwsem, writers_exclude_everyone_when_spinning)
{
	platform_thread_leave();	/* the test only waits: only the two threads count */
	exclusion(2);
	platform_thread_enter(0);
}

Test(rwsem, writers_exclude_everyone_when_sleeping)
{
	exclusion(6);
}

Test(rwsem, readers_share)
{
	struct scene s;
	struct visitor v[3] = { { &s, 0, 0 }, { &s, 0, 0 }, { &s, 0, 0 } };
	struct crew crew = { .nr = 0 };

	scene_init(&s);
	for (int i = 0; i < 3; i++)
		crew_add(&crew, visit_reading, &v[i]);
	for (int i = 0; i < 3; i++)
		wait_until(READ_ONCE(v[i].place));	/* all three are in at once */
	cr_expect(rwsem_is_locked(&s.sem));
	cr_expect_not(rwsem_is_write_locked(&s.sem));
	for (int i = 0; i < 3; i++)
		WRITE_ONCE(v[i].leave, 1);
	crew_join(&crew);
	cr_assert_not(rwsem_is_locked(&s.sem));
}

/* --- who may take it ------------------------------------------------------- */

enum held { FREE, READ, TWO_READ, WRITE, READ_WRITER_WAITS, WRITE_READER_WAITS };

/* The result of each query and each trylock in each state. */
static const struct truth {
	enum held held;
	bool read, write, locked, write_locked, contended;
} truth_table[] = {
	{ FREE,			true,	true,	false,	false,	false },
	{ READ,			true,	false,	true,	false,	false },
	{ TWO_READ,		true,	false,	true,	false,	false },
	{ WRITE,		false,	false,	true,	true,	false },
	{ READ_WRITER_WAITS,	false,	false,	true,	false,	true },
	{ WRITE_READER_WAITS,	false,	false,	true,	true,	true },
};

Test(rwsem, trylock_truth_table)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(truth_table); i++) {
		const struct truth *t = &truth_table[i];
		bool writing = t->held == WRITE || t->held == WRITE_READER_WAITS;
		struct crew crew = { .nr = 0 };
		struct scene s;
		struct visitor v = { &s, 0, 1 };

		scene_init(&s);
		if (writing)
			down_write(&s.sem);
		else if (t->held != FREE)
			down_read(&s.sem);
		if (t->held == TWO_READ)
			down_read(&s.sem);
		if (t->contended) {
			crew_add(&crew, writing ? visit_reading : visit_writing, &v);
			wait_until_queued(&s.sem, 1);
		}

		cr_expect_eq(rwsem_is_locked(&s.sem), t->locked, "row %u: locked", i);
		cr_expect_eq(rwsem_is_write_locked(&s.sem), t->write_locked, "row %u: write_locked", i);
		cr_expect_eq(rwsem_is_contended(&s.sem), t->contended, "row %u: contended", i);
		if (down_read_trylock(&s.sem)) {
			cr_expect(t->read, "row %u: read", i);
			up_read(&s.sem);
		} else {
			cr_expect_not(t->read, "row %u: read", i);
		}
		if (down_write_trylock(&s.sem)) {
			cr_expect(t->write, "row %u: write", i);
			up_write(&s.sem);
		} else {
			cr_expect_not(t->write, "row %u: write", i);
		}

		if (t->held == TWO_READ)
			up_read(&s.sem);
		if (writing)
			up_write(&s.sem);
		else if (t->held != FREE)
			up_read(&s.sem);
		crew_join(&crew);
		cr_assert_eq(s.sem.count, 0, "row %u: left over %#lx", i, (unsigned long)s.sem.count);
	}
}

/* --- order ----------------------------------------------------------------- */

Test(rwsem, a_waiting_writer_holds_back_new_readers)
{
	struct crew crew = { .nr = 0 };
	struct scene s;
	struct visitor writer = { &s, 0, 1 }, reader = { &s, 0, 1 };

	scene_init(&s);
	down_read(&s.sem);
	crew_add(&crew, visit_writing, &writer);
	wait_until_queued(&s.sem, 1);
	crew_add(&crew, visit_reading, &reader);
	wait_until_queued(&s.sem, 2);
	give_them_a_chance();
	cr_expect_eq(READ_ONCE(s.ticket), 0, "someone passed the waiting writer, or the lock");
	up_read(&s.sem);
	crew_join(&crew);
	cr_expect_eq(writer.place, 1);
	cr_expect_eq(reader.place, 2);
}

Test(rwsem, downgrade_lets_readers_in_and_keeps_writers_out)
{
	struct crew crew = { .nr = 0 };
	struct scene s;
	struct visitor reader = { &s, 0, 0 }, writer = { &s, 0, 1 };

	scene_init(&s);
	down_write(&s.sem);
	crew_add(&crew, visit_reading, &reader);
	wait_until_queued(&s.sem, 1);
	crew_add(&crew, visit_writing, &writer);
	wait_until_queued(&s.sem, 2);
	give_them_a_chance();
	cr_expect_eq(READ_ONCE(s.ticket), 0);

	downgrade_write(&s.sem);
	wait_until(READ_ONCE(reader.place));
	cr_expect(rwsem_is_locked(&s.sem));
	cr_expect_not(rwsem_is_write_locked(&s.sem));
	up_read(&s.sem);		/* releases ours; the reader still holds it */
	give_them_a_chance();
	cr_expect_eq(READ_ONCE(writer.place), 0, "a writer beside a reader");
	WRITE_ONCE(reader.leave, 1);
	crew_join(&crew);
	cr_expect_eq(writer.place, 2);
}

Test(rwsem, downgrade_does_not_let_readers_pass_a_writer)
{
	struct crew crew = { .nr = 0 };
	struct scene s;
	struct visitor writer = { &s, 0, 1 }, reader = { &s, 0, 1 };

	scene_init(&s);
	down_write(&s.sem);
	crew_add(&crew, visit_writing, &writer);
	wait_until_queued(&s.sem, 1);
	crew_add(&crew, visit_reading, &reader);
	wait_until_queued(&s.sem, 2);
	downgrade_write(&s.sem);
	give_them_a_chance();
	cr_expect_eq(READ_ONCE(s.ticket), 0);
	up_read(&s.sem);
	crew_join(&crew);
	cr_expect_eq(writer.place, 1);
	cr_expect_eq(reader.place, 2);
}

Test(rwsem, readers_at_the_head_come_in_together)
{
	struct crew crew = { .nr = 0 };
	struct scene s;
	struct visitor reader[2] = { { &s, 0, 0 }, { &s, 0, 0 } };

	scene_init(&s);
	down_write(&s.sem);
	crew_add(&crew, visit_reading, &reader[0]);
	wait_until_queued(&s.sem, 1);
	crew_add(&crew, visit_reading, &reader[1]);
	wait_until_queued(&s.sem, 2);
	up_write(&s.sem);
	/* Neither leaves before both have the lock. */
	wait_until(READ_ONCE(reader[0].place) && READ_ONCE(reader[1].place));
	WRITE_ONCE(reader[0].leave, 1);
	WRITE_ONCE(reader[1].leave, 1);
	crew_join(&crew);
	cr_assert_eq(s.sem.count, 0);
}

/* --- nobody starves; bounded by counts, not by time ------------------------- */

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

Test(rwsem, a_stream_of_readers_does_not_starve_a_writer)
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

Test(rwsem, stealing_writers_do_not_starve_a_writer)
{
	for (int i = 0; i < 50; i++)
		thieves(come_late_writing);
}

Test(rwsem, stealing_writers_do_not_starve_a_reader)
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

Test(rwsem, a_lock_stolen_before_the_wake_keeps_the_first_waiting)
{
	theft_before_wake(visit_reading);
	theft_before_wake(visit_writing);
}

/* --- misuse stops the program ----------------------------------------------- */

Test(rwsem, down_read_in_an_rcu_section_is_a_bug, .signal = SIGABRT)
{
	struct scene s;

	scene_init(&s);
	rcu_read_lock();
	down_read(&s.sem);
}

Test(rwsem, down_write_under_a_spinlock_is_a_bug, .signal = SIGABRT)
{
	struct scene s;
	spinlock_t lock;

	scene_init(&s);
	spin_lock_init(&lock);
	spin_lock(&lock);
	down_write(&s.sem);
}

Test(rwsem, trying_and_letting_go_are_fine_in_an_rcu_section)
{
	struct scene s;

	scene_init(&s);
	rcu_read_lock();
	cr_expect(down_read_trylock(&s.sem));
	up_read(&s.sem);
	cr_expect(down_write_trylock(&s.sem));
	up_write(&s.sem);
	rcu_read_unlock();
}

Test(rwsem, up_read_of_a_free_lock_is_a_bug, .signal = SIGABRT)
{
	struct scene s;

	scene_init(&s);
	up_read(&s.sem);
}

Test(rwsem, up_write_by_a_reader_is_a_bug, .signal = SIGABRT)
{
	struct scene s;

	scene_init(&s);
	down_read(&s.sem);
	up_write(&s.sem);
}

Test(rwsem, downgrade_by_a_reader_is_a_bug, .signal = SIGABRT)
{
	struct scene s;

	scene_init(&s);
	down_read(&s.sem);
	downgrade_write(&s.sem);
}
