/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The world below the schemes, as declared in core_world.h.
 */
#include "tests/mm/core_world.h"
#include "common/mm/fault.h"
#include "common/mm/hash.h"

enum fault_result (*core_fault)(const struct scheme_inst *si, struct fault *f);

static enum fault_result fault(const struct scheme_inst *si, struct fault *f)
{
	cr_assert(core_fault, "a fault that the test did not expect");
	return core_fault(si, f);
}

static const struct scheme_counter counters[] = {
	{ "done", COUNTS_DONE, "handled" },
	{ .name = NULL },
};

static const struct scheme scheme = {
	.name = "test",
	.counters = counters,
	.vma_bytes = sizeof(u64),
	.freeing = FREE_AFTER_GRACE,
	.fault = fault,
};

const struct scheme_chain *core_chain(void)
{
	static struct scheme_chain chain;

	cr_assert_eq(scheme_chain_build(&chain, &scheme), 0);
	return &chain;
}

struct world *core_world(const struct world_config *config)
{
	struct world *w = NULL;

	cr_assert_eq(world_create(&w, config, core_chain()), 0);
	return w;
}

struct platform_thread *core_thread(unsigned int slot, void (*fn)(void *arg), void *arg)
{
	struct platform_thread *thread = NULL;

	cr_assert_eq(platform_thread_create(&thread, slot, -1, fn, arg), 0);
	return thread;
}

void core_wait(u32 *flag, u32 value)
{
	for (unsigned int turn = 0; smp_load_acquire(flag) != value; turn++)
		platform_relax(turn);
}

u32 core_random(u64 *state)
{
	return (u32)(hash64((*state)++) >> 33);
}

void core_enter(void)
{
	platform_thread_enter(0);
}

void core_leave(void)
{
	platform_thread_leave();
}
