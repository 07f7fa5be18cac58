/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline report`: results in JSON, made into one page.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/report/report.h"
#include "common/mm/scheme.h"

struct settings {
	const char *output;
	struct option_words files;
};

static const struct option_entry entries[] = {
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static const struct options options = {
	.command = "report",
	.synopsis = "[OPTION]... FILE...",
	.about = "One HTML page of results: JSON of 'faultline compare', 'sweep', 'merge', 'matrix', 'place', 'scale' and "
		 "'stores', and stories (.svg) of 'explore --diagram', a section each; the answers come first.  It needs nothing beside it, and no "
		 "JavaScript.",
	.entry = entries,
	.end = "gnuplot draws the plots (package gnuplot-nox).\n"
	       "Exit status: 0 fine, 2 wrong arguments or input, 77 there is no gnuplot.",
	.operand = OPTION_OTHER(0, NULL, "FILE", option_word, NULL, OPTION_FIELD(struct settings, files), .complete = option_files),
	.which = "files",
};

#ifdef HAVE_JANSSON

static const struct kind {
	const char *schema, *title;
	section_fn *print;
} kinds[] = {
	{ "faultline/compare/1", "Schemes compared", section_compare },
	{ "faultline/sweep/1", "Which scheme is fastest where", section_sweep },
	{ "faultline/matrix/1", "Who waits for whom", section_matrix },
	{ "faultline/place/1", "Which scheme recorded programs want", section_place },
	{ "faultline/scale/1", "Scaling on a simulated machine", section_scale },
	{ "faultline/stores/1", "Stores to shared cache lines", section_stores },
};

struct input {
	const char *path, *name;	/* name: without the directories */
	json_t *document;		/* NULL: a story */
	char *story;
	const struct kind *kind;
	char title[120];
};

static const struct kind story_kind = { .title = "Story of a race" };

static int load(struct input *in, const char *path, struct bench_error *err)
{
	struct reader r = { .path = path, .err = err };
	struct at top;
	const char *schema;

	in->path = path;
	in->name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (story_is(path)) {
		in->kind = &story_kind;
		in->story = story_read(path, err);
		snprintf(in->title, sizeof(in->title), "%s (%.60s)", in->kind->title, in->name);
		return in->story ? 0 : -1;
	}
	in->document = json_read(path, err);
	if (!in->document)
		return -1;
	top = (struct at){ .j = in->document };
	schema = at_text(&r, &top, "schema");
	if (r.failed)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(schema, kinds[i].schema)) {
			in->kind = &kinds[i];
			snprintf(in->title, sizeof(in->title), "%s (%.60s)", in->kind->title, in->name);
			return 0;
		}
	return bench_fail(err, "%s: schema: '%.80s' is none that this version knows", path, schema);
}

/* The sections, with marks where plots go. */
static int print_page(struct report *report, const struct input *in, unsigned int nr, struct bench_error *err)
{
	const char **titles = calloc(nr, sizeof(*titles));

	if (!titles)
		return bench_fail_memory(err, "making the page");
	for (unsigned int i = 0; i < nr; i++)
		titles[i] = in[i].title;
	page_head(report->page);
	for (unsigned int i = 0; i < nr; i++) {
		struct reader r = { .path = in[i].path, .err = err };
		struct at top = { .j = in[i].document };

		if (in[i].document)
			verdict_print(report, &r, &top);
		if (r.failed) {
			free(titles);
			return -1;
		}
	}
	page_contents(report->page, titles, nr);
	free(titles);
	for (unsigned int i = 0; i < nr; i++) {
		struct reader r = { .path = in[i].path, .err = err };
		struct at top = { .j = in[i].document };

		fprintf(report->page, "<section id=\"s%u\">\n<h2>%s <small>", i + 1, in[i].kind->title);
		html_text(report->page, in[i].name);
		fputs("</small></h2>\n", report->page);
		if (in[i].story)
			story_print(report, in[i].name, in[i].story);
		else
			in[i].kind->print(report, &r, &top);
		if (r.failed)
			return -1;
		fputs("</section>\n", report->page);
	}
	page_foot(report->page);
	return 0;
}

/* @return exit code */
static int make(const struct input *in, unsigned int nr, const char *output)
{
	struct report report = { .plots = plots_create() };
	char *page = NULL, *whole = NULL;
	size_t page_size, size;
	struct bench_error err;
	FILE *out = NULL;
	int ret;

	/* Known schemes first, so that a scheme has the same colour in every page. */
	for (const struct scheme *const *each = schemes; *each; each++)
		page_colour(&report.names, (*each)->name);
	page_colour(&report.names, "host");
	report.page = open_memstream(&page, &page_size);
	if (!report.page || !report.plots) {
		ret = page_no_memory();
		goto out;
	}
	ret = print_page(&report, in, nr, &err);
	if (!ret && fflush(report.page))
		ret = bench_fail_memory(&err, "making the page");
	if (!ret)
		out = open_memstream(&whole, &size);
	if (!ret && out)
		ret = plots_finish(report.plots, page, out, &err);
	if (ret)
		ret = ret == -2 ? (usage_error("report: %s", err.line), EXIT_CANNOT_TELL) : usage_error("%s", err.line);
	else if (!out || fflush(out))
		ret = page_no_memory();
	else
		ret = output_write_text(output, whole, size);
out:
	if (out)
		fclose(out);
	if (report.page)
		fclose(report.page);
	free(page);
	free(whole);
	plots_free(report.plots);
	page_names_free(&report.names);
	return ret;
}

static int report_files(const char *const *path, unsigned int nr, const char *output)
{
	struct input *in = calloc(nr, sizeof(*in));
	struct bench_error err;
	int ret = 0;

	if (!in)
		return page_no_memory();
	for (unsigned int i = 0; !ret && i < nr; i++)
		if (load(&in[i], path[i], &err))
			ret = usage_error("%s", err.line);
	if (!ret)
		ret = make(in, nr, output);
	for (unsigned int i = 0; i < nr; i++) {
		json_decref(in[i].document);
		free(in[i].story);
	}
	free(in);
	return ret;
}

#else

static int report_files(const char *const *path, unsigned int nr, const char *output)
{
	(void)path;
	(void)nr;
	(void)output;
	return usage_error("report: this build has no jansson to read JSON with (libjansson-dev)");
}

#endif

static int run(int argc, char **argv)
{
	struct settings s = { .output = NULL };
	int ret = options_parse(&options, &s, argc, argv);

	if (ret == OPTIONS_GO_ON)
		ret = report_files(s.files.word, s.files.nr, s.output);
	free(s.files.word);
	return ret;
}

const struct command cmd_report = {
	.name = "report",
	.summary = "a page of results, with plots",
	.run = run,
};
