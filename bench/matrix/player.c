// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The scene of a cell, and what the two actors in it do and wait for.
 */
#include "bench/matrix/player.h"

#include <stdio.h>
#include <string.h>

#include "bench/stage/objects.h"
#include "common/mm/file.h"
#include "common/mm/reclaim.h"
#include "common/mm/world.h"

static struct world_config matrix_config(void)
{
	struct world_config config = world_config_default(1024);

	config.nr_tasks = NR_ACTORS + 1;
	config.reclaim = true;		/* reclaims only on request: frames never run low */
	config.swap_slots = 64;
	config.fault_around = 0;
	return config;
}

static void fault_in(struct matrix_scene *s, unsigned long addr, unsigned int flags)
{
	BUG_ON(mm_fault(s->task, s->mm, addr, flags | FAULT_FLAG_USER) != FAULT_DONE);
}

static void map_anon(struct matrix_scene *s, unsigned long addr)
{
	BUG_ON(mm_mmap(s->task, s->mm, addr, MATRIX_BYTES, MM_PROT_READ | MM_PROT_WRITE,
		       MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED, NULL, 0) != addr);
}

/* Everything that is on the lists goes to swap. */
static void swap_out(struct matrix_scene *s)
{
	for (unsigned int turn = 0; turn < RECLAIM_TURNS; turn++)
		reclaim_pages(s->task, turn, MATRIX_PAGES);
}

/*
 * The fault's VMA when its page must be read: the file's page is not in memory, or the page is swapped out; the first page of
 * the VMA is there, and so are tables.
 */
static void map_unread(struct matrix_scene *s, const struct matrix_op *op)
{
	if (matrix_reads_file(s->reads)) {
		s->source = file_open(2, false);
		BUG_ON(!s->source);
		BUG_ON(mm_mmap(s->task, s->mm, MATRIX_A, MATRIX_BYTES, MM_PROT_READ | MM_PROT_WRITE, MM_MAP_SHARED | MM_MAP_FIXED,
			       s->source, 0) != MATRIX_A);
		fault_in(s, MATRIX_A, 0);
		return;
	}
	if (s->where == WHERE_THIS && op->prepare)
		op->prepare(s);
	else
		map_anon(s, MATRIX_A);
	fault_in(s, MATRIX_X, FAULT_FLAG_WRITE);
	swap_out(s);
	fault_in(s, MATRIX_A, FAULT_FLAG_WRITE);
}

/* With a fault that reads. */
static void scene_with_read(struct matrix_scene *s, const struct matrix_op *op)
{
	map_unread(s, op);
	if (s->where == WHERE_THIS) {
		s->file = s->source;
		s->source = NULL;
	} else if (op->prepare) {
		op->prepare(s);
	} else {
		map_anon(s, s->target);
	}
	if (s->where != WHERE_THIS && !s->alone)
		fault_in(s, s->target, s->file ? 0 : FAULT_FLAG_WRITE);
	s->read = matrix_reads_file(s->reads);
}

void player_scene(struct player *p, const struct matrix_op *op, enum matrix_where where)
{
	struct matrix_scene *s = &p->scene;
	bool other = where != WHERE_THIS;

	p->op = op;
	s->where = where;
	s->target = other ? MATRIX_B : MATRIX_A;
	s->file = s->source = NULL;
	s->child = NULL;
	s->read = s->alone = false;
	BUG_ON(mm_create(s->task, &s->mm));
	mm_attach(s->task, s->mm);
	if (matrix_reads_page(s->reads)) {
		scene_with_read(s, op);
		return;
	}
	if (op->prepare)
		op->prepare(s);
	else
		map_anon(s, s->target);
	if (!s->alone)
		fault_in(s, s->target, s->file ? 0 : FAULT_FLAG_WRITE);
	if (other) {
		map_anon(s, MATRIX_A);
		fault_in(s, MATRIX_A, where == WHERE_FIRST ? 0 : FAULT_FLAG_WRITE);
		if (s->alone)
			BUG_ON(mm_madvise(s->task, s->mm, MATRIX_A, PAGE_SIZE, 4 /* DONTNEED */));
	}
}

void player_clear(struct player *p)
{
	struct matrix_scene *s = &p->scene;

	mm_check(s->task, s->mm);
	if (s->child)
		mm_destroy(s->task, s->child);
	mm_destroy(s->task, s->mm);
	if (s->file)
		file_put(s->task, s->file);
	if (s->source)
		file_put(s->task, s->source);
}

