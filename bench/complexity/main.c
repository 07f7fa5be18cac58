/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline complexity`: its options.
 *
 * A program of its own, which `faultline` runs: libclang's library takes a tenth of a second to load, and
 * no other command should wait for that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/complexity/report.h"
#include "common/mm/scheme.h"

struct settings {
	struct cx_report report;
	enum output_format format;
	const char *schemes, *output;
	struct option_words files;
};

static void complete_schemes(const char *word, FILE *out)
{
	(void)word;
	for (const struct scheme *const *s = schemes; *s; s++)
		fprintf(out, "%s\n", (*s)->name);
}

static const struct option_entry entries[] = {
	OPTION_TEXT('s', "schemes", "A,B,...", struct settings, schemes, "which schemes; default: all",
		    .complete = complete_schemes),
	OPTION_TEXT('S', "source", "DIR", struct settings, report.source,
		    "the source tree; default: the one this was built from, " SOURCE_FOLDER, .complete = option_files),
	OPTION_FLAG('F', "functions", struct settings, report.functions,
		    "a row for each function, too, with the schemes that reach it; csv and json have them always"),
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static const struct options options = {
	.command = "complexity",
	.synopsis = "[OPTION]... [FILE.c]...",
	.about = "How complex each scheme is, and the functions of the core that it reaches, by one rule for all; with FILE, how "
		 "complex the functions of these files are.",
	.entry = entries,
	.end = "lines hold a token; cyclomatic: 1 + if, loops, case, ?:, && and ||; cognitive: as SonarSource defines it; nesting: "
	       "the deepest; volume: Halstead's, in bits, macros unexpanded; shared: distinct variables that atomic accesses "
	       "name; orderings: accesses and fences stronger than relaxed; locks, RCU: calls.  A sum adds, but for nesting "
	       "(the deepest) and shared (distinct).  ways down: reasons that send a fault to the rung below.  The seam, "
	       "common/platform, counts for nobody.\n\n"
	       "Exit status: 0 fine, 2 wrong arguments or sources that do not parse.",
	.operand = OPTION_OTHER(0, NULL, "FILE", option_word, NULL, OPTION_FIELD(struct settings, files), .complete = option_files),
};

static int render(const void *result, enum output_format format, FILE *out)
{
	const struct cx_report *r = result;

	switch (format) {
	case OUTPUT_CSV:
		cx_report_csv(r, out);
		return 0;
	case OUTPUT_JSON:
		return cx_report_json(r, out);
	default:
		cx_report_table(r, format == OUTPUT_MARKDOWN ? GRID_MARKDOWN : GRID_TEXT, out);
		return 0;
	}
}

/* --- which schemes ------------------------------------------------------------------------ */

/* All schemes, in registration order, then those that only that tree has. */
static void all_schemes(struct cx_program *p, struct cx_names *wanted)
{
	for (const struct scheme *const *s = schemes; *s; s++)
		if (cx_scheme_find(p, (*s)->name))
			cx_names_add(p, wanted, (*s)->name);
	for (size_t i = 0; i < p->nr_schemes; i++)
		cx_names_add(p, wanted, p->scheme[i].name);
}

static int choose_schemes(struct cx_program *p, const char *list, struct cx_names *wanted)
{
	char *copy, *rest, *name;
	int ret = 0;

	if (!list) {
		all_schemes(p, wanted);
		return 0;
	}
	rest = copy = strdup(list);
	while (!ret && (name = strsep(&rest, ","))) {
		if (cx_scheme_find(p, name))
			cx_names_add(p, wanted, name);
		else
			ret = usage_error("complexity: that tree has no scheme '%s'", name);
	}
	free(copy);
	return ret;
}

static int measure(struct settings *s)
{
	struct cx_program program = { .nr_functions = 0 };
	struct cx_names wanted = { .nr = 0 };
	struct bench_error err;
	int ret;

	if (s->files.nr)
		ret = cx_parse_files(&program, s->files.word, s->files.nr, &err);
	else
		ret = cx_parse_tree(&program, s->report.source, &err);
	if (ret) {
		ret = usage_error("complexity: %s", err.line);
		goto out;
	}
	if (!s->files.nr) {
		cx_scope_mark(&program);
		ret = choose_schemes(&program, s->schemes, &wanted);
		if (ret)
			goto out;
	}
	if (program.no_memory) {
		ret = usage_error("complexity: no memory");
		goto out;
	}
	s->report.program = &program;
	s->report.scheme = wanted.name;
	s->report.nr_schemes = wanted.nr;
	ret = output_write(s->output, render, &s->report, s->format);
out:
	cx_names_free(&wanted);
	cx_program_free(&program);
	return ret;
}

/* Measure a whole tree.  Paths below it are recognised by their prefix. */
static int measure_tree(struct settings *s)
{
	const char *source = s->report.source ? s->report.source : SOURCE_FOLDER;
	char *root = realpath(source, NULL);
	int ret;

	if (!root)
		return usage_error("complexity: %s: %s", source, strerror(errno));
	s->report.source = root;
	ret = measure(s);
	free(root);
	return ret;
}

int main(int argc, char **argv)
{
	struct settings s = { .report = { .argc = argc, .argv = argv } };
	int ret = options_parse(&options, &s, argc, argv);

	if (ret == OPTIONS_GO_ON) {
		if (!s.files.nr)
			ret = measure_tree(&s);
		else if (s.schemes || s.report.source)
			ret = usage_error("complexity: --schemes and --source are for a tree, not for files");
		else
			ret = measure(&s);
	}
	free(s.files.word);
	return output_end(ret);
}
