/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline new-scheme`: a scheme's files in a checkout, made by the checkout's own script.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli/options.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/run/specs.h"

struct settings {
	const char *name, *like, *source;
};

static const struct option_entry entries[] = {
	OPTION_TEXT(0, "like", "SCHEME", struct settings, like, "begin with this scheme's page, under the new name", .complete = specs_complete),
	OPTION_TEXT(0, "source", "DIR", struct settings, source, "the checkout; default: the current directory", .complete = option_files),
	OPTION_END
};

static int take_name(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	if (*(const char **)to)
		return bench_fail(err, "new-scheme: '%s' is one name too many", value);
	return option_text(e, to, value, err);
}

static const struct options options = {
	.command = "new-scheme",
	.synopsis = "[OPTION]... NAME",
	.about = "A new scheme in a checkout: its page, its decision and its line in the list, ready to build.  Without --like the page "
		 "sends every fault to mmap_lock until it is filled in, some 40 lines.  docs/adding-a-scheme.md says how.",
	.entry = entries,
	.operand = OPTION_OTHER(0, NULL, "NAME", take_name, NULL, OPTION_FIELD(struct settings, name)),
	.which = "which name",
};

static int run(int argc, char **argv)
{
	struct settings s = { .source = "." };
	char script[PATH_MAX];
	int ret = options_parse(&options, &s, argc, argv);

	if (ret != OPTIONS_GO_ON)
		return ret;
	if (snprintf(script, sizeof(script), "%s/prototypes/new-scheme.sh", s.source) >= (int)sizeof(script) || access(script, R_OK))
		return usage_error("new-scheme: %s: is not a checkout of faultline (--source)", s.source);
	execlp("sh", "sh", script, s.source, s.name, s.like, NULL);
	return usage_error("new-scheme: sh: %s", strerror(errno));
}

const struct command cmd_new_scheme = {
	.name = "new-scheme",
	.summary = "a scheme of your own, ready to fill in",
	.run = run,
};
