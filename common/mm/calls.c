/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the arguments of mmap, mprotect and madvise make of a VMA's flags.
 */
#include "common/mm/calls.h"
#include "common/mm/vma.h"

#include <errno.h>

/* Flags that every file takes; MAP_SHARED_VALIDATE refuses others. */
#define MAP_LEGACY	0x7c07f9f3

/* --- mmap -------------------------------------------------------------------------------- */

static unsigned long rights_of(int prot)
{
	return (prot & MM_PROT_READ ? VM_READ : 0) | (prot & MM_PROT_WRITE ? VM_WRITE : 0) |
	       (prot & MM_PROT_EXEC ? VM_EXEC : 0);
}

static unsigned long bits_of(int flags)
{
	static const struct {
		int map;
		unsigned long vm;
	} bits[] = {
		{ MM_MAP_GROWSDOWN, VM_GROWSDOWN },
		{ MM_MAP_LOCKED, VM_LOCKED },
		{ MM_MAP_STACK, VM_NOHUGEPAGE },	/* since 6.7 */
		{ MM_MAP_SYNC, VM_SYNC },
		{ MM_MAP_NORESERVE, VM_NORESERVE },
	};
	unsigned long vm = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(bits); i++)
		if (flags & bits[i].map)
			vm |= bits[i].vm;
	return vm;
}

/*
 * Memory that may be dropped under pressure: it is not reserved, not inherited by a child, not in a core
 * dump, and it cannot be locked or grow.
 */
static int droppable(int flags, unsigned long *vm)
{
	if (!(flags & MM_MAP_ANONYMOUS) || (flags & (MM_MAP_LOCKED | MM_MAP_GROWSDOWN)))
		return -EINVAL;
	*vm |= VM_DROPPABLE | VM_NORESERVE | VM_WIPEONFORK | VM_DONTDUMP;
	return 0;
}

static int shared(int flags, unsigned long *vm)
{
	if (flags & MM_MAP_GROWSDOWN)
		return -EINVAL;
	*vm |= VM_SHARED | VM_MAYSHARE;
	return 0;
}

static int of_type(int flags, unsigned long *vm)
{
	bool anonymous = flags & MM_MAP_ANONYMOUS;

	switch (flags & MM_MAP_TYPE) {
	case MM_MAP_PRIVATE:
		return !anonymous && (flags & MM_MAP_GROWSDOWN) ? -EINVAL : 0;
	case MM_MAP_SHARED:
		return shared(flags, vm);
	case MM_MAP_SHARED_VALIDATE:
		if (anonymous)
			return -EINVAL;
		return flags & ~MAP_LEGACY ? -EOPNOTSUPP : shared(flags, vm);
	case MM_MAP_DROPPABLE:
		return droppable(flags, vm);
	default:
		return -EINVAL;
	}
}

