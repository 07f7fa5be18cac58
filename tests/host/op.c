// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Makes a call on both sides.
 */
#define _GNU_SOURCE
#include "tests/host/twins.h"
#include "common/mm/pagecache.h"
#include "tests/support/check.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What a call returned, there and here. */
struct both {
	long there, here;
};

static struct both do_mmap(struct twins *tw, struct puppet *p, struct mm *mm, const struct op *op)
{
	int fd = op->file < 0 ? -1 : PUPPET_FILE(op->file);

	return (struct both){
		puppet_call(p, SYS_mmap, op->addr, op->len, op->prot, op->flags, fd, op->offset),
		mm_mmap(tw->task, mm, op->addr, op->len, op->prot, op->flags,
			op->file < 0 ? NULL : tw->file[op->file], op->offset),
	};
}

/* MADV_FREE leaves the contents open, so we settle them at once. */
static struct both do_madvise(struct twins *tw, struct puppet *p, struct mm *mm, const struct op *op)
{
	const struct both ret = {
		puppet_call(p, SYS_madvise, op->addr, op->len, op->prot, 0, 0, 0),
		mm_madvise(tw->task, mm, op->addr, op->len, op->prot),
	};

	if (op->prot == MADV_FREE) {
		tw->settled = puppet_call(p, SYS_madvise, op->addr, op->len, MADV_DONTNEED, 0, 0, 0);
		mm_madvise(tw->task, mm, op->addr, op->len, MADV_DONTNEED);
	}
	return ret;
}

static struct both do_call(struct twins *tw, const struct op *op)
{
	struct puppet *p = &tw->there.one[op->who];
	struct mm *mm = tw->mm[op->who];
	struct task *t = tw->task;

	switch (op->kind) {
	case OP_MMAP:
		return do_mmap(tw, p, mm, op);
	case OP_MUNMAP:
		return (struct both){
			puppet_call(p, SYS_munmap, op->addr, op->len, 0, 0, 0, 0),
			mm_munmap(t, mm, op->addr, op->len),
		};
	case OP_MPROTECT:
		return (struct both){
			puppet_call(p, SYS_mprotect, op->addr, op->len, op->prot, 0, 0, 0),
			mm_mprotect(t, mm, op->addr, op->len, op->prot),
		};
	case OP_MADVISE:
		return do_madvise(tw, p, mm, op);
	case OP_MREMAP:
		return (struct both){
			puppet_call(p, SYS_mremap, op->addr, op->len, op->to_len, op->flags, op->to, 0),
			mm_mremap(t, mm, op->addr, op->len, op->to_len, op->flags, op->to),
		};
	default:
		return (struct both){
			puppet_call(p, SYS_brk, op->addr, 0, 0, 0, 0, 0),
			mm_brk(t, mm, op->addr),
		};
	}
}

/* Only shorten: contents after growing again would differ, since ours has no disk. */
static void do_truncate(struct twins *tw, const struct op *op)
{
	if (op->offset >= tw->file_pages[op->file])
		return;
	tw->file_pages[op->file] = op->offset;
	check(!ftruncate(tw->fd[op->file], op->offset * PAGE_SIZE), "errno %d", errno);
	pagecache_truncate(tw->task, tw->file[op->file], op->offset);
}

/* The child gets the first unused number. */
static bool do_fork(struct twins *tw, const struct op *op)
{
	unsigned int child = 0;

	while (child < NR_PUPPETS && tw->mm[child])
		child++;
	if (child == NR_PUPPETS)
		return true;
	check(!puppet_fork(&tw->there, op->who, child), "the host cannot fork");
	check(!mm_fork(tw->task, tw->mm[op->who], &tw->mm[child]), "fork: no memory");
	mm_check(tw->task, tw->mm[child]);
	return twins_same_vmas(tw, child);
}

/* The last one stays. */
static void do_exit(struct twins *tw, const struct op *op)
{
	if (twins_alive(tw) == 1)
		return;
	puppet_exit(&tw->there.one[op->who]);
	mm_destroy(tw->task, tw->mm[op->who]);
	tw->mm[op->who] = NULL;
}

static bool do_op(struct twins *tw, const struct op *op)
{
	struct both ret;

	switch (op->kind) {
	case OP_READ:
		return twins_read(tw, op->who, op->addr, 0, 1);
	case OP_WRITE:
		return twins_write(tw, op->who, op->addr, op->offset);
	case OP_FORK:
		return do_fork(tw, op);
	case OP_TRUNCATE:
		do_truncate(tw, op);
		return true;
	case OP_EXIT:
		do_exit(tw, op);
		return true;
	default:
		break;
	}
	ret = do_call(tw, op);
	tw->returned = ret.there;
	tw->refused = op->kind == OP_BRK ? ret.here != (long)op->addr : mm_is_err(ret.here);
	return ret.there == ret.here ||
	       twins_differ(tw, "%s returned %#lx (%ld) on the host, here %#lx (%ld)", op_names[op->kind],
			    ret.there, ret.there, ret.here, ret.here);
}

bool op_do(struct twins *tw, const struct op *op)
{
	if (!tw->mm[op->who])
		return true;
	twins_enter(tw, op->who);
	tw->refused = false;
	if (!do_op(tw, op))
		return false;
	if (op->kind == OP_MREMAP && (op->flags & MREMAP_FIXED) && !tw->refused)
		tw->moved = *op;
	if (tw->refused)
		tw->tally.refused[op->kind]++;
	else
		tw->tally.done[op->kind]++;
	if (!tw->mm[op->who])
		return true;
	mm_check(tw->task, tw->mm[op->who]);
	return twins_same_vmas(tw, op->who);
}
