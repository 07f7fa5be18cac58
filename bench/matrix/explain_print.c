/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A staged story in words: the answer, then two columns, as text or as SVG.
 */
#include "bench/matrix/explain.h"

#include <string.h>

#define COLUMN	38	/* characters of a column of text */

/* --- the answer ---------------------------------------------------------------------------------------- */

static void answer(const struct explain *e, FILE *out)
{
	const struct matrix_cell *end = &e->end;
	const struct matrix_rung *first = &end->rung[0];

	if (!end->op_waits)
		fprintf(out, "The %s does not wait: it is over while the fault stands still.\n", e->op->name);
	else if (!strcmp(end->op_lock, "rcu"))
		fprintf(out, "The %s waits for the fault, which is in an RCU section.\n", e->op->name);
	else
		fprintf(out, "The %s waits for the fault, at %s.\n", e->op->name, end->op_lock);
	if (end->nr_rungs < 2 && !first->why[0])
		fprintf(out, "The fault goes on as if nothing had happened");
	else if (end->nr_rungs < 2)
		fprintf(out, "The fault sees it (%s) and tries again on its own rung", first->why);
	else
		fprintf(out, "The fault sees it (%s), falls, and ends on the rung of %s", first->why[0] ? first->why : "no reason counted",
			end->rung[end->nr_rungs - 1].si->scheme->name);
	if (end->raced)
		fputs(", where another page is there already", out);
	fprintf(out, ": %s.\n", explain_result(end->result));
}

static void head(const struct explain *e, FILE *out)
{
	fprintf(out, "%s: a fault beside %s%s", e->chain->name, e->op->what,
		e->where == WHERE_THIS ? ", in the range that it changes" : ", in another VMA");
}

/* --- text ----------------------------------------------------------------------------------------------- */

/* As much of @text as a line holds, up to a space if there is one. */
static size_t line_of(const char *text, size_t width)
{
	size_t n = strlen(text);

	if (n <= width)
		return n;
	n = width;
	while (n && text[n] != ' ')
		n--;
	return n ? n : width;
}

static void print_step(const struct explain_step *s, unsigned int nr, FILE *out)
{
	const char *rest = s->text, *mark = s->blocked ? "* " : "  ";

	while (*rest) {
		size_t n = line_of(rest, COLUMN);

		if (nr)
			fprintf(out, "%3u  ", nr);
		else
			fputs("     ", out);
		if (s->of_op)
			fprintf(out, "%*s  | %s%.*s\n", COLUMN, "", mark, (int)n, rest);
		else
			fprintf(out, "%s%-*.*s|\n", mark, COLUMN, (int)n, rest);
		rest += n + (rest[n] == ' ');
		nr = 0;
		mark = "  ";
	}
}

void explain_text(const struct explain *e, FILE *out)
{
	head(e, out);
	fputs("\n\n", out);
	answer(e, out);
	fprintf(out, "\n       %-*s| %s\n", COLUMN, "fault", e->op->name);
	for (unsigned int i = 0; i < e->nr; i++)
		print_step(&e->step[i], i + 1, out);
	fprintf(out, "\n*: it stands still here: the fault because it is held at %s, else because it must wait.\n", probe_point_name(e->point));
}

/* --- SVG ------------------------------------------------------------------------------------------------ */

#define BOX	300	/* px */
#define GAP	24
#define LINE	15
#define WIDE	50	/* characters of a line in a box */

static void svg_text(const char *text, size_t n, FILE *out)
{
	for (; n && *text; n--, text++) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else
			fputc(*text, out);
	}
}

static unsigned int lines_of(const char *text)
{
	unsigned int nr = 0;

	for (size_t n; *text; text += n + (text[n] == ' '), nr++)
		n = line_of(text, WIDE);
	return nr;
}

static unsigned int box_height(const struct explain_step *s)
{
	return lines_of(s->text) * LINE + 10;
}

/* A line through a column, dashed from where it stands still to where it goes on. */
static void svg_life(const struct explain *e, bool of_op, unsigned int x, unsigned int top, FILE *out)
{
	const struct explain_step *last = NULL;
	unsigned int y = top, from = 0;

	for (unsigned int i = 0; i < e->nr; i++) {
		const struct explain_step *s = &e->step[i];

		if (s->of_op == of_op) {
			if (last)
				fprintf(out, "<path class=\"%s\" d=\"M%u %uV%u\"/>\n", last->blocked ? "still" : "life", x, from, y);
			last = s;
			from = y + box_height(s);
		}
		y += box_height(s) + 8;
	}
}

void explain_svg(const struct explain *e, FILE *out)
{
	unsigned int top = 78, y = top, width = 2 * BOX + 3 * GAP;

	for (unsigned int i = 0; i < e->nr; i++)
		y += box_height(&e->step[i]) + 8;
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\">\n"
		"<style>text{font:12px sans-serif;fill:#1c2128}.head{font-weight:bold;font-size:14px}rect{fill:#f4f6f8;stroke:#8a949e}"
		"rect.still{fill:#fbeabf;stroke:#8a4b00}.ground{fill:#fff;stroke:none}.life{stroke:#8a949e}.still{stroke:#8a4b00}"
		"path.still{stroke-dasharray:4 4}@media(prefers-color-scheme:dark){text{fill:#e4e8ec}rect{fill:#1c2229}"
		"rect.still{fill:#54431a;stroke:#f0b45c}.still{stroke:#f0b45c}.ground{fill:#14181d}}</style>\n"
		"<title>", width, y + GAP, width, y + GAP);
	head(e, out);
	fprintf(out, "</title>\n<rect class=\"ground\" width=\"%u\" height=\"%u\"/>\n<text class=\"head\" x=\"%d\" y=\"28\">", width, y + GAP, GAP);
	head(e, out);
	fprintf(out, "</text>\n<text class=\"head\" x=\"%d\" y=\"62\">fault</text>\n<text class=\"head\" x=\"%d\" y=\"62\">%s</text>\n", GAP,
		BOX + 2 * GAP, e->op->name);
	svg_life(e, false, GAP + 16, top, out);
	svg_life(e, true, BOX + 2 * GAP + 16, top, out);
	y = top;
	for (unsigned int i = 0; i < e->nr; i++) {
		const struct explain_step *s = &e->step[i];
		unsigned int x = s->of_op ? BOX + 2 * GAP : GAP, line = y + LINE + 1;

		fprintf(out, "<rect%s x=\"%u\" y=\"%u\" width=\"%d\" height=\"%u\" rx=\"4\"/>\n", s->blocked ? " class=\"still\"" : "", x, y, BOX,
			box_height(s));
		for (const char *rest = s->text; *rest; line += LINE) {
			size_t n = line_of(rest, WIDE);

			fprintf(out, "<text x=\"%u\" y=\"%u\">", x + 8, line);
			svg_text(rest, n, out);
			fputs("</text>\n", out);
			rest += n + (rest[n] == ' ');
		}
		y += box_height(s) + 8;
	}
	fputs("</svg>\n", out);
}
