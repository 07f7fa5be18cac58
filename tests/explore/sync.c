// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Locks, sequence counts and RCU of common/sync and the seam by themselves.
 */
#include "common/sync/rwsem.h"
#include "common/sync/seqcount.h"
#include "tests/explore/scenes.h"

static struct shared {
	seqcount_t seq;
	spinlock_t lock __cacheline_aligned;
	struct rw_semaphore sem __cacheline_aligned;
	u64 *pointer __cacheline_aligned;
	u64 a __cacheline_aligned, b;	/* guarded, accessed field by field */
	u64 plain;			/* guarded, plain */
	u32 killed __cacheline_aligned;	/* the writer that can be killed is */
} *m;

static struct { u64 a, b; bool valid; } seen[SCENE_MAX_THREADS];
static u64 taken;	/* the sum that the threads themselves have counted */

static int open_shared(const struct explore_scene *s, const char *spec, char *why, size_t size)
{
	(void)s;
	(void)spec;
	m = platform_alloc(sizeof(*m), CACHELINE, PLATFORM_MEM_OTHER);
	if (!m) {
		snprintf(why, size, "no memory");
		return -1;
	}
	platform_objects(m, "shared", sizeof(*m), 1);
	seqcount_init(&m->seq, 0);
	spin_lock_init(&m->lock);
	init_rwsem(&m->sem);
	m->pointer = platform_alloc(sizeof(*m->pointer), 8, PLATFORM_MEM_OBJECT);
	*m->pointer = 1;
	return 0;
}

static void start_shared(const struct explore_scene *s)
{
	(void)s;
	memset(seen, 0, sizeof(seen));
	taken = 0;
}

#define THREAD(name) static void name(void *scene __attribute__((unused)))
#define SCENE(id, what_, judge_, nr_, ...) \
	static const struct explore_scene id##_scene = { \
		.name = "sync/" #id, .what = what_, .open = open_shared, .start = start_shared, \
		.nr_threads = nr_, .thread = { __VA_ARGS__ }, .judge = judge_, \
	};

/* --- the sequence count -------------------------------------------------------------------------------- */

static void seq_write(void)
{
	spin_lock(&m->lock);
	write_seqcount_begin(&m->seq);
	WRITE_ONCE(m->a, m->a + 1);
	WRITE_ONCE(m->b, m->b + 1);
	write_seqcount_end(&m->seq);
	spin_unlock(&m->lock);
}

static void seq_read(unsigned int i)
{
	u64 start = read_seqcount(&m->seq);

	if (start & 1)
		return;
	seen[i].a = READ_ONCE(m->a);
	seen[i].b = READ_ONCE(m->b);
	seen[i].valid = !read_seqcount_retry(&m->seq, start);
}

THREAD(seq_writer) { seq_write(); }
THREAD(seq_writer_twice) { seq_write(); seq_write(); }
THREAD(seq_reader) { seq_read(0); }
THREAD(seq_reader_too) { seq_read(1); }

static void judge_seq(const struct explore_scene *s)
{
	(void)s;
	for (unsigned int i = 0; i < ARRAY_SIZE(seen); i++)
		if (seen[i].valid && seen[i].a != seen[i].b)
			ex_finding("a reader took %llu and %llu for one moment's", (unsigned long long)seen[i].a,
				   (unsigned long long)seen[i].b);
}

SCENE(seqcount, "two sections of a writer, and a reader", judge_seq, 2, seq_writer_twice, seq_reader)
SCENE(seqcount_two_writers, "two writers, and a reader", judge_seq, 3, seq_writer, seq_writer, seq_reader)
SCENE(seqcount_two_readers, "a writer, and two readers", judge_seq, 3, seq_writer, seq_reader, seq_reader_too)

/* --- the spinlock ---------------------------------------------------------------------------------------- */

THREAD(spin_adds)
{
	spin_lock(&m->lock);
	m->plain++;
	spin_unlock(&m->lock);
	taken++;
}

THREAD(spin_tries)
{
	if (!spin_trylock(&m->lock))
		return;
	m->plain++;
	spin_unlock(&m->lock);
	taken++;
}

