/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The text of --help, from a command's table of options, wrapped to a terminal of 80 columns.
 */
#include <string.h>

#include "bench/cli/options.h"

#define WIDTH		79
#define MAX_COLUMN	27	/* of the texts; a longer option has its text on the next line */

/* @at: the column where the line stands. Words go on at @indent; a line break in the text is kept. */
static void wrap(FILE *out, const char *text, size_t at, size_t indent)
{
	while (*text) {
		size_t blanks = strspn(text, " "), word = strcspn(text + blanks, " \n");

		if (at > indent && at + blanks + word > WIDTH) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
		}
		if (at == indent)
			text += blanks;
		else
			word += blanks;
		fprintf(out, "%.*s", (int)word, text);
		at += word;
		text += word;
		if (*text == '\n') {
			fprintf(out, "\n%*s", text[1] && text[1] != '\n' ? (int)indent : 0, "");
			at = indent;
			text++;
		}
	}
	fputc('\n', out);
}

/* "  -s, --schemes A,B,..." @return its length */
static size_t head(const struct option_entry *e, char *buf, size_t size)
{
	int n = e->letter ? snprintf(buf, size, "  -%c, --%s", e->letter, e->name) : snprintf(buf, size, "      --%s", e->name);

	if (e->arg)
		n += snprintf(buf + n, size - (size_t)n, " %s", e->arg);
	return (size_t)n;
}

static void print_entry(const struct option_entry *e, size_t column, FILE *out)
{
	char text[96];
	size_t n = head(e, text, sizeof(text));

	fputs(text, out);
	if (n + 2 > column) {
		fputc('\n', out);
		n = 0;
	}
	fprintf(out, "%*s", (int)(column - n), "");
	wrap(out, e->help, column, column);
}

static size_t column_of(const struct options *o)
{
	const struct option_entry *e;
	size_t column = strlen("  -h, --help") + 2;
	char text[96];
	int group;

	for (unsigned int i = 0; (e = options_entry(o, i, &group)); i++) {
		size_t n = head(e, text, sizeof(text)) + 2;

		if (n > column && n <= MAX_COLUMN)
			column = n;
	}
	return column;
}

void options_help(const struct options *o, FILE *out)
{
	static const struct option_entry help = { .name = "help", .letter = 'h', .help = "this text" };
	size_t column = column_of(o), length;
	const struct option_entry *e;
	int group, last = -1;

	for (const char *line = o->synopsis; *line; line += length + (line[length] == '\n')) {
		length = strcspn(line, "\n");
		fprintf(out, "%s faultline %s %.*s\n", line == o->synopsis ? "Usage:" : "  or: ", o->command, (int)length, line);
	}
	wrap(out, o->about, 0, 0);
	fputc('\n', out);
	for (unsigned int i = 0; (e = options_entry(o, i, &group)); i++) {
		if (group != last) {
			if (last < 0)
				print_entry(&help, column, out);
			fputc('\n', out);
			wrap(out, o->group[group].title, 0, 0);
		}
		last = group;
		print_entry(e, column, out);
	}
	if (last < 0)
		print_entry(&help, column, out);
	if (o->end) {
		fputc('\n', out);
		wrap(out, o->end, 0, 0);
	}
}
