/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline merge`: parts of a sweep put together, or one shown again.
 */
#include <stdlib.h>

#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/sweep/sweep.h"

struct settings {
	enum output_format format;
	const char *output;
	struct option_words files;
};

static const struct option_entry entries[] = {
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static const struct options options = {
	.command = "merge",
	.synopsis = "[OPTION]... FILE...",
	.about = "Put the parts of a sweep together (JSON of 'faultline sweep --cell I/N'), or show one again in another "
		 "format.",
	.entry = entries,
	.end = "Exit status: 0 fine, 2 wrong arguments, or parts that do not fit together.",
	.operand = OPTION_OTHER(0, NULL, "FILE", option_word, NULL, OPTION_FIELD(struct settings, files), .complete = option_files),
	.which = "files",
};

static int run(int argc, char **argv)
{
	struct settings set = { .format = OUTPUT_TABLE };
	struct sweep *s = NULL;
	struct bench_error err;
	int ret = options_parse(&options, &set, argc, argv);

	if (ret != OPTIONS_GO_ON)
		goto out;
	ret = 0;
	for (unsigned int i = 0; !ret && i < set.files.nr; i++)
		if (sweep_read(&s, set.files.word[i], &err) < 0)
			ret = usage_error("%s", err.line);
	if (!ret) {
		s->argc = argc;
		s->argv = argv;
		if (sweep_nr_done(s) < s->nr_cells)
			fprintf(stderr, "faultline: warning: %u of %u cells: the other parts are missing\n",
				sweep_nr_done(s), s->nr_cells);
		if (sweep_nr_machines(s) > 1)
			fprintf(stderr, "faultline: warning: the cells are of %u machines: each names the fastest on its own\n",
				sweep_nr_machines(s));
		ret = output_write(set.output, sweep_render, s, set.format);
	}
	sweep_free(s);
out:
	free(set.files.word);
	return ret;
}

const struct command cmd_merge = {
	.name = "merge",
	.summary = "parts of a sweep, put together",
	.run = run,
};
