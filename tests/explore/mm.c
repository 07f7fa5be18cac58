// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Scenes of the mm core: each kind of access beside each change, under any scheme; and some with a third thread.
 *
 * The situation and its judge are those of tests/rules (tests/support/situation.h).  A scene is called
 * KIND+CHANGE or KIND+CHANGE+SECOND: T1 makes the access, T2 the change, T3 the second change.  Those of small.c have
 * small/ before that.
 */
#include "tests/explore/changes.h"
#include "tests/explore/scenes.h"

#include "common/mm/file.h"
#include "common/mm/reclaim.h"
#include "common/mm/scheme.h"
#include "sim/arena.h"
#include "tests/support/check.h"

#include <string.h>

#define FAULTER		1u
#define CHANGER		2u
#define SECOND		3u
#define BYSTANDER	5u
#define NR_TASKS	6u

/* A setting of the world that some scenes are played with as well: KIND+CHANGE@KNOB. */
struct knob {
	const char *id;
	void (*set)(struct world_config *c);
};

struct mm_scene {
	struct explore_scene scene;
	enum scene_kind kind;
	const struct change *change, *second;
	bool small;		/* of small.c */
	const struct knob *knob;	/* NULL: none */
	const struct gate *gate;	/* MAX_GATES of them, or NULL */
};

static struct scheme_chain chain;
static struct changes_world cw;		/* as open() left it */
static struct changes_world now;	/* of this execution */
static const struct mm_scene *playing;

static const char *const kind_ids[NR_ALL_KINDS] = {
	[READ_BARE] = "read_bare", [WRITE_BARE] = "write_bare", [WRITE_NO_TABLE] = "write_no_table",
	[READ_EMPTY] = "read_empty", [WRITE_EMPTY] = "write_empty", [WRITE_ZERO] = "write_zero",
	[READ_FILE] = "read_file", [WRITE_FILE] = "write_file", [READ_OWN] = "read_own", [WRITE_OWN] = "write_own",
	[WRITE_FORKED] = "write_forked", [READ_CHILD] = "read_child", [WRITE_CHILD] = "write_child",
	[READ_SWAPPED] = "read_swapped", [WRITE_SWAPPED] = "write_swapped",
	[READ_SWAPPED_CHILD] = "read_swapped_child", [WRITE_SWAPPED_CHILD] = "write_swapped_child", [READ_FILE_SHARED] = "read_file_shared",
	[WRITE_FILE_SHARED] = "write_file_shared", [WRITE_COPY] = "write_copy",
};

static bool needs_swap(const struct mm_scene *m)
{
	return m->kind == READ_SWAPPED || m->kind == WRITE_SWAPPED || m->kind == READ_SWAPPED_CHILD || m->kind == WRITE_SWAPPED_CHILD ||
	       m->change->reclaim || (m->second && m->second->reclaim);
}

/* In a small scene the director is its own bystander, and only one task has no thread. */
static unsigned int nr_tasks(const struct mm_scene *m)
{
	return m->small ? m->scene.nr_threads + 2 : NR_TASKS;
}

static void scene_config(const struct mm_scene *m, struct world_config *c)
{
	*c = world_config_default(needs_swap(m) ? 96 : 64);
	c->nr_tasks = nr_tasks(m);
	c->tlb = true;
	c->tlb_entries = 8;
	c->page_batch = 4;
	c->rcu_batch = 16;	/* objects that a change frees wait for one grace period when it flushes */
	c->fault_around = m->change->fault_around ? m->change->fault_around : 1;
	c->vmacache = m->change->vmacache;
	c->no_zero_page = m->second && m->second->no_zero_page;
	c->reclaim = needs_swap(m);
	c->swap_slots = c->reclaim ? 16 : 0;
	if (m->knob)
		m->knob->set(c);
}

/* --- gates ------------------------------------------------------------------------------------------------ */

/* By gate: 1 once it is open.  No simulated memory, so a gate orders the schedule alone: what was stored may still be old. */
static u32 passed[MAX_GATES];

static void open_gates(unsigned int thread, enum probe_point point)
{
	const struct gate *g = playing->gate;

	for (unsigned int i = 0; g && i < MAX_GATES; i++)
		if (g[i].thread && g[i].after == thread && (point == GATE_END || g[i].point == point)) {
			passed[i] = 1;
			platform_unpark(&passed[i], 1);
		}
}

