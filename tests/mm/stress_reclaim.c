/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Memory for half of what is used: threads that write and read, one that forks, moves and gives back, and reclaim all the time; a TAP program.
 *
 * The oracle.  Every word has one writer, which writes growing numbers and notes each before (begun) and
 * after (done).  A reader notes done before and begun after its read: the value must lie between.  The
 * words of two writers stand in one page.  A child's memory must not change under it, and lies between
 * what was done before the fork and begun after it.  A thread's private memory holds exactly what it last
 * wrote.
 */
#include "common/mm/file.h"
#include "common/mm/hash.h"
#include "common/mm/mm.h"
#include "common/mm/reclaim.h"
#include "common/mm/swap.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define P		PAGE_SIZE
#define NR_WRITERS	2
#define SHARED		0x40000000UL		/* private memory that all threads share */
#define NR_SHARED	120
#define FILES		0x50000000UL		/* a shared mapping of a file */
#define NR_FILE		64
#define OWN(i)		(0x60000000UL + (i) * 0x10000000UL)	/* one thread's alone */
#define NR_OWN		48
#define NR_COMMON	(NR_SHARED + NR_FILE)

struct own {
	unsigned long addr[2];		/* where each half is */
	u64 value[NR_OWN];
	bool freed[NR_OWN];		/* MADV_FREE: may be 0 by now */
};

struct stress {
	struct world *w;
	struct mm *mm;
	struct file *file;
	u64 rounds;
	u64 begun[NR_WRITERS][NR_COMMON], done[NR_WRITERS][NR_COMMON];
	u32 writers_left;
	u64 out_of_memory;
};

struct thread {
	struct stress *s;
	unsigned int index;
	u64 rng;
};

static u32 random_of(u64 *rng, u32 n)
{
	return (u32)(hash64((*rng)++) >> 32) % n;
}

static unsigned long common_addr(unsigned int writer, unsigned int page)
{
	unsigned long base = page < NR_SHARED ? SHARED + page * P : FILES + (page - NR_SHARED) * P;

	return base + 8 * writer;
}

/* Running out of memory is allowed here: try again, but not for ever. */
static void must(struct stress *s, struct task *t, unsigned long addr, u64 *value, bool write)
{
	for (unsigned int turn = 0; turn < 10000; turn++) {
		enum access_result r = write ? access_write(t, addr, *value) : access_read(t, addr, value);

		if (r == ACCESS_OK)
			return;
		check(r == ACCESS_OOM, "access at %#lx answered with %d", addr, (int)r);
		fetch_add_relaxed(&s->out_of_memory, 1);
		platform_sleep(20000);
	}
	check(false, "out of memory for ever");
}

static u64 get(struct stress *s, struct task *t, unsigned long addr)
{
	u64 value = 0;

	must(s, t, addr, &value, false);
	return value;
}

static void put(struct stress *s, struct task *t, unsigned long addr, u64 value)
{
	must(s, t, addr, &value, true);
}

/* --- common memory ------------------------------------------------------------------- */

static void write_common(struct stress *s, struct task *t, unsigned int me, unsigned int page)
{
	u64 value = READ_ONCE(s->begun[me][page]) + 1;

	smp_store_release(&s->begun[me][page], value);
	smp_mb();
	put(s, t, common_addr(me, page), value);
	smp_mb();
	smp_store_release(&s->done[me][page], value);
}

static void read_common(struct stress *s, struct task *t, unsigned int writer, unsigned int page)
{
	u64 from = smp_load_acquire(&s->done[writer][page]), to, value;

	smp_mb();
	value = get(s, t, common_addr(writer, page));
	smp_mb();
	to = smp_load_acquire(&s->begun[writer][page]);
	check(value >= from && value <= to, "page %u of writer %u: %llu is not in %llu .. %llu", page,
	      writer, (unsigned long long)value, (unsigned long long)from, (unsigned long long)to);
}

/* --- one's own memory ------------------------------------------------------------------ */

static unsigned long own_addr(const struct own *own, unsigned int page)
{
	unsigned int half = page / (NR_OWN / 2);

	return own->addr[half] + (page % (NR_OWN / 2)) * P;
}

static void own_begin(struct own *own, unsigned int index)
{
	memset(own, 0, sizeof(*own));
	own->addr[0] = OWN(index);
	own->addr[1] = OWN(index) + NR_OWN / 2 * P;
}

static void check_own(struct stress *s, struct task *t, struct own *own, unsigned int page)
{
	u64 value = get(s, t, own_addr(own, page));

	if (own->freed[page] && !value)
		own->value[page] = 0;	/* and stays 0 */
	check_same(value, own->value[page], "a word of one's own");
}

