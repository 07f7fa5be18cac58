/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline list`: schemes, and what is counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "bench/cli/grid.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/run/specs.h"
#include "bench/work/workload.h"
#include "common/mm/stats.h"

struct settings {
	bool counters;
	enum output_format format;
	const char *output;
	struct option_words schemes;
	int argc;
	char *const *argv;
};

static const struct option_entry entries[] = {
	OPTION_FLAG('c', "counters", struct settings, counters, "what every scheme and the core count"),
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static int take_scheme(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct scheme_chain chain;

	return spec_parse(&chain, value, err) ? -1 : option_word(e, to, value, err);
}

static const struct options options = {
	.command = "list",
	.synopsis = "[OPTION]... [SCHEME]...",
	.about = "The schemes that were built, with what they may fall back to; with SCHEME, also what it counts.  Where a "
		 "command takes a scheme it takes NAME[:BELOW]..., rung by rung; of the rungs that are not named, each is the "
		 "usual one: the first of those listed.",
	.entry = entries,
	.end = "csv has a line a scheme, workload or counter; json has the schemes alone, and what each adds to a VMA and "
	       "to an address space, in bytes.",
	.operand = OPTION_OTHER(0, NULL, "SCHEME", take_scheme, NULL, OPTION_FIELD(struct settings, schemes),
				.complete = specs_complete),
};

/* --- what there is, as rows ------------------------------------------------------------------ */

/* "per_vma_rwsem, per_vma_refcount": those that were built. */
static void below_cell(struct grid *g, const struct scheme *s)
{
	char text[128] = "";
	size_t n = 0;

	for (unsigned int i = 0; i < SCHEME_MAX_BELOW && s->below[i] && n < sizeof(text); i++)
		if (scheme_find(s->below[i]))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? ", " : "", s->below[i]);
	grid_cell(g, true, "%s", n ? text : "-");
}

static struct grid *schemes_grid(void)
{
	struct grid *g = grid_begin("scheme|falls back to|ADR|what");

	for (const struct scheme *const *s = schemes; *s; s++) {
		grid_row(g);
		grid_cell(g, true, "%s", (*s)->name);
		below_cell(g, *s);
		grid_cell(g, true, "%04u", (*s)->adr);
		grid_cell(g, true, "%s", (*s)->summary);
	}
	return g;
}

static struct grid *workloads_grid(void)
{
	struct grid *g = grid_begin("workload|stands for");

	for (const struct workload *w = workloads; w->name; w++) {
		grid_row(g);
		grid_cell(g, true, "%s", w->name);
		grid_cell(g, true, "%s", w->stands_for);
	}
	return g;
}

static void add_counters(struct grid *g, const struct scheme *s)
{
	static const char *const prefix[] = {
		[COUNTS_EVENT] = "", [COUNTS_DONE] = "", [COUNTS_FELL] = "fell: ", [COUNTS_AGAIN] = "tried again: ",
	};

	for (const struct scheme_counter *c = s->counters; c->name; c++) {
		grid_row(g);
		grid_cell(g, true, "%s", s->name);
		grid_cell(g, true, "%s", c->name);
		grid_cell(g, true, "%s%s", prefix[c->kind], c->meaning);
	}
}

static struct grid *counters_grid(const struct settings *s)
{
	struct grid *g = grid_begin("counted by|counter|what");
	struct scheme_chain chain;
	struct bench_error err;

	for (unsigned int i = 0; !s->counters && i < s->schemes.nr; i++)
		if (!spec_parse(&chain, s->schemes.word[i], &err))
			add_counters(g, chain.inst[0].scheme);
	if (!s->counters)
		return g;
	for (const struct scheme *const *each = schemes; *each; each++)
		add_counters(g, *each);
	for (unsigned int e = 0; e < NR_STATS_EVENTS; e++) {
		grid_row(g);
		grid_cell(g, true, "the core");
		grid_cell(g, true, "%s", stats_event_name((enum stats_event)e));
		grid_cell(g, true, "%s", stats_event_meaning((enum stats_event)e));
	}
	return g;
}

/* --- the result -------------------------------------------------------------------------------- */

#ifdef HAVE_JANSSON
static int print_json(const struct settings *settings, FILE *out)
{
	json_t *j = json_envelope("list", settings->argc, settings->argv), *all = json_array();

	for (const struct scheme *const *s = schemes; *s; s++) {
		json_t *o = json_object();

		json_put(o, "name", json_text((*s)->name));
		json_put(o, "below", json_text(scheme_below(*s) ? scheme_below(*s)->name : ""));
		json_put(o, "adr", json_u64((*s)->adr));
		json_put(o, "vma_bytes", json_u64((*s)->vma_bytes));
		json_put(o, "mm_bytes", json_u64((*s)->mm_bytes));
		json_append(all, o);
	}
	json_put(j, "schemes", all);
	return json_finish(j, out);
}
#else
static JSON_MISSING(print_json, struct settings)
#endif

static int render(const void *result, enum output_format format, FILE *out)
{
	static const enum grid_style styles[] = {
		[OUTPUT_TABLE] = GRID_TEXT, [OUTPUT_CSV] = GRID_CSV, [OUTPUT_MARKDOWN] = GRID_MARKDOWN,
	};
	const struct settings *s = result;
	struct grid *part[] = { NULL, NULL, NULL };

	if (format == OUTPUT_JSON)
		return print_json(s, out);
	part[0] = schemes_grid();
	part[1] = workloads_grid();
	if (s->counters || s->schemes.nr)
		part[2] = counters_grid(s);
	for (size_t i = 0; i < ARRAY_SIZE(part) && part[i]; i++) {
		if (i)
			fputc('\n', out);
		grid_end(part[i], NULL, styles[format], out);
	}
	return 0;
}

static int run(int argc, char **argv)
{
	struct settings s = { .argc = argc, .argv = argv };
	int ret = options_parse(&options, &s, argc, argv);

	if (ret == OPTIONS_GO_ON)
		ret = output_write(s.output, render, &s, s.format);
	free(s.schemes.word);
	return ret;
}

const struct command cmd_list = {
	.name = "list",
	.summary = "the schemes, the workloads, and what is counted",
	.run = run,
};