/* Some points must not sleep: rcu_everything's are in RCU. */
static void wait_at_gates(unsigned int thread, enum probe_point at)
{
	const struct gate *g = playing->gate;

	for (unsigned int i = 0; g && i < MAX_GATES; i++)
		for (unsigned int turn = 0; g[i].thread == thread && g[i].at == at && !passed[i]; turn++)
			platform_relax_on(turn, &passed[i], 0);
}

static void come_by(const struct probe *probe, struct task *t, enum probe_point point, unsigned long addr)
{
	(void)probe;
	(void)addr;
	if (!playing)
		return;
	open_gates(t->slot, point);
	wait_at_gates(t->slot, point);
}

static void set_gates(const struct mm_scene *m)
{
	static const struct probe listener = { come_by };

	playing = NULL;
	if (m->gate)
		cw.world->probe = &listener;
}

/* --- the scene -------------------------------------------------------------------------------------------- */

static int open_scene(const struct explore_scene *s, const char *spec, char *why, size_t size)
{
	const struct mm_scene *m = container_of(s, struct mm_scene, scene);
	struct world_config c;
	struct situation *at = &cw.at;

	memset(&chain, 0, sizeof(chain));
	if (scheme_chain_parse(&chain, spec, why, size))
		return -1;
	arena.chain = &chain;
	scene_config(m, &c);
	memset(&cw, 0, sizeof(cw));
	check_same(world_create(&cw.world, &c, &chain), 0, "a world");
	at->task = world_task(cw.world, 0);
	at->bystander = world_task(cw.world, m->small ? 0 : BYSTANDER);
	check_same(mm_create(at->task, &at->mm), 0, "an mm");
	mm_attach(at->task, at->mm);
	at->kind = m->kind;
	at->op = m->change->op;
	if (m->small)
		small_set(at);
	else
		situation_set(at);
	for (unsigned int i = 1; i < nr_tasks(m); i++)
		if (i != BYSTANDER)
			mm_attach(world_task(cw.world, i), at->mm);
	cw.spare = world_task(cw.world, m->small ? nr_tasks(m) - 1 : BYSTANDER - 1);
	if (m->change->open)
		m->change->open(&cw, world_task(cw.world, CHANGER));
	if (m->second && m->second->open)
		m->second->open(&cw, world_task(cw.world, SECOND));
	for (unsigned int i = 0; i < nr_tasks(m); i++) {
		cache_flush_rcu(world_task(cw.world, i));
		explore_quiet(&world_task(cw.world, i)->stats, sizeof(struct stats));
	}
	explore_quiet(cw.world, offsetof(struct world, injector));
	set_gates(m);
	return 0;
}

static void start_scene(const struct explore_scene *s)
{
	playing = container_of(s, struct mm_scene, scene);
	now = cw;
	memset(passed, 0, sizeof(passed));
	changes_begin(&now);
}

static void access_thread(void *scene)
{
	(void)scene;
	wait_at_gates(FAULTER, GATE_END);
	situation_access(&now.at, world_task(now.world, FAULTER));
	open_gates(FAULTER, GATE_END);
}

static void make(const struct change *change, unsigned int thread)
{
	struct task *t = world_task(now.world, thread);

	wait_at_gates(thread, GATE_END);
	change->op->run(now.at.mm, t);
	cache_flush_rcu(t);
	open_gates(thread, GATE_END);
}

static void change_thread(void *scene)
{
	(void)scene;
	make(playing->change, CHANGER);
}

static void second_thread(void *scene)
{
	(void)scene;
	make(playing->second, SECOND);
}

