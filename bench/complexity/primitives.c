/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The words of common/sync/atomic.h and rcu.h, and how a lock's functions are named.
 */
#include <stdbool.h>
#include <string.h>

#include "bench/complexity/primitives.h"
#include "common/platform/types.h"

static const struct {
	const char *name;
	unsigned int is;
} primitives[] = {
	{ "READ_ONCE", CX_IS_SHARED },
	{ "WRITE_ONCE", CX_IS_SHARED },
	{ "smp_load_acquire", CX_IS_SHARED | CX_IS_ORDERING },
	{ "smp_store_release", CX_IS_SHARED | CX_IS_ORDERING },
	{ "smp_rmb", CX_IS_ORDERING },
	{ "smp_wmb", CX_IS_ORDERING },
	{ "smp_mb", CX_IS_ORDERING },
	{ "barrier", CX_IS_ORDERING },
	{ "xchg", CX_IS_SHARED | CX_IS_ORDERING },
	{ "cmpxchg", CX_IS_SHARED | CX_IS_ORDERING },
	{ "try_cmpxchg", CX_IS_SHARED | CX_IS_ORDERING },
	{ "try_cmpxchg_relaxed", CX_IS_SHARED },
	{ "try_cmpxchg_acquire", CX_IS_SHARED | CX_IS_ORDERING },
	{ "try_cmpxchg_release", CX_IS_SHARED | CX_IS_ORDERING },
	{ "fetch_add_relaxed", CX_IS_SHARED },
	{ "fetch_add_acquire", CX_IS_SHARED | CX_IS_ORDERING },
	{ "fetch_add_release", CX_IS_SHARED | CX_IS_ORDERING },
	{ "fetch_or_acquire", CX_IS_SHARED | CX_IS_ORDERING },
	{ "fetch_and_release", CX_IS_SHARED | CX_IS_ORDERING },
	{ "fetch_or", CX_IS_SHARED | CX_IS_ORDERING },
	{ "fetch_and", CX_IS_SHARED | CX_IS_ORDERING },
	{ "fetch_add", CX_IS_SHARED | CX_IS_ORDERING },
	{ "rcu_dereference", CX_IS_SHARED | CX_IS_ORDERING | CX_IS_RCU },
	{ "rcu_assign_pointer", CX_IS_SHARED | CX_IS_ORDERING | CX_IS_RCU },
	{ "rcu_read_lock", CX_IS_RCU },
	{ "rcu_read_unlock", CX_IS_RCU },
	{ "synchronize_rcu", CX_IS_RCU },
	{ "platform_call_rcu", CX_IS_RCU },
	{ "vma_lock", 0 },	/* returns where a VMA's lock is; it does not take it */
};

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static bool ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n >= m && !strcmp(s + n - m, with);
}

/* As the kernel names them, and so does this tree: VERB_OBJECT, or OBJECT_VERB. */
static bool is_lock(const char *name)
{
	return begins(name, "down_") || begins(name, "up_") || begins(name, "downgrade_") ||
	       begins(name, "lock_") || begins(name, "unlock_") || ends(name, "_lock") ||
	       ends(name, "_trylock") || ends(name, "_unlock") || ends(name, "_downgrade");
}

unsigned int cx_primitive(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(primitives); i++)
		if (!strcmp(primitives[i].name, name))
			return primitives[i].is;
	return is_lock(name) ? CX_IS_LOCK : 0;
}
