/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a shell may offer while a command is typed: `faultline COMMAND --complete WORD...`, called
 * by bench/completion.
 *
 * It prints one word per line, each a completed form of the last WORD (if that begins "a,b:", so do
 * they), or ":files" if the shell should complete file names.
 */
#ifndef BENCH_CLI_COMPLETE_H
#define BENCH_CLI_COMPLETE_H

#include "bench/cli/options.h"

/** Not in --help; only the script uses it. */
#define COMPLETE_OPTION "--complete"

/** @param word what was typed after the command, the unfinished last word included, "" where that is just begun */
void complete_command(const struct options *o, char *const *word, int nr, FILE *out);

#endif /* BENCH_CLI_COMPLETE_H */
