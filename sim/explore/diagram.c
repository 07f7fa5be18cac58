// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A story as a picture: one column per thread, time goes down, an arrow where one thread reads
 * what another stored.
 *
 * A solid arrow leads from a store to the read of it by another thread.  A read of an old value is red, with a dashed
 * arrow back in time to the store that it read, or to just before the store that it missed.
 */
#include "sim/explore/story.h"

#include <errno.h>

#define COLUMN	430
#define ROW	46
#define TOP	70
#define BOX	400

static void text(FILE *out, const char *s, size_t most)
{
	for (size_t n = 0; *s && n < most; s++, n++) {
		switch (*s) {
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '&': fputs("&amp;", out); break;
		case '"': fputs("&quot;", out); break;
		default: fputc(*s, out);
		}
	}
}

static void label(FILE *out, int x, int y, const char *class, const char *s, size_t most)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	text(out, s, most);
	fprintf(out, "</text>\n");
}

static int row_y(unsigned int line)
{
	return TOP + (int)line * ROW;
}

/* Columns of the threads that do something, in the order of their numbers. */
static unsigned int columns(const struct story *story, int *column)
{
	bool there[EXPLORE_THREADS] = { false };
	unsigned int nr = 0;

	for (unsigned int i = 1; i <= story->nr; i++)
		there[ex.step[story->line[i].step].thread] = true;
	for (unsigned int t = 0; t < EXPLORE_THREADS; t++)
		column[t] = there[t] ? (int)nr++ : 0;
	for (unsigned int t = 0; t < EXPLORE_THREADS; t++)
		if (!there[t])
			column[t] = -1;
	return nr;
}

static void arrow(FILE *out, const struct story *story, unsigned int line, const int *column)
{
	const struct story_line *l = &story->line[line];
	int from = column[ex.step[story->line[l->from].step].thread], to = column[ex.step[l->step].thread];
	int x1 = 20 + from * COLUMN + (to > from ? BOX : 0), x2 = 20 + to * COLUMN + (to < from ? BOX : 0);
	int y1 = row_y(l->from) + 14, y2 = row_y(line) + 14;

	if (from == to) {
		x1 = x2 = 20 + to * COLUMN;
		fprintf(out, "<path d=\"M %d %d C %d %d, %d %d, %d %d\" class=\"%s\"/>\n", x2, y2, x2 - 18, y2, x1 - 18, y1, x1, y1,
			l->old ? "old" : "reads");
		return;
	}
	/*
	 * A read of an old value has an arrow back to the store that it read; to any other read its store
	 * has an arrow.
	 */
	if (l->old)
		fprintf(out, "<path d=\"M %d %d L %d %d\" class=\"old\"/>\n", x2, y2, x1, y1);
	else
		fprintf(out, "<path d=\"M %d %d L %d %d\" class=\"reads\"/>\n", x1, y1, x2, y2);
}

/* What it read is older than the story: the arrow leads to just before the first store that it missed. */
static void arrow_before(FILE *out, const struct story *story, unsigned int line, const int *column)
{
	const struct story_line *l = &story->line[line];
	int from = column[ex.step[story->line[l->missed].step].thread], to = column[ex.step[l->step].thread];

	fprintf(out, "<path d=\"M %d %d L %d %d\" class=\"old\"/>\n", 20 + to * COLUMN + (to < from ? BOX : 0), row_y(line) + 14,
		20 + from * COLUMN + (to > from ? BOX : 0), row_y(l->missed) - 8);
}

int story_draw(const struct story *story, FILE *out)
{
	int column[EXPLORE_THREADS];
	int nr = (int)columns(story, column), width = 40 + nr * COLUMN, height = row_y(story->nr + 3);
	const char *end = strchr(story->result.what, '\n');

	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n", width, height,
		width, height);
	fprintf(out, "<style>text{font:12px sans-serif;fill:#222} .head{font-weight:bold;font-size:14px} .place{fill:#666;font-size:11px} "
		".stale{fill:#b00} .finding{fill:#b00;font-weight:bold} rect{fill:#f4f4f0;stroke:#bbb} rect.bad{fill:#fdecea;stroke:#b00} "
		".reads{stroke:#36c;fill:none;marker-end:url(#a)} .old{stroke:#b00;stroke-dasharray:5 3;fill:none;marker-end:url(#b)}</style>\n");
	fprintf(out, "<defs><marker id=\"a\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"3\" orient=\"auto\">"
		"<path d=\"M0,0 L8,3 L0,6 z\" fill=\"#36c\"/></marker><marker id=\"b\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"3\" "
		"orient=\"auto\"><path d=\"M0,0 L8,3 L0,6 z\" fill=\"#b00\"/></marker></defs>\n");
	fprintf(out, "<rect x=\"0\" y=\"0\" width=\"%d\" height=\"%d\" style=\"fill:#fff;stroke:none\"/>\n", width, height);
	for (unsigned int t = 0; t < EXPLORE_THREADS; t++)
		if (column[t] >= 0) {
			label(out, 24 + column[t] * COLUMN, 30, "head", ex_name(t), 60);
			fprintf(out, "<path d=\"M %d 40 V %d\" stroke=\"#ddd\"/>\n", 20 + column[t] * COLUMN + BOX / 2, height - 60);
		}
	for (unsigned int i = 1; i <= story->nr; i++) {
		const struct story_line *l = &story->line[i];
		int x = 20 + column[ex.step[l->step].thread] * COLUMN, y = row_y(i);
		char what[300];

		fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"%s><title>", x, y - 8, BOX, ROW - 8,
			l->old ? " class=\"bad\"" : "");
		text(out, l->source, sizeof(l->source));
		fprintf(out, "</title></rect>\n");
		snprintf(what, sizeof(what), "%u  %s", i, l->what);
		label(out, x + 6, y + 8, l->old ? "stale" : "what", what, 62);
		label(out, x + 6, y + 23, "place", l->place, 66);
	}
	for (unsigned int i = 1; i <= story->nr; i++)
		if (story->line[i].from)
			arrow(out, story, i, column);
		else if (story->line[i].missed)
			arrow_before(out, story, i, column);
	label(out, 20, row_y(story->nr + 1) + 10, "finding", story->result.end == EXPLORE_FINE ? "Nothing is wrong at the end." :
	      story->result.what, end ? (size_t)(end - story->result.what) : sizeof(story->result.what));
	fprintf(out, "</svg>\n");
	return ferror(out) ? -EIO : 0;
}
