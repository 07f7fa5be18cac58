/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Subcommands that are programs of their own, as some of git's are.
 */
#ifndef BENCH_HELPER_H
#define BENCH_HELPER_H

/**
 * Become the program @a name, with @a argv: that of the build tree in which this
 * one runs (@a built, its path there), or the installed one; of an installation that
 * was moved as a whole, the one that was moved along.
 * @param interpreter put before it, found by PATH; NULL: none
 * @return only if it cannot be run: EXIT_CANNOT_TELL; stderr has @a missing then
 */
int helper_exec(const char *built, const char *name, const char *interpreter, char **argv, const char *missing);

/**
 * Say that @a command cannot run, and @a why.
 * @return EXIT_CANNOT_TELL
 */
int helper_missing(const char *command, const char *why);

#endif /* BENCH_HELPER_H */
