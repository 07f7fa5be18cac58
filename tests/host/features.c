// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Asks the running kernel by small calls in a puppet.
 */
#define _GNU_SOURCE
#include "tests/host/features.h"
#include "common/mm/mm.h"
#include "common/mm/vma.h"
#include "tests/support/check.h"
#include "tests/host/host_vma.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define AT		FIELD_START
#define PROT_RW		(PROT_READ | PROT_WRITE)
#define ANON_FIXED	(MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

const char *features_impossible(void)
{
#if !defined(__linux__) || !defined(__x86_64__)
	return "compares with Linux on x86-64";
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return "a sanitizer lays the address space out";
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
	return "a sanitizer lays the address space out";
#endif
#endif
	if (sysconf(_SC_PAGESIZE) != (long)PAGE_SIZE)
		return "this machine's pages are not of 4096 bytes";
	return NULL;
}

static void map(struct puppet *p, unsigned long page, unsigned long pages, int prot, int flags)
{
	unsigned long addr = AT + page * PAGE_SIZE;

	check_same(puppet_call(p, SYS_mmap, addr, pages * PAGE_SIZE, prot, ANON_FIXED | flags, -1, 0),
		   addr, "a mapping to ask the kernel with");
}

static void protect(struct puppet *p, unsigned long page, unsigned long pages, int prot)
{
	check_same(puppet_call(p, SYS_mprotect, AT + page * PAGE_SIZE, pages * PAGE_SIZE, prot, 0, 0, 0),
		   0, "mprotect to ask the kernel with");
}

/* The VMAs of the first pages; the field is empty afterwards. */
static unsigned int look(struct puppet *p, struct host_vma *vmas)
{
	unsigned int nr = host_vmas(p->pid, AT, AT + FIELD_BYTES, vmas);

	puppet_call(p, SYS_munmap, AT, FIELD_BYTES, 0, 0, 0, 0);
	return nr;
}

/* 6.16: written memory merges into a neighbour that was never written. */
static bool merges_into_unwritten(struct puppet *p)
{
	struct host_vma vmas[HOST_VMAS_MAX];

	map(p, 0, 1, PROT_RW, 0);
	map(p, 1, 1, PROT_READ | PROT_EXEC, 0);
	protect(p, 1, 1, PROT_RW | PROT_EXEC);
	puppet_write(p, AT + PAGE_SIZE, 1);
	protect(p, 1, 1, PROT_RW);
	return look(p, vmas) == 1;
}

/* A forked process' memory does not merge with what was never written. */
static bool forked_merges(struct puppets *all)
{
	struct host_vma vmas[HOST_VMAS_MAX];
	struct puppet *child = &all->one[1];
	unsigned int nr;

	map(&all->one[0], 0, 1, PROT_RW, 0);
	puppet_write(&all->one[0], AT, 1);
	check(!puppet_fork(all, 0, 1), "fork to ask the kernel with");
	map(child, 1, 1, PROT_RW, 0);
	nr = look(child, vmas);
	puppet_exit(child);
	look(&all->one[0], vmas);
	return nr == 1;
}

/* 6.17: mremap moves several mappings in one call. */
static bool moves_several(struct puppet *p)
{
	struct host_vma vmas[HOST_VMAS_MAX];
	long ret;

	map(p, 0, 1, PROT_RW, 0);
	map(p, 1, 1, PROT_READ, 0);
	ret = puppet_call(p, SYS_mremap, AT, 2 * PAGE_SIZE, 2 * PAGE_SIZE,
			  MREMAP_MAYMOVE | MREMAP_FIXED, AT + 4 * PAGE_SIZE, 0);
	return look(p, vmas) == 2 && ret == (long)(AT + 4 * PAGE_SIZE);
}

/* Flags of a mapping that is made with @a flags. */
static unsigned long flags_with(struct puppet *p, int flags)
{
	struct host_vma vmas[HOST_VMAS_MAX];

	map(p, 0, 1, PROT_RW, flags);
	check_same(look(p, vmas), 1, "VMAs of one mapping");
	return vmas[0].flags;
}

static bool knows_advice(struct puppet *p, int prot, int advice)
{
	struct host_vma vmas[HOST_VMAS_MAX];
	long ret;

	map(p, 0, 1, prot, 0);
	ret = puppet_call(p, SYS_madvise, AT, PAGE_SIZE, advice, 0, 0, 0);
	look(p, vmas);
	return !ret;
}

