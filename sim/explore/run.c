// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief One execution: start from the opened scene's memory, run, judge, restore.
 */
#include "sim/explore/grace.h"
#include "sim/explore/memory.h"
#include "sim/explore/scene.h"

#include <time.h>

int explore_open(const struct explore_scene *scene, const char *spec, char *why, size_t size)
{
	int err;

	sim_forget();
	arena_reset();
	memory_forget();
	sim.direct = true;
	arena.recycle = scene->recycles;
	ex.running = false;
	ex.result = (struct explore_result){ 0 };
	ex.plan = (struct explore_plan){ 0 };
	ex.scene = scene;
	if (setjmp(ex.main)) {
		snprintf(why, size, "%s: while the scene is set up: %s", scene->name, ex.result.what);
		sim_forget();
		return -1;
	}
	err = scene->open(scene, spec, why, size);
	if (err)
		return err;
	arena_mark();
	return 0;
}

void explore_close(void)
{
	if (!setjmp(ex.main) && ex.scene->close)
		ex.scene->close(ex.scene);
	ex.scene = NULL;
	sim_forget();
	arena_reset();
}

void explore_quiet(const void *p, size_t size)
{
	for (u64 i = arena_line_nr(p), last = arena_line_nr((const char *)p + size - 1); i <= last; i++)
		arena.line[i].own = LINE_QUIET;
}

static void begin(const struct explore_plan *plan)
{
	ex.plan = *plan;
	ex.weak = plan->weak;
	ex.trace = plan->trace;
	ex.result = (struct explore_result){ .hash = 0xcbf29ce484222325ULL };
	ex.steps = 1;
	ex.looks = ex.plain = 0;
	ex.nr_steps = 0;
	ex.nr_threads = SIM_RCU + 1;
	ex.fences = (struct view){ 0 };
	memset(ex.thread, 0, sizeof(ex.thread));
	ex.thread[SIM_MAIN] = ex_cur();
	ex_cur()->now = (struct view){ 0 };
	ex_cur()->event = NULL;
	memory_forget();
	grace_forget();
	if (plan->record)
		path_note_begin();
	if (ex.classes)
		ex_class_begin();
}

static void account(void)
{
	const struct explore_result *r = &ex.result;

	ex.total.executions++;
	ex.total.findings += r->end == EXPLORE_FINDING;
	ex.total.bounds += r->end == EXPLORE_BOUND;
	ex.total.cuts += r->end == EXPLORE_CUT;
	ex.total.points += r->points;
	ex.total.switches += r->switches;
	ex.total.stale += r->stale;
}

static double wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);	/* no system call, which would leave the caches cold */
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Of each 64 times the shortest of four counts: in the others this process may have been off its CPU. */
static void restore(void)
{
	u64 turn = ex.total.executions % 64;
	static double least;
	double began, took;

	if (turn >= 4) {
		arena_undo();
		return;
	}
	began = wall_clock();
	arena_undo();
	took = wall_clock() - began;
	least = turn && least < took ? least : took;
	if (turn == 3) {
		ex.total.reset_seconds += least;
		ex.total.resets++;
	}
}

const struct explore_result *explore_run(const struct explore_plan *plan)
{
	const struct explore_scene *scene = ex.scene;

	begin(plan);
	scene->start(scene);
	for (unsigned int i = 0; i < scene->nr_threads; i++)
		BUG_ON(!sim_spawn(i + 1, -1, scene->thread[i], (void *)(uintptr_t)scene));
	ex_schedule_begin();
	sim.direct = false;
	ex.running = true;
	if (!setjmp(ex.main))
		ex_first();
	ex.running = false;
	sim.direct = true;
	sim_forget();
	if (ex.result.end == EXPLORE_FINE && scene->judge && !setjmp(ex.main))
		scene->judge(scene);
	sim_forget();
	restore();
	account();
	return &ex.result;
}

const char *ex_name(unsigned int lane)
{
	static char names[4][64];
	static unsigned int at;
	char *name = names[at++ % 4];

	if (lane == SIM_MAIN)
		return "the judge";
	if (lane == SIM_RCU)
		return "RCU's callbacks";
	if (lane - 3 < ex.scene->nr_threads && ex.scene->thread_name[lane - 3])
		snprintf(name, sizeof(names[0]), "T%u (%s)", lane - 2, ex.scene->thread_name[lane - 3]);
	else
		snprintf(name, sizeof(names[0]), "T%u", lane - 2);
	return name;
}

void scene_outcome(u32 outcome)
{
	ex.result.outcome = outcome;
}
