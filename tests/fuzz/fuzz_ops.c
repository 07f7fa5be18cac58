// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Any bytes as a program of calls and accesses, run by the mm and by the model: the same answers, the same contents, nothing left over.
 *
 * The first byte chooses the scheme.  Each step has four bytes: what, where, how much, which.
 */
#include "common/mm/file.h"
#include "common/mm/mm.h"
#include "common/mm/pagecache.h"
#include "common/mm/reclaim.h"
#include "common/mm/vma.h"
#include "common/mm/world.h"
#include "tests/support/check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/model.h"

#include <errno.h>
#include <string.h>

#define P		PAGE_SIZE
#define FIELD		(0x40000000UL + 480 * P)	/* over the end of a table */
#define ADDR(page)	(FIELD + (page) * P)
#define MAX_STEPS	200
#define MAX_WORLDS	16

struct run {
	struct world *world;
	struct task *task;
	struct mm *mm;
	struct file *file[MODEL_FILES];
	struct model model;
	bool may_fail;		/* the next call's first allocations are made to fail */
	u64 serial;
};

static struct scheme_chain chains[MAX_WORLDS];
static struct world *worlds[MAX_WORLDS];

static struct world *world_of(unsigned int scheme)
{
	struct world_config config = world_config_default(128);

	if (worlds[scheme])
		return worlds[scheme];
	config.tlb = config.poison = config.reclaim = true;
	config.swap_slots = 512;
	config.fault_around = scheme % 2 ? 16 : 0;
	config.seq_start = scheme % 3 ? 0 : -64ULL;
	check(!scheme_chain_build(&chains[scheme], schemes[scheme]), "no chain");
	check(!world_create(&worlds[scheme], &config, &chains[scheme]), "no world");
	return worlds[scheme];
}

static int prot_of(unsigned int n)
{
	static const int prots[] = { 0, MM_PROT_READ, MM_PROT_READ | MM_PROT_WRITE, MM_PROT_READ | MM_PROT_WRITE };

	return prots[n % ARRAY_SIZE(prots)];
}

static void same(long got, long want, const char *what)
{
	check(got == want, "%s says %ld, the model %ld", what, got, want);
}

static void read_one(struct run *r, unsigned int at)
{
	u64 seen = 0;
	enum access_result want = model_read(&r->model, at), got = access_read(r->task, ADDR(at), &seen);

	check(got == want, "reading page %u is answered with %d, by the model with %d", at, (int)got, (int)want);
	if (got == ACCESS_OK)
		check(model_holds(&r->model, at, seen), "page %u holds %#llx, in the model %#llx", at,
		      (unsigned long long)seen, (unsigned long long)r->model.page[at].value);
}

static void write_one(struct run *r, unsigned int at)
{
	u64 value = ++r->serial;
	enum access_result got = access_write(r->task, ADDR(at), value), want = model_write(&r->model, at, value);

	check(got == want, "writing page %u is answered with %d, by the model with %d", at, (int)got, (int)want);
}

/* The child has what its parent has, and what it writes is its own. */
static void fork_one(struct run *r)
{
	struct model parent = r->model;
	struct mm *child;

	same(mm_fork(r->task, r->mm, &child), 0, "fork");
	mm_detach(r->task);
	mm_attach(r->task, child);
	for (unsigned int i = 0; i < MODEL_PAGES; i++) {
		read_one(r, i);
		if (r->model.page[i].kind != MODEL_SHARED && i % 3 == 0)
			write_one(r, i);
	}
	mm_check(r->task, child);
	mm_destroy(r->task, child);
	mm_attach(r->task, r->mm);
	r->model = parent;
}

/* A call that fails for lack of memory fails cleanly: it changes nothing. */
static bool fails_for_memory(struct run *r, long ret)
{
	struct injector off = { 0 };
	bool failed = r->may_fail && (ret == -ENOMEM || ret == -EAGAIN) && r->world->injector.failed;

	if (r->may_fail)
		inject_configure(r->world, &off);
	r->may_fail = false;
	return failed;
}

static void inject(struct run *r, unsigned int nth)
{
	struct injector inj = { .on = true, .sites = ~0u, .nth = 1 + nth % 8 };

	inject_configure(r->world, &inj);
	r->may_fail = true;
}

static long map(struct run *r, unsigned int at, unsigned int nr, enum model_kind kind, int prot,
		unsigned int file, unsigned int fpage)
{
	int flags = MM_MAP_FIXED | (kind == MODEL_SHARED ? MM_MAP_SHARED : MM_MAP_PRIVATE) |
		    (kind == MODEL_ANON ? MM_MAP_ANONYMOUS : 0);
	unsigned long ret = mm_mmap(r->task, r->mm, ADDR(at), nr * P, prot, flags,
				    kind == MODEL_ANON ? NULL : r->file[file], (u64)fpage << PAGE_SHIFT);

	return mm_is_err(ret) ? (long)ret : (long)(ret - ADDR(at));
}

