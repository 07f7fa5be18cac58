/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The options of a command as one table: it drives the parsing of arguments, --help, the manual
 * page and completion.
 *
 * A command describes itself with struct options and hands it to options_parse() with its settings, whose
 * fields the entries name.  Texts are one line of words each; they are wrapped when they are printed.
 */
#ifndef BENCH_CLI_OPTIONS_H
#define BENCH_CLI_OPTIONS_H

#include <stddef.h>
#include <stdio.h>

#include "bench/lib/error.h"
#include "common/platform/types.h"

struct option_entry;

/**
 * Take a value.
 * @param to	the field, entry->at bytes into the settings
 * @param value	NULL: the option takes none
 * @return 0; -1: err says what is wrong with it
 */
typedef int option_take_fn(const struct option_entry *entry, void *to, const char *value, struct bench_error *err);

/** Print what a value may be when it begins with @a word, one a line. */
typedef void option_complete_fn(const char *word, FILE *out);

struct option_entry {
	const char *name;	/**< NULL: the table ends here */
	char letter;		/**< 0: it has none */
	const char *arg;	/**< what --help calls its value, "A,B,..." for a list; NULL: it takes none */
	option_take_fn *take;
	size_t at, bytes;	/**< the field in the settings */
	u64 min, max;		/**< of a number */
	const char *values;	/**< of a choice: "asap|paced" */
	const char *needs;	/**< name of an option without which this one does nothing; NULL: none */
	option_complete_fn *complete;
	const char *help;
};

#define OPTION_FIELD(type, field)	.at = offsetof(type, field), .bytes = sizeof(((type *)0)->field)

/** Sets a bool; OPTION_CLEAR clears it.  Where "..." stands, fields of the entry may follow. */
#define OPTION_FLAG(l, n, type, field, text, ...) \
	{ .letter = (l), .name = (n), .take = option_flag, OPTION_FIELD(type, field), .help = (text), __VA_ARGS__ }
#define OPTION_CLEAR(l, n, type, field, text) \
	{ .letter = (l), .name = (n), .take = option_clear, OPTION_FIELD(type, field), .help = (text) }
/** A number in decimal, for an unsigned int or a u64. */
#define OPTION_NUMBER(l, n, a, type, field, least, most, text, ...) \
	{ .letter = (l), .name = (n), .arg = (a), .take = option_number, OPTION_FIELD(type, field), \
	  .min = (least), .max = (most), .help = (text), __VA_ARGS__ }
/** The value as it is, for a const char *. */
#define OPTION_TEXT(l, n, a, type, field, text, ...) \
	{ .letter = (l), .name = (n), .arg = (a), .take = option_text, OPTION_FIELD(type, field), .help = (text), __VA_ARGS__ }
/** One of several names, for an unsigned int or an enum: 0 for the first. */
#define OPTION_CHOICE(l, n, a, type, field, names, text) \
	{ .letter = (l), .name = (n), .arg = (a), .take = option_choice, OPTION_FIELD(type, field), \
	  .values = (names), .help = (text) }
/** A value that only the command can parse. */
#define OPTION_OTHER(l, n, a, fn, text, ...) \
	{ .letter = (l), .name = (n), .arg = (a), .take = (fn), .help = (text), __VA_ARGS__ }
#define OPTION_END	{ .name = NULL }

option_take_fn option_flag, option_clear, option_number, option_text, option_choice;

/** Names of files: the shell knows them. */
void option_files(const char *word, FILE *out);

/** Words that were given one by one. */
struct option_words {
	const char **word;	/**< free() it */
	unsigned int nr;
};

/** Append to a struct option_words. */
option_take_fn option_word;

/** Entries defined elsewhere, for several commands or from another kind of table. */
struct option_group {
	const char *title;
	/** The @a i-th entry; NULL: there are no more. */
	const struct option_entry *(*entry)(unsigned int i);
	/** As an entry's take(). @param group what is @a at bytes into the settings */
	int (*take)(void *group, const struct option_entry *entry, const char *value, struct bench_error *err);
	size_t at;
};

#define OPTION_MAX_GROUPS 2

struct options {
	const char *command;	/**< "compare", "trace info" */
	const char *synopsis;	/**< what follows it, "[OPTION]... FILE"; a line each */
	const char *about;
	const struct option_entry *entry;
	struct option_group group[OPTION_MAX_GROUPS];
	const char *end;	/**< what --help says after the options; NULL: nothing */
	/** Arguments that are not options.  NULL take: there are none.  @{ */
	struct option_entry operand;
	const char *which;	/**< what a user must give, "a trace"; NULL: there may be none */
	/** @} */
	bool stops;		/**< the first operand ends the options: a command's own follow from optind on */
};

/** What options_parse() returns when the command is to go on. */
#define OPTIONS_GO_ON (-1)

/**
 * Read the arguments into @a settings, which is as without any; argv stays as it was typed.
 * @return OPTIONS_GO_ON; an exit code: all is said already (--help, or what is wrong)
 */
int options_parse(const struct options *o, void *settings, int argc, char **argv);

/** A number in decimal, all of @a text.  @return false: it is none */
bool options_number(const char *text, u64 *out);
/** @return -1: err, "--NAME=VALUE: the value must be a number from MIN to MAX" */
int options_number_in(const char *name, const char *text, u64 min, u64 max, u64 *out, struct bench_error *err);

/** "A,B,...", numbers that rise, into @a out, which has room for @a room. @return -1: err */
int options_rising(const char *name, const char *list, u64 min, u64 max, unsigned int *out, unsigned int room, unsigned int *nr,
		   struct bench_error *err);

/** The @a i-th of "a|b|c". @return its length; 0: there is none */
size_t options_choice(const char *values, u64 i, const char **name);

/** The text of --help. */
void options_help(const struct options *o, FILE *out);

/** Every entry of @a o, group by group; @a group is -1 for the command's own. @return NULL: there are no more */
const struct option_entry *options_entry(const struct options *o, unsigned int i, int *group);

#endif /* BENCH_CLI_OPTIONS_H */
