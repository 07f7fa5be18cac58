// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Which scene notices that an order is relaxed: each line by itself, then pairs of lines that nobody missed.
 *
 * A line is tried only in those scenes that execute it.  Of two lines that nobody misses one by one, each may
 * cover for the other: then a scene notices when both are relaxed.
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
	bool missed;		/* a scene notices that it is relaxed */
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

/* Which lines each stage executes, with nothing weakened. */
static int watch(const struct stages *stages, const struct search *request)
{
	struct search few = *request;
	char text[512];

	few.executions = request->executions / 10 + 1;
	for (unsigned int k = 0; k < stages->nr; k++) {
		struct weaken_line *at;
		struct line *line;
		unsigned int nr;

		weaken_watch(true);
		if (explore(&stages->stage[k], &few, text, sizeof(text)))
			return usage_error("--weaken: there is a finding before anything is weakened: %s", text);
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

/* Relax one line, or two, in the stages that execute the first, and the second. */
static bool notices(const struct stages *stages, const struct search *request, const struct line *a, const struct line *b,
		    char *text, size_t size)
{
	bool found = false;

	weaken_only(a->at.place);
	if (b)
		weaken_also(b->at.place);
	for (unsigned int k = 0; !found && k < stages->nr; k++)
		if (a->executed[k] && (!b || b->executed[k]))
			found = explore(&stages->stage[k], request, text, size);
	weaken_only(NULL);
	return found;
}

static void print_row(const struct line *a, const struct line *b, const char *text)
{
	static const char *const orders[] = { [__ATOMIC_CONSUME] = "consume", [__ATOMIC_ACQUIRE] = "acquire",
					      [__ATOMIC_RELEASE] = "release", [__ATOMIC_ACQ_REL] = "acq_rel",
					      [__ATOMIC_SEQ_CST] = "seq_cst" };

	printf("%s\t%s\t%llu\t%s\t%s\n", a->at.place, orders[a->at.order], (unsigned long long)a->at.executed,
	       b ? b->at.place : "-", text);
	fflush(stdout);
}

/* Partners of line @a nr, from the next line on: none of both is missed alone. */
static void pairs_of(const struct stages *stages, const struct search *request, unsigned int nr, bool *covered)
{
	char text[512];

	for (unsigned int i = nr + 1; i < nr_lines; i++) {
		if (lines[i].missed || !notices(stages, request, &lines[nr], &lines[i], text, sizeof(text)))
			continue;
		print_row(&lines[nr], &lines[i], text);
		covered[nr] = covered[i] = true;
	}
}

int weaken_all(const struct stages *stages, const struct search *request, bool in_pairs)
{
	unsigned int alone = 0, open = 0;
	static bool covered[MAX_LINES];
	char text[512];
	int err = watch(stages, request);

	if (err)
		return err;
	printf("# line, order, executed, together with, what notices\n");
	for (unsigned int i = 0; i < nr_lines; i++) {
		lines[i].missed = notices(stages, request, &lines[i], NULL, text, sizeof(text));
		alone += lines[i].missed;
		if (lines[i].missed)
			print_row(&lines[i], NULL, text);
	}
	for (unsigned int i = 0; in_pairs && i < nr_lines; i++)
		if (!lines[i].missed)
			pairs_of(stages, request, i, covered);
	for (unsigned int i = 0; i < nr_lines; i++)
		if (!lines[i].missed && !covered[i]) {
			open++;
			print_row(&lines[i], NULL, "-");
		}
	printf("# Of %u lines with an order a scene notices %u; of the others %u in a pair%s, and %u not.\n", nr_lines, alone,
	       nr_lines - alone - open, in_pairs ? "" : " (not tried)", open);
	return 0;
}
