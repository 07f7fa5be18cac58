// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A story: the steps through which threads influence each other, in order, with values and with
 * the stores that a read missed.
 *
 * It includes: a read of what another thread stored, and that store; a read of an old value, the store
 * that it read and the one that it missed; the first and the last step of each run of a thread; waiting,
 * waking, grace periods and frees.
 */
#include "sim/explore/story.h"
#include "sim/explore/memory.h"
#include "sim/explore/scene.h"

#include <errno.h>
#include <stdlib.h>

static bool reads(const struct explore_step *s)
{
	return s->kind == STEP_LOAD || s->kind == STEP_RMW || s->kind == STEP_CAS_FAILED;
}

static bool stores(const struct explore_step *s)
{
	return s->kind == STEP_STORE || s->kind == STEP_RMW;
}

static bool plain(const struct explore_step *s)
{
	return s->kind == STEP_READ || s->kind == STEP_WRITE;
}

/* The first store to its word after the one that step @a nr read. */
static u32 missed(u32 nr)
{
	const struct explore_step *s = &ex.step[nr];

	for (u32 i = s->from + 1; i < nr; i++)
		if (stores(&ex.step[i]) && ex.step[i].p == s->p)
			return i;
	return 0;
}

static void choose(bool *told, bool all)
{
	u32 last[EXPLORE_THREADS] = { 0 };

	for (u32 i = 1; i <= ex.nr_steps; i++) {
		const struct explore_step *s = &ex.step[i];

		if (plain(s))
			continue;
		if (all || s->kind == STEP_WAIT || s->kind == STEP_WAKE || s->kind == STEP_GP_BEGIN ||
		    s->kind == STEP_GP_END || s->kind == STEP_FREE)
			told[i] = true;
		if (reads(s) && s->from && (ex.step[s->from].thread != s->thread || s->age))
			told[i] = told[s->from] = true;
		if (reads(s) && s->age) {
			told[i] = true;
			told[missed(i)] = true;
		}
		/* A run ends where another thread's step follows. */
		if (i > 1) {
			u32 before = i - 1;

			while (before && plain(&ex.step[before]))
				before--;
			if (before && ex.step[before].thread != s->thread)
				told[before] = told[i] = true;
		}
		last[s->thread] = i;
	}
	for (unsigned int t = 0; t < EXPLORE_THREADS; t++)
		told[last[t]] = true;
	told[0] = false;
}

static const char *order_name(int order)
{
	switch (order) {
	case __ATOMIC_ACQUIRE:	return " by acquire";
	case __ATOMIC_RELEASE:	return " by release";
	case __ATOMIC_ACQ_REL:	return " by acquire and release";
	case __ATOMIC_SEQ_CST:	return " in full order";
	default: return "";
	}
}

static void say(struct story_line *line, const struct explore_step *s)
{
	char name[128];
	const char *p = s->p ? arena_describe(s->p, name, sizeof(name)) : "";
	char *to = line->what;
	size_t size = sizeof(line->what);

	switch (s->kind) {
	case STEP_LOAD:
		snprintf(to, size, "reads %#llx%s%s: %s", (unsigned long long)s->value, order_name(s->order),
			 s->age ? ", an old value" : "", p);
		break;
	case STEP_CAS_FAILED:
		snprintf(to, size, "compares, finds %#llx%s, stores nothing: %s", (unsigned long long)s->value,
			 s->age ? ", an old value" : "", p);
		break;
	case STEP_STORE:
		snprintf(to, size, "stores %#llx over %#llx%s: %s", (unsigned long long)s->value,
			 (unsigned long long)s->old, order_name(s->order), p);
		break;
	case STEP_RMW:
		snprintf(to, size, "changes %#llx to %#llx%s: %s", (unsigned long long)s->old,
			 (unsigned long long)s->value, order_name(s->order), p);
		break;
	case STEP_FENCE:
		snprintf(to, size, "fence%s", order_name(s->order));
		break;
	case STEP_MEMBARRIER:
		snprintf(to, size, "sends every thread through a full fence");
		break;
	case STEP_RCU_LOCK:
		snprintf(to, size, "enters an RCU section");
		break;
	case STEP_RCU_UNLOCK:
		snprintf(to, size, "leaves its RCU section");
		break;
	case STEP_GP_BEGIN:
		snprintf(to, size, "grace period %llu begins", (unsigned long long)s->value);
		break;
	case STEP_GP_END:
		snprintf(to, size, "grace period %llu is over", (unsigned long long)s->value);
		break;
	case STEP_WAIT:
		snprintf(to, size, "waits while it is %#llx: %s", (unsigned long long)s->value, p);
		break;
	case STEP_WAKE:
		snprintf(to, size, "wakes who is parked: %s", p);
		break;
	case STEP_FREE:
		snprintf(to, size, "frees %s", p);
		break;
	default:
		snprintf(to, size, "ends");
	}
}

static int fill(struct story *story, const bool *told)
{
	u32 *line_nr = calloc(ex.nr_steps + 1, sizeof(*line_nr));
	u32 nr = 0;

	if (!line_nr)
		return -ENOMEM;
	for (u32 i = 1; i <= ex.nr_steps; i++)
		if (told[i])
			line_nr[i] = ++nr;
	nr = 0;
	for (u32 i = 1; i <= ex.nr_steps; i++) {
		const struct explore_step *s = &ex.step[i];
		struct story_line *line;

		if (!told[i])
			continue;
		line = &story->line[++nr];
		line->step = i;
		if (s->where)
			line_of(s->where, line->place, line->source);
		line->old = reads(s) && s->age;
		if (reads(s) && s->from && (line->old || ex.step[s->from].thread != s->thread))
			line->from = line_nr[s->from];
		if (line->old)
			line->missed = line_nr[missed(i)];
		say(line, s);
	}
	free(line_nr);
	return 0;
}

int story_make(struct story *story, const struct explore_plan *plan, const char *spec, bool all)
{
	struct explore_plan p = *plan;
	int err = -ENOMEM;
	bool *told;

	*story = (struct story){ 0 };
	p.trace = true;
	story->result = *explore_run(&p);
	story->nr_steps = ex.nr_steps;
	story->seed = malloc(SEED_TEXT);
	told = calloc(ex.nr_steps + 1, sizeof(*told));
	if (!told || !story->seed)
		goto out;
	seed_print(story->seed, SEED_TEXT, ex.scene->name, spec, plan);
	choose(told, all);
	for (u32 i = 1; i <= ex.nr_steps; i++)
		story->nr += told[i];
	story->line = calloc(story->nr + 1, sizeof(*story->line));
	if (story->line)
		err = fill(story, told);
out:
	free(told);
	if (err)
		story_free(story);
	return err;
}

void story_free(struct story *story)
{
	free(story->line);
	free(story->seed);
	*story = (struct story){ 0 };
}

void story_print(const struct story *story, FILE *out)
{
	unsigned int thread = EXPLORE_THREADS;

	for (unsigned int i = 1; i <= story->nr; i++) {
		const struct story_line *line = &story->line[i];
		const struct explore_step *s = &ex.step[line->step];

		if (s->thread != thread)
			fprintf(out, "%s%s\n", i > 1 ? "\n" : "", ex_name(s->thread));
		thread = s->thread;
		fprintf(out, "%4u  %s", i, line->what);
		if (line->from)
			fprintf(out, ", of step %u", line->from);
		if (line->missed)
			fprintf(out, "; step %u's is newer", line->missed);
		fprintf(out, "\n");
		if (line->place[0])
			fprintf(out, "      %s\n", line->place);
		if (line->source[0])
			fprintf(out, "      | %s\n", line->source);
	}
}
