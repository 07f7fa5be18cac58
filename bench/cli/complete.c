/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Completion of options and their values, from the table of options.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "bench/cli/complete.h"

void option_files(const char *word, FILE *out)
{
	(void)word;
	fputs(":files\n", out);
}

/* The entry of "--name" or "-n" if that takes a value. */
static const struct option_entry *takes_value(const struct options *o, const char *word, size_t length)
{
	const struct option_entry *e;
	int group;

	for (unsigned int i = 0; (e = options_entry(o, i, &group)); i++) {
		if (!e->arg)
			continue;
		if (length == 2 && word[0] == '-' && e->letter && word[1] == e->letter)
			return e;
		if (length > 2 && length == strlen(e->name) + 2 && !memcmp(word + 2, e->name, length - 2))
			return e;
	}
	return NULL;
}

static void print_choices(const struct option_entry *e, FILE *out)
{
	const char *name;
	size_t length;

	for (u64 i = 0; (length = options_choice(e->values, i, &name)); i++)
		fprintf(out, "%.*s\n", (int)length, name);
}

/* Each line begins with the text that stands before @word. */
static void print_values(const struct option_entry *e, const char *before, const char *word, FILE *out)
{
	const char *comma = e->arg && strchr(e->arg, ',') ? strrchr(word, ',') : NULL, *last = comma ? comma + 1 : word;
	char *text = NULL, *rest, *line;
	size_t size;
	FILE *all = open_memstream(&text, &size);

	if (!all)
		return;
	if (e->values)
		print_choices(e, all);
	else if (e->complete)
		e->complete(last, all);
	fclose(all);
	for (rest = text; rest && (line = strsep(&rest, "\n"));) {
		if (line[0] == ':')
			fprintf(out, "%s\n", line);
		else if (*line && !strncmp(line, last, strlen(last)))
			fprintf(out, "%s%.*s%s\n", before, (int)(last - word), word, line);
	}
	free(text);
}

static void print_options(const struct options *o, const char *word, FILE *out)
{
	const struct option_entry *e;
	char text[64];
	int group;

	for (unsigned int i = 0; (e = options_entry(o, i, &group)); i++) {
		snprintf(text, sizeof(text), "--%s", e->name);
		if (!strncmp(text, word, strlen(word)))
			fprintf(out, "%s\n", text);
	}
	if (!strncmp("--help", word, strlen(word)))
		fputs("--help\n", out);
}

void complete_command(const struct options *o, char *const *word, int nr, FILE *out)
{
	const char *last = nr ? word[nr - 1] : "", *value = strchr(last, '=');
	const struct option_entry *e = nr > 1 ? takes_value(o, word[nr - 2], strlen(word[nr - 2])) : NULL;
	char before[96];

	if (e) {
		print_values(e, "", last, out);
	} else if (last[0] == '-' && value) {
		e = takes_value(o, last, (size_t)(value - last));
		snprintf(before, sizeof(before), "%.*s", (int)(value + 1 - last), last);
		if (e)
			print_values(e, before, value + 1, out);
	} else if (last[0] == '-') {
		print_options(o, last, out);
	} else {
		print_values(&o->operand, "", last, out);
	}
}
