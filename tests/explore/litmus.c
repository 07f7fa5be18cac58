// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The classical litmus tests, each with every outcome that sequential consistency and the explorer's weak memory have.
 *
 * The outcomes are exactly those that sim/explore/memory.c must allow; where that differs from the
 * kernel's memory model (tools/memory-model, 6.12) the test says so.  Registers in the order of the
 * threads; a final value of x or y comes last.
 *
 * Source of the names: Alglave, Maranget, Tautschnig, "Herding cats" (2014).
 */
#include "common/sync/atomic.h"
#include "tests/explore/scenes.h"

static struct words {
	u64 x, pad_x[7], y, pad_y[7], z, pad_z[7];
	u64 plain;
} *m;
static u64 reg[4];

static int open_words(const struct explore_scene *s, const char *spec, char *why, size_t size)
{
	(void)s;
	(void)spec;
	m = platform_alloc(sizeof(*m), CACHELINE, PLATFORM_MEM_OTHER);
	if (!m)
		snprintf(why, size, "no memory");
	else
		platform_objects(m, "words", sizeof(*m), 1);
	return m ? 0 : -1;
}

static void start_words(const struct explore_scene *s)
{
	(void)s;
	reg[0] = reg[1] = reg[2] = reg[3] = 0;
}

/* The first two, three or four registers. */
static void judge_2(const struct explore_scene *s)
{
	(void)s;
	scene_outcome((u32)(reg[0] << 4 | reg[1]));
}

static void judge_3(const struct explore_scene *s)
{
	(void)s;
	scene_outcome((u32)(reg[0] << 8 | reg[1] << 4 | reg[2]));
}

static void judge_4(const struct explore_scene *s)
{
	(void)s;
	scene_outcome((u32)(reg[0] << 12 | reg[1] << 8 | reg[2] << 4 | reg[3]));
}

/* The final x and y. */
static void judge_xy(const struct explore_scene *s)
{
	(void)s;
	scene_outcome((u32)(READ_ONCE(m->x) << 4 | READ_ONCE(m->y)));
}

/* A register and the final x. */
static void judge_rx(const struct explore_scene *s)
{
	(void)s;
	scene_outcome((u32)(reg[0] << 4 | READ_ONCE(m->x)));
}

#define THREAD(name) static void name(void *scene __attribute__((unused)))

/* --- message passing ------------------------------------------------------------------------------ */

THREAD(store_x_y) { WRITE_ONCE(m->x, 1); WRITE_ONCE(m->y, 1); }
THREAD(store_x_release_y) { WRITE_ONCE(m->x, 1); smp_store_release(&m->y, 1); }
THREAD(store_x_wmb_y) { WRITE_ONCE(m->x, 1); smp_wmb(); WRITE_ONCE(m->y, 1); }
THREAD(load_y_x) { reg[0] = READ_ONCE(m->y); reg[1] = READ_ONCE(m->x); }
THREAD(load_acquire_y_x) { reg[0] = smp_load_acquire(&m->y); reg[1] = READ_ONCE(m->x); }
THREAD(load_y_rmb_x) { reg[0] = READ_ONCE(m->y); smp_rmb(); reg[1] = READ_ONCE(m->x); }
/* The address of the second load depends on the first. */
THREAD(load_y_dependent_x) { reg[0] = READ_ONCE(m->y); reg[1] = READ_ONCE(*(&m->x + (reg[0] & 0x10))); }
/* A read-modify-write between carries the release on. */
THREAD(add_y) { fetch_add_relaxed(&m->y, 1); }
THREAD(load_acquire_y_2_x) { reg[0] = smp_load_acquire(&m->y); reg[1] = READ_ONCE(m->x); }

/* --- store buffering -------------------------------------------------------------------------------- */

