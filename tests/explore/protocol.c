// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The protocol between a fault and a change by itself: marks, copies, numbers and locks of the C, around one word
 * that stands for the entry.
 *
 * These scenes are small enough that every execution with weak memory can be made, too.  A fault looks at the VMA in
 * one of three ways: it copies it, it locks it, or it samples the mm's number.  Then, under the entry's lock, it installs
 * what the VMA allows, if that still holds.  A change marks the VMA, edits it or takes it out of the tree, and then
 * cleans the entry under the same lock.
 */
#include "common/mm/mmap_lock.h"
#include "common/mm/scheme.h"
#include "common/mm/vma_snapshot.h"
#include "common/sync/rcu.h"
#include "sim/arena.h"
#include "tests/explore/scenes.h"
#include "tests/support/check.h"

#define X		0x4040000000UL
#define P		PAGE_SIZE
#define FAULTER		1u
#define CHANGER		2u
#define NR_TASKS	4u
#define RW		(MM_PROT_READ | MM_PROT_WRITE)
#define ANON		(MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED)

/** What the fault installs: the rights of the VMA that it has seen. */
enum entry { NONE, READABLE, WRITABLE };

static struct scheme_chain chain;
static struct world *world;
static struct mm *mm;
static struct table {
	spinlock_t lock;
	u64 entry;	/* under the lock */
} *table;

static void quiet_end(void)
{
	for (unsigned int i = 0; i < NR_TASKS; i++)
		cache_flush_rcu(world_task(world, i));
}

static int open_protocol(const struct explore_scene *s, const char *spec, char *why, size_t size)
{
	struct world_config c = world_config_default(64);
	struct task *t;

	memset(&chain, 0, sizeof(chain));
	if (scheme_chain_parse(&chain, spec, why, size))
		return -1;
	arena.chain = &chain;
	c.nr_tasks = NR_TASKS;
	c.settle = s->arg != NULL;
	c.rcu_batch = 16;
	table = platform_alloc(sizeof(*table), CACHELINE, PLATFORM_MEM_OTHER);
	BUG_ON(!table);
	spin_lock_init(&table->lock);
	check_same(world_create(&world, &c, &chain), 0, "a world");
	t = world_task(world, 0);
	check_same(mm_create(t, &mm), 0, "an mm");
	for (unsigned int i = 1; i < NR_TASKS; i++)
		mm_attach(world_task(world, i), mm);
	check_same(mm_mmap(t, mm, X, 2 * P, RW, ANON, NULL, 0), X, "mmap");
	quiet_end();
	for (unsigned int i = 0; i < NR_TASKS; i++)
		explore_quiet(&world_task(world, i)->stats, sizeof(struct stats));
	explore_quiet(world, offsetof(struct world, injector));
	return 0;
}

static void start_protocol(const struct explore_scene *s)
{
	(void)s;
}

/* --- faults --------------------------------------------------------------------------------------------- */

static enum entry allowed(unsigned long flags)
{
	return flags & VM_WRITE ? WRITABLE : READABLE;
}

#define THREAD(name) static void name(void *scene __attribute__((unused)))

/* May a fault look at a VMA with nothing but RCU?  Else no scheme of the chain does, and these faults are not made. */
static bool looks_without_lock(void)
{
	return chain.freeing == FREE_AFTER_GRACE;
}

/* As in a scheme that copies the VMA. */
THREAD(copies)
{
	struct vma_snapshot snap;
	struct vma *vma;

	if (!looks_without_lock())
		return;
	rcu_read_lock();
	vma = vma_tree_walk(&mm->tree, X);
	if (vma && vma_snapshot(world_task(world, FAULTER), mm, vma, X, &snap) == SNAPSHOT_OK) {
		spin_lock(&table->lock);
		if (vma_snapshot_valid(&snap))
			table->entry = allowed(snap.flags);
		spin_unlock(&table->lock);
	}
	rcu_read_unlock();
}

/* As in a scheme with a lock in the VMA; nothing where the chain has none. */
THREAD(locks)
{
	struct vma *vma;
	bool locked;

	rcu_read_lock();
	vma = vma_tree_walk(&mm->tree, X);
	locked = vma && vma_tryread(mm, vma, X);
	rcu_read_unlock();
	if (!locked)
		return;
	spin_lock(&table->lock);
	table->entry = allowed(READ_ONCE(vma->vm_flags));
	spin_unlock(&table->lock);
	vma_endread(mm, vma);
}

/* As in a scheme that samples the mm's number. */
THREAD(samples)
{
	u64 seq = read_seqcount(&mm->lock_seq);
	struct vma *vma;
	u64 flags;

	if (seq & 1 || !looks_without_lock())
		return;
	rcu_read_lock();
	vma = vma_tree_walk(&mm->tree, X);
	if (vma) {
		flags = READ_ONCE(vma->vm_flags);
		spin_lock(&table->lock);
		if (!read_seqcount_retry(&mm->lock_seq, seq))
			table->entry = allowed(flags);
		spin_unlock(&table->lock);
	}
	rcu_read_unlock();
}

/* --- changes -------------------------------------------------------------------------------------------- */

static struct vma *begin(struct task *t)
{
	struct vma *vma;

	mmap_write_lock(t, mm);
	vma = vma_tree_walk(&mm->tree, X);
	vma_mark(t, mm, vma);
	mm_marks_done(t, mm);
	return vma;
}

static void entry_becomes(enum entry entry)
{
	spin_lock(&table->lock);
	if (table->entry > (u64)entry)
		table->entry = entry;
	spin_unlock(&table->lock);
}

/* mprotect: the write right goes. */
THREAD(protects)
{
	struct task *t = world_task(world, CHANGER);
	struct vma *vma = begin(t);

	WRITE_ONCE(vma->vm_flags, READ_ONCE(vma->vm_flags) & ~(unsigned long)VM_WRITE);
	entry_becomes(READABLE);
	mmap_write_unlock(t, mm);
}

