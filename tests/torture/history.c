// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The last events of each thread, printed with a column per thread and a line per event.
 */
#include "tests/torture/torture.h"

#include "common/sync/atomic.h"

#include <stdio.h>

#define COLUMNS		5	/* threads side by side */
#define WIDTH		"34"

const char *const what_names[NR_WHAT] = {
#define X(NAME, name) [NAME] = name,
	TORTURE_EVENTS(X)
#undef X
};

void event_begin(struct worker *w, enum what what, unsigned int cell, unsigned int nr)
{
	w->event[w->at % EVENTS] = (struct event){
		.began = platform_now(), .what = what, .cell = cell, .nr = nr,
	};
	WRITE_ONCE(w->at, w->at + 1);
}

void event_end(struct worker *w, long result, u64 value)
{
	struct event *e = &w->event[(w->at - 1) % EVENTS];

	e->result = result;
	e->value = value;
	e->time = platform_now();
	w->nr[e->what]++;
}

static const char *result_text(const struct event *e, char *text, size_t size)
{
	static const char *const access[] = { "", "SEGV", "BUS", "OOM" };

	switch (e->what) {
	case READ: case WRITE: case WRITE_BESIDE: case CHILD_READ: case CHILD_WRITE:
		/* The serial: what is in the upper bits, the cell, is known. */
		if (e->result)
			snprintf(text, size, "%s", access[e->result & 3]);
		else
			snprintf(text, size, "= %llx", (unsigned long long)(e->value & 0xffffffffff));
		break;
	default:
		snprintf(text, size, "%s%ld", e->result ? "-> " : "", e->result);
		if (!e->result)
			text[0] = 0;
	}
	return text;
}

static void print_event(const struct event *e)
{
	char result[32], text[64];

	if (!e->time)
		snprintf(result, sizeof(result), "...");
	else
		result_text(e, result, sizeof(result));
	if (e->nr > 1)
		snprintf(text, sizeof(text), "%s %u-%u %s", what_names[e->what], e->cell,
			 e->cell + e->nr - 1, result);
	else
		snprintf(text, sizeof(text), "%s %u %s", what_names[e->what], e->cell, result);
	fprintf(stderr, " %-" WIDTH ".34s", text);
}

/* Threads [first, end) of the worker array; the earliest event that is not printed yet comes next. */
static void print_block(const struct torture *x, unsigned int first, unsigned int end)
{
	u64 next[COLUMNS], to[COLUMNS], zero = 0;

	fprintf(stderr, "#%12s", "us");
	for (unsigned int i = first; i < end; i++) {
		char text[32];
		const char *role = i < NR_CHANGERS ? "changer" : i < NR_CHANGERS + NR_FORKERS ? "forker" : "";

		to[i - first] = READ_ONCE(x->worker[i].at);
		next[i - first] = to[i - first] < EVENTS ? 0 : to[i - first] - EVENTS;
		snprintf(text, sizeof(text), "thread %u %s", i, role);
		fprintf(stderr, " %-" WIDTH "s", text);
	}
	fprintf(stderr, "\n");
	for (;;) {
		const struct event *e = NULL;
		unsigned int who = 0;

		for (unsigned int i = 0; i < end - first; i++) {
			const struct event *v = &x->worker[first + i].event[next[i] % EVENTS];

			if (next[i] < to[i] && (!e || v->began < e->began)) {
				e = v;
				who = i;
			}
		}
		if (!e)
			break;
		next[who]++;
		zero = zero ? zero : e->began;
		fprintf(stderr, "#%12.1f", (double)(e->began - zero) / 1000);
		for (unsigned int i = 0; i < who; i++)
			fprintf(stderr, " %-" WIDTH "s", "");
		print_event(e);
		fprintf(stderr, "\n");
	}
}

void history_print(const struct torture *x)
{
	fprintf(stderr, "# scheme %s, seed %llu, %u threads: %s\n"
		"# the last events of each thread, when they began; cells, what came of it (... : goes on)\n",
		x->chain->name, (unsigned long long)x->seed, x->nr_threads, x->roll.text);
	for (unsigned int i = 0; i < NR_CELLS; i += RUN_CELLS)
		fprintf(stderr, "# cells %u-%u at %#lx, or %#lx\n", i, i + RUN_CELLS - 1, x->cell[i].addr[0],
			x->cell[i].addr[1]);
	for (unsigned int i = 0; i < x->nr_threads; i += COLUMNS)
		print_block(x, i, i + COLUMNS < x->nr_threads ? i + COLUMNS : x->nr_threads);
}
