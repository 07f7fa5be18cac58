// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The sleeping lock: exclusion, admission, order, and what stops the program.
 */
#include <errno.h>
#include <signal.h>

#include "common/sync/rcu.h"
#include "tests/sync/rwsem_scene.h"

TestSuite(rwsem, .init = enter_slot_0, .fini = leave_slot_0, .timeout = 30);

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

/* Behind the lock that the test holds, two queue up, and nobody gets in. */
static void two_wait(struct scene *s, struct crew *crew, void (*first)(void *arg), struct visitor *one,
		     void (*second)(void *arg), struct visitor *two)
{
	crew_add(crew, first, one);
	wait_until_queued(&s->sem, 1);
	crew_add(crew, second, two);
	wait_until_queued(&s->sem, 2);
	give_them_a_chance();
	cr_expect_eq(READ_ONCE(s->ticket), 0, "a visitor passed the lock");
}

Test(rwsem, a_waiting_writer_holds_back_new_readers)
{
	struct crew crew = { .nr = 0 };
	struct scene s;
	struct visitor writer = { &s, 0, 1 }, reader = { &s, 0, 1 };

	scene_init(&s);
	down_read(&s.sem);
	two_wait(&s, &crew, visit_writing, &writer, visit_reading, &reader);
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
	two_wait(&s, &crew, visit_reading, &reader, visit_writing, &writer);
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
	two_wait(&s, &crew, visit_writing, &writer, visit_reading, &reader);
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
	two_wait(&s, &crew, visit_reading, &reader[0], visit_reading, &reader[1]);
	up_write(&s.sem);
	/* Neither leaves before both have the lock. */
	wait_until(READ_ONCE(reader[0].place) && READ_ONCE(reader[1].place));
	WRITE_ONCE(reader[0].leave, 1);
	WRITE_ONCE(reader[1].leave, 1);
	crew_join(&crew);
	cr_assert_eq(s.sem.count, 0);
}

Test(rwsem, owner_says_who_took_it_last)
{
	u64 me = 2 * (platform_slot() + 1ULL);
	struct scene s;

	scene_init(&s);
	cr_expect_eq(s.sem.owner, 0);
	down_read(&s.sem);
	cr_expect_eq(s.sem.owner, me + 1);
	s.sem.owner = 0;
	cr_expect(down_read_trylock(&s.sem));
	cr_expect_eq(s.sem.owner, me + 1, "a second reader");
	up_read(&s.sem);
	cr_expect_not(down_write_trylock(&s.sem));
	cr_expect_eq(s.sem.owner, me + 1, "a writer that failed");
	up_read(&s.sem);
	cr_expect_eq(s.sem.owner, me + 1, "a reader leaves it");
	down_write(&s.sem);
	cr_expect_eq(s.sem.owner, me);
	cr_expect_not(down_read_trylock(&s.sem));
	cr_expect_eq(s.sem.owner, me);
	downgrade_write(&s.sem);
	cr_expect_eq(s.sem.owner, me + 1);
	up_read(&s.sem);
	cr_expect(down_write_trylock(&s.sem));
	cr_expect_eq(s.sem.owner, me);
	up_write(&s.sem);
	cr_expect_eq(s.sem.owner, 0);
	cr_expect_eq(s.sem.count, 0);
}

/* --- killed ------------------------------------------------------------------- */

struct victim {
	struct scene *scene;
	u32 killed;
	u32 result;	/* 1: it has the lock, 2: it gave up */
};

static void write_unless_killed(void *arg)
{
	struct victim *v = arg;
	int err = down_write_killable(&v->scene->sem, &v->killed);

	if (!err)
		up_write(&v->scene->sem);
	else
		cr_expect_eq(err, -EINTR);
	WRITE_ONCE(v->result, err ? 2 : 1);
}

static void kill_it(struct victim *v)
{
	WRITE_ONCE(v->killed, 1);
	platform_unpark(&v->killed, 1);
	wait_until(READ_ONCE(v->result));
}

