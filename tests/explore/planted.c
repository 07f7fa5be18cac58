// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Scenes with a bug in them, each of which the explorer must find and name: sequence counts with a part left out,
 * races, memory used or freed wrongly, threads that wait for ever.
 */
#include "common/sync/rwsem.h"
#include "common/sync/seqcount.h"
#include "tests/explore/scenes.h"

static struct shared {
	u64 sequence, other;
	u64 a __cacheline_aligned, b;
	u64 plain __cacheline_aligned;
	u32 flag __cacheline_aligned;
	spinlock_t first __cacheline_aligned, second;
	u64 *box __cacheline_aligned;
} *m;
static struct { u64 a, b; bool valid; } seen;

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
	spin_lock_init(&m->first);
	spin_lock_init(&m->second);
	m->box = platform_alloc(sizeof(*m->box), 8, PLATFORM_MEM_OBJECT);
	return 0;
}

static void start_shared(const struct explore_scene *s)
{
	(void)s;
	seen.valid = false;
}

#define THREAD(name) static void name(void *scene __attribute__((unused)))
/* @says: what the finding must have in it */
#define PLANTED(id, what_, says_, judge_, nr_, ...) \
	static const struct explore_scene id##_scene = { \
		.name = "planted/" #id, .what = what_, .arg = says_, .open = open_shared, .start = start_shared, \
		.nr_threads = nr_, .thread = { __VA_ARGS__ }, .judge = judge_, \
	};

/* --- a sequence count, written out; each variant lacks one thing ------------------------------------------- */

enum left_out { NOTHING, COUNTER, WRITE_FENCE, READ_FENCE, LAST_STORE, FIRST_LOAD };

static __always_inline void seq_write(enum left_out out)
{
	u64 was = m->sequence;

	WRITE_ONCE(m->sequence, was + 1);
	if (out != WRITE_FENCE)
		smp_wmb();
	WRITE_ONCE(m->a, 1);
	WRITE_ONCE(m->b, 1);
	if (out != LAST_STORE)
		smp_store_release(&m->sequence, was + 2);
	else
		WRITE_ONCE(m->sequence, was + 2);
}

static __always_inline void seq_read(enum left_out out)
{
	u64 start = out == FIRST_LOAD ? READ_ONCE(m->sequence) : smp_load_acquire(&m->sequence);

	if (start & 1)
		return;
	seen.a = READ_ONCE(m->a);
	seen.b = READ_ONCE(m->b);
	if (out != READ_FENCE)
		smp_rmb();
	seen.valid = READ_ONCE(*(out == COUNTER ? &m->other : &m->sequence)) == (out == COUNTER ? 0 : start);
}

