// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Where mappings go without MAP_FIXED: the same places here and on the running kernel.
 *
 *	host_places [--seed N] [--calls N] [--scheme SPEC]
 *
 * Our address space is first made like a fresh process' one, mapping by mapping.  Then memory is mapped
 * anywhere or near a hint, unmapped, grown and moved.  Memory is never touched.  docs/host.md says what
 * is compared.
 */
#define _GNU_SOURCE
#include "common/mm/mm.h"
#include "common/mm/vma.h"
#include "tests/support/check.h"
#include "tests/host/features.h"
#include "tests/host/host_vma.h"
#include "tests/host/options.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_LIVE	120u
#define ROUND_CALLS	400u
#define ROUND_SECONDS	300
#define HUGE_SIZE	(2UL << 20)
/* The kernel leaves at least twice this between a stack and the mappings. */
#define BELOW_STACK	(64UL << 20)
#define ANON		(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
/* A length that is neither a multiple of a huge page nor smaller than one. */
#define ODD_SIZE	(HUGE_SIZE + PAGE_SIZE)

/* A mapping made in this round. */
struct live {
	unsigned long addr, len;
};

struct places {
	struct scheme_chain chain;
	struct world *world;
	struct task *task;
	struct mm *mm;
	struct puppets there;
	struct puppet *puppet;
	struct live live[MAX_LIVE];
	unsigned int nr;
	unsigned long made, moved, with_wish, huge;
};

static long host_mmap(struct puppet *p, unsigned long addr, unsigned long len, int flags)
{
	return puppet_call(p, SYS_mmap, addr, len, PROT_NONE, flags, -1, 0);
}

/* The highest mapping that is not the stack's ends where the kernel begins to place others. */
static unsigned long mmap_base_of(const struct host_vma *vmas, unsigned int nr)
{
	unsigned long stack = 0, base = 0;

	for (unsigned int i = 0; i < nr; i++)
		if ((vmas[i].flags & VM_GROWSDOWN) && vmas[i].start > stack)
			stack = vmas[i].start;
	for (unsigned int i = 0; i < nr; i++)
		if (vmas[i].end <= stack - BELOW_STACK && vmas[i].end > base)
			base = vmas[i].end;
	return base;
}

/* Ours has a mapping wherever the puppet has one. */
static void copy_layout(struct places *pl)
{
	struct host_vma vmas[HOST_VMAS_MAX];
	unsigned int nr = host_vmas(pl->puppet->pid, 0, TASK_SIZE_DEFAULT, vmas);

	for (unsigned int i = 0; i < nr; i++) {
		int flags = ANON | MAP_FIXED | (vmas[i].flags & VM_GROWSDOWN ? MAP_GROWSDOWN : 0);

		check_same(mm_mmap(pl->task, pl->mm, vmas[i].start, vmas[i].end - vmas[i].start, PROT_NONE,
				   flags, NULL, 0), vmas[i].start, "a mapping as the host's");
	}
	pl->mm->mmap_base = mmap_base_of(vmas, nr);
}

static void places_begin(struct places *pl, const char *spec)
{
	struct world_config config = world_config_default(256);
	char why[256];

	check_watchdog(ROUND_SECONDS);
	memset(pl, 0, sizeof(*pl));
	platform_thread_enter(0);
	check(!scheme_chain_parse(&pl->chain, spec, why, sizeof(why)), "%s", why);
	check(!world_create(&pl->world, &config, &pl->chain), "no world");
	pl->task = world_task(pl->world, 0);
	check(!mm_create(pl->task, &pl->mm), "no memory for an mm");
	mm_attach(pl->task, pl->mm);
	puppets_begin(&pl->there, NULL);
	pl->puppet = &pl->there.one[0];
	copy_layout(pl);
}

static void places_end(struct places *pl)
{
	puppets_end(&pl->there);
	mm_check(pl->task, pl->mm);
	mm_destroy(pl->task, pl->mm);
	world_destroy(pl->world);	/* stops the program where something is in use */
	platform_thread_leave();
	check_watchdog(0);
}

static unsigned long random_len(struct random *r)
{
	switch (random_below(r, 5)) {
	case 0:
		return (1 + random_below(r, 8)) * HUGE_SIZE;
	case 1:
		return (1 + random_below(r, 2000)) * PAGE_SIZE;
	default:
		return (1 + random_below(r, 9)) * PAGE_SIZE;
	}
}

/* An address near an existing mapping, or none. */
static unsigned long random_wish(struct random *r, const struct places *pl)
{
	unsigned long wish;

	if (!pl->nr || !one_in(r, 4))
		return 0;
	wish = pl->live[random_below(r, pl->nr)].addr + random_below(r, 64) * PAGE_SIZE - 32 * PAGE_SIZE;
	return one_in(r, 4) ? wish + random_below(r, PAGE_SIZE) : wish;
}

static bool same_place(const char *call, unsigned long addr, unsigned long len, int flags,
		       unsigned long there, unsigned long here)
{
	if (there != here)
		printf("# %s(%#lx, %#lx, flags %#x): %#lx on the host, here %#lx\n", call, addr, len, flags,
		       there, here);
	return there == here;
}

