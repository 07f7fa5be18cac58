/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which allocations may not sleep when a fault under RCU requires that by argument, by a flag of
 * its task, or by a flag with a wider scope; a TAP program.
 *
 * Each call site (ALLOC_SITES) is reached by some of the operations below, under
 * rcu_everything.  For each way of telling: how many of their allocations at the site are GFP_NOWAIT and,
 * when each of these fails in turn, how the operation ends:
 *
 *	done	another rung, or another way, got it done
 *	told	it failed, said so, and left the address space as it was
 *
 * After each failure everything is checked and the operation tried again: that must
 * succeed, else the program stops.  The table is the evidence of ADR-0011.
 *
 *	gfp_sites		compare with the committed table
 *	gfp_sites --table	print it
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mm/file.h"
#include "common/mm/reclaim.h"
#include "tests/support/mm_test.h"

#define A	0x40000000UL
#define B	0x80000000UL
#define P	PAGE_SIZE
#define TABLE	"ADR/evidence/0011-sites.md"

static struct file *file;

/* --- operations: what must be there before, the thing itself; 0 or -errno ------------------ */

static long answer(enum access_result r)
{
	return r == ACCESS_OK ? 0 : r == ACCESS_OOM ? -ENOMEM : -EFAULT;
}


static void some_memory(struct mm_test *m)
{
	map_at(m, A, 8, PROT_RW);
	must_write(m, A, 1);
	must_write(m, A + P, 2);
}

static long first_write(struct mm_test *m)
{
	return answer(access_write(m->task, A + 4 * P, 7));
}

static void far_memory(struct mm_test *m)
{
	map_at(m, B, 1024, PROT_RW);
	must_write(m, B, 1);		/* its anon_vma */
}

static long far_write(struct mm_test *m)
{
	return answer(access_write(m->task, B + 512 * P, 7));
}

/* There is neither a table nor an anon_vma, so a fault under RCU gives up. */
static void new_memory(struct mm_test *m)
{
	map_at(m, B, 1, PROT_RW);
}

static long very_first_write(struct mm_test *m)
{
	return answer(access_write(m->task, B, 7));
}

/* The file is new each time: neither page nor node is there. */
static void a_file(struct mm_test *m)
{
	some_memory(m);
	file = file_open(3, false);
	check(file, "no file");
	check_same(mm_mmap(m->task, m->mm, B, 4 * P, PROT_RW, MM_MAP_SHARED | MM_MAP_FIXED, file, 0), B,
		   "mmap of a file");
	file_put(m->task, file);	/* the VMA has it */
}

static long file_read(struct mm_test *m)
{
	u64 value;

	return answer(access_read(m->task, B, &value));
}

static void swapped(struct mm_test *m)
{
	some_memory(m);
	while (reclaim_pages(m->task, RECLAIM_FORCE, ~0ULL))
		;
}

static long swap_in(struct mm_test *m)
{
	u64 value;

	return answer(access_read(m->task, A, &value));
}

static long reclaim(struct mm_test *m)
{
	reclaim_pages(m->task, RECLAIM_FORCE, ~0ULL);
	return 0;
}

static void a_dirty_file(struct mm_test *m)
{
	a_file(m);
	must_write(m, B, 9);
}

static long map_more(struct mm_test *m)
{
	unsigned long ret = mm_mmap(m->task, m->mm, B, P, PROT_R, MAP_ANON_FIXED, NULL, 0);

	return mm_is_err(ret) ? (long)ret : 0;
}

static long move(struct mm_test *m)
{
	unsigned long ret = mm_mremap(m->task, m->mm, A, P, P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED, B);

	return mm_is_err(ret) ? (long)ret : 0;
}

static long far_guard(struct mm_test *m)
{
	return mm_madvise(m->task, m->mm, B + 512 * P, P, MM_MADV_GUARD_INSTALL);
}

static long fork_and_end(struct mm_test *m)
{
	struct mm *child;
	int err = mm_fork(m->task, m->mm, &child);

	if (!err)
		mm_destroy(m->task, child);
	return err;
}