static void judge_plain(const struct explore_scene *s)
{
	(void)s;
	if (m->plain != taken)
		ex_finding("%llu were added, %llu are there", (unsigned long long)taken, (unsigned long long)m->plain);
	if (spin_is_locked(&m->lock) || rwsem_is_locked(&m->sem))
		ex_finding("a lock is held when all are done");
}

SCENE(spinlock, "two that add under a spinlock", judge_plain, 2, spin_adds, spin_adds)
SCENE(spinlock_three, "two that add under a spinlock, and one that tries", judge_plain, 3, spin_adds, spin_adds, spin_tries)

/* As many CPUs as threads: those that find the lock held queue. */
#define SCENE_QUEUE(id, what_, nr_, ...) \
	static const struct explore_scene id##_scene = { \
		.name = "sync/" #id, .what = what_, .spins = true, .open = open_shared, .start = start_shared, \
		.nr_threads = nr_, .thread = { __VA_ARGS__ }, .judge = judge_queue, \
	};

THREAD(spin_adds_twice)
{
	for (unsigned int i = 0; i < 2; i++) {
		spin_lock(&m->lock);
		m->plain++;
		spin_unlock(&m->lock);
		taken++;
	}
}

/* As a thread without a slot does: take the lock past the queue. */
THREAD(spin_steals)
{
	u32 free = READ_ONCE(m->lock.locked);

	if (free == SPIN_HELD || !try_cmpxchg_acquire(&m->lock.locked, &free, SPIN_HELD))
		return;
	platform_spin_enter();
	m->plain++;
	spin_unlock(&m->lock);
	taken++;
}

static void judge_queue(const struct explore_scene *s)
{
	judge_plain(s);
	if (READ_ONCE(m->lock.tail))
		ex_finding("slot %u is in the queue when all are done", READ_ONCE(m->lock.tail) - 1);
}

SCENE_QUEUE(spinlock_queue, "two that queue for a spinlock", 2, spin_adds, spin_adds)
SCENE_QUEUE(spinlock_queue_again, "two that queue for a spinlock, twice each", 2, spin_adds_twice, spin_adds_twice)
SCENE_QUEUE(spinlock_queue_three, "three that queue for a spinlock", 3, spin_adds, spin_adds, spin_adds)
SCENE_QUEUE(spinlock_queue_tries, "two that queue for a spinlock, and one that tries", 3, spin_adds, spin_adds, spin_tries)
SCENE_QUEUE(spinlock_queue_steals, "two that queue for a spinlock, and one that takes it past the queue", 3, spin_adds, spin_adds, spin_steals)

/* --- the rwsem ------------------------------------------------------------------------------------------- */

THREAD(sem_writes)
{
	down_write(&m->sem);
	m->plain++;
	up_write(&m->sem);
	taken++;
}

THREAD(sem_reads)
{
	down_read(&m->sem);
	seen[0].a = m->plain;
	up_read(&m->sem);
}

THREAD(sem_tries_to_read)
{
	if (!down_read_trylock(&m->sem))
		return;
	seen[1].a = m->plain;
	up_read(&m->sem);
}

THREAD(sem_downgrades)
{
	down_write(&m->sem);
	m->plain++;
	taken++;
	downgrade_write(&m->sem);
	seen[2].a = m->plain;
	up_read(&m->sem);
}

THREAD(sem_writes_unless_killed)
{
	if (down_write_killable(&m->sem, &m->killed))
		return;
	m->plain++;
	up_write(&m->sem);
	taken++;
}

static void kill_writer(void)
{
	WRITE_ONCE(m->killed, 1);
	platform_unpark(&m->killed, 1);
}

THREAD(sem_reads_and_kills)
{
	down_read(&m->sem);
	kill_writer();
	seen[0].a = m->plain;
	up_read(&m->sem);
}

THREAD(sem_writes_and_kills)
{
	down_write(&m->sem);
	m->plain++;
	kill_writer();
	up_write(&m->sem);
	taken++;
}

static void judge_killed(const struct explore_scene *s)
{
	judge_plain(s);
	if (m->sem.head || rwsem_is_contended(&m->sem))
		ex_finding("somebody is in the queue when all are done");
}

