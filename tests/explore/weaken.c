// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Which scene notices that an order is relaxed: each line by itself, then with another one that may cover for it.
 *
 * A line is tried only in those scenes that execute it.  A line that nobody misses may be covered by another, or by several: then
 * a scene notices when all are relaxed, in which ten times as many executions do not notice that the others alone are.
 */
#include "tests/explore/stages.h"

#include <stdlib.h>

#include "bench/cli/usage.h"
#include "sim/explore/weaken.h"

#define MAX_LINES 512u

/** A line of the source with an order. */
struct line {
	struct weaken_line at;
	bool *executed;		/* by stage */
};

static struct line lines[MAX_LINES];
static unsigned int nr_lines;

static struct line *line_at(const struct weaken_line *at, unsigned int nr_stages)
{
	for (unsigned int i = 0; i < nr_lines; i++)
		if (!strcmp(lines[i].at.place, at->place))
			return &lines[i];
	if (nr_lines == MAX_LINES)
		return NULL;
	lines[nr_lines].at = *at;
	lines[nr_lines].at.executed = 0;
	lines[nr_lines].executed = calloc(nr_stages, sizeof(bool));
	return lines[nr_lines].executed ? &lines[nr_lines++] : NULL;
}

/* @return 0: nothing was found, 1: something, @a text says what, 2: the scene cannot be set up */
static int explore(const struct stage *stage, const struct search *request, char *text, size_t size)
{
	struct search s = *request;
	char why[512];

	if (explore_open(stage->scene, stage->spec, why, sizeof(why))) {
		snprintf(text, size, "%s under %s: %.100s", stage->scene->name, stage->spec, why);
		return ex.result.end == EXPLORE_FINDING ? 1 : 2;
	}
	search_run(&s);
	explore_close();
	if (s.found)
		snprintf(text, size, "%s under %s, execution %llu: %.*s", stage->scene->name, stage->spec,
			 (unsigned long long)s.total.executions, (int)strcspn(s.result.what, "\n"), s.result.what);
	path_free(&s.path);
	return s.found;
}

/* From now on the lines that fit @a globs are relaxed. */
static void relax(const char *globs)
{
	weaken_only(NULL);
	for (unsigned int i = 0; i < nr_lines; i++)
		if (stages_match(lines[i].at.place, globs))
			weaken_also(lines[i].at.place);
}

/* Note which lines each stage executes. */
static int watch(const struct stages *stages, const struct search *request)
{
	char text[512];

	for (unsigned int k = 0; k < stages->nr; k++) {
		struct weaken_line *at;
		struct line *line;
		unsigned int nr;

		weaken_watch(true);
		if (explore(&stages->stage[k], request, text, sizeof(text)))
			return usage_error("--weaken: there is a finding before a line is weakened: %s", text);
		at = weaken_lines(&nr);
		if (!at)
			return usage_error("--weaken: without libdw or debug information nobody knows where the code stands");
		for (unsigned int i = 0; i < nr; i++) {
			line = line_at(&at[i], stages->nr);
			if (!line)
				return usage_error("--weaken: more than %u lines with an order, or no memory", MAX_LINES);
			line->executed[k] = true;
			line->at.executed += at[i].executed;
		}
		free(at);
	}
	weaken_watch(false);
	return 0;
}

/* Some lines are executed only when what covers for them is relaxed: then a thread comes by that was kept out before. */
static int watch_all(const struct stages *stages, const struct search *request, const char *with)
{
	struct search few = *request;
	int err;

	few.executions = request->executions / 10 + 1;
	err = watch(stages, &few);
	if (err || !with)
		return err;
	relax(with);
	err = watch(stages, request);
	weaken_only(NULL);
	return err;
}

/* Relax one line in the stages that execute it. */
static bool notices(const struct stages *stages, const struct search *request, const struct line *a, char *text, size_t size)
{
	bool found = false;

	weaken_only(a->at.place);
	for (unsigned int k = 0; !found && k < stages->nr; k++)
		if (a->executed[k])
			found = explore(&stages->stage[k], request, text, size);
	weaken_only(NULL);
	return found;
}

/* Relax a line and those that fit @a cover, in the stages that do not notice that the latter alone are relaxed. */
static bool notices_all(const struct stages *stages, const struct search *request, const struct line *line, const char *cover,
			char *text, size_t size)
{
	struct search long_request = *request;
	char ignored[512];
	bool found = false;

	long_request.executions *= 10;
	for (unsigned int k = 0; !found && k < stages->nr; k++) {
		if (!line->executed[k])
			continue;
		relax(cover);
		weaken_also(line->at.place);
		found = explore(&stages->stage[k], request, text, size);
		relax(cover);
		found = found && !explore(&stages->stage[k], &long_request, ignored, sizeof(ignored));
	}
	weaken_only(NULL);
	return found;
}

static void print_row(const struct line *line, const char *cover, const char *text)
{
	static const char *const orders[] = { [__ATOMIC_CONSUME] = "consume", [__ATOMIC_ACQUIRE] = "acquire",
					      [__ATOMIC_RELEASE] = "release", [__ATOMIC_ACQ_REL] = "acq_rel",
					      [__ATOMIC_SEQ_CST] = "seq_cst" };

	printf("%s\t%s\t%llu\t%s\t%s\n", line->at.place, orders[line->at.order], (unsigned long long)line->at.executed,
	       cover, text);
	fflush(stdout);
}

/* One of the lines that fit @a pairs covers for line @a nr; or all that fit @a with do. */
static bool covered(const struct stages *stages, const struct search *request, unsigned int nr,
		    const struct weaken_covers *covers)
{
	char text[512];

	for (unsigned int i = 0; covers->pairs && i < nr_lines; i++)
		if (i != nr && stages_match(lines[i].at.place, covers->pairs) &&
		    notices_all(stages, request, &lines[nr], lines[i].at.place, text, sizeof(text))) {
			print_row(&lines[nr], lines[i].at.place, text);
			return true;
		}
	if (!covers->with || !notices_all(stages, request, &lines[nr], covers->with, text, sizeof(text)))
		return false;
	print_row(&lines[nr], covers->with, text);
	return true;
}

int weaken_all(const struct stages *stages, const struct search *request, const char *which,
	       const struct weaken_covers *covers)
{
	unsigned int tried = 0, alone = 0, together = 0;
	int err = watch_all(stages, request, covers->with);
	char text[512];

	if (err)
		return err;
	printf("# line, order, executed, together with, what notices\n");
	for (unsigned int i = 0; i < nr_lines; i++) {
		if (!stages_match(lines[i].at.place, which))
			continue;
		tried++;
		if (notices(stages, request, &lines[i], text, sizeof(text))) {
			alone++;
			print_row(&lines[i], "-", text);
		} else if (covered(stages, request, i, covers)) {
			together++;
		} else {
			print_row(&lines[i], "-", "-");
		}
	}
	printf("# Of %u lines with an order a scene notices %u; of the others %u together with what covers for them, and %u not.\n",
	       tried, alone, together, tried - alone - together);
	return 0;
}