static void call(struct run *r, const uint8_t *b)
{
	unsigned int at = b[1] % MODEL_PAGES, nr = 1 + b[2] % 12, file = b[3] & 1, fpage = (b[3] >> 1) % 16;
	enum model_kind kind = (enum model_kind)(MODEL_ANON + (b[0] / 16) % 3);
	static const int advice[] = { 0, 1, 2, 14, 15, 16, 17, 20 };
	struct model *m = &r->model;
	struct mm *mm = r->mm;
	struct task *t = r->task;
	long ret;

	if (at + nr > MODEL_PAGES)
		nr = MODEL_PAGES - at;
	switch (b[0] % 7) {
	case 0:
		ret = map(r, at, nr, kind, prot_of(b[3] >> 5), file, fpage);
		if (!fails_for_memory(r, ret))
			same(ret, model_map(m, at, nr, kind, prot_of(b[3] >> 5), file, fpage), "mmap");
		break;
	case 1:
		ret = mm_munmap(t, mm, ADDR(at), nr * P);
		if (!fails_for_memory(r, ret))
			same(ret, model_unmap(m, at, nr), "munmap");
		break;
	case 2:
		/* Use one page: of several, those before the failure would have changed. */
		nr = r->may_fail ? 1 : nr;
		ret = mm_mprotect(t, mm, ADDR(at), nr * P, prot_of(b[3]));
		if (!fails_for_memory(r, ret))
			same(ret, model_protect(m, at, nr, prot_of(b[3])), "mprotect");
		break;
	case 3:
		ret = mm_madvise(t, mm, ADDR(at), nr * P, 4);
		if (!fails_for_memory(r, ret))
			same(ret, model_dontneed(m, at, nr), "DONTNEED");
		break;
	case 4:
		ret = mm_madvise(t, mm, ADDR(at), nr * P, 8);
		fails_for_memory(r, 0);
		same(ret, model_free(m, at, nr), "FREE");
		break;
	case 5:
		ret = mm_madvise(t, mm, ADDR(at), nr * P, advice[b[3] % ARRAY_SIZE(advice)]);
		if (!fails_for_memory(r, ret))
			same(ret, model_advise(m, at, nr), "advice");
		break;
	default:
		fails_for_memory(r, 0);
		if (!m->page[at].kind)
			break;
		ret = (long)mm_mremap(t, mm, ADDR(at), P, P, MM_MREMAP_MAYMOVE | MM_MREMAP_FIXED,
				      ADDR(b[3] % MODEL_PAGES));
		if (ret == (long)ADDR(b[3] % MODEL_PAGES))
			ret = 0;
		same(ret, model_move(m, at, b[3] % MODEL_PAGES), "mremap");
	}
}

static void step(struct run *r, const uint8_t *b)
{
	unsigned int at = b[1] % MODEL_PAGES, file = b[3] & 1;

	switch (b[0] / 7 % 8) {
	case 0: case 1:
		fails_for_memory(r, 0);
		write_one(r, at);
		break;
	case 2:
		fails_for_memory(r, 0);
		read_one(r, at);
		break;
	case 3:
		if (b[1] & 1) {
			inject(r, b[2]);
			break;
		}
		reclaim_pages(r->task, RECLAIM_FORCE, 1 + b[2]);
		fails_for_memory(r, 0);	/* a failure here must not count for a later call */
		break;
	case 4:
		fails_for_memory(r, 0);
		if (b[1] % 4 == 0) {
			fork_one(r);
		} else {
			pagecache_truncate(r->task, r->file[file], b[2] % (MODEL_FILE_PAGES + 1));
			model_truncate(&r->model, file, b[2] % (MODEL_FILE_PAGES + 1));
		}
		break;
	default:
		call(r, b);
	}
}

/* Page by page: mapped, and with which rights. */
static void check_vmas(struct run *r)
{
	static const unsigned long rights[] = { VM_READ, VM_WRITE, VM_EXEC };
	struct vma_info info;

	for (unsigned int i = 0; i < MODEL_PAGES; i++) {
		const struct model_page *p = &r->model.page[i];
		bool mapped = mm_next_vma(r->task, r->mm, ADDR(i), &info) && info.start <= ADDR(i);

		check(mapped == (p->kind != MODEL_NONE), "page %u: mapped %d, kind in the model %d", i, mapped,
		      (int)p->kind);
		for (unsigned int n = 0; mapped && n < ARRAY_SIZE(rights); n++)
			check(!(info.flags & rights[n]) == !(p->prot & (1 << n)), "page %u: rights %#lx, in the model %d",
			      i, info.flags, p->prot);
	}
}

static void end(struct run *r)
{
	static unsigned int ends;
	struct world_leaks leaks;

	fails_for_memory(r, 0);
	check_vmas(r);
	mm_check(r->task, r->mm);
	for (unsigned int i = 0; i < MODEL_PAGES; i++)
		read_one(r, i);
	mm_check(r->task, r->mm);
	mm_destroy(r->task, r->mm);
	for (unsigned int f = 0; f < MODEL_FILES; f++)
		file_put(r->task, r->file[f]);
	if (ends++ % 64)	/* it waits for RCU */
		return;
	leaks = world_leaks(r->world);
	check_same(leaks.frames + leaks.tables + leaks.vmas + leaks.nodes + leaks.anon_vmas + leaks.swap_slots +
		   leaks.cached, 0, "leaks");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool entered;
	unsigned int nr = 0;
	struct run r = { .serial = 1 };

	if (size < 5)
		return 0;
	if (!entered)
		platform_thread_enter(0);
	entered = true;
	while (schemes[nr] && nr < MAX_WORLDS)
		nr++;
	r.world = world_of(data[0] % nr);
	r.task = world_task(r.world, 0);
	check(!mm_create(r.task, &r.mm), "no mm");
	mm_attach(r.task, r.mm);
	model_init(&r.model);
	for (unsigned int f = 0; f < MODEL_FILES; f++)
		r.file[f] = file_open(f + 1, false);
	for (size_t at = 1; at + 4 <= size && at < 4 * MAX_STEPS; at += 4)
		step(&r, data + at);
	end(&r);
	return 0;
}
