/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline matrix`: its options, and where the result goes.
 */
#include <stdlib.h>

#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/cmd/matrix_options.h"
#include "bench/matrix/report.h"
#include "bench/run/knobs.h"
#include "bench/run/specs.h"

struct settings {
	struct matrix_filter filter;
	enum output_format format;
	const char *output, *schemes;
	bool by_op, list;
};

static const struct option_entry entries[] = {
	SPECS_OPTION(struct settings, schemes, "which schemes, each NAME[:BELOW]...; default: all"),
	OPTION_OTHER(0, "op", "NAME", matrix_take_op, "one operation only", OPTION_FIELD(struct settings, filter.op),
		     .complete = matrix_complete_op),
	OPTION_OTHER(0, "point", "NAME", matrix_take_point, "one point only, such as fault_made or change_marked",
		     OPTION_FIELD(struct settings, filter), .complete = matrix_complete_point),
	OPTION_CHOICE(0, "reads", MATRIX_READS, struct settings, filter.reads, MATRIX_READS,
		      "what the fault must read before it can go on: a page of a file, or one that is swapped out; maps: "
		      "no fault, but a reader from another address space, which goes through the mappings; remote: one that reads a "
		      "new page; remote-file, remote-swap: one that must wait for it"),
	OPTION_CHOICE(0, "io", KNOBS_IO, struct settings, filter.io, KNOBS_IO,
		      "where a page is read: what a fault with a lock held does to wait for its page, as of the other commands"),
	OPTION_FLAG(0, "by-op", struct settings, by_op,
		    "a table an operation, with a row a scheme, instead of a table a scheme"),
	OPTION_FLAG(0, "list", struct settings, list, "the operations and the points, nothing else"),
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static const struct options options = {
	.command = "matrix",
	.synopsis = "[OPTION]...",
	.about = "Who waits for whom, and who retries: a fault is held at each point that it comes by, beside every "
		 "operation on its own VMA and on another; then the operation is held at each of its points, and a fault "
		 "sets out.  The same on any machine.",
	.entry = entries,
};

static void print_list(void)
{
	puts("operations");
	for (const struct matrix_op *op = matrix_ops; op->name; op++)
		printf("  %-18s %s\n", op->name, op->what);
	puts("\npoints");
	for (unsigned int p = 0; p < NR_PROBE_POINTS; p++)
		printf("  %-18s %s\n", probe_point_name(p), probe_point_where(p));
}

static int render(const void *result, enum output_format format, FILE *out)
{
	switch (format) {
	case OUTPUT_CSV:
		matrix_csv(result, out);
		return 0;
	case OUTPUT_JSON:
		return matrix_json(result, out);
	case OUTPUT_TABLE:
	case OUTPUT_MARKDOWN:
		matrix_print(result, format == OUTPUT_MARKDOWN, out);
		return 0;
	}
	return -1;
}

static int play_all(struct matrix_set *set, const struct settings *s)
{
	struct bench_error err;
	unsigned int cells = 0;
	int ret = 0;

	if (specs_parse(set->chain, MATRIX_MAX_SCHEMES, &set->nr, s->schemes, &err))
		return usage_error("%s", err.line);
	platform_thread_enter(0);
	for (unsigned int i = 0; i < set->nr && !ret; i++) {
		ret = matrix_play(&set->matrix[i], &set->chain[i], &s->filter, &err);
		cells += set->matrix[i].nr;
	}
	platform_thread_leave();
	if (ret)
		return usage_error("%s", err.line);
	if (!cells)
		return usage_error("matrix: nothing comes by '%s'", probe_point_name(s->filter.point));
	return 0;
}

static int run(int argc, char **argv)
{
	struct settings s = { .filter = { NULL, NR_PROBE_POINTS } };
	struct matrix_set *set;
	int ret = options_parse(&options, &s, argc, argv);

	if (ret != OPTIONS_GO_ON)
		return ret;
	if (s.filter.io && !matrix_reads_page(s.filter.reads))
		return usage_error("matrix: with --io, --reads must be file, swap, remote-file or remote-swap: a fault that reads nothing waits for no page");
	if (s.list) {
		print_list();
		return EXIT_FINE;
	}
	set = calloc(1, sizeof(*set));
	if (!set)
		return usage_error("not enough memory");
	set->by_op = s.by_op;
	set->argc = argc;
	set->argv = argv;
	ret = play_all(set, &s);
	if (!ret)
		ret = output_write(s.output, render, set, s.format);
	for (unsigned int i = 0; i < set->nr; i++)
		matrix_free(&set->matrix[i]);
	free(set);
	return ret;
}

const struct command cmd_matrix = {
	.name = "matrix",
	.summary = "who waits for whom, who retries",
	.run = run,
};