static bool place_new(struct places *pl, struct random *r)
{
	unsigned long len = random_len(r), wish = random_wish(r, pl), there, here;
	int flags = ANON;

	if (one_in(r, 8))
		flags |= MAP_GROWSDOWN;
	else if (one_in(r, 6))
		flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
	there = host_mmap(pl->puppet, wish, len, flags);
	here = mm_mmap(pl->task, pl->mm, wish, len, PROT_NONE, flags, NULL, 0);
	if (!same_place("mmap", wish, len, flags, there, here))
		return false;
	check(!mm_is_err(here), "no place for %#lx bytes", len);
	pl->live[pl->nr++] = (struct live){ here, len };
	pl->made++;
	pl->with_wish += wish && here == (wish & PAGE_MASK);
	pl->huge += !wish && !(here & (HUGE_SIZE - 1));
	return true;
}

static bool grow_one(struct places *pl, struct random *r)
{
	struct live *l = &pl->live[random_below(r, pl->nr)];
	unsigned long len = l->len + (1 + random_below(r, 600)) * PAGE_SIZE, there, here;

	there = puppet_call(pl->puppet, SYS_mremap, l->addr, l->len, len, MREMAP_MAYMOVE, 0, 0);
	here = mm_mremap(pl->task, pl->mm, l->addr, l->len, len, MREMAP_MAYMOVE, 0);
	if (!same_place("mremap to", l->addr, len, MREMAP_MAYMOVE, there, here))
		return false;
	check(!mm_is_err(here), "no place to grow to %#lx bytes", len);
	pl->moved += here != l->addr;
	*l = (struct live){ here, len };
	return true;
}

static bool unmap_one(struct places *pl, struct random *r)
{
	struct live *l = &pl->live[random_below(r, pl->nr)];
	long there = puppet_call(pl->puppet, SYS_munmap, l->addr, l->len, 0, 0, 0, 0);
	long here = mm_munmap(pl->task, pl->mm, l->addr, l->len);

	*l = pl->live[--pl->nr];
	return same_place("munmap", l->addr, l->len, 0, there, here);
}

/* At first more mappings are made than removed, then equally many. */
static bool play(struct places *pl, struct random *r, unsigned int calls)
{
	for (unsigned int i = 0; i < calls; i++) {
		bool more = pl->nr < 20 || (pl->nr < MAX_LIVE && one_in(r, 2));

		if (!(more ? place_new(pl, r) : unmap_one(pl, r)))
			return false;
		if (pl->nr && one_in(r, 15) && !grow_one(pl, r))
			return false;
		mm_check(pl->task, pl->mm);
	}
	return true;
}

/* 6.13: whole huge pages, and only those, go to a multiple of their size. */
static bool places_like_ours(struct puppet *p)
{
	unsigned long first = host_mmap(p, 0, HUGE_SIZE, ANON), odd = host_mmap(p, 0, ODD_SIZE, ANON);
	unsigned long next = host_mmap(p, 0, PAGE_SIZE, ANON);

	return !(first & (HUGE_SIZE - 1)) && (odd & (HUGE_SIZE - 1)) && odd < TASK_SIZE_DEFAULT &&
	       next < TASK_SIZE_DEFAULT;
}

/* The lower the later: not the layout of old. */
static bool places_downwards(struct puppet *p)
{
	unsigned long first = host_mmap(p, 0, 3 * PAGE_SIZE, ANON);

	return host_mmap(p, 0, ODD_SIZE, ANON) < (long)first;
}

static const char *ask(void)
{
	struct puppets all;
	const char *why = NULL;

	puppets_begin(&all, NULL);
	if (!places_downwards(&all.one[0]))
		why = "this machine places mappings bottom up";
	else if (!places_like_ours(&all.one[0]))
		why = "this kernel places mappings by other rules: huge pages (6.12 and before)";
	puppets_end(&all);
	return why;
}

/* All rounds of one scheme.  @return true: the same places, and of every kind */
static bool play_scheme(struct places *pl, const struct options *o, const char *spec,
			unsigned int index, unsigned long calls)
{
	unsigned long made = 0, moved = 0, with_wish = 0, huge = 0, left = calls;
	bool same = true;
	struct random r;

	for (unsigned int round = 0; same && left; round++) {
		unsigned int now = min_ul(left, ROUND_CALLS);

		check_context("%s, round %u, seed %llu", spec, round,
			      (unsigned long long)o->seed);
		random_begin(&r, o->seed, (u64)index << 32 | round);
		places_begin(pl, spec);
		same = play(pl, &r, now);
		places_end(pl);
		left -= now;
		made += pl->made;
		moved += pl->moved;
		with_wish += pl->with_wish;
		huge += pl->huge;
	}
	printf("# %lu placed, %lu of them as wished, %lu at a huge page; %lu moved\n", made, with_wish, huge,
	       moved);
	/* After this many calls every kind must have occurred. */
	return same && (calls < ROUND_CALLS || (made && moved && with_wish && huge));
}

int main(int argc, char **argv)
{
	struct options o = { .seed = 1, .calls = 3200 };
	unsigned int nr = 0, test = 0, failed = 0;
	static struct places pl;
	const char *why;

	puppet_main(argc, argv);
	options_parse(&o, argc, argv);
	why = features_impossible();
	if (!why)
		why = ask();
	if (why)
		skip_all(why);
	while (!o.spec && schemes[nr])
		nr++;
	nr += !nr;

	printf("1..%u\n# seed %llu\n", nr, (unsigned long long)o.seed);
	for (unsigned int i = 0; i < nr; i++) {
		const char *spec = o.spec ? o.spec : schemes[i]->name;
		bool ok = play_scheme(&pl, &o, spec, i, o.calls / nr);


		printf("%s %u - %s: the same places as on the host\n", ok ? "ok" : "not ok", ++test,
		       spec);
		fflush(stdout);
		failed += !ok;
	}
	return failed != 0;
}