/* Give everything back and check that nothing is left. */
static void give_back(void)
{
	struct task *t = now.at.task;
	struct world_leaks l;

	for (unsigned int i = 1; i < nr_tasks(playing); i++)
		if (world_task(now.world, i)->mm)
			mm_detach(world_task(now.world, i));
	for (unsigned int i = 0; i < ARRAY_SIZE(now.other); i++)
		if (now.other[i]) {
			mm_check(t, now.other[i]);
			mm_destroy(t, now.other[i]);
		}
	if (now.at.child) {
		mm_check(t, now.at.child);
		mm_destroy(t, now.at.child);
	}
	mm_destroy(t, now.at.mm);
	file_put(t, now.at.file);
	for (unsigned int i = 0; i < nr_tasks(playing); i++)
		cache_flush_rcu(world_task(now.world, i));
	l = world_leaks(now.world);
	check(!world_leaks_any(&l), "leaked: %d frames, %d tables, %d VMAs, %d nodes, %d anon_vmas, %d slots, %d cached, %d charged",
	      (int)l.frames, (int)l.tables, (int)l.vmas, (int)l.nodes, (int)l.anon_vmas, (int)l.swap_slots,
	      (int)l.cached, (int)l.charged);
}

static void judge_scene(const struct explore_scene *s)
{
	(void)s;
	if (playing->change->judge)
		playing->change->judge(&now);
	if (playing->second && playing->second->judge)
		playing->second->judge(&now);
	situation_judge(&now.at);
	give_back();
}

static void close_scene(const struct explore_scene *s)
{
	start_scene(s);
	give_back();
	world_destroy(now.world);
}

/* --- the list --------------------------------------------------------------------------------------- */

#define MAX_SCENES 2048u

static struct mm_scene scenes[MAX_SCENES];
static unsigned int nr_scenes;

static struct mm_scene *add(enum scene_kind kind, const struct change *change, const struct change *second, bool small)
{
	struct mm_scene *m = &scenes[nr_scenes++];

	BUG_ON(nr_scenes > MAX_SCENES);
	*m = (struct mm_scene){
		.scene = {
			.schemes = true, .open = open_scene, .start = start_scene, .judge = judge_scene, .close = close_scene,
			.nr_threads = second ? 3 : 2, .thread = { access_thread, change_thread, second_thread },
			.recycles = change->recycles, .spins = change->spins,
			.thread_name = { scene_kind_writes(kind) ? "writes" : "reads", change->id, second ? second->id : NULL },
		},
		.kind = kind, .change = change, .second = second, .small = small,
	};
	snprintf(m->scene.name, sizeof(m->scene.name), "%s%s+%s%s%s", small ? "small/" : "", kind_ids[kind], change->id, second ? "+" : "",
		 second ? second->id : "");
	snprintf(m->scene.what, sizeof(m->scene.what), "%s, beside %s%s%s", scene_kind_name(kind), change->op->name,
		 second ? ", beside " : "", second ? second->op->name : "");
	return m;
}

static void add_with(const struct knob *knob, enum scene_kind kind, const char *change, const char *second)
{
	struct mm_scene *m = add(kind, change_find(change), second ? change_find(second) : NULL, false);
	size_t used = strlen(m->scene.name);

	m->knob = knob;
	snprintf(m->scene.name + used, sizeof(m->scene.name) - used, "@%s", knob->id);
	used = strlen(m->scene.what);
	snprintf(m->scene.what + used, sizeof(m->scene.what) - used, ", %s", knob->id);
}

static enum scene_kind kind_of(const char *id)
{
	unsigned int kind = 0;

	while (kind < NR_ALL_KINDS && strcmp(kind_ids[kind], id))
		kind++;
	BUG_ON(kind == NR_ALL_KINDS);
	return kind;
}

static void add_small(void)
{
	static const enum scene_kind kinds[] = { READ_EMPTY, WRITE_EMPTY, WRITE_ZERO, WRITE_OWN, WRITE_FORKED, WRITE_CHILD };

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (const struct change *c = small_changes; c->id; c++)
			add(kinds[i], c, NULL, true);
		add(kinds[i], change_find("fork"), NULL, true);
		add(kinds[i], change_find("second_write"), NULL, true);
	}
}

/* --- with other settings ------------------------------------------------------------------------------ */

static void set_retry_vma(struct world_config *c)
{
	c->io = IO_RETRY_VMA;
}

static void set_hold(struct world_config *c)
{
	c->io = IO_HOLD;
}

static void set_file_hold(struct world_config *c)
{
	c->io = IO_FILE_HOLD;
}

static void set_readahead(struct world_config *c)
{
	c->readahead = 4;
}

static void set_pt_reclaim(struct world_config *c)
{
	c->pt_reclaim = true;
	c->dontneed_lock = DONTNEED_VMA_LOCK;
}