/* The same, and a second section, which is about another VMA: its odd number, too, says that the first is over. */
THREAD(protects_and_goes_on)
{
	struct task *t = world_task(world, CHANGER);

	protects(scene);
	mmap_write_lock(t, mm);
	mmap_write_unlock(t, mm);
}

/* munmap: out of the tree, GONE, downgraded, cleared, freed. */
THREAD(unmaps)
{
	struct task *t = world_task(world, CHANGER);
	struct vma *vma = begin(t);

	BUG_ON(vma_tree_prealloc(t, &mm->tree, 1));
	vma_tree_clear(t, &mm->tree, X, X + 2 * P);
	mm->map_count--;
	vma_gone(t, mm, vma);
	vma_tree_prealloc_end(t, &mm->tree);
	mmap_write_downgrade(t, mm);
	entry_becomes(NONE);
	mmap_read_unlock(t, mm);
	vma_bury(t, mm, vma);
	cache_flush_rcu(t);
}

/* mprotect of the page above: X's VMA ends before it, then is read-only, and X gets another. */
THREAD(moves_bounds)
{
	struct task *t = world_task(world, CHANGER);
	struct vma *vma = begin(t);

	vma_set_bounds(vma, X + P, X + 2 * P, vma->vm_pgoff + 1);
	WRITE_ONCE(vma->vm_flags, READ_ONCE(vma->vm_flags) & ~(unsigned long)VM_WRITE);
	mmap_write_unlock(t, mm);
}

/* --- what must hold -------------------------------------------------------------------------------------- */

static void give_back(void)
{
	struct task *t = world_task(world, 0);
	struct world_leaks l;

	for (unsigned int i = 1; i < NR_TASKS; i++)
		mm_detach(world_task(world, i));
	mm_destroy(t, mm);
	quiet_end();
	l = world_leaks(world);
	check(!world_leaks_any(&l), "leaked: %d VMAs, %d nodes", (int)l.vmas, (int)l.nodes);
}

static void judge_at_most(enum entry most)
{
	if (table->entry > (u64)most)
		ex_finding("an entry with right %d, where %d is allowed", (int)table->entry, (int)most);
	give_back();
}

static void judge_protected(const struct explore_scene *s)
{
	(void)s;
	judge_at_most(READABLE);
}

static void judge_unmapped(const struct explore_scene *s)
{
	(void)s;
	judge_at_most(NONE);
}

/* The VMA that was read-only never held X. */
static void judge_moved(const struct explore_scene *s)
{
	(void)s;
	if (table->entry == READABLE)
		ex_finding("the entry has rights that X's VMA never had");
	give_back();
}

static void close_protocol(const struct explore_scene *s)
{
	(void)s;
	give_back();
	world_destroy(world);
	platform_free(table, sizeof(*table), PLATFORM_MEM_OTHER);
}

#define SCENE(id, what_, fault_, change_, judge_) \
	static const struct explore_scene id##_scene = { \
		.name = "protocol/" #id, .what = what_, .schemes = true, .open = open_protocol, .start = start_protocol, \
		.nr_threads = 2, .thread = { fault_, change_ }, .thread_name = { "fault", "change" }, .judge = judge_, \
		.close = close_protocol, \
	};

SCENE(copy_protect, "a fault copies the VMA, a change takes a right away", copies, protects, judge_protected)
SCENE(copy_two, "a fault copies the VMA, a change takes a right away, and another section begins", copies, protects_and_goes_on,
      judge_protected)
SCENE(copy_unmap, "a fault copies the VMA, a change takes it out", copies, unmaps, judge_unmapped)
SCENE(copy_bounds, "a fault copies the VMA, a change moves its bounds", copies, moves_bounds, judge_moved)
SCENE(lock_protect, "a fault locks the VMA, a change takes a right away", locks, protects, judge_protected)
SCENE(lock_unmap, "a fault locks the VMA, a change takes it out", locks, unmaps, judge_unmapped)
SCENE(sample_protect, "a fault samples the mm's number, a change takes a right away", samples, protects, judge_protected)
SCENE(sample_unmap, "a fault samples the mm's number, a change takes the VMA out", samples, unmaps, judge_unmapped)

/* Faults that find a mark over say so in the VMA (F2.12). */
#define SETTLES(id, what_, judge_, nr_, ...) \
	static const struct explore_scene id##_scene = { \
		.name = "protocol/" #id, .what = what_, .schemes = true, .arg = "settles", .open = open_protocol, \
		.start = start_protocol, .nr_threads = nr_, .thread = { __VA_ARGS__ }, \
		.thread_name = { "fault", "change", "another fault" }, .judge = judge_, .close = close_protocol, \
	};

SETTLES(settle_protect, "a fault settles the VMA and copies it, a change takes a right away", judge_protected, 2, copies, protects)
SETTLES(settle_unmap, "a fault settles the VMA and copies it, a change takes it out", judge_unmapped, 2, copies, unmaps)
SETTLES(settle_lock, "a fault locks the VMA and settles it, a change takes it out", judge_unmapped, 2, locks, unmaps)
SETTLES(settle_three, "two faults of which one may settle for the other, a change takes a right away", judge_protected, 3,
	copies, protects, copies)

const struct explore_scene *const protocol_scenes[] = {
	&copy_protect_scene, &copy_two_scene, &copy_unmap_scene, &copy_bounds_scene, &lock_protect_scene,
	&lock_unmap_scene, &sample_protect_scene, &sample_unmap_scene, &settle_protect_scene, &settle_unmap_scene,
	&settle_lock_scene, &settle_three_scene, NULL
};
