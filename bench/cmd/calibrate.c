/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief `faultline calibrate`: this host as a machine that can be simulated.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "bench/calibrate/calibrate.h"
#include "bench/cli/options.h"
#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"

struct settings {
	const char *output, *name;
};

static const struct option_entry entries[] = {
	OPTION_TEXT('o', "output", "FILE", struct settings, output, "write the description there, all or nothing", .complete = option_files),
	OPTION_TEXT(0, "name", "NAME", struct settings, name, "what the machine is called; default: this-host"),
	OPTION_END
};

static const struct options options = {
	.command = "calibrate",
	.synopsis = "[OPTION]... -o FILE",
	.about = "Measure this machine (transfers, read-modify-writes, hits, zeroing, waking), and fit what an access costs on a fault "
		 "without locks.  The description is for --machine; it takes about a minute, on a machine that does nothing else.",
	.entry = entries,
	.end = "Exit status: 0 fine, 2 wrong arguments, or it cannot be measured.",
};

struct result {
	const struct calibration *c;
	const char *name;
};

static int render(const void *arg, enum output_format format, FILE *out)
{
	const struct result *r = arg;

	(void)format;
	return calibration_write(r->c, r->name, out);
}

static int run(int argc, char **argv)
{
	struct settings s = { .name = "this-host" };
	struct calibration c;
	struct result result = { &c, NULL };
	struct bench_error err;
	char *self;
	int ret = options_parse(&options, &s, argc, argv);

	if (ret != OPTIONS_GO_ON)
		return ret;
	if (!s.output)
		return usage_error("calibrate: --output FILE must say where the description goes");
	if (strlen(s.name) > 60 || !*s.name || strspn(s.name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != strlen(s.name))
		return usage_error("calibrate: --name=%s: the name must consist of 1 to 60 of a-z, 0-9, '-' and '.'", s.name);
	ret = output_possible(s.output);
	if (ret)
		return ret;
	self = realpath("/proc/self/exe", NULL);
	if (!self)
		return usage_error("calibrate: /proc/self/exe cannot be read");
	result.name = s.name;
	if (calibration_measure(&c, &err) || calibration_fit(&c, self, &err))
		ret = usage_error("calibrate: %s", err.line);
	else
		ret = output_write(s.output, render, &result, OUTPUT_JSON);
	free(self);
	if (!ret && c.stolen * 20 > c.loops)
		fprintf(stderr, "faultline: warning: %llu of %llu windows took more than twice as long as the fastest: other programs run, and the fastest may be too slow, too\n",
			(unsigned long long)c.stolen, (unsigned long long)c.loops);
	return ret;
}

const struct command cmd_calibrate = {
	.name = "calibrate",
	.summary = "this machine's description, for --machine",
	.run = run,
};
