// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Runs executions one after the other and adds up their results; prints and parses seeds that
 * repeat one.
 */
#include "sim/explore/search.h"
#include "sim/explore/scene.h"

#include <stdlib.h>
#include <time.h>

double search_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

u64 search_length(bool weak)
{
	struct explore_plan plan = { .strategy = EXPLORE_POS, .weak = weak };
	struct explore_total total = ex.total;
	u64 points = explore_run(&plan)->points;

	ex.total = total;
	return points;
}

/* --- classes that were seen: a hash set ----------------------------------------------------------- */

static u64 *seen, nr_seen, room;

static void class_add(u64 class);

static void class_grow(void)
{
	u64 *old = seen, old_room = room;

	room = room ? 2 * room : 1 << 16;
	seen = calloc(room, sizeof(*seen));
	BUG_ON(!seen);
	nr_seen = 0;
	for (u64 i = 0; i < old_room; i++)
		if (old[i])
			class_add(old[i]);
	free(old);
}

static void class_add(u64 class)
{
	u64 at;

	if (2 * nr_seen >= room)
		class_grow();
	class += !class;
	for (at = class & (room - 1); seen[at] && seen[at] != class; at = (at + 1) & (room - 1))
		;
	nr_seen += !seen[at];
	seen[at] = class;
}

/* --- */

void search_run(struct search *s)
{
	struct explore_plan plan = { .strategy = s->strategy, .weak = s->weak };
	bool dfs = s->strategy == EXPLORE_DFS, more = true;
	double began = search_clock();

	plan.length = dfs ? 0 : search_length(s->weak);
	if (dfs)
		dfs_start(&(struct dfs_options){ .preemptions = s->preemptions, .naive = s->naive });
	ex.total = (struct explore_total){ 0 };
	ex.classes = s->count_classes;
	free(seen);
	seen = NULL;
	nr_seen = room = 0;
	for (u64 n = 0; more; n++) {
		const struct explore_result *r;

		if ((s->executions && n >= s->executions) ||
		    (s->seconds > 0 && !(n & 15) && search_clock() - began >= s->seconds))
			break;
		plan.number = s->first + n;
		if (s->mixed)
			plan.strategy = (enum explore_strategy)(plan.number % 3);
		plan.record = dfs && !s->found;
		r = explore_run(&plan);
		if (ex.classes && r->end != EXPLORE_CUT)
			class_add(r->class);
		if (r->end == EXPLORE_BOUND && ex.total.bounds == 1)
			s->first_bound = plan.number;
		if (r->end == EXPLORE_FINDING && !s->found) {
			s->found = true;
			s->plan = plan;
			s->result = *r;
			if (dfs)
				BUG_ON(path_recorded(&s->path));
		}
		if (dfs)
			more = dfs_more();
		if (s->found && !s->go_on)
			break;
	}
	s->took = search_clock() - began;
	s->total = ex.total;
	s->classes = nr_seen;
	s->complete = dfs && !more && !dfs_report().bounded && !s->total.bounds;
	ex.classes = false;
}

/* --- seeds: SCENE@SCHEME@MODEL@STRATEGY@NUMBER ------------------------------------------------------ */

void seed_print(char *text, size_t size, const char *scene, const char *spec, const struct explore_plan *plan)
{
	int n = snprintf(text, size, "%s@%s@%s@%s@", scene, spec, plan->weak ? "weak" : "sc",
			 explore_strategy_ops(plan->strategy)->name);

	if (n < 0 || (size_t)n >= size)
		return;
	if (plan->strategy == EXPLORE_PATH)
		path_print(plan->path, text + n, size - (size_t)n);
	else
		snprintf(text + n, size - (size_t)n, "%llu", (unsigned long long)plan->number);
}

/* Up to the next '@', or the end. @return false: empty or too long */
static bool part(const char **at, char *to, size_t size)
{
	size_t n = strcspn(*at, "@");

	if (!n || n >= size)
		return false;
	memcpy(to, *at, n);
	to[n] = '\0';
	*at += n + ((*at)[n] == '@');
	return true;
}

int seed_parse(struct seed *seed, const char *text, char *why, size_t size)
{
	static char rest[SEED_TEXT];
	char model[8], strategy[8], *end;
	const char *at = text;
	int s;

	*seed = (struct seed){ 0 };
	if (!part(&at, seed->scene, sizeof(seed->scene)) || !part(&at, seed->spec, sizeof(seed->spec)) ||
	    !part(&at, model, sizeof(model)) || !part(&at, strategy, sizeof(strategy)) || !part(&at, rest, sizeof(rest))) {
		snprintf(why, size, "a seed is SCENE@SCHEME@MODEL@STRATEGY@NUMBER, not '%.100s'", text);
		return -1;
	}
	if (strcmp(model, "weak") && strcmp(model, "sc")) {
		snprintf(why, size, "the seed's model is 'sc' or 'weak', not '%s'", model);
		return -1;
	}
	seed->plan.weak = !strcmp(model, "weak");
	for (s = EXPLORE_POS; s <= EXPLORE_PATH; s++)
		if (s != EXPLORE_DFS && !strcmp(explore_strategy_ops((enum explore_strategy)s)->name, strategy))
			break;
	if (s > EXPLORE_PATH) {
		snprintf(why, size, "the seed's strategy is pos, walk, pct or path, not '%s'", strategy);
		return -1;
	}
	seed->plan.strategy = (enum explore_strategy)s;
	if (s == EXPLORE_PATH) {
		if (path_parse(&seed->path, rest)) {
			snprintf(why, size, "the seed's path is not a list of THREADxSTEPS: '%.100s'", rest);
			return -1;
		}
		seed->plan.path = &seed->path;
		return 0;
	}
	seed->plan.number = strtoull(rest, &end, 10);
	if (*end || rest[0] == '-') {
		snprintf(why, size, "the seed ends with a number, not '%.100s'", rest);
		return -1;
	}
	return 0;
}
