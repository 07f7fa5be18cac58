/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A world for one test: made with a scheme's chain, taken down with every account at zero.
 */
#ifndef TESTS_SUPPORT_MM_TEST_H
#define TESTS_SUPPORT_MM_TEST_H

#include "common/mm/mm.h"
#include "common/mm/tlb.h"
#include "common/mm/vma.h"
#include "tests/support/check.h"
#include "tests/support/schemes.h"
#include "tests/support/variants.h"

/**
 * SCHEME_TEST(name) { ... m ... } : one Criterion test a scheme, called scheme::name, and
 * one for all variants, one after the other, called variants::name.
 * The body gets `struct mm_test *m`, begun; it is ended, and counted, after it.
 */
#define SCHEME_TEST(name_) \
	static void name_(struct mm_test *m); \
	FOR_EACH_SCHEME(SCHEME_TEST_ONE, name_) \
	Test(variants, name_) \
	{ \
		mm_test_variants(name_); \
	} \
	static void name_(struct mm_test *m)

#define SCHEME_TEST_ONE(scheme_, name_) \
	Test(scheme_, name_) \
	{ \
		struct mm_test m_; \
		mm_test_begin(&m_, #scheme_, NULL); \
		name_(&m_); \
		mm_test_end(&m_); \
	}

#define PROT_R	MM_PROT_READ
#define PROT_W	MM_PROT_WRITE
#define PROT_X	MM_PROT_EXEC
#define PROT_RW	(MM_PROT_READ | MM_PROT_WRITE)

#define MAP_ANON  (MM_MAP_PRIVATE | MM_MAP_ANONYMOUS)
#define MAP_ANON_FIXED (MAP_ANON | MM_MAP_FIXED)

/** Linux's numbers for the advice that the tests use. */
#define ADV_NORMAL	0
#define ADV_RANDOM	1
#define ADV_SEQUENTIAL	2
#define ADV_DONTNEED	4
#define ADV_DONTFORK	10
#define ADV_DOFORK	11
#define ADV_MERGEABLE	12
#define ADV_HUGEPAGE	14
#define ADV_NOHUGEPAGE	15
#define ADV_DONTDUMP	16
#define ADV_DODUMP	17

struct mm_test {
	struct scheme_chain chain;
	bool lean;		/**< one of many variants: a test of many cases takes some of them */
	struct world *world;
	struct task *task;	/**< slot 0: the test's own thread, attached */
	struct mm *mm;
};

/** Four tasks, a TLB each, freed frames poisoned. */
struct world_config mm_test_config(void);

/** @param config NULL: mm_test_config().  Starts the watchdog */
void mm_test_begin(struct mm_test *m, const char *spec, const struct world_config *config);

/** Begin, run and end @a test under each variant. */
void mm_test_variants(void (*test)(struct mm_test *m));

/** mm_check(), then everything is given back and nothing is in use any more. */
void mm_test_end(struct mm_test *m);

/**
 * The rest of the test counts pages or faults, or needs a quiet world: the thread that reclaims all the
 * time (FAULTLINE_RECLAIM in the environment) stops until the test is over.
 */
void mm_test_alone(struct mm_test *m);

/** mm_check() of @a mm, a parent or child too; the thread that reclaims all the time stands still meanwhile. */
void mm_test_check(struct mm_test *m, struct mm *mm);

/** Replace the mm by a new one in the same world; checks the frames in use. */
void mm_test_renew(struct mm_test *m);

/* --- shorthands; addresses are of pages ------------------------------------------------ */

/** Map anonymous memory at a fixed place; must succeed. */
void map_at(struct mm_test *m, unsigned long addr, unsigned long pages, int prot);

/** Read, or write, a word; the access must succeed. */
u64 must_read(struct mm_test *m, unsigned long addr);
void must_write(struct mm_test *m, unsigned long addr, u64 value);

/** The access must be answered with SIGSEGV. */
void must_not_read(struct mm_test *m, unsigned long addr);
void must_not_write(struct mm_test *m, unsigned long addr);

/** Frames in use.  @context every task is quiet */
u64 frames_used(struct mm_test *m);

/** The mm's VMAs are exactly these, in this order, as "R-? start-end pgoff" would read. */
struct want_vma {
	unsigned long start, end;
	int prot;
};
void must_have_vmas(struct mm_test *m, const struct want_vma *want, unsigned int nr);

/** Sum of one of the core's events. */
u64 event_sum(struct mm_test *m, enum stats_event event);

/** Sum of the counter @a name of the scheme @a rung rungs down; the name must exist. */
u64 rung_sum(struct mm_test *m, unsigned int rung, const char *name);

/** The counter of this name that the scheme at the top of the chain has, or NULL. */
const struct scheme_counter *top_counter(const struct mm_test *m, const char *name);

/** What the scheme at the top of the chain promises. */
enum scheme_valid top_valid(const struct mm_test *m);
enum scheme_sleep top_sleep(const struct mm_test *m);

/** The link of the chain with this name, or NULL. */
const struct scheme_inst *scheme_in_chain(struct mm_test *m, const char *name);

#endif /* TESTS_SUPPORT_MM_TEST_H */
