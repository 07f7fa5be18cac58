/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What workloads do, by a target that only keeps an account: which page is mapped, may be written, was touched.
 *
 * A thread that faults must touch what is mapped and not there: else no fault is what it times.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include "bench/work/workload.h"

#define PAGES	(32UL * WORK_REGION)
#define FIRST	(1UL << 30)

struct account {
	struct target target;
	pthread_mutex_t lock;
	unsigned long next;		/* page that the next mapping begins with */
	bool mapped[PAGES], writable[PAGES], there[PAGES];
	unsigned int faulting;		/* threads from 0 to here fault */
	u64 touches, changes;		/* of those */
	u64 wild, refused, useless;	/* touches of nothing, of what may not be written, of what was there */
	u64 whole, partly;		/* ranges that were given back with all of their pages touched, or with some */
	u64 untouched;			/* mappings that went without a touch */
	u64 touch_ns;			/* what each touch takes at least */
	struct work_result result;
};

static struct account *account_of(struct target *target)
{
	return container_of(target, struct account, target);
}

static struct account *begin_op(struct target *target)
{
	struct account *a = account_of(target);

	pthread_mutex_lock(&a->lock);
	return a;
}

static int end_op(struct account *a, int ret)
{
	pthread_mutex_unlock(&a->lock);
	return ret;
}

static unsigned long page_at(unsigned long addr)
{
	cr_assert(addr >= FIRST && addr < FIRST + PAGES * PAGE_SIZE, "%lx is not of this target", addr);
	return (addr - FIRST) / PAGE_SIZE;
}

static int begin(struct target *target, struct bench_error *err)
{
	struct account *a = account_of(target);

	(void)err;
	a->next = 0;
	return 0;
}

static void end(struct target *target, struct run_result *result)
{
	(void)target, (void)result;
}

static void enter(struct target *target, unsigned int slot)
{
	(void)target, (void)slot;
}

static unsigned long map(struct target *target, unsigned int slot, enum target_memory memory, unsigned long page,
			 unsigned long pages, int prot)
{
	struct account *a = begin_op(target);
	unsigned long from = a->next;

	(void)memory, (void)page;
	/* Small ones come again and again: the first free place below the regions. */
	if (pages < WORK_REGION)
		for (from = PAGES - 8 * WORK_REGION; a->mapped[from]; from += 128)
			;
	else
		a->next += pages;
	cr_assert(from + pages < PAGES);
	for (unsigned long i = from; i < from + pages; i++) {
		a->mapped[i] = true;
		a->writable[i] = prot & MM_PROT_WRITE;
		a->there[i] = false;
	}
	a->changes += slot < a->faulting;
	end_op(a, 0);
	return FIRST + from * PAGE_SIZE;
}

/* Of a faulting thread: how many of these pages had been touched. */
static void given_back(struct account *a, unsigned int slot, unsigned long from, unsigned long pages, bool unmapped)
{
	unsigned long there = 0;

	for (unsigned long i = from; i < from + pages; i++) {
		cr_assert(a->mapped[i], "page %lu is not mapped", i);
		there += a->there[i];
		a->there[i] = false;
		a->mapped[i] = !unmapped;
	}
	if (slot >= a->faulting)
		return;
	a->whole += there == pages;
	a->partly += there && there != pages;
	a->untouched += !there;
}

static int unmap(struct target *target, unsigned int slot, unsigned long addr, unsigned long pages)
{
	struct account *a = begin_op(target);

	given_back(a, slot, page_at(addr), pages, true);
	a->changes += slot < a->faulting;
	return end_op(a, 0);
}

static int dontneed(struct target *target, unsigned int slot, unsigned long addr, unsigned long pages)
{
	struct account *a = begin_op(target);

	given_back(a, slot, page_at(addr), pages, false);
	return end_op(a, 0);
}

static int protect(struct target *target, unsigned int slot, unsigned long addr, unsigned long pages, int prot)
{
	struct account *a = begin_op(target);

	(void)slot;
	for (unsigned long i = page_at(addr), k = 0; k < pages; i++, k++) {
		cr_assert(a->mapped[i]);
		a->writable[i] = prot & MM_PROT_WRITE;
	}
	return end_op(a, 0);
}

static int move_break(struct target *target, unsigned int slot, long pages)
{
	(void)target, (void)slot, (void)pages;
	return 0;
}

/* Private pages are there, but each has to be copied before it is written to. */
static int copy_all(struct target *target, unsigned int slot, u64 *ns)
{
	struct account *a = begin_op(target);

	(void)slot;
	*ns = 1;
	memset(a->there, 0, sizeof(a->there));
	return end_op(a, 0);
}