static bool knows_droppable(struct puppet *p)
{
	struct host_vma vmas[HOST_VMAS_MAX];
	long ret = puppet_call(p, SYS_mmap, AT, PAGE_SIZE, PROT_READ,
			       MM_MAP_DROPPABLE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	return look(p, vmas) == 1 && ret == (long)AT;
}

static bool read_makes_page(struct puppet *p)
{
	struct host_vma vmas[HOST_VMAS_MAX];
	struct puppet_words words;

	map(p, 0, 1, PROT_READ, 0);
	puppet_read(p, AT, 0, 1, &words);
	check_same(look(p, vmas), 1, "VMAs of one mapping");
	return vmas[0].anonymous;
}

static bool exec_is_unreadable(struct puppet *p)
{
	struct host_vma vmas[HOST_VMAS_MAX];
	struct puppet_words words;

	map(p, 0, 1, PROT_EXEC, 0);
	puppet_read(p, AT, 0, 1, &words);
	look(p, vmas);
	return words.result[0] != ACCESS_OK;
}

static bool grows_by_a_field(struct puppet *p)
{
	struct host_vma vmas[HOST_VMAS_MAX];
	bool ok;

	map(p, FIELD_BYTES / PAGE_SIZE - 1, 1, PROT_RW, MAP_GROWSDOWN);
	ok = puppet_write(p, AT + FIELD_BYTES / 2, 1) == ACCESS_OK;
	look(p, vmas);
	return ok;
}

static bool has_far_addresses(struct puppet *p)
{
	unsigned long addr = 1UL << 47;
	long ret = puppet_call(p, SYS_mmap, addr, PAGE_SIZE, PROT_NONE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (ret != (long)addr)
		return false;
	puppet_call(p, SYS_munmap, addr, PAGE_SIZE, 0, 0, 0, 0);
	return true;
}

/* Nothing may be mapped in the field. */
static bool field_is_free(struct puppet *p)
{
	long ret = puppet_call(p, SYS_mmap, AT, FIELD_BYTES, PROT_NONE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (ret != (long)AT)
		return false;
	puppet_call(p, SYS_munmap, AT, FIELD_BYTES, 0, 0, 0, 0);
	return true;
}

static const char *ask(struct features *f, struct puppets *all)
{
	struct puppet *p = &all->one[0];

	if (!field_is_free(p))
		return "the addresses to play at are taken";
	if (!merges_into_unwritten(p))
		return "this kernel merges by other rules: not into memory never written (6.15 and before)";
	if (forked_merges(all))
		return "this kernel merges by other rules: forked memory with memory never written";
	if (!moves_several(p))
		return "this kernel's mremap moves one mapping a call (6.16 and before)";
	if (!(flags_with(p, MAP_NORESERVE) & VM_NORESERVE))
		return "this machine never overcommits: MAP_NORESERVE has no effect";
	f->no_zero_page = read_makes_page(p);
	f->stack_is_small = flags_with(p, MAP_STACK) & VM_NOHUGEPAGE;
	f->ksm = knows_advice(p, PROT_RW, MADV_MERGEABLE);
	f->huge = knows_advice(p, PROT_RW, MADV_HUGEPAGE) && knows_advice(p, PROT_RW, MADV_NOHUGEPAGE);
	f->guards = knows_advice(p, PROT_RW, MM_MADV_GUARD_INSTALL) &&
		    knows_advice(p, PROT_READ, MM_MADV_GUARD_INSTALL);	/* 6.15, as memory of files */
	f->droppable = knows_droppable(p);
	f->exec_only = exec_is_unreadable(p);
	f->grows_far = grows_by_a_field(p);
	f->far = has_far_addresses(p);
	return NULL;
}

const char *features_ask(struct features *f)
{
	struct puppets first, second;
	const char *why;

	puppets_begin(&first, NULL);
	puppets_begin(&second, NULL);
	why = ask(f, &first);
	f->repeats = puppet_call(&first.one[0], SYS_brk, 0, 0, 0, 0, 0, 0) ==
		     puppet_call(&second.one[0], SYS_brk, 0, 0, 0, 0, 0, 0);
	puppets_end(&second);
	puppets_end(&first);
	return why;
}