/* Held by a reader, and a second reader queues behind the writer: when that is killed the reader comes in. */
Test(rwsem, a_killed_writer_lets_those_behind_it_in)
{
	struct crew crew = { .nr = 0 };
	struct scene s;
	struct victim v = { &s, 0, 0 };
	struct visitor first = { &s, 0, 0 }, behind = { &s, 0, 0 };

	scene_init(&s);
	crew_add(&crew, visit_reading, &first);
	wait_until(READ_ONCE(first.place));
	crew_add(&crew, write_unless_killed, &v);
	wait_until_queued(&s.sem, 1);
	crew_add(&crew, visit_reading, &behind);
	wait_until_queued(&s.sem, 2);
	kill_it(&v);
	cr_expect_eq(v.result, 2, "a writer that was killed has the lock");
	wait_until(READ_ONCE(behind.place));
	cr_expect_not(rwsem_is_contended(&s.sem));
	WRITE_ONCE(first.leave, 1);
	WRITE_ONCE(behind.leave, 1);
	crew_join(&crew);
	cr_expect_eq(s.sem.count, 0);
}

/* The killed one is the last in the queue, and what queues after it is served all the same. */
Test(rwsem, a_killed_writer_may_be_the_last)
{
	struct crew crew = { .nr = 0 };
	struct scene s;
	struct victim v = { &s, 0, 0 };
	struct visitor first = { &s, 0, 0 }, writer = { &s, 0, 1 }, behind = { &s, 0, 1 };

	scene_init(&s);
	crew_add(&crew, visit_reading, &first);
	wait_until(READ_ONCE(first.place));
	crew_add(&crew, visit_writing, &writer);
	wait_until_queued(&s.sem, 1);
	crew_add(&crew, write_unless_killed, &v);
	wait_until_queued(&s.sem, 2);
	kill_it(&v);
	cr_expect_eq(v.result, 2, "a writer that was killed has the lock");
	wait_until_queued(&s.sem, 1);
	crew_add(&crew, visit_writing, &behind);
	wait_until_queued(&s.sem, 2);
	WRITE_ONCE(first.leave, 1);
	crew_join(&crew);
	cr_expect(writer.place && behind.place);
	cr_expect_eq(s.sem.count, 0);
}

/* A kill that comes before does not stop a writer that need not wait. */
Test(rwsem, a_killed_writer_may_take_a_free_lock)
{
	struct scene s;
	u32 killed = 1;

	scene_init(&s);
	cr_expect_eq(down_write_killable(&s.sem, &killed), 0);
	up_write(&s.sem);
	cr_expect_eq(s.sem.count, 0);
}

/* --- misuse stops the program ----------------------------------------------- */

static struct rw_semaphore *fresh_lock(void)
{
	static struct rw_semaphore sem;

	init_rwsem(&sem);
	return &sem;
}

Test(rwsem, down_read_in_an_rcu_section_is_a_bug, .signal = SIGABRT)
{
	rcu_read_lock();
	down_read(fresh_lock());
}

Test(rwsem, down_write_under_a_spinlock_is_a_bug, .signal = SIGABRT)
{
	spinlock_t lock;

	spin_lock_init(&lock);
	spin_lock(&lock);
	down_write(fresh_lock());
}

Test(rwsem, trying_and_letting_go_are_fine_in_an_rcu_section)
{
	struct rw_semaphore *sem = fresh_lock();

	rcu_read_lock();
	cr_expect(down_read_trylock(sem));
	up_read(sem);
	cr_expect(down_write_trylock(sem));
	up_write(sem);
	rcu_read_unlock();
}

Test(rwsem, up_read_of_a_free_lock_is_a_bug, .signal = SIGABRT)
{
	up_read(fresh_lock());
}

Test(rwsem, up_write_by_a_reader_is_a_bug, .signal = SIGABRT)
{
	struct rw_semaphore *sem = fresh_lock();

	down_read(sem);
	up_write(sem);
}

Test(rwsem, downgrade_by_a_reader_is_a_bug, .signal = SIGABRT)
{
	struct rw_semaphore *sem = fresh_lock();

	down_read(sem);
	downgrade_write(sem);
}