static int touch(struct target *target, unsigned int slot, unsigned long addr)
{
	struct account *a = begin_op(target);
	unsigned long page = page_at(addr);

	if (slot < a->faulting) {
		a->touches++;
		a->wild += !a->mapped[page];
		a->refused += !a->writable[page];
		a->useless += a->there[page];
	}
	a->there[page] = true;
	if (a->touch_ns)
		platform_delay(a->touch_ns);
	return end_op(a, 0);
}

static const struct target_ops ops = {
	.begin = begin, .end = end, .enter = enter, .leave = enter, .map = map, .unmap = unmap, .protect = protect,
	.dontneed = dontneed, .brk = move_break, .fork = copy_all, .touch = touch,
};

static struct account *run_slowly(const struct workload *workload, unsigned int faulting, struct work_config config, u64 touch_ns)
{
	struct account *a = calloc(1, sizeof(*a));
	struct bench_error err;

	cr_assert(a);
	a->touch_ns = touch_ns;
	a->target.ops = &ops;
	a->target.name = "an account";
	a->faulting = faulting;
	pthread_mutex_init(&a->lock, NULL);
	config.workload = workload;
	config.target = &a->target;
	config.threads = faulting + (workload->writer != NULL);
	config.faults = config.faults ? config.faults : 3000;
	config.seed = 7;
	config.writer_rate = WORK_RATE_MAX;
	cr_assert(!work_run(&config, &a->result, &err), "%s: %s", workload->name, err.line);
	cr_expect(config.laps || a->result.result.faults.nr == config.faults * faulting, "%s", workload->name);
	return a;
}

static struct account *run(const struct workload *workload, unsigned int faulting, struct work_config config)
{
	return run_slowly(workload, faulting, config, 0);
}

/* Each by itself or a lap at once: what is told is no less than what a touch takes, and no more than the run has room for. */
Test(steps, a_touch_is_timed_whole)
{
	for (int laps = 0; laps < 2; laps++) {
		struct account *a = run_slowly(workload_find("anon"), 1, (struct work_config){ .faults = 1200, .laps = laps }, 2000);
		const struct run_times *t = &a->result.result.faults;

		cr_expect(t->median_ns >= 2000 && t->mean_ns >= 2000 && t->p99_ns >= 2000, "%s: %g ns, on average %g", laps ? "laps" : "faults",
			  t->median_ns, t->mean_ns);
		cr_expect(t->mean_ns * (double)t->nr <= (double)a->result.result.wall_ns, "%g ns in a run of %llu", t->mean_ns * (double)t->nr,
			  (unsigned long long)a->result.result.wall_ns);
		free(a);
	}
}

Test(steps, each_touch_is_a_fault)
{
	for (const struct workload *w = workloads; w->name; w++) {
		struct account *a = run(w, 1, (struct work_config){ .faults = 0 });

		cr_expect(a->touches >= 3000 && !a->wild && !a->refused && !a->useless,
			  "%s: of %llu touches %llu are of nothing, %llu of what may not be written, %llu of what is there", w->name,
			  (unsigned long long)a->touches, (unsigned long long)a->wild, (unsigned long long)a->refused,
			  (unsigned long long)a->useless);
		/* But for regions themselves, which are unmapped at the end, after the last step. */
		if (w->step == work_touch_region && strcmp(w->name, "beside-fork"))
			cr_expect(a->whole >= 3000 / WORK_REGION && a->partly <= 1, "%s: %llu times all of a region was touched, %llu times not",
				  w->name, (unsigned long long)a->whole, (unsigned long long)a->partly);
		free(a);
	}
}

Test(steps, the_mix_changes_as_often_as_it_is_told)
{
	struct account *a = run(&workload_mix, 1, (struct work_config){ .changes = 0.25, .faults = 4000 });

	cr_expect(!a->wild && !a->refused && !a->useless);
	cr_expect(a->whole >= 4000 / WORK_REGION && !a->partly, "%llu regions whole, %llu not", (unsigned long long)a->whole,
		  (unsigned long long)a->partly);
	cr_expect(a->untouched && 2 * a->untouched + 2 >= a->changes, "what it maps it does not touch");
	cr_expect(a->changes >= a->touches / 4 - 1 && a->changes <= a->touches / 4 + 3, "%llu changes beside %llu faults",
		  (unsigned long long)a->changes, (unsigned long long)a->touches);
	free(a);
}

Test(steps, the_mix_touches_what_it_maps)
{
	struct account *a = run(&workload_mix, 1, (struct work_config){ .changes = 0.25, .touch = true, .faults = 4000 });

	cr_expect(!a->wild && !a->refused && !a->useless && !a->partly);
	cr_expect(a->whole > 100 && a->untouched <= 1, "%llu mappings were touched, %llu not", (unsigned long long)a->whole,
		  (unsigned long long)a->untouched);
	free(a);
}
