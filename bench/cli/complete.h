/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a shell may offer while a command is typed: `faultline COMMAND --complete WORD...`, asked by bench/completion.
 *
 * It prints a word a line, each as the last WORD would be when it is whole (where that begins "a,b:", so do they),
 * or ":files" where the shell itself knows.
 */
#ifndef BENCH_CLI_COMPLETE_H
#define BENCH_CLI_COMPLETE_H

#include "bench/cli/options.h"

/** Not in --help: for the script alone. */
#define COMPLETE_OPTION "--complete"

/** @param word what was typed after the command, the unfinished last word included, "" where that is just begun */
void complete_command(const struct options *o, char *const *word, int nr, FILE *out);

#endif /* BENCH_CLI_COMPLETE_H */
