/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The story of a race, as `faultline explore --diagram` draws it, in the page.
 *
 * It goes in as an image that the page carries: whatever the file holds, an image runs no script and takes nothing from
 * outside.
 */
#include "config.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STORY_MAX	(4u << 20)	/* bytes */

bool story_is(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && !strcmp(path + n - 4, ".svg");
}

char *story_read(const char *path, struct bench_error *err)
{
	FILE *in = fopen(path, "r");
	char *text = malloc(STORY_MAX + 1);
	struct stat st;
	size_t n = 0;
	int ret = -1;

	if (!text)
		bench_fail_memory(err, "reading a story");
	else if (!in)
		bench_fail(err, "%s: cannot be opened: %s", path, strerror(errno));
	else if (fstat(fileno(in), &st) || !S_ISREG(st.st_mode))
		bench_fail(err, "%s: is not a regular file", path);
	else if ((n = fread(text, 1, STORY_MAX + 1, in)) > STORY_MAX)
		bench_fail(err, "%s: is larger than %u bytes", path, STORY_MAX);
	else if (ferror(in))
		bench_fail(err, "%s: cannot be read: %s", path, strerror(errno));
	else if (strlen((text[n] = '\0', text)) != n || strncmp(text, "<svg ", 5))
		bench_fail(err, "%s: is not a drawing of 'faultline explore --diagram'", path);
	else
		ret = 0;
	if (in)
		fclose(in);
	if (ret) {
		free(text);
		text = NULL;
	}
	return text;
}

static void base64(FILE *out, const unsigned char *p, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		unsigned int left = n - i < 3 ? (unsigned int)(n - i) : 3;
		unsigned int v = (unsigned int)p[i] << 16 | (left > 1 ? (unsigned int)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0u);

		fputc(digit[v >> 18], out);
		fputc(digit[v >> 12 & 63], out);
		fputc(left > 1 ? digit[v >> 6 & 63] : '=', out);
		fputc(left > 2 ? digit[v & 63] : '=', out);
	}
}

void story_print(struct report *report, const char *name, const char *svg)
{
	FILE *out = report->page;

	fputs("<p class=\"dim\">From the top down, a column for each thread: the steps that matter of a schedule that breaks a rule."
	      " Dashed: a load that reads an old value. <code>faultline explore --replay SEED</code> tells the same in words.</p>\n"
	      "<div class=\"scroll\" tabindex=\"0\"><img class=\"story\" alt=\"The story ", out);
	html_text(out, name);
	fputs(", step by step\" src=\"data:image/svg+xml;base64,", out);
	base64(out, (const unsigned char *)svg, strlen(svg));
	fputs("\"></div>\n", out);
}

#endif /* HAVE_JANSSON */