THREAD(store_x_load_y) { WRITE_ONCE(m->x, 1); reg[0] = READ_ONCE(m->y); }
THREAD(store_y_load_x) { WRITE_ONCE(m->y, 1); reg[1] = READ_ONCE(m->x); }
THREAD(store_x_mb_load_y) { WRITE_ONCE(m->x, 1); smp_mb(); reg[0] = READ_ONCE(m->y); }
THREAD(store_y_mb_load_x) { WRITE_ONCE(m->y, 1); smp_mb(); reg[1] = READ_ONCE(m->x); }
/* One side pays for both: the other keeps the compiler's order alone. */
THREAD(store_x_barrier_load_y) { WRITE_ONCE(m->x, 1); barrier(); reg[0] = READ_ONCE(m->y); }
THREAD(store_y_membarrier_load_x) { WRITE_ONCE(m->y, 1); platform_membarrier(); reg[1] = READ_ONCE(m->x); }
THREAD(xchg_x_load_y) { xchg(&m->x, 1); reg[0] = READ_ONCE(m->y); }
THREAD(xchg_y_load_x) { xchg(&m->y, 1); reg[1] = READ_ONCE(m->x); }

/* --- load buffering --------------------------------------------------------------------------------- */

THREAD(load_x_store_y) { reg[0] = READ_ONCE(m->x); WRITE_ONCE(m->y, 1); }
THREAD(load_y_store_x) { reg[1] = READ_ONCE(m->y); WRITE_ONCE(m->x, 1); }

/* --- two writes each --------------------------------------------------------------------------------- */

THREAD(store_x1_y2) { WRITE_ONCE(m->x, 1); WRITE_ONCE(m->y, 2); }
THREAD(store_y1_x2) { WRITE_ONCE(m->y, 1); WRITE_ONCE(m->x, 2); }
/* S: the second thread's store must not be overwritten by what it has seen the other do before. */
THREAD(store_x2_y1) { WRITE_ONCE(m->x, 2); WRITE_ONCE(m->y, 1); }
THREAD(load_y_store_x1) { reg[0] = READ_ONCE(m->y); WRITE_ONCE(m->x, 1); }
/* R */
THREAD(store_x1_y1) { WRITE_ONCE(m->x, 1); WRITE_ONCE(m->y, 1); }
THREAD(store_y2_load_x) { WRITE_ONCE(m->y, 2); reg[0] = READ_ONCE(m->x); }
THREAD(store_y2_mb_load_x) { WRITE_ONCE(m->y, 2); smp_mb(); reg[0] = READ_ONCE(m->x); }
THREAD(store_x1_mb_y1) { WRITE_ONCE(m->x, 1); smp_mb(); WRITE_ONCE(m->y, 1); }

static void judge_ry(const struct explore_scene *s)
{
	(void)s;
	scene_outcome((u32)(reg[0] << 4 | READ_ONCE(m->y)));
}

/* --- independent reads of independent writes ----------------------------------------------------------- */

THREAD(store_x) { WRITE_ONCE(m->x, 1); }
THREAD(store_y) { WRITE_ONCE(m->y, 1); }
THREAD(read_x_y) { reg[0] = smp_load_acquire(&m->x); reg[1] = smp_load_acquire(&m->y); }
THREAD(read_y_x) { reg[2] = smp_load_acquire(&m->y); reg[3] = smp_load_acquire(&m->x); }
THREAD(read_x_mb_y) { reg[0] = READ_ONCE(m->x); smp_mb(); reg[1] = READ_ONCE(m->y); }
THREAD(read_y_mb_x) { reg[2] = READ_ONCE(m->y); smp_mb(); reg[3] = READ_ONCE(m->x); }

/* --- coherence ----------------------------------------------------------------------------------------- */

