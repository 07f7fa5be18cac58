// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The shortest story: the same finding with fewer switches between threads and fewer old reads.
 *
 * First it tries short random walks, which switch seldom, for the same finding. Then
 * runs of steps are joined, one pair after the other, and old reads made new, as long as the finding stays the same.
 * The result need not be the shortest possible.
 */
#include "sim/explore/search.h"

#include <ctype.h>

#define WALKS 4000u

void finding_kind(const struct explore_result *r, char *text, size_t size)
{
	size_t at = 0;
	const char *c = r->what;

	while (*c && *c != '\n' && at + 2 < size) {
		if (isdigit((unsigned char)*c)) {
			text[at++] = 'N';
			while (isxdigit((unsigned char)*c) || *c == 'x')
				c++;
		} else {
			text[at++] = *c++;
		}
	}
	text[at] = '\0';
}

struct attempt {
	struct explore_plan plan;
	struct path path;
	u32 switches, stale, points;
};

static u64 made;

/* Run it and record the path.  @return true: it had the same finding; @a out is that execution, as a path */
static bool tries(const struct explore_plan *plan, const char *kind, struct attempt *out)
{
	struct explore_plan p = *plan;
	const struct explore_result *r;
	char got[256];

	p.record = true;
	r = explore_run(&p);
	made++;
	if (r->end != EXPLORE_FINDING)
		return false;
	finding_kind(r, got, sizeof(got));
	if (strcmp(got, kind))
		return false;
	*out = (struct attempt){ .plan = { .strategy = EXPLORE_PATH, .weak = plan->weak },
				 .switches = r->switches, .stale = r->stale, .points = r->points };
	return !path_recorded(&out->path);
}

static bool shorter(const struct attempt *a, const struct attempt *b)
{
	if (a->switches + a->stale != b->switches + b->stale)
		return a->switches + a->stale < b->switches + b->stale;
	return a->stale != b->stale ? a->stale < b->stale : a->points < b->points;
}

/* Keep @a next, if it is shorter. */
static bool keep(struct attempt *best, struct attempt *next)
{
	if (!shorter(next, best)) {
		path_free(&next->path);
		return false;
	}
	path_free(&best->path);
	*best = *next;
	return true;
}

/* Take run @a from out and add its steps to run @a to, of the same thread. */
static void join_runs(struct path *path, u32 from, u32 to)
{
	path->run[to].steps += path->run[from].steps;
	memmove(&path->run[from], &path->run[from + 1], (path->nr_runs - from - 1) * sizeof(*path->run));
	path->nr_runs--;
}

static bool next_of(const struct path *path, u32 run, int way, u32 *other)
{
	for (s64 i = (s64)run + way; i >= 0 && i < path->nr_runs; i += way)
		if (path->run[i].thread == path->run[run].thread) {
			*other = (u32)i;
			return true;
		}
	return false;
}

static bool improve(struct attempt *best, const char *kind, struct path *candidate)
{
	struct attempt next;

	best->plan.path = candidate;
	return tries(&best->plan, kind, &next) && keep(best, &next);
}

static bool one_round(struct attempt *best, const char *kind)
{
	struct path candidate;
	bool better = false;
	u32 other;

	for (u32 i = 0; i < best->path.nr_runs; i++)
		for (int way = -1; way <= 1; way += 2) {
			if (i >= best->path.nr_runs || !next_of(&best->path, i, way, &other))
				continue;
			if (path_copy(&candidate, &best->path))
				return better;
			join_runs(&candidate, i, other);
			better |= improve(best, kind, &candidate);
			path_free(&candidate);
		}
	for (u32 i = 0; i < best->path.nr_choices; i++) {
		if (path_copy(&candidate, &best->path))
			return better;
		candidate.choice[i].value = 0;
		better |= improve(best, kind, &candidate);
		path_free(&candidate);
	}
	return better;
}

u64 shrink(const struct explore_plan *from, struct explore_plan *plan, struct path *path)
{
	struct explore_total total = ex.total;
	struct attempt best, next;
	const struct explore_result *r;
	char kind[256];

	made = 1;
	r = explore_run(from);
	finding_kind(r, kind, sizeof(kind));
	BUG_ON(!tries(from, kind, &best));
	for (u64 n = 0; n < WALKS; n++) {
		struct explore_plan walk = { .strategy = EXPLORE_WALK, .weak = from->weak, .number = n };

		if (tries(&walk, kind, &next))
			keep(&best, &next);
	}
	while (one_round(&best, kind))
		;
	*path = best.path;
	*plan = best.plan;
	plan->path = path;
	ex.total = total;
	return made;
}