static void own_turn(struct stress *s, struct task *t, struct own *own, u64 *rng)
{
	unsigned int page = random_of(rng, NR_OWN);
	unsigned long addr = own_addr(own, page);

	check_own(s, t, own, page);
	switch (random_of(rng, 8)) {
	case 0:
		check(!mm_madvise(t, t->mm, addr, P, 4), "DONTNEED");
		own->value[page] = 0;
		break;
	case 1:		/* written at once, or some time later */
		check(!mm_madvise(t, t->mm, addr, P, 8), "FREE");
		own->freed[page] = true;
		if (random_of(rng, 2))
			break;
		/* fall through */
	case 2:
	case 3:
		own->freed[page] = false;
		put(s, t, addr, ++own->value[page]);
	}
}

static void own_move(struct stress *s, struct task *t, struct own *own, unsigned int index, u64 *rng)
{
	unsigned int half = random_of(rng, 2);
	unsigned long home = OWN(index) + half * (NR_OWN / 2) * P, away = home + 0x8000000UL, to;

	(void)s;
	/* Back home it merges with the other half, if that is there. */
	to = own->addr[half] == home ? away : home;
	check_same(mm_mremap(t, t->mm, own->addr[half], NR_OWN / 2 * P, NR_OWN / 2 * P, 3, to), to,
		   "mremap");
	own->addr[half] = to;
}

/* --- the threads ----------------------------------------------------------------------- */

static void writer(void *arg)
{
	struct thread *th = arg;
	struct stress *s = th->s;
	struct task *t = world_task(s->w, th->index + 1);
	struct own own;

	own_begin(&own, th->index);
	mm_attach(t, s->mm);
	for (u64 round = 0; round < s->rounds; round++) {
		write_common(s, t, th->index, random_of(&th->rng, NR_COMMON));
		read_common(s, t, random_of(&th->rng, NR_WRITERS), random_of(&th->rng, NR_COMMON));
		own_turn(s, t, &own, &th->rng);
	}
	for (unsigned int page = 0; page < NR_OWN; page++)
		check_own(s, t, &own, page);
	mm_detach(t);
	fetch_add_relaxed(&s->writers_left, -1u);
}

/* In the child: between the numbers of before and after, and the same when looked at again. */
static void check_child(struct stress *s, struct task *t, const u64 from[][NR_COMMON],
			const u64 to[][NR_COMMON], u64 *rng)
{
	u64 seen[NR_WRITERS][NR_SHARED];

	for (unsigned int turn = 0; turn < 2; turn++)
		for (unsigned int i = 0; i < NR_WRITERS; i++)
			for (unsigned int page = turn ? 1 : 0; page < NR_SHARED; page += 1 + turn) {
				u64 value = get(s, t, common_addr(i, page));

				if (turn) {
					check_same(value, seen[i][page], "changed under the child");
					continue;
				}
				seen[i][page] = value;
				check(value >= from[i][page] && value <= to[i][page],
				      "child: page %u of %u: %llu is not in %llu .. %llu", page, i,
				      (unsigned long long)value, (unsigned long long)from[i][page],
				      (unsigned long long)to[i][page]);
				if (!random_of(rng, 4)) {
					put(s, t, common_addr(i, page), value | 1ULL << 63);
					seen[i][page] = value | 1ULL << 63;
				}
			}
}

static void fork_turn(struct stress *s, struct task *t, u64 *rng)
{
	static u64 from[NR_WRITERS][NR_COMMON], to[NR_WRITERS][NR_COMMON];
	struct mm *child;

	for (unsigned int i = 0; i < NR_WRITERS; i++)
		for (unsigned int page = 0; page < NR_COMMON; page++)
			from[i][page] = smp_load_acquire(&s->done[i][page]);
	smp_mb();
	check(!mm_fork(t, s->mm, &child), "fork");
	smp_mb();
	for (unsigned int i = 0; i < NR_WRITERS; i++)
		for (unsigned int page = 0; page < NR_COMMON; page++)
			to[i][page] = smp_load_acquire(&s->begun[i][page]);
	mm_detach(t);
	mm_attach(t, child);
	check_child(s, t, (const u64 (*)[NR_COMMON])from, (const u64 (*)[NR_COMMON])to, rng);
	mm_destroy(t, child);
	mm_attach(t, s->mm);
}

/* The main thread: forks, moves, cuts, until the writers are done. */
static void disturb(struct stress *s, struct task *t)
{
	unsigned int index = NR_WRITERS;
	u64 rng = 77;
	struct own own;

	own_begin(&own, index);
	while (READ_ONCE(s->writers_left)) {
		for (unsigned int i = 0; i < 20; i++)
			own_turn(s, t, &own, &rng);
		own_move(s, t, &own, index, &rng);
		for (unsigned int i = 0; i < 20; i++)
			read_common(s, t, random_of(&rng, NR_WRITERS), random_of(&rng, NR_COMMON));
		if (!random_of(&rng, 4))
			fork_turn(s, t, &rng);
	}
	for (unsigned int page = 0; page < NR_OWN; page++)
		check_own(s, t, &own, page);
}