THREAD(read_x_x) { reg[0] = READ_ONCE(m->x); reg[1] = READ_ONCE(m->x); }
THREAD(store_x1_x2) { WRITE_ONCE(m->x, 1); WRITE_ONCE(m->x, 2); }
THREAD(store_x_load_x) { WRITE_ONCE(m->x, 1); reg[0] = READ_ONCE(m->x); }
THREAD(store_x2) { WRITE_ONCE(m->x, 2); }
/* A load must not miss what another thread had read before its release. */
THREAD(read_x_release_y) { reg[0] = READ_ONCE(m->x); smp_store_release(&m->y, 1); }
THREAD(acquire_y_read_x) { reg[1] = smp_load_acquire(&m->y); reg[2] = READ_ONCE(m->x); }
/* A load may miss what the other thread read after its release. */
THREAD(release_y_read_x) { smp_store_release(&m->y, 1); reg[0] = READ_ONCE(m->x); }
THREAD(add_x) { fetch_add_relaxed(&m->x, 1); }
THREAD(add_x_too) { reg[0] = fetch_add_relaxed(&m->x, 1); }

/* --- RCU ------------------------------------------------------------------------------------------------- */

THREAD(rcu_reader)
{
	platform_rcu_read_lock();
	reg[0] = READ_ONCE(m->x);
	reg[1] = READ_ONCE(m->y);
	platform_rcu_read_unlock();
}
THREAD(rcu_writer) { WRITE_ONCE(m->x, 1); platform_synchronize_rcu(); WRITE_ONCE(m->y, 1); }
THREAD(rcu_reader_other_way)
{
	platform_rcu_read_lock();
	reg[0] = READ_ONCE(m->y);
	reg[1] = READ_ONCE(m->x);
	platform_rcu_read_unlock();
}

#define LITMUS(id, what_, judge_, sc_, weak_, lkmm_, nr_, ...) \
	static const struct litmus id##_outcomes = { sc_, weak_, lkmm_ }; \
	static const struct explore_scene test_##id = { \
		.name = "litmus/" #id, .what = what_, .arg = &id##_outcomes, .open = open_words, .start = start_words, \
		.nr_threads = nr_, .thread = { __VA_ARGS__ }, .judge = judge_, \
	};

LITMUS(mp, "message passing, relaxed: a flag is seen, what was written before it is not", judge_2,
       "00 01 11", "00 01 10 11", "10 allowed", 2, store_x_y, load_y_x)
LITMUS(mp_release_acquire, "message passing by release and acquire", judge_2,
       "00 01 11", "00 01 11", "10 forbidden", 2, store_x_release_y, load_acquire_y_x)
LITMUS(mp_fences, "message passing by smp_wmb() and smp_rmb()", judge_2,
       "00 01 11", "00 01 11", "10 forbidden", 2, store_x_wmb_y, load_y_rmb_x)
LITMUS(mp_release_only, "message passing, the reader relaxed", judge_2,
       "00 01 11", "00 01 10 11", "10 allowed", 2, store_x_release_y, load_y_x)
LITMUS(mp_acquire_only, "message passing, the writer relaxed", judge_2,
       "00 01 11", "00 01 10 11", "10 allowed", 2, store_x_y, load_acquire_y_x)
LITMUS(mp_dependency, "message passing, the reader's address depends on the flag", judge_2,
       "00 01 11", "00 01 10 11", "10 forbidden: more is allowed here", 2, store_x_wmb_y, load_y_dependent_x)
LITMUS(mp_release_sequence, "message passing over a relaxed read-modify-write", judge_2,
       "00 01 10 11 21", "00 01 10 11 21", "20 forbidden", 3, store_x_release_y, add_y, load_acquire_y_2_x)
LITMUS(sb, "store buffering, relaxed", judge_2,
       "01 10 11", "00 01 10 11", "00 allowed", 2, store_x_load_y, store_y_load_x)
LITMUS(sb_fences, "store buffering with smp_mb()", judge_2,
       "01 10 11", "01 10 11", "00 forbidden", 2, store_x_mb_load_y, store_y_mb_load_x)
LITMUS(sb_membarrier, "store buffering, one side by platform_membarrier(), the other by the compiler's order", judge_2,
       "01 10 11", "01 10 11", "00 forbidden", 2, store_x_barrier_load_y, store_y_membarrier_load_x)
LITMUS(sb_one_fence, "store buffering, one side by smp_mb(), the other by the compiler's order", judge_2,
       "01 10 11", "00 01 10 11", "00 allowed", 2, store_x_barrier_load_y, store_y_mb_load_x)
