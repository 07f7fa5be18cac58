/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The frame and the style of the page; escaped text.
 */
#include "config.h"
#include "bench/report/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/usage.h"
#include "bench/report/plot.h"

void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '&')
			fputs("&amp;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else if (c == '\'')
			fputs("&#39;", out);
		else if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			fputs("\xef\xbf\xbd", out);	/* U+FFFD */
		else
			fputc(c, out);
	}
}

void html_element(FILE *out, const char *tag, const char *text)
{
	fprintf(out, "<%s>", tag);
	html_text(out, text);
	fprintf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void html_number(FILE *out, const char *format, double value)
{
	char text[64];

	if (isfinite(value))
		snprintf(text, sizeof(text), format, value);
	else
		strcpy(text, "-");
	fprintf(out, "<td class=\"n\">%s</td>", text);
}

int page_no_memory(void)
{
	return usage_error("not enough memory for the report");
}

/* --- names ---------------------------------------------------------------------------------------- */

unsigned int page_colour(struct page_names *names, const char *name)
{
	unsigned int i;

	for (i = 0; i < names->nr; i++)
		if (!strcmp(names->name[i], name))
			return i % PLOT_MAX_SERIES;
	if (names->nr == PAGE_MAX_NAMES)
		return PLOT_MAX_SERIES - 1;
	names->name[names->nr] = strdup(name);
	if (!names->name[names->nr])
		exit(page_no_memory());
	return names->nr++ % PLOT_MAX_SERIES;
}

void page_names_free(struct page_names *names)
{
	for (unsigned int i = 0; i < names->nr; i++)
		free(names->name[i]);
}

void page_key(FILE *out, struct page_names *names, const char *name)
{
	fprintf(out, "<span class=\"key\" style=\"--c:var(--s%u)\">", page_colour(names, name));
	html_text(out, name);
	fputs("</span>", out);
}

/* --- the frame ------------------------------------------------------------------------------------ */

static const char light[] =
	"--paper:#fff;--card:#f6f7f9;--ink:#1c2128;--dim:#59636e;--grid:#d9dee4;--level:#e3e6ea;--link:#0a58b8;"
	"--good:#d3efdc;--wait:#f9d9d0;--try:#fbeabf;--fall:#e6dcf5;--warn:#8a4b00;--bad:#b3261e;"
	"--s0:#7d8792;--s1:#1668b5;--s2:#4aa8d8;--s3:#d1571a;--s4:#14865f;--s5:#a34c97;--s6:#b08300;--s7:#87533f;"
	"--s8:#3c4fa0;--s9:#d0648c;"
	"--a0:#ccd2d8;--a1:#a9cbee;--a2:#bfe4f6;--a3:#f6c3a5;--a4:#a3dcc6;--a5:#e3bfdd;--a6:#eed98f;--a7:#dcc0b4;"
	"--a8:#bcc5ea;--a9:#f5c3d4";
static const char dark[] =
	"--paper:#14181d;--card:#1c2229;--ink:#e4e8ec;--dim:#9aa5b1;--grid:#333c46;--level:#2b323a;--link:#79b8ff;"
	"--good:#1d4730;--wait:#5d2c22;--try:#54431a;--fall:#413258;--warn:#f0b45c;--bad:#ff8f85;"
	"--s0:#98a2ad;--s1:#5ea4ec;--s2:#7fd0f5;--s3:#f28a50;--s4:#4cc79b;--s5:#d488ca;--s6:#dfb441;--s7:#bd8a76;"
	"--s8:#8d9ee8;--s9:#ee94b4;"
	"--a0:#444c55;--a1:#1f4a78;--a2:#2b6079;--a3:#713a1c;--a4:#1c5a45;--a5:#5c3358;--a6:#5f4c12;--a7:#543c32;"
	"--a8:#343f78;--a9:#6b3549";

static const char style[] =
	"*{box-sizing:border-box}"
	"body{margin:0 auto;max-width:78rem;padding:1.5rem 1rem 4rem;background:var(--paper);color:var(--ink);"
	"font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;overflow-wrap:break-word}"
	"h1{font-size:1.7rem;line-height:1.2;margin:0 0 .4rem}"
	"h2{font-size:1.35rem;margin:3rem 0 .6rem;padding-top:.8rem;border-top:2px solid var(--grid);line-height:1.3}"
	"h2 small{font-weight:400;font-size:.95rem;color:var(--dim)}"
	"h3{font-size:1.1rem;margin:2rem 0 .2rem}"
	"p{margin:.4rem 0 .8rem;max-width:46rem}.dim,figcaption,caption{color:var(--dim);font-size:.9rem}"
	"a{color:var(--link)}nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;padding:0;margin:1rem 0;list-style:none}"
	"code{font:.86em ui-monospace,'DejaVu Sans Mono',Menlo,monospace;overflow-wrap:anywhere}"
	".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem;margin:.8rem 0;align-items:start}"
	"figure{margin:0;padding:.7rem .8rem;background:var(--card);border-radius:8px;min-width:0}"
	"figcaption{margin-bottom:.3rem}.plot,.scroll{overflow-x:auto;max-width:100%}"
	".chart{display:block;margin:0 auto;width:100%;height:auto;color:var(--ink)}.chart g{font-family:inherit}"
	".chart text{white-space:pre}"
	".scroll{margin:.8rem 0}table{border-collapse:collapse;font-size:.86rem;line-height:1.4}"
	"caption{text-align:left;padding:.2rem 0 .4rem}"
	"th,td{padding:.22rem .7rem .22rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}"
	"thead th{color:var(--dim);font-weight:600;vertical-align:bottom}"
	"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
	"tbody th{font-weight:400}tbody th,tbody td{white-space:nowrap}"
	"tbody th:first-child{position:sticky;left:0;background:var(--paper)}"
	".cells{font-size:.8rem}.cells th,.cells td{padding:.25rem .42rem;border:2px solid var(--paper)}"
	".cells td{white-space:nowrap;background:var(--level)}"
	"td.good{background:var(--good)}td.wait{background:var(--wait)}td.try{background:var(--try)}td.fall{background:var(--fall)}"
	".cells td.none{background:none}"
	".key{white-space:nowrap}.key::before{content:'';display:inline-block;width:.75em;height:.75em;margin-right:.4em;"
	"border-radius:2px;background:var(--c)}"
	".legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.86rem;max-width:none}"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.88rem;margin:.6rem 0;"
	"background:var(--card);border-radius:8px;padding:.7rem .9rem}dt{color:var(--dim)}dd{margin:0;min-width:0}"
	".warn{color:var(--warn);font-size:.92rem;padding-left:1.2rem;margin:.5rem 0}.bad{color:var(--bad);font-weight:600}"
	".answer ul{margin:.3rem 0 .9rem;padding-left:1.2rem;max-width:52rem}.answer li{margin:.25rem 0;font-size:1.06rem}"
	".answer p{margin:.6rem 0 0;max-width:none;color:var(--dim)}img.story{display:block;max-width:none}"
	"details{margin:.6rem 0}summary{cursor:pointer;color:var(--link)}"
	"footer{margin-top:3rem;border-top:1px solid var(--grid);padding-top:.6rem;color:var(--dim);font-size:.88rem}"
	"@media(max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}.legend .key{white-space:normal}"
	"figure{padding:.6rem .4rem}}"
	"@media print{figure,dl{background:none}details>*{display:revert}}";

void page_head(FILE *out)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"generator\" content=\"faultline " PACKAGE_VERSION "\">\n"
	      "<title>faultline report</title>\n<style>\n", out);
	fprintf(out, ":root{color-scheme:light dark;%s}\n@media(prefers-color-scheme:dark){:root{%s}}\n%s\n</style>\n</head>\n<body>\n",
		light, dark, style);
	fputs("<header><h1>faultline report</h1>\n", out);
}

void page_contents(FILE *out, const char *const *titles, unsigned int nr)
{
	fputs("<p class=\"dim\">Schemes for page-fault locking, over one prototype of the kernel's memory management. Each section says how"
	      " it was measured; every number of a plot stands in a table beside it.</p>\n", out);
	if (nr > 1) {
		fputs("<nav aria-label=\"Sections\"><ul>", out);
		for (unsigned int i = 0; i < nr; i++) {
			fprintf(out, "<li><a href=\"#s%u\">", i + 1);
			html_text(out, titles[i]);
			fputs("</a></li>", out);
		}
		fputs("</ul></nav>\n", out);
	}
	fputs("</header>\n<main>\n", out);
}

void page_foot(FILE *out)
{
	fputs("</main>\n<footer>Made by faultline " PACKAGE_VERSION " from its own JSON results.</footer>\n</body>\n</html>\n", out);
}