static void set_fork_private(struct world_config *c)
{
	c->fork_marks = FORK_MARKS_PRIVATE;
}

/* A fault that must wait for its page, beside what may change meanwhile, under the policies that are not the default. */
static void add_io(void)
{
	static const struct knob knobs[] = {
		{ "retry-vma", set_retry_vma }, { "hold", set_hold }, { "file-hold", set_file_hold },
	};
	static const enum scene_kind kinds[] = { READ_SWAPPED, WRITE_SWAPPED, READ_FILE, READ_FILE_SHARED, WRITE_FILE_SHARED };
	static const char *const beside[] = {
		"munmap_all", "munmap_then_mmap", "mprotect_read", "dontneed", "mremap_move", "fork", "reclaim", "second_write",
	};

	for (unsigned int k = 0; k < ARRAY_SIZE(knobs); k++)
		for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
			for (unsigned int c = 0; c < ARRAY_SIZE(beside); c++)
				add_with(&knobs[k], kinds[i], beside[c], NULL);
			if (scene_kind_is_file(kinds[i]))
				add_with(&knobs[k], kinds[i], "truncate", NULL);
			else
				add_with(&knobs[k], kinds[i], "munmap_piece", "reclaim");
		}
}

/* A read brings the pages around X, too, beside what may become of the file, or of the pages. */
static void add_readahead(void)
{
	static const struct knob knob = { "readahead", set_readahead };
	static const enum scene_kind kinds[] = { READ_FILE, READ_FILE_SHARED, WRITE_FILE_SHARED };
	static const char *const beside[] = { "truncate", "truncate_around", "munmap_and_put", "reclaim", "second_write", "read_neighbour" };

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		for (unsigned int c = 0; c < ARRAY_SIZE(beside); c++)
			if (kinds[i] == READ_FILE || strcmp(beside[c], "truncate_around"))
				add_with(&knob, kinds[i], beside[c], NULL);
}

/* The table that the fault has seen goes, or has gone, and another may have come. */
static void add_pt_reclaim(void)
{
	static const struct knob knob = { "pt-reclaim", set_pt_reclaim };
	static const char *const second[] = { "second_write", "dontneed", "free" };

	for (unsigned int kind = 0; kind < NR_ALL_KINDS; kind++)
		if (!scene_kind_is_file(kind))
			add_with(&knob, kind, "drop_table", NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(second); i++) {
		add_with(&knob, WRITE_EMPTY, "drop_table", second[i]);
		add_with(&knob, WRITE_OWN, "drop_table", second[i]);
	}
	add_with(&knob, READ_BARE, "guard", "drop_table");
	add_with(&knob, WRITE_EMPTY, "guard", "drop_table");
}

/* What fork does not mark must not need it. */
static void add_fork_marks(void)
{
	static const struct knob knob = { "fork-private", set_fork_private };
	static const char *const second[] = { "second_write", "reclaim" };

	for (unsigned int kind = 0; kind < NR_ALL_KINDS; kind++)
		add_with(&knob, kind, "fork", NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(second); i++) {
		add_with(&knob, WRITE_FILE_SHARED, "fork", second[i]);
		add_with(&knob, WRITE_FILE, "fork", second[i]);
	}
}

static void add_change(const struct change *c)
{
	for (unsigned int kind = 0; kind < NR_ALL_KINDS; kind++)
		if (!c->suits || c->suits(kind))
			add(kind, c, NULL, false);
}

static void make_list(void)
{
	for (const struct change *const *list = change_lists; *list; list++)
		for (const struct change *c = *list; c->id; c++)
			add_change(c);
	for (const struct triple *t = triples; t->kind; t++)
		add(kind_of(t->kind), change_find(t->change), change_find(t->second), false);
	for (const struct gated *g = gated; g->scene.kind; g++)
		add(kind_of(g->scene.kind), change_find(g->scene.change), change_find(g->scene.second), false)->gate = g->gate;
	add_small();
	add_io();
	add_readahead();
	add_pt_reclaim();
	add_fork_marks();
}

const struct explore_scene *mm_scene_nr(unsigned int nr)
{
	if (!nr_scenes)
		make_list();
	return nr < nr_scenes ? &scenes[nr].scene : NULL;
}
