/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Exit codes of commands, and their error messages.
 */
#ifndef BENCH_CLI_USAGE_H
#define BENCH_CLI_USAGE_H

/** Exit codes. */
enum {
	EXIT_FINE = 0,
	EXIT_BROKEN = 1,	/**< an invariant or a claim does not hold */
	EXIT_USAGE = 2,		/**< wrong arguments or input */
	EXIT_CANNOT_TELL = 77,	/**< not on this machine */
};

/** "faultline: ..." in one line on stderr. @return EXIT_USAGE */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* BENCH_CLI_USAGE_H */
