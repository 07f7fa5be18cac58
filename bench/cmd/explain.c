/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline explain`: one staged interleaving in two columns.
 */
#include <stdlib.h>

#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/matrix_options.h"
#include "bench/matrix/explain.h"
#include "bench/run/specs.h"

struct settings {
	struct matrix_filter filter;
	const char *scheme, *diagram;
	bool other;
};

static const struct option_entry entries[] = {
	OPTION_OTHER(0, "op", "NAME", matrix_take_op, "the operation beside the fault; default: munmap", OPTION_FIELD(struct settings, filter.op),
		     .complete = matrix_complete_op),
	OPTION_OTHER(0, "point", "NAME", matrix_take_point, "where the fault is held; default: fault_made, with the page made and no entry locked",
		     OPTION_FIELD(struct settings, filter), .complete = matrix_complete_point),
	OPTION_FLAG(0, "other", struct settings, other, "the fault is in another VMA than the one that the operation changes"),
	OPTION_TEXT(0, "diagram", "FILE", struct settings, diagram, "draw it, too (SVG)", .complete = option_files),
	OPTION_END
};

static int take_scheme(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct scheme_chain chain;

	if (*(const char **)to)
		return bench_fail(err, "explain: '%s' is one scheme too many", value);
	return spec_parse(&chain, value, err) ? -1 : option_text(e, to, value, err);
}

static const struct options options = {
	.command = "explain",
	.synopsis = "[OPTION]... SCHEME",
	.about = "What a scheme does, step by step: a fault is held half-way, an operation runs beside it, and the fault goes on.  "
		 "'faultline matrix' has all points and operations at once.  The same on any machine.",
	.entry = entries,
	.operand = OPTION_OTHER(0, NULL, "SCHEME", take_scheme, NULL, OPTION_FIELD(struct settings, scheme), .complete = specs_complete),
	.which = "which scheme",
};

/* @return an exit code */
static int draw(const struct explain *e, const char *path)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int ret;

	if (!out)
		return usage_error("not enough memory");
	explain_svg(e, out);
	ret = output_close_memory(out, &text) ? usage_error("not enough memory") : output_write_text(path, text, size);
	free(text);
	return ret;
}

static int run(int argc, char **argv)
{
	struct settings s = { .filter = { "munmap", PROBE_FAULT_MADE } };
	struct explain *e = NULL;
	struct scheme_chain chain;
	struct bench_error err;
	int ret = options_parse(&options, &s, argc, argv);

	if (ret != OPTIONS_GO_ON)
		return ret;
	ret = s.diagram ? output_possible(s.diagram) : 0;
	if (ret)
		return ret;
	e = calloc(1, sizeof(*e));
	if (!e)
		return usage_error("not enough memory");
	if (spec_parse(&chain, s.scheme, &err)) {
		ret = usage_error("%s", err.line);
		goto out;
	}
	e->chain = &chain;
	e->op = matrix_op_find(s.filter.op);
	e->point = s.filter.point;
	/* mmap of a free place has no fault in it. */
	e->where = s.other || !(e->op->where & 1u << WHERE_THIS) ? WHERE_OTHER : WHERE_THIS;
	if (!(e->op->where >> e->where & 1)) {
		ret = usage_error("explain: --other: %s changes all VMAs", e->op->name);
		goto out;
	}
	platform_thread_enter(0);
	ret = explain_play(e, &err) ? usage_error("%s", err.line) : 0;
	platform_thread_leave();
	if (!ret && s.diagram)
		ret = draw(e, s.diagram);
	if (!ret)
		explain_text(e, stdout);
out:
	free(e);
	return ret;
}

const struct command cmd_explain = {
	.name = "explain",
	.summary = "a fault and an operation, step by step",
	.run = run,
};