#define SEQLOCK(name, out) \
	THREAD(name##_write) { seq_write(out); } \
	THREAD(name##_read) { seq_read(out); }
SEQLOCK(whole, NOTHING)
SEQLOCK(counter, COUNTER)
SEQLOCK(write_fence, WRITE_FENCE)
SEQLOCK(read_fence, READ_FENCE)
SEQLOCK(last_store, LAST_STORE)
SEQLOCK(first_load, FIRST_LOAD)

static void judge_seq(const struct explore_scene *s)
{
	(void)s;
	if (seen.valid && seen.a != seen.b)
		ex_finding("a reader took %llu and %llu for one moment's", (unsigned long long)seen.a, (unsigned long long)seen.b);
}

#define TORN "for one moment's"
PLANTED(seqlock_counter, "a seqlock whose reader asks another counter", TORN, judge_seq, 2, counter_write, counter_read)
PLANTED(seqlock_write_fence, "a seqlock without the writer's fence", TORN, judge_seq, 2, write_fence_write, write_fence_read)
PLANTED(seqlock_read_fence, "a seqlock without the reader's fence", TORN, judge_seq, 2, read_fence_write, read_fence_read)
PLANTED(seqlock_last_store, "a seqlock whose last store is relaxed", TORN, judge_seq, 2, last_store_write, last_store_read)
PLANTED(seqlock_first_load, "a seqlock whose first load is relaxed", TORN, judge_seq, 2, first_load_write, first_load_read)
PLANTED(seqlock_whole, "a seqlock with nothing left out", NULL, judge_seq, 2, whole_write, whole_read)

/* --- races, and memory ----------------------------------------------------------------------------------------- */

THREAD(writes_plain) { m->plain = 1; WRITE_ONCE(m->flag, 1); }
THREAD(reads_plain) { if (READ_ONCE(m->flag)) seen.a = m->plain; }
PLANTED(race, "a plain word behind a relaxed flag", "data race", NULL, 2, writes_plain, reads_plain)

THREAD(releases_plain) { m->plain = 1; smp_store_release(&m->flag, 1); }
THREAD(acquires_plain) { if (smp_load_acquire(&m->flag)) seen.a = m->plain; }
PLANTED(no_race, "a plain word behind a flag by release and acquire", NULL, NULL, 2, releases_plain, acquires_plain)

THREAD(clears) { memset(&m->plain, 0, sizeof(m->plain)); }
PLANTED(race_memset, "a word cleared by two threads; unseen if the compiler makes a store of memset()", "data race", NULL, 2, clears, clears)

static void free_box(void)
{
	platform_free(m->box, sizeof(*m->box), PLATFORM_MEM_OBJECT);
}

THREAD(uses_box) { WRITE_ONCE(*m->box, 1); WRITE_ONCE(m->flag, 1); }
THREAD(frees_box_relaxed) { if (READ_ONCE(m->flag)) free_box(); }
PLANTED(free_without_order, "memory freed when its user says so, relaxed", "free by", NULL, 2, uses_box, frees_box_relaxed)

THREAD(frees_box) { free_box(); }
PLANTED(use_after_free, "memory freed beside its user", "free", NULL, 2, uses_box, frees_box)
PLANTED(double_free, "memory freed twice", "free", NULL, 2, frees_box, frees_box)

THREAD(takes_box) { WRITE_ONCE(m->box, NULL); }
THREAD(follows_box) { u64 *box = READ_ONCE(m->box); seen.a = READ_ONCE(*box); }
PLANTED(wild_pointer, "a pointer that is NULL by the time it is followed", "wild pointer", NULL, 2, takes_box, follows_box)

/* --- threads that wait for ever ----------------------------------------------------------------------------------- */

THREAD(parks) { while (!READ_ONCE(m->flag)) platform_park(&m->flag, 0); }
THREAD(wakes_then_stores) { platform_unpark(&m->flag, 1); WRITE_ONCE(m->flag, 1); }
PLANTED(lost_wake_up, "one that wakes first and stores the reason later", "nothing can go on", NULL, 2, parks, wakes_then_stores)

THREAD(stores_then_wakes) { WRITE_ONCE(m->flag, 1); platform_unpark(&m->flag, 1); }
PLANTED(wake_up, "one that stores the reason and then wakes", NULL, NULL, 2, parks, stores_then_wakes)

static void lock_both(spinlock_t *one, spinlock_t *other)
{
	spin_lock(one);
	spin_lock(other);
	spin_unlock(other);
	spin_unlock(one);
}

THREAD(locks_first_second) { lock_both(&m->first, &m->second); }
THREAD(locks_second_first) { lock_both(&m->second, &m->first); }
PLANTED(deadlock, "two locks in either order", "nothing can go on", NULL, 2, locks_first_second, locks_second_first)
PLANTED(no_deadlock, "two locks in one order", NULL, NULL, 2, locks_first_second, locks_first_second)

THREAD(sleeps_in_rcu) { platform_rcu_read_lock(); platform_synchronize_rcu(); platform_rcu_read_unlock(); }
PLANTED(sleep_in_rcu, "a grace period waited for inside a section", "platform_in_atomic", NULL, 1, sleeps_in_rcu)

const struct explore_scene *const planted_scenes[] = {
	&seqlock_counter_scene, &seqlock_write_fence_scene, &seqlock_read_fence_scene, &seqlock_last_store_scene,
	&seqlock_first_load_scene, &seqlock_whole_scene, &race_scene, &no_race_scene, &race_memset_scene, &free_without_order_scene,
	&use_after_free_scene, &double_free_scene, &wild_pointer_scene, &lost_wake_up_scene, &wake_up_scene, &deadlock_scene, &no_deadlock_scene,
	&sleep_in_rcu_scene, &tree_planted_scene, NULL
};