int mm_mmap_flags(int prot, int flags, unsigned long *vm_flags)
{
	unsigned long vm = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | rights_of(prot) | bits_of(flags);
	int err = of_type(flags, &vm);

	if (err)
		return err;
	if ((vm & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE)
		vm |= VM_ACCOUNT;
	*vm_flags = vm;
	return 0;
}

/* --- mprotect ------------------------------------------------------------------------------ */

unsigned long mm_mprotect_flags(unsigned long old, int prot, bool untouched)
{
	unsigned long flags = (old & ~VM_ACCESS_FLAGS) | rights_of(prot);

	/* The rights do not change, so the flags do not either, whatever accounting would say. */
	if (flags == old)
		return old;
	if (flags & VM_WRITE) {
		if (!(old & (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE)))
			flags |= VM_ACCOUNT;
	} else if (untouched) {
		flags &= ~VM_ACCOUNT;
	}
	return flags;
}

/* --- madvise ------------------------------------------------------------------------------- */

#define SHARED_FLAGS (VM_SHARED | VM_MAYSHARE)

static const struct advice {
	enum mm_advice_kind kind;
	unsigned long clear, set;
	unsigned long refused;	/* a VMA that has one of these: -EINVAL */
	unsigned long passed;	/* a VMA that has one of these stays as it is */
	bool anonymous;		/* a VMA with a file: -EINVAL */
} advices[] = {
	[MM_MADV_NORMAL] = { .kind = ADVICE_FLAGS, .clear = VM_RAND_READ | VM_SEQ_READ },
	[MM_MADV_RANDOM] = { .kind = ADVICE_FLAGS, .clear = VM_SEQ_READ, .set = VM_RAND_READ },
	[MM_MADV_SEQUENTIAL] = { .kind = ADVICE_FLAGS, .clear = VM_RAND_READ, .set = VM_SEQ_READ },
	[MM_MADV_WILLNEED] = { .kind = ADVICE_NOTHING },
	[MM_MADV_DONTNEED] = { .kind = ADVICE_DROP, .refused = VM_LOCKED },
	[MM_MADV_FREE] = { .kind = ADVICE_FREE, .refused = VM_LOCKED, .anonymous = true },
	[MM_MADV_DONTFORK] = { .kind = ADVICE_FLAGS, .set = VM_DONTCOPY },
	[MM_MADV_DOFORK] = { .kind = ADVICE_FLAGS, .clear = VM_DONTCOPY },
	[MM_MADV_MERGEABLE] = { .kind = ADVICE_FLAGS, .set = VM_MERGEABLE, .passed = SHARED_FLAGS | VM_DROPPABLE },
	[MM_MADV_UNMERGEABLE] = { .kind = ADVICE_FLAGS, .clear = VM_MERGEABLE },
	[MM_MADV_HUGEPAGE] = { .kind = ADVICE_FLAGS, .clear = VM_NOHUGEPAGE, .set = VM_HUGEPAGE },
	[MM_MADV_NOHUGEPAGE] = { .kind = ADVICE_FLAGS, .clear = VM_HUGEPAGE, .set = VM_NOHUGEPAGE },
	[MM_MADV_DONTDUMP] = { .kind = ADVICE_FLAGS, .set = VM_DONTDUMP },
	[MM_MADV_DODUMP] = { .kind = ADVICE_FLAGS, .clear = VM_DONTDUMP, .refused = VM_DROPPABLE },
	[MM_MADV_WIPEONFORK] = { .kind = ADVICE_FLAGS, .set = VM_WIPEONFORK, .refused = SHARED_FLAGS, .anonymous = true },
	[MM_MADV_KEEPONFORK] = { .kind = ADVICE_FLAGS, .clear = VM_WIPEONFORK, .refused = VM_DROPPABLE },
	[MM_MADV_COLD] = { .kind = ADVICE_NOTHING, .refused = VM_LOCKED },
	[MM_MADV_PAGEOUT] = { .kind = ADVICE_NOTHING, .refused = VM_LOCKED },
	[MM_MADV_POPULATE_READ] = { .kind = ADVICE_POPULATE },
	[MM_MADV_POPULATE_WRITE] = { .kind = ADVICE_POPULATE },
	[MM_MADV_DONTNEED_LOCKED] = { .kind = ADVICE_DROP },
	[MM_MADV_GUARD_INSTALL] = { .kind = ADVICE_GUARD, .refused = VM_LOCKED },
	[MM_MADV_GUARD_REMOVE] = { .kind = ADVICE_UNGUARD },
};

enum mm_advice_kind mm_advice_kind(int advice)
{
	return advice < 0 || advice >= (int)ARRAY_SIZE(advices) ? ADVICE_UNKNOWN : advices[advice].kind;
}

int mm_advice_flags(int advice, bool anonymous, unsigned long *vm_flags)
{
	const struct advice *a = &advices[advice];

	if ((*vm_flags & a->refused) || (a->anonymous && !anonymous))
		return -EINVAL;
	if (!(*vm_flags & a->passed))
		*vm_flags = (*vm_flags & ~a->clear) | a->set;
	return 0;
}