static void map_all(struct stress *s, struct task *t)
{
	check_same(mm_mmap(t, s->mm, SHARED, NR_SHARED * P, 3, MM_MAP_PRIVATE | MM_MAP_ANONYMOUS |
			   MM_MAP_FIXED, NULL, 0), SHARED, "mmap");
	s->file = file_open(5, true);
	check(s->file, "no file");
	check_same(mm_mmap(t, s->mm, FILES, NR_FILE * P, 3, MM_MAP_SHARED | MM_MAP_FIXED, s->file, 0),
		   FILES, "mmap of a file");
	for (unsigned int i = 0; i <= NR_WRITERS; i++)
		check_same(mm_mmap(t, s->mm, OWN(i), NR_OWN * P, 3, MM_MAP_PRIVATE | MM_MAP_ANONYMOUS |
				   MM_MAP_FIXED, NULL, 0), OWN(i), "mmap");
}

static struct world *make_world(const struct scheme_chain *chain)
{
	struct world_config config = world_config_default(192);
	struct world *w;

	config.nr_tasks = NR_WRITERS + 2;
	config.tlb = config.poison = config.reclaim = true;
	config.swap_slots = 2048;
	config.swap_read_ns = config.swap_write_ns = 10000;
	config.file_read_ns = config.file_write_ns = 10000;
	check(!world_create(&w, &config, chain), "no world");
	return w;
}

static void run(const char *spec, u64 rounds, unsigned int test)
{
	struct platform_thread *thread[NR_WRITERS];
	struct stress *s = calloc(1, sizeof(*s));
	struct thread th[NR_WRITERS];
	struct scheme_chain chain;
	struct world_leaks leaks;
	struct reclaimer r;
	struct stats sum;
	struct task *t;
	char why[256];

	check_context("%s", spec);
	check(s && !scheme_chain_parse(&chain, spec, why, sizeof(why)), "%s", why);
	s->w = make_world(&chain);
	s->rounds = rounds;
	s->writers_left = NR_WRITERS;
	t = world_task(s->w, 0);
	check(!mm_create(t, &s->mm), "no mm");
	mm_attach(t, s->mm);
	map_all(s, t);
	check(!reclaimer_start(&r, s->w, NR_WRITERS + 1), "no reclaimer");
	for (unsigned int i = 0; i < NR_WRITERS; i++) {
		th[i] = (struct thread){ .s = s, .index = i, .rng = 1000 * (i + 1) };
		check(!platform_thread_create(&thread[i], i + 1, -1, writer, &th[i]), "no thread");
	}
	disturb(s, t);
	for (unsigned int i = 0; i < NR_WRITERS; i++)
		platform_thread_join(thread[i]);
	reclaimer_stop(&r);

	mm_check(t, s->mm);
	while (reclaim_pages(t, RECLAIM_FORCE, ~0ULL))
		;
	mm_check(t, s->mm);
	for (unsigned int page = 0; page < NR_COMMON; page++)
		for (unsigned int i = 0; i < NR_WRITERS; i++)
			check_same(get(s, t, common_addr(i, page)), s->done[i][page], "at the end");
	mm_check(t, s->mm);
	mm_destroy(t, s->mm);
	file_put(t, s->file);
	world_stats(s->w, &sum);
	leaks = world_leaks(s->w);
	check_same(leaks.frames + leaks.tables + leaks.vmas + leaks.nodes + leaks.anon_vmas +
		   leaks.swap_slots + leaks.cached, 0, "leaks");
	world_destroy(s->w);
	printf("# %s: out %llu in %llu reclaimed %llu direct %llu lazy %llu reread %llu forks %llu oom %llu\n",
	       spec, (unsigned long long)sum.event[STAT_SWAP_OUT],
	       (unsigned long long)sum.event[STAT_SWAP_IN],
	       (unsigned long long)sum.event[STAT_PAGE_RECLAIMED],
	       (unsigned long long)sum.event[STAT_RECLAIM_DIRECT],
	       (unsigned long long)sum.event[STAT_LAZY_FREED],
	       (unsigned long long)sum.event[STAT_FILE_REREAD],
	       (unsigned long long)sum.event[STAT_FORK], (unsigned long long)s->out_of_memory);
	check(sum.event[STAT_SWAP_OUT] && sum.event[STAT_SWAP_IN] && sum.event[STAT_FILE_REREAD],
	      "nothing was reclaimed: the test tests nothing");
	printf("ok %u - %s\n", test, spec);
	fflush(stdout);
	free(s);
}

int main(int argc, char **argv)
{
	u64 rounds = argc > 1 ? strtoull(argv[1], NULL, 0) : 4000;
	unsigned int n = 0;

	check_watchdog(600);
	platform_thread_enter(0);
	for (int i = 2; i < argc; i++)
		run(argv[i], rounds, ++n);
	for (unsigned int i = 0; argc < 3 && schemes[i]; i++)
		run(schemes[i]->name, rounds, ++n);
	platform_thread_leave();
	printf("1..%u\n", n);
	return 0;
}
