/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Collecting plots, running gnuplot once, and fitting its SVG into an HTML page.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/report/page.h"
#include "bench/report/plot.h"

#define MARK '\001'	/* in the page, where a plot goes; escaped text has none */

extern char **environ;

struct plots {
	FILE *script;
	unsigned int nr;
	char **title;		/* of each plot */
	char **text;
	unsigned int nr_texts;
};

struct plots *plots_create(void)
{
	struct plots *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->script = tmpfile();
	if (!p->script) {
		free(p);
		return NULL;
	}
	return p;
}

void plots_free(struct plots *p)
{
	if (!p)
		return;
	for (unsigned int i = 0; i < p->nr; i++)
		free(p->title[i]);
	for (unsigned int i = 0; i < p->nr_texts; i++)
		free(p->text[i]);
	free(p->title);
	free(p->text);
	fclose(p->script);
	free(p);
}

/* A page that lacks memory is not written at all. */
static unsigned int keep(char ***list, unsigned int *nr, const char *text)
{
	char **more = realloc(*list, (*nr + 1) * sizeof(*more));

	if (more)
		*list = more;
	if (!more || !(more[*nr] = strdup(text)))
		exit(page_no_memory());
	return (*nr)++;
}

unsigned int plot_text(struct plots *p, const char *text)
{
	return keep(&p->text, &p->nr_texts, text);
}

FILE *plot_begin(struct plots *p, FILE *page, const char *title, unsigned int width, unsigned int height)
{
	fputs("<figure><figcaption>", page);
	html_text(page, title);
	fprintf(page, "</figcaption><div class=\"plot\">%c</div></figure>\n", MARK);
	keep(&p->title, &p->nr, title);
	fprintf(p->script,
		"reset\n"
		"set terminal svg size %u,%u font \"inherit,12\" noenhanced\n"
		"unset key\nunset border\n"
		"set grid lt 1 lw 1 lc rgb 0x%06x\n"
		"set tics scale 0 nomirror textcolor rgb 0x%06x\n"
		"set style fill solid 1 noborder\n",
		width, height, plot_rgb(PLOT_GRID), plot_rgb(PLOT_DIM));
	return p->script;
}

/* --- SVG into the page --------------------------------------------------------------------------- */

static void put_colour(unsigned int colour, FILE *out)
{
	static const char *const names[] = { "ink", "grid", "dim", "level" };

	static const unsigned int percent[PLOT_SHADES] = { 25, 50, 75, 100 };

	if (colour >= PLOT_GREY)
		fprintf(out, "color-mix(in srgb,var(--ink) %u%%,var(--card))", percent[(colour - PLOT_GREY) % PLOT_SHADES] / 5);
	else if (colour >= PLOT_SHADE)
		fprintf(out, "color-mix(in srgb,var(--a%u) %u%%,var(--card))", (colour - PLOT_SHADE) / PLOT_SHADES,
			percent[(colour - PLOT_SHADE) % PLOT_SHADES]);
	else if (colour >= PLOT_AREA)
		fprintf(out, "var(--a%u)", colour - PLOT_AREA);
	else if (colour >= PLOT_SERIES)
		fprintf(out, "var(--s%u)", colour - PLOT_SERIES);
	else if (colour < sizeof(names) / sizeof(names[0]))
		fprintf(out, "var(--%s)", names[colour]);
}

/* One line of SVG: texts and colours put in, ids that would occur twice on the page left out. */
static void put_line(const struct plots *p, const char *line, FILE *out)
{
	unsigned int n, r, g, b;
	int used;

	if (strstr(line, "id=\"gnuplot_"))
		line = "<g>\n";
	while (*line) {
		used = 0;
		if (*line == '~' && sscanf(line, "~%u~%n", &n, &used) == 1 && used && n < p->nr_texts) {
			html_text(out, p->text[n]);
			line += used;
		} else if (*line == 'r' && sscanf(line, "rgb( %u, %u, %u)%n", &r, &g, &b, &used) == 3 && used &&
			   r == 1 && g == 1) {
			put_colour(b, out);
			line += used;
		} else if (!strncmp(line, "black", 5)) {
			fputs("currentColor", out);
			line += 5;
		} else {
			fputc(*line++, out);
		}
	}
}

