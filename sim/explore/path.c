// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Schedules: recorded, printed, parsed, replayed.
 *
 * As text: runs of steps, each with its thread, then the choices that differ from the default, by number:
 * "3x45,4x12,3x7/12=1,30=2" (45 steps of thread 3, 12 of thread 4, ...).
 */
#include "sim/explore/explore.h"

#include <errno.h>
#include <stdlib.h>

static struct {
	u8 pick[EXPLORE_MAX_STEPS + 2];
	u32 choice[EXPLORE_MAX_STEPS + 2];
	u32 nr_picks, nr_choices;
} noted;

void path_note_begin(void)
{
	noted.nr_picks = noted.nr_choices = 0;
}

void path_note_pick(unsigned int thread)
{
	if (noted.nr_picks < ARRAY_SIZE(noted.pick))
		noted.pick[noted.nr_picks++] = (u8)thread;
}

void path_note_choice(u32 value)
{
	if (noted.nr_choices < ARRAY_SIZE(noted.choice))
		noted.choice[noted.nr_choices++] = value;
}

void path_free(struct path *path)
{
	free(path->run);
	free(path->choice);
	*path = (struct path){ 0 };
}

static int path_room(struct path *path, u32 runs, u32 choices)
{
	*path = (struct path){ 0 };
	path->run = calloc(runs + 1, sizeof(*path->run));
	path->choice = calloc(choices + 1, sizeof(*path->choice));
	if (path->run && path->choice)
		return 0;
	path_free(path);
	return -ENOMEM;
}

int path_recorded(struct path *path)
{
	int err = path_room(path, noted.nr_picks, noted.nr_choices);

	if (err)
		return err;
	for (u32 i = 0; i < noted.nr_picks; i++) {
		if (!path->nr_runs || path->run[path->nr_runs - 1].thread != noted.pick[i])
			path->run[path->nr_runs++].thread = noted.pick[i];
		path->run[path->nr_runs - 1].steps++;
	}
	for (u32 i = 0; i < noted.nr_choices; i++)
		if (noted.choice[i])
			path->choice[path->nr_choices++] = (struct path_choice){ i, noted.choice[i] };
	return 0;
}

int path_copy(struct path *to, const struct path *from)
{
	int err = path_room(to, from->nr_runs, from->nr_choices);

	if (err)
		return err;
	to->nr_runs = from->nr_runs;
	to->nr_choices = from->nr_choices;
	memcpy(to->run, from->run, from->nr_runs * sizeof(*from->run));
	memcpy(to->choice, from->choice, from->nr_choices * sizeof(*from->choice));
	return 0;
}

int path_print(const struct path *path, char *text, size_t size)
{
	size_t at = 0;

#define ADD(...) at += (size_t)snprintf(text + min_ul(at, size), size - min_ul(at, size), __VA_ARGS__)
	if (size)
		text[0] = '\0';
	for (u32 i = 0; i < path->nr_runs; i++)
		ADD("%s%ux%u", i ? "," : "", path->run[i].thread, path->run[i].steps);
	for (u32 i = 0; i < path->nr_choices; i++)
		ADD("%s%u=%u", i ? "," : "/", path->choice[i].nr, path->choice[i].value);
#undef ADD
	return (int)at;
}

/* A number, then @a then. @return false: there is none */
static bool number(const char **at, char then, u32 *value)
{
	char *end;
	unsigned long v = strtoul(*at, &end, 10);

	if (end == *at || v > EXPLORE_MAX_STEPS || (then && *end != then))
		return false;
	*value = (u32)v;
	*at = end + (then != 0);
	return true;
}

int path_parse(struct path *path, const char *text)
{
	u32 commas = 1;
	int err;

	for (const char *c = text; *c; c++)
		commas += *c == ',' || *c == '/';
	err = path_room(path, commas, commas);
	if (err)
		return err;
	for (;;) {
		struct path_run *r = &path->run[path->nr_runs++];

		if (!number(&text, 'x', &r->thread) || !number(&text, 0, &r->steps) || r->thread >= EXPLORE_THREADS)
			goto out_bad;
		if (*text != ',')
			break;
		text++;
	}
	while (*text) {
		struct path_choice *c = &path->choice[path->nr_choices++];

		if (*text != (path->nr_choices == 1 ? '/' : ','))
			goto out_bad;
		text++;
		if (!number(&text, '=', &c->nr) || !number(&text, 0, &c->value))
			goto out_bad;
	}
	return 0;

out_bad:
	path_free(path);
	return -EINVAL;
}

/* --- played again ---------------------------------------------------------------------------------- */

static u32 run_at, steps_left, choice_at, choices;

static void path_begin(void)
{
	run_at = choice_at = choices = 0;
	steps_left = ex.plan.path->nr_runs ? ex.plan.path->run[0].steps : 0;
}

/*
 * If the thread that should go on cannot, its run is over.  After the last run, or if no run fits, the
 * running thread goes on as long as it can, then the one of the lowest number.
 */
static struct explore_thread *path_pick(u32 can)
{
	const struct path *path = ex.plan.path;
	unsigned int cur = sim.cur->id;

	while (run_at < path->nr_runs) {
		unsigned int t = path->run[run_at].thread;

		if (steps_left && (can >> t & 1)) {
			steps_left--;
			return ex.thread[t];
		}
		run_at++;
		steps_left = run_at < path->nr_runs ? path->run[run_at].steps : 0;
	}
	return ex.thread[(can >> cur & 1) ? cur : (unsigned int)__builtin_ctz(can)];
}

static void nothing_happens(void)
{
}

static u32 path_choose(u32 n, u64 spare)
{
	const struct path *path = ex.plan.path;
	u32 nr = choices++, value;

	(void)spare;
	if (choice_at == path->nr_choices || path->choice[choice_at].nr != nr)
		return 0;
	value = path->choice[choice_at++].value;
	return value < n ? value : 0;
}

const struct explore_strategy_ops explore_path = {
	.name = "path",
	.meaning = "as it was recorded",
	.begin = path_begin,
	.pick = path_pick,
	.happens = nothing_happens,
	.choice = path_choose,
};