SCENE(rwsem_killed, "a reader that kills a writer", judge_killed, 2, sem_reads_and_kills, sem_writes_unless_killed)
SCENE(rwsem_killed_by_writer, "a writer that kills another", judge_killed, 2, sem_writes_and_kills, sem_writes_unless_killed)
SCENE(rwsem_killed_first, "a reader that kills a writer, and another writer", judge_killed, 3, sem_reads_and_kills,
      sem_writes_unless_killed, sem_writes)
SCENE(rwsem_killed_read, "a writer that kills another, and a reader", judge_killed, 3, sem_writes_and_kills,
      sem_writes_unless_killed, sem_reads)
SCENE(rwsem_two_writers, "two writers of an rwsem", judge_plain, 2, sem_writes, sem_writes)
SCENE(rwsem, "a writer and a reader of an rwsem", judge_plain, 2, sem_writes, sem_reads)
SCENE(rwsem_downgrade, "a writer that becomes a reader, and a reader", judge_plain, 2, sem_downgrades, sem_reads)
SCENE(rwsem_try, "a writer, and a reader that tries", judge_plain, 2, sem_writes, sem_tries_to_read)
SCENE(rwsem_try_three, "a reader, one that tries, and a writer", judge_plain, 3, sem_reads, sem_tries_to_read, sem_writes)
SCENE(rwsem_three, "two writers and a reader of an rwsem", judge_plain, 3, sem_writes, sem_reads, sem_writes)
SCENE(rwsem_downgrade_three, "a writer that becomes a reader, a reader, a writer", judge_plain, 3, sem_downgrades, sem_reads, sem_writes)

/* --- RCU ---------------------------------------------------------------------------------------------------- */

struct boxed {
	u64 value;
	struct platform_rcu_head rcu;
};

static void boxed_free(struct platform_rcu_head *head)
{
	platform_free(container_of(head, struct boxed, rcu), sizeof(struct boxed), PLATFORM_MEM_OBJECT);
}

static void rcu_replace(bool wait)
{
	struct boxed *box = platform_alloc(sizeof(*box), 8, PLATFORM_MEM_OBJECT);
	u64 *old;

	box->value = 2;
	old = xchg(&m->pointer, &box->value);
	if (!wait) {
		/* @old is not a struct boxed: it is the first one. */
		platform_synchronize_rcu();
		platform_free(old, sizeof(*old), PLATFORM_MEM_OBJECT);
		return;
	}
	old = xchg(&m->pointer, NULL);
	platform_call_rcu(&container_of(old, struct boxed, value)->rcu, boxed_free);
}

THREAD(rcu_replaces) { rcu_replace(false); }
THREAD(rcu_replaces_and_defers) { rcu_replace(true); }

THREAD(rcu_reads)
{
	u64 *p;

	platform_rcu_read_lock();
	p = smp_load_acquire(&m->pointer);
	if (p)
		seen[0].a = *p;
	platform_rcu_read_unlock();
}

SCENE(rcu, "what was replaced is freed after a grace period", NULL, 2, rcu_replaces, rcu_reads)
SCENE(rcu_call, "what was taken away is freed by a callback", NULL, 2, rcu_replaces_and_defers, rcu_reads)

const struct explore_scene *const sync_scenes[] = {
	&seqcount_scene, &seqcount_two_writers_scene, &seqcount_two_readers_scene, &spinlock_scene, &spinlock_three_scene,
	&spinlock_queue_scene, &spinlock_queue_again_scene, &spinlock_queue_three_scene, &spinlock_queue_tries_scene,
	&spinlock_queue_steals_scene,
	&rwsem_two_writers_scene, &rwsem_scene, &rwsem_downgrade_scene, &rwsem_try_scene, &rwsem_try_three_scene, &rwsem_three_scene,
	&rwsem_downgrade_three_scene, &rwsem_killed_scene, &rwsem_killed_by_writer_scene, &rwsem_killed_first_scene,
	&rwsem_killed_read_scene, &rcu_scene, &rcu_call_scene, NULL
};