/* As another process: not attached. */
static void read_maps(struct matrix_scene *s, struct task *t)
{
	unsigned long at = 0;
	struct vma_info info;

	mm_detach(t);
	while (mm_maps_next(t, s->mm, &at, &info) != MAPS_END)
		continue;
	mm_attach(t, s->mm);
	s->result = FAULT_DONE;
}

static void read_remote(struct matrix_scene *s, struct task *t)
{
	u64 value;

	mm_detach(t);
	s->result = mm_process_vm_rw(t, s->mm, MATRIX_X, &value, sizeof(value), false) < 0 ? FAULT_SIGSEGV : FAULT_DONE;
	mm_attach(t, s->mm);
}

void player_fault(struct actor *a, void *arg)
{
	struct matrix_scene *s = arg;

	if (s->reads == READS_MAPS) {
		read_maps(s, world_task(s->world, a->slot));
		return;
	}
	if (matrix_reads_remote(s->reads)) {
		read_remote(s, world_task(s->world, a->slot));
		return;
	}
	s->result = mm_fault(world_task(s->world, a->slot), s->mm, MATRIX_X,
			     FAULT_FLAG_USER | (s->read ? 0 : FAULT_FLAG_WRITE));
}

void player_op(struct actor *a, void *arg)
{
	struct player *p = arg;

	p->op->run(&p->scene, world_task(p->scene.world, a->slot));
}

bool player_waits(const struct player *p, const struct actor *a, char lock[64])
{
	struct platform_waiting w;
	struct object_name name;

	lock[0] = '\0';
	while (!actor_waits(a, &w))
		if (actor_is_done(a) || actor_is_held(a))
			return false;
	if (w.how == PLATFORM_AWAITS_RCU) {
		strcpy(lock, "rcu");
		return true;
	}
	object_name(p->chain, w.lock, &name);
	snprintf(lock, 64, "%s.%s", name.what, name.field);
	return true;
}

void player_note(struct player *p, struct matrix_cell *cell)
{
	const struct stats *stats = &world_task(p->scene.world, p->faulter->slot)->stats;

	cell->fault_waits = player_waits(p, p->faulter, cell->fault_lock);
	cell->raced = READ_ONCE(stats->event[STAT_FAULT_RACED]);
	cell->nr_rungs = 0;
	for (const struct scheme_inst *si = p->chain->inst; si; si = si->below) {
		struct matrix_rung *rung = &cell->rung[si->rung];

		rung->si = si;
		rung->why[0] = '\0';
		for (unsigned int c = 0; si->scheme->counters[c].name; c++) {
			size_t used = strlen(rung->why);

			if (!READ_ONCE(stats->rung[si->rung][c]))
				continue;
			cell->nr_rungs = si->rung + 1;
			if (c)
				snprintf(rung->why + used, sizeof(rung->why) - used, "%s%s",
					 used ? "," : "", si->scheme->counters[c].name);
		}
	}
	/* A fault that waits for a rung's lock has not counted there yet. */
	if (cell->fault_waits && cell->nr_rungs < p->chain->nr)
		cell->rung[cell->nr_rungs++].why[0] = '\0';
}

int player_begin(struct player *p, const struct scheme_chain *chain, struct bench_error *err)
{
	const struct platform_listener *objects = objects_begin();
	struct world_config config = matrix_config();
	struct matrix_scene *s = &p->scene;
	int ret;

	*p = (struct player){ .chain = chain };
	ret = world_create(&s->world, &config, chain);
	if (ret) {
		ret = bench_fail_memory(err, "making a world");
		goto out;
	}
	s->task = world_task(s->world, 0);
	ret = stage_begin(&p->stage, s->world, &s->mm, objects);
	if (ret) {
		ret = bench_fail(err, "no thread: %s", strerror(-ret));
		goto out_world;
	}
	p->faulter = &p->stage.actor[0];
	p->changer = &p->stage.actor[1];
	return 0;
out_world:
	world_destroy(s->world);
out:
	objects_end();
	return ret;
}

void player_end(struct player *p)
{
	stage_end(&p->stage);
	world_destroy(p->scene.world);
	objects_end();
}