/* From the opening tag of one plot to its end.  @return what follows; NULL: it was the last */
static char *put_plot(const struct plots *p, char *svg, unsigned int at, bool defs, FILE *out)
{
	unsigned int width = 0, height = 0;
	char *line, *rest, *end, *body;
	bool in_defs = false;

	svg = strstr(svg, "<svg");
	end = svg ? strstr(svg, "</svg>") : NULL;
	body = svg ? strstr(svg, "<g id=\"gnuplot_canvas\"") : NULL;
	if (!end || !body || body > end || sscanf(svg, "<svg width=\"%u\" height=\"%u\"", &width, &height) != 2)
		return NULL;
	*end = '\0';
	fprintf(out, "<svg class=\"chart\" viewBox=\"0 0 %u %u\" style=\"min-width:%upx;max-width:%upx\" role=\"img\" "
		"aria-label=\"", width, height, width - width / 12, width + width / 3);
	html_text(out, p->title[at]);
	fputs("\"><title>", out);
	html_text(out, p->title[at]);
	fputs("</title>\n", out);
	for (line = body; line; line = rest) {
		rest = strchr(line, '\n');
		if (rest)
			*rest++ = '\0';
		in_defs |= strstr(line, "<defs>") != NULL;
		if (*line && (!in_defs || defs) && !strstr(line, "<filter") && !strstr(line, "<fe") &&
		    !strstr(line, "</filter")) {
			put_line(p, line, out);
			fputc('\n', out);
		}
		if (strstr(line, "</defs>"))
			in_defs = false;
	}
	fputs("</svg>", out);
	return end + 1;
}

/* --- gnuplot -------------------------------------------------------------------------------------- */

/* @return the text of a temporary file, NULL: no memory */
static char *whole(FILE *file)
{
	long size;
	char *text;

	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text = size < 0 ? NULL : malloc((size_t)size + 1);
	if (text)
		text[fread(text, 1, (size_t)size, file)] = '\0';
	return text;
}

/* @return 0; 1: it failed, and @say says why; -ENOENT: it is not there; another -errno: it could not be started */
static int run_gnuplot(FILE *in, FILE *out, FILE *say)
{
	char *argv[] = { "gnuplot", "--default-settings", NULL };
	posix_spawn_file_actions_t actions;
	int status, ret;
	pid_t pid;

	ret = posix_spawn_file_actions_init(&actions);
	if (ret)
		return -ret;
	ret = posix_spawn_file_actions_adddup2(&actions, fileno(in), 0);
	ret = ret ? ret : posix_spawn_file_actions_adddup2(&actions, fileno(out), 1);
	ret = ret ? ret : posix_spawn_file_actions_adddup2(&actions, fileno(say), 2);
	ret = ret ? ret : posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (ret)
		return -ret;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOENT;
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

static int gnuplot_said(FILE *say, struct bench_error *err)
{
	char *text = whole(say), *line = text ? text + strspn(text, " \n\t") : "";
	int ret;

	line = text ? strtok(line, "\n") : NULL;
	ret = bench_fail(err, "gnuplot failed: %s", line ? line : "it does not say why");
	free(text);
	return ret;
}

int plots_finish(struct plots *p, const char *page, FILE *out, struct bench_error *err)
{
	FILE *svg = tmpfile(), *say = tmpfile();
	char *text = NULL, *at;
	unsigned int n = 0;
	int ret = -1;

	if (!p->nr) {
		fputs(page, out);
		ret = 0;
		goto out;
	}
	if (!svg || !say || fflush(p->script)) {
		bench_fail(err, "no temporary file: %s", strerror(errno));
		goto out;
	}
	rewind(p->script);
	ret = run_gnuplot(p->script, svg, say);
	if (ret == -ENOENT)
		bench_fail(err, "gnuplot is missing, which draws the plots (package gnuplot-nox)");
	else if (ret < 0)
		bench_fail(err, "gnuplot cannot be started: %s", strerror(-ret));
	else if (ret)
		gnuplot_said(say, err);
	if (ret) {
		ret = ret == -ENOENT ? -2 : -1;
		goto out;
	}
	ret = -1;
	text = at = whole(svg);
	if (!text) {
		bench_fail_memory(err, "reading plots");
		goto out;
	}
	for (; *page; page++) {
		if (*page != MARK) {
			fputc(*page, out);
			continue;
		}
		at = put_plot(p, at, n, n == 0, out);
		if (!at) {
			gnuplot_said(say, err);
			goto out;
		}
		n++;
	}
	ret = 0;
out:
	free(text);
	if (svg)
		fclose(svg);
	if (say)
		fclose(say);
	return ret;
}