LITMUS(sb_rmw, "store buffering by xchg()", judge_2,
       "01 10 11", "00 01 10 11", "00 forbidden: more is allowed here", 2, xchg_x_load_y, xchg_y_load_x)
LITMUS(lb, "load buffering, relaxed: each reads what the other stores later", judge_2,
       "00 01 10", "00 01 10", "11 allowed: less is allowed here", 2, load_x_store_y, load_y_store_x)
LITMUS(two_plus_two_w, "2+2W: the final values are those of the first stores", judge_xy,
       "12 21 22", "12 21 22", "11 allowed: less is allowed here", 2, store_x1_y2, store_y1_x2)
LITMUS(s, "S: what has seen the second store writes before the first", judge_rx,
       "01 02 11", "01 02 11", "12 allowed: less is allowed here", 2, store_x2_y1, load_y_store_x1)
LITMUS(r, "R: the last store to y is the second thread's, which does not see x", judge_ry,
       "01 11 12", "01 02 11 12", "02 allowed", 2, store_x1_y1, store_y2_load_x)
LITMUS(r_fences, "R with smp_mb()", judge_ry,
       "01 11 12", "01 11 12", "02 forbidden", 2, store_x1_mb_y1, store_y2_mb_load_x)
LITMUS(iriw, "IRIW by acquire: two readers see two stores in opposite orders", judge_4,
       "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1011 1100 1101 1110 1111",
       "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1010 1011 1100 1101 1110 1111",
       "1010 allowed", 4, store_x, store_y, read_x_y, read_y_x)
LITMUS(iriw_fences, "IRIW with smp_mb()", judge_4,
       "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1011 1100 1101 1110 1111",
       "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1011 1100 1101 1110 1111",
       "1010 forbidden", 4, store_x, store_y, read_x_mb_y, read_y_mb_x)
LITMUS(corr, "coherence: two reads of one word never go back", judge_2,
       "00 01 02 11 12 22", "00 01 02 11 12 22", "10, 20, 21 forbidden", 2, store_x1_x2, read_x_x)
LITMUS(cowr, "coherence: one's own store is not missed", judge_rx,
       "11 12 22", "11 12 22", "0x and 21 forbidden", 2, store_x_load_x, store_x2)
LITMUS(corr_handed_on, "coherence: what was read before a release is not missed after the acquire", judge_3,
       "000 001 010 011 100 101 111", "000 001 010 011 100 101 111", "110 forbidden", 3,
       store_x, read_x_release_y, acquire_y_read_x)
LITMUS(corr_read_later, "what was read after a release may be missed after the acquire", judge_3,
       "000 001 010 011 100 101 110 111", "000 001 010 011 100 101 110 111", "110 allowed", 3,
       store_x, release_y_read_x, acquire_y_read_x)
LITMUS(rmw, "two read-modify-writes of one word: neither is lost", judge_rx,
       "02 12", "02 12", "x1 forbidden", 2, add_x, add_x_too)
LITMUS(rcu, "a section does not span a grace period", judge_2,
       "00 10 11", "00 10 11", "01 forbidden", 2, rcu_writer, rcu_reader)
LITMUS(rcu_other_way, "a section that sees what came after a grace period sees what was before it", judge_2,
       "00 01 11", "00 01 11", "10 forbidden", 2, rcu_writer, rcu_reader_other_way)

const struct explore_scene *const litmus_scenes[] = {
	&test_mp, &test_mp_release_acquire, &test_mp_fences, &test_mp_release_only, &test_mp_acquire_only,
	&test_mp_dependency, &test_mp_release_sequence, &test_sb, &test_sb_fences, &test_sb_membarrier,
	&test_sb_one_fence, &test_sb_rmw, &test_lb,
	&test_two_plus_two_w, &test_s, &test_r, &test_r_fences, &test_iriw, &test_iriw_fences, &test_corr,
	&test_cowr, &test_corr_handed_on, &test_corr_read_later, &test_rmw, &test_rcu, &test_rcu_other_way, NULL
};
