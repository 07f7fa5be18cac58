/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The subcommands of `faultline`, and what they share.
 */
#ifndef BENCH_COMMANDS_H
#define BENCH_COMMANDS_H

/** Exit codes. */
enum {
	EXIT_FINE = 0,
	EXIT_BROKEN = 1,	/**< an invariant or a claim does not hold */
	EXIT_USAGE = 2,		/**< wrong arguments or input */
	EXIT_CANNOT_TELL = 77,	/**< not on this machine */
};

struct command {
	const char *name, *summary;
	/** @param argv argv[0] is the command's name  @return exit code */
	int (*run)(int argc, char **argv);
};

extern const struct command
	cmd_compare,
	cmd_complexity,
	cmd_list,
	cmd_matrix,
	cmd_merge,
	cmd_place,
	cmd_record,
	cmd_report,
	cmd_stores,
	cmd_sweep,
	cmd_trace,
	cmd_verify;

/** "faultline: ..." in one line on stderr. @return EXIT_USAGE */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* BENCH_COMMANDS_H */
