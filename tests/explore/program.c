// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Scenes that are written as programs: "program/w0u2_r0m0" has a thread that writes page 0 and unmaps page 2, and one
 * that reads page 0 and maps it anew.
 *
 * The world is one VMA of four pages, of which the even ones were written.  A page is known by its number, calls are of one
 * page or, with a capital letter, of all.  Nobody says what each access must find: a read finds 0 or
 * something that was written, mm_check() holds, nothing leaks, and all that the explorer looks for anyway.
 */
#include "tests/explore/program.h"

#include "common/mm/mm.h"
#include "common/mm/reclaim.h"
#include "common/mm/scheme.h"
#include "common/mm/world.h"
#include "sim/arena.h"
#include "tests/explore/scenes.h"
#include "tests/support/check.h"

#include <ctype.h>

#define BASE		0x4040000000UL
#define AWAY		0x6000000000UL
#define NR_PAGES	4u
#define ALL_LEN		(NR_PAGES * PAGE_SIZE)
#define RW		(MM_PROT_READ | MM_PROT_WRITE)
#define ANON		(MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED)
#define WRITTEN		0x7777000000000000ULL
#define NR_TASKS	(2u + PROGRAM_THREADS)
#define MAX_CHILDREN	4u

struct op {
	char letter;
	const char *what;
	void (*run)(struct task *t, unsigned long addr, unsigned long len);
};

struct thread_program {
	unsigned int nr;
	const struct op *op[PROGRAM_OPS];
	unsigned int page[PROGRAM_OPS];
	bool all[PROGRAM_OPS];
};

static struct scheme_chain chain;
static struct world *world;
static struct mm *mm, *child[MAX_CHILDREN];
static u32 nr_children;
static struct thread_program programs[PROGRAM_THREADS];

/* --- calls; those that cannot succeed, since another has unmapped something, may say so ------------------------ */

static void fine(enum access_result result)
{
	check(result == ACCESS_OK || result == ACCESS_SIGSEGV, "an access says %d", result);
}

static void reads(struct task *t, unsigned long addr, unsigned long len)
{
	u64 value = 0;
	enum access_result result = access_read(t, addr, &value);

	(void)len;
	fine(result);
	check(result != ACCESS_OK || !value || (value & ~0xffULL) == WRITTEN, "a read finds %#llx", (unsigned long long)value);
}

static void writes(struct task *t, unsigned long addr, unsigned long len)
{
	(void)len;
	fine(access_write(t, addr, WRITTEN | t->slot));
}

static void unmaps(struct task *t, unsigned long addr, unsigned long len)
{
	check_same(mm_munmap(t, mm, addr, len), 0, "munmap");
}

static void maps(struct task *t, unsigned long addr, unsigned long len)
{
	check_same(mm_mmap(t, mm, addr, len, RW, ANON, NULL, 0), addr, "mmap");
}

static void protects(struct task *t, unsigned long addr, unsigned long len)
{
	mm_mprotect(t, mm, addr, len, MM_PROT_READ);
}

static void allows(struct task *t, unsigned long addr, unsigned long len)
{
	mm_mprotect(t, mm, addr, len, RW);
}

static void forgets(struct task *t, unsigned long addr, unsigned long len)
{
	mm_madvise(t, mm, addr, len, 4);
}

static void frees(struct task *t, unsigned long addr, unsigned long len)
{
	mm_madvise(t, mm, addr, len, 8);
}

static void advises(struct task *t, unsigned long addr, unsigned long len)
{
	mm_madvise(t, mm, addr, len, 2);
}

static void moves(struct task *t, unsigned long addr, unsigned long len)
{
	mm_mremap(t, mm, addr, len, len, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, AWAY + (addr - BASE));
}

static void comes_back(struct task *t, unsigned long addr, unsigned long len)
{
	mm_mremap(t, mm, AWAY + (addr - BASE), len, len, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, addr);
}

static void forks(struct task *t, unsigned long addr, unsigned long len)
{
	u32 nr = nr_children;

	(void)addr;
	(void)len;
	if (nr == MAX_CHILDREN)
		return;
	child[nr_children++] = NULL;
	if (mm_fork(t, mm, &child[nr]))
		child[nr] = NULL;
}

static void reclaims(struct task *t, unsigned long addr, unsigned long len)
{
	(void)addr;
	(void)len;
	reclaim_direct(t, RECLAIM_FORCE, NR_PAGES);
}

static const struct op ops[] = {
	{ 'r', "read", reads }, { 'w', "write", writes }, { 'u', "munmap", unmaps }, { 'm', "mmap", maps },
	{ 'p', "mprotect read", protects }, { 'q', "mprotect read and write", allows }, { 'd', "DONTNEED", forgets },
	{ 'f', "MADV_FREE", frees }, { 'a', "advice", advises }, { 'v', "mremap away", moves }, { 'b', "mremap back", comes_back },
	{ 'k', "fork", forks }, { 'c', "reclaim", reclaims },
};

/* --- programs as text --------------------------------------------------------------------------------------- */

static const struct op *op_of(char letter)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++)
		if (ops[i].letter == tolower((unsigned char)letter))
			return &ops[i];
	return NULL;
}

