/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The command `faultline`: its subcommands.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "bench/cli/complete.h"
#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/lib/near.h"
#include "common/platform/platform.h"

static const struct command *const commands[] = {
	&cmd_calibrate,
	&cmd_compare,
	&cmd_complexity,
	&cmd_explain,
	&cmd_explore,
	&cmd_list,
	&cmd_machines,
	&cmd_matrix,
	&cmd_merge,
	&cmd_new_scheme,
	&cmd_place,
	&cmd_record,
	&cmd_report,
	&cmd_scale,
	&cmd_stores,
	&cmd_sweep,
	&cmd_trace,
	&cmd_verify,
};

static void help(void)
{
	puts("Usage: faultline COMMAND [OPTION]...\n"
	     "A laboratory for page-fault locking schemes.\n"
	     "\nCommands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s  %s\n", commands[i]->name, commands[i]->summary);
	puts("\n'faultline help COMMAND' or 'faultline COMMAND --help' tells more;\n"
	     "'faultline --version' (-V) which version this is.\n"
	     "Exit status: 0 fine, 1 an invariant is broken, 2 wrong arguments or input,\n"
	     "77 this machine cannot tell.");
}

/* Is it to be measured on a simulated machine?  That is another program. */
static bool wants_machine(int argc, char **argv)
{
	if (strcmp(argv[0], cmd_compare.name) && strcmp(argv[0], cmd_sweep.name))
		return false;
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		size_t size = strcspn(argv[i], "=");

		/* As far as options may be cut short. */
		if (size >= strlen("--ma") && !strncmp(argv[i], "--machine", size))
			return true;
	}
	return false;
}

static bool is(const char *word, const char *letter, const char *option, const char *command)
{
	return !strcmp(word, letter) || !strcmp(word, option) || !strcmp(word, command);
}

static void complete(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		puts(commands[i]->name);
	puts("help\nversion\n--help\n--version");
}

static int run(int argc, char **argv)
{
	char *ask[] = { argv[0], NULL, "--help", NULL };
	struct near near;

	if (argc < 2)
		return usage_error("give a command (see 'faultline --help')");
	if (is(argv[1], "-h", "--help", "help")) {
		if (argc == 2) {
			help();
			return EXIT_FINE;
		}
		if (argc > 3)
			return usage_error("help: '%s' is one argument too many", argv[3]);
		ask[1] = argv[2];
		argv = ask;
		argc = 3;
	}
	if (is(argv[1], "-V", "--version", "version")) {
		puts("faultline " PACKAGE_VERSION);
		return EXIT_FINE;
	}
	if (wants_machine(argc - 1, argv + 1))
		return helper_simulated(argv + 1);
	if (!strcmp(argv[1], COMPLETE_OPTION)) {
		complete();
		return EXIT_FINE;
	}
	near_begin(&near, argv[1]);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(argv[1], commands[i]->name))
			return commands[i]->run(argc - 1, argv + 1);
		near_try(&near, commands[i]->name);
	}
	return usage_error("unknown command '%s'%s (see 'faultline --help')", argv[1], near_hint(&near));
}

int main(int argc, char **argv)
{
	int err = platform_rcu_start();

	if (err)
		return usage_error("the thread for RCU's deferred calls: %s", strerror(-err));
	json_begin();
	signal(SIGXFSZ, SIG_IGN);	/* so that exceeding a file size limit is an error that we can report */
	return output_end(run(argc, argv));
}