static const struct operation {
	const char *name;
	void (*prepare)(struct mm_test *m);
	long (*run)(struct mm_test *m);
} operations[] = {
	{ "a write fault", some_memory, first_write },
	{ "a write fault without a table", far_memory, far_write },
	{ "the first write to a mapping", new_memory, very_first_write },
	{ "a fault of a file", a_file, file_read },
	{ "a fault of a swapped page", swapped, swap_in },
	{ "reclaim of private memory", some_memory, reclaim },
	{ "reclaim of a file", a_dirty_file, reclaim },
	{ "mmap", some_memory, map_more },
	{ "mremap", some_memory, move },
	{ "guards without a table", far_memory, far_guard },
	{ "fork", some_memory, fork_and_end },
};

/* --- ways of telling ----------------------------------------------------------------------- */

enum way {
	BY_ARGUMENT, BY_TASK, BY_TASK_WIDE, NR_WAYS,
	MAY_SLEEP = NR_WAYS,	/* every allocation fails in turn, whatever its gfp; not in the table */
	ALL_WAYS
};

struct cell {
	u64 nowait;		/* allocations that may not sleep, over all operations; MAY_SLEEP: any */
	u64 done, told;		/* of those, made to fail in turn */
};

static struct cell cells[NR_ALLOC_SITES][ALL_WAYS];

static struct world_config world_for(enum way way)
{
	struct world_config config = mm_test_config();

	config.nr_frames = 256;
	config.reclaim = true;
	config.swap_slots = 64;
	config.gfp = way == BY_TASK || way == BY_TASK_WIDE ? GFP_BY_TASK : GFP_BY_ARGUMENT;
	return config;
}

static long run_op(struct mm_test *m, const struct operation *op, bool wide)
{
	long ret;

	if (wide)
		memalloc_nowait_save(m->task);
	ret = op->run(m);
	if (wide)
		memalloc_nowait_restore(m->task);
	return ret;
}

/* @return whether there was an nth allocation at the site that might not sleep */
static bool fail_nth(struct mm_test *m, const struct operation *op, enum alloc_site site,
		     enum way way, u64 nth, struct cell *cell)
{
	struct injector inj = { .on = true, .sites = 1u << site, .nowait_only = way != MAY_SLEEP,
				.nth = nth };
	struct injector off = { .on = false };
	u64 vmas, failed;
	long ret;

	check_context("%s, allocation %d at %s fails", op->name, (int)nth, alloc_site_name(site));
	op->prepare(m);
	vmas = mm_hash_vmas(m->task, m->mm);
	inject_configure(m->world, &inj);
	ret = run_op(m, op, way == BY_TASK_WIDE);
	failed = m->world->injector.failed;
	inject_configure(m->world, &off);
	check_same(m->task->nowait, 0, "depth of the scope afterwards");
	mm_test_check(m, m->mm);
	if (failed) {
		cell->nowait++;
		cell->done += !ret;
		cell->told += ret != 0;
	}
	if (ret) {
		check(failed && ret == -ENOMEM, "answered with %ld, %d failed", ret, (int)failed);
		check_same(mm_hash_vmas(m->task, m->mm), vmas, "VMAs after the failure");
		check_same(op->run(m), 0, "the next attempt");
	}
	mm_test_renew(m);
	return failed;
}

static void run_way(const char *scheme, enum way way)
{
	struct world_config config = world_for(way);
	struct mm_test m;

	mm_test_begin(&m, scheme, &config);
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++) {
		for (unsigned int site = 0; site < NR_ALLOC_SITES; site++)
			for (u64 nth = 1; fail_nth(&m, &operations[i], site, way, nth, &cells[site][way]); nth++)
				;
	}
	mm_test_end(&m);
}

/* --- the table --------------------------------------------------------------------------------- */

static void print_cell(FILE *out, const struct cell *c)
{
	if (!c->nowait)
		fputs(" - |", out);
	else if (!c->told)
		fprintf(out, " %llu: done |", (unsigned long long)c->nowait);
	else if (!c->done)
		fprintf(out, " %llu: told |", (unsigned long long)c->nowait);
	else
		fprintf(out, " %llu: %llu done, %llu told |", (unsigned long long)c->nowait,
			(unsigned long long)c->done, (unsigned long long)c->told);
}