static bool parse(const char *text, unsigned int *nr_threads)
{
	struct thread_program *p = programs;

	memset(programs, 0, sizeof(programs));
	*nr_threads = 1;
	for (; *text; text++) {
		const struct op *op = op_of(*text);

		if (*text == '_') {
			if (++*nr_threads > PROGRAM_THREADS)
				return false;
			p++;
			continue;
		}
		if (!op || p->nr == PROGRAM_OPS || text[1] < '0' || text[1] >= (char)('0' + NR_PAGES))
			return false;
		p->op[p->nr] = op;
		p->all[p->nr] = isupper((unsigned char)*text) != 0;
		p->page[p->nr++] = (unsigned int)(*++text - '0');
	}
	return true;
}

void program_random(char *text, size_t size, u64 number)
{
	size_t at = 0;

	ex_random_seed(ex_mix(number));
	for (unsigned int t = 0, threads = 2 + ex_below(2); t < threads; t++) {
		if (t)
			text[at++] = '_';
		for (unsigned int nr = 1 + ex_below(PROGRAM_OPS - 1); nr; nr--) {
			char letter = ops[ex_below(ARRAY_SIZE(ops))].letter;

			BUG_ON(at + 4 > size);
			text[at++] = ex_below(4) ? letter : (char)toupper(letter);
			text[at++] = (char)('0' + ex_below(NR_PAGES));
		}
	}
	text[at] = '\0';
}

/* --- the scene ------------------------------------------------------------------------------------------------ */

static int open_program(const struct explore_scene *s, const char *spec, char *why, size_t size)
{
	struct world_config c = world_config_default(96);
	struct task *t;

	(void)s;
	memset(&chain, 0, sizeof(chain));
	if (scheme_chain_parse(&chain, spec, why, size))
		return -1;
	arena.chain = &chain;
	c.nr_tasks = NR_TASKS;
	c.tlb = true;
	c.tlb_entries = 8;
	c.page_batch = 4;
	c.rcu_batch = 16;
	c.reclaim = true;
	c.swap_slots = 16;
	check_same(world_create(&world, &c, &chain), 0, "a world");
	t = world_task(world, 0);
	check_same(mm_create(t, &mm), 0, "an mm");
	for (unsigned int i = 0; i < NR_TASKS; i++)
		mm_attach(world_task(world, i), mm);
	maps(t, BASE, ALL_LEN);
	for (unsigned int page = 0; page < NR_PAGES; page += 2)
		check_same(access_write(t, BASE + page * PAGE_SIZE, WRITTEN), ACCESS_OK, "a write before");
	for (unsigned int i = 0; i < NR_TASKS; i++) {
		cache_flush_rcu(world_task(world, i));
		explore_quiet(&world_task(world, i)->stats, sizeof(struct stats));
	}
	explore_quiet(world, offsetof(struct world, injector));
	return 0;
}

static void start_program(const struct explore_scene *s)
{
	(void)s;
	nr_children = 0;
}

static void run(unsigned int thread)
{
	const struct thread_program *p = &programs[thread];
	struct task *t = world_task(world, thread + 1);

	for (unsigned int i = 0; i < p->nr; i++)
		if (p->all[i])
			p->op[i]->run(t, BASE, ALL_LEN);
		else
			p->op[i]->run(t, BASE + p->page[i] * PAGE_SIZE, PAGE_SIZE);
	cache_flush_rcu(t);
}

static void first(void *scene)
{
	(void)scene;
	run(0);
}

static void second(void *scene)
{
	(void)scene;
	run(1);
}

static void third(void *scene)
{
	(void)scene;
	run(2);
}

static void judge_program(const struct explore_scene *s)
{
	struct task *t = world_task(world, 0);
	struct world_leaks l;

	(void)s;
	mm_check(t, mm);
	for (unsigned int page = 0; page < NR_PAGES; page++)
		reads(world_task(world, NR_TASKS - 1), BASE + page * PAGE_SIZE, PAGE_SIZE);
	for (unsigned int i = 1; i < NR_TASKS; i++)
		mm_detach(world_task(world, i));
	for (u32 i = 0; i < nr_children; i++)
		if (child[i]) {
			mm_check(t, child[i]);
			mm_destroy(t, child[i]);
		}
	mm_destroy(t, mm);
	for (unsigned int i = 0; i < NR_TASKS; i++)
		cache_flush_rcu(world_task(world, i));
	l = world_leaks(world);
	check(!world_leaks_any(&l), "leaked: %d frames, %d tables, %d VMAs, %d slots", (int)l.frames, (int)l.tables, (int)l.vmas,
	      (int)l.swap_slots);
}

static void close_program(const struct explore_scene *s)
{
	start_program(s);
	judge_program(s);
	world_destroy(world);
}

const struct explore_scene *program_scene(const char *name)
{
	static struct explore_scene scene;

	scene = (struct explore_scene){
		.what = "a program", .schemes = true, .open = open_program, .start = start_program,
		.thread = { first, second, third }, .judge = judge_program, .close = close_program,
	};
	if (strncmp(name, PROGRAM_PREFIX, strlen(PROGRAM_PREFIX)) ||
	    !parse(name + strlen(PROGRAM_PREFIX), &scene.nr_threads))
		return NULL;
	snprintf(scene.name, sizeof(scene.name), "%s", name);
	return &scene;
}
