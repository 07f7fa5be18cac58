/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The subcommands of `faultline`, and how main.c calls one.
 */
#ifndef BENCH_CMD_COMMANDS_H
#define BENCH_CMD_COMMANDS_H

struct command {
	const char *name, *summary;
	/** @param argv argv[0] is the command's name  @return exit code */
	int (*run)(int argc, char **argv);
};

extern const struct command
	cmd_calibrate,
	cmd_compare,
	cmd_complexity,
	cmd_explain,
	cmd_explore,
	cmd_list,
	cmd_machines,
	cmd_matrix,
	cmd_merge,
	cmd_new_scheme,
	cmd_place,
	cmd_record,
	cmd_report,
	cmd_scale,
	cmd_stores,
	cmd_sweep,
	cmd_trace,
	cmd_verify;

/** Become the program on which machines are simulated; argv[0] is the subcommand. @return only if that fails: an exit code */
int helper_simulated(char **argv);

#endif /* BENCH_CMD_COMMANDS_H */