static void print_table(FILE *out)
{
	fputs("| site | where | by argument | by task, around the fault | by task, around any operation |\n"
	      "|---|---|---|---|---|\n", out);
	for (unsigned int site = 0; site < NR_ALLOC_SITES; site++) {
		fprintf(out, "| `%s` | %s |", alloc_site_name(site), alloc_site_where(site));
		for (unsigned int way = 0; way < NR_WAYS; way++)
			print_cell(out, &cells[site][way]);
		fputc('\n', out);
	}
}

/* The committed table, without the text around it. */
static bool is_as_committed(const char *table)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], line[512];
	bool same = true;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", srcdir ? srcdir : ".", TABLE);
	in = fopen(path, "r");
	if (!in) {
		printf("# %s: %s\n", path, strerror(errno));
		return false;
	}
	while (same && fgets(line, sizeof(line), in)) {
		if (line[0] != '|')
			continue;
		same = !strncmp(table, line, strlen(line));
		if (same)
			table += strlen(line);
		else
			printf("# committed: %s# measured:  %.*s\n", line, (int)strcspn(table, "\n"), table);
	}
	fclose(in);
	return same && !*table;
}

/* Every allocation of every operation, GFP_KERNEL and GFP_NOWAIT alike, under one scheme. */
static void test_scheme(unsigned int number, const char *name)
{
	unsigned int reached = 0;

	for (unsigned int site = 0; site < NR_ALLOC_SITES; site++)
		cells[site][MAY_SLEEP] = (struct cell){ 0 };
	run_way(name, MAY_SLEEP);
	for (unsigned int site = 0; site < NR_ALLOC_SITES; site++)
		reached += cells[site][MAY_SLEEP].nowait > 0;
	printf("%s %u - %s: each allocation at each of %u call sites failed\n",
	       reached == NR_ALLOC_SITES ? "ok" : "not ok", number, name, reached);
}

int main(int argc, char **argv)
{
	char *table = NULL;
	size_t size;
	FILE *out = open_memstream(&table, &size);
	unsigned int newly = 0, reached = 0, nr;
	bool same;

	if (!scheme_find("rcu_everything")) {
		puts("1..0 # SKIP rcu_everything, whose faults use GFP_NOWAIT, was not built");
		return 0;
	}
	check(out, "no memory");
	for (unsigned int way = 0; way < NR_WAYS; way++)
		run_way("rcu_everything", way);
	print_table(out);
	fclose(out);
	if (argc > 1 && !strcmp(argv[1], "--table")) {
		fputs(table, stdout);
		free(table);
		return 0;
	}
	for (unsigned int site = 0; site < NR_ALLOC_SITES; site++) {
		reached += cells[site][BY_TASK_WIDE].nowait > 0;
		newly += cells[site][BY_TASK_WIDE].nowait > cells[site][BY_ARGUMENT].nowait;
	}
	same = is_as_committed(table);
	printf("%s 1 - both ways of telling reach the same sites in a fault\n",
	       cells[SITE_FAULT_PAGE][BY_TASK].nowait == cells[SITE_FAULT_PAGE][BY_ARGUMENT].nowait &&
	       cells[SITE_FAULT_TABLE][BY_TASK].nowait == cells[SITE_FAULT_TABLE][BY_ARGUMENT].nowait &&
	       cells[SITE_FAULT_PAGE][BY_TASK].nowait ? "ok" : "not ok");
	printf("%s 2 - every site was reached in the wide scope (%u), %u fail that could not before, or more often\n",
	       reached == NR_ALLOC_SITES ? "ok" : "not ok", reached, newly);
	printf("%s 3 - the table is the committed one: gfp_sites --table\n", same ? "ok" : "not ok");
	for (unsigned int i = 0; schemes[i]; i++)
		test_scheme(4 + i, schemes[i]->name);
	for (nr = 0; schemes[nr]; nr++)
		;
	printf("1..%u\n", 3 + nr);
	free(table);
	return 0;
}
