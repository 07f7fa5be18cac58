/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief How a section was measured: the machine, the arguments, what weakens it.
 */
#include "config.h"
#include "bench/lib/plural.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

#include <stdarg.h>
#include <string.h>

static void row_text(FILE *out, const char *name, const char *text)
{
	fprintf(out, "<dt>%s</dt><dd>", name);
	html_text(out, text);
	fputs("</dd>\n", out);
}

/* Quoted so that a shell reads it back. */
static void shell_word(FILE *out, const char *word)
{
	const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
	bool quote = !*word || word[strspn(word, plain)];

	if (quote)
		fputc('\'', out);
	for (; *word; word++) {
		const char letter[] = { *word, '\0' };

		html_text(out, *word == '\'' ? "'\\''" : letter);
	}
	if (quote)
		fputc('\'', out);
}

void measured_begin(struct report *report, struct reader *r, const struct at *top)
{
	struct at host = at_object(r, top, "host"), args = at_array(r, top, "argv");
	bool vm = at_bool(r, &host, "virtual_machine");
	u64 cpus = at_count(r, &host, "cpus", 1000000);
	FILE *out = report->page;

	fputs("<dl class=\"measured\">\n<dt>measured on</dt><dd>", out);
	html_text(out, at_text(r, &host, "cpu"));
	fprintf(out, ", %llu CPU%s, ", (unsigned long long)cpus, plural(cpus));
	fputs(vm ? "a virtual machine" : "no virtual machine", out);
	if (vm && at_has(&host, "hypervisor")) {
		fputs(" (", out);
		html_text(out, at_text(r, &host, "hypervisor"));
		fputc(')', out);
	}
	fputs("; ", out);
	html_text(out, at_text(r, &host, "system"));
	if (at_has(&host, "per_vma_locks")) {
		fputs("; its own per-VMA locks: ", out);
		html_text(out, at_text(r, &host, "per_vma_locks"));
	}
	fputs("; ", out);
	html_text(out, at_text(r, &host, "compiler"));
	fputs("; faultline ", out);
	html_text(out, at_text(r, top, "version"));
	fputs("</dd>\n<dt>command</dt><dd><code>faultline", out);
	for (size_t i = 0; i < at_size(&args); i++) {
		fputc(' ', out);
		shell_word(out, at_text_element(r, &args, i));
	}
	fputs("</code></dd>\n", out);
}

void measured_row(struct report *report, const char *name, const char *format, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	row_text(report->page, name, text);
}

void measured_end(struct report *report)
{
	fputs("</dl>\n", report->page);
}

void measured_machine(struct report *report, struct reader *r, const struct at *of)
{
	struct at machine = at_object(r, of, "machine");

	measured_row(report, "simulated machine", "%s: %s, %llu CPUs, threads placed %s", at_text(r, &machine, "name"),
		     at_text(r, &machine, "title"), (unsigned long long)at_count(r, &machine, "cpus", 100000),
		     at_text(r, &machine, "placement"));
	measured_row(report, "what it lacks", "%s", at_text(r, &machine, "lacks"));
}

void measured_simulated(struct report *report, struct reader *r, const struct at *top)
{
	measured_begin(report, r, top);
	measured_machine(report, r, top);
	measured_end(report);
}

void measured_warn(struct report *report, const char *format, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fputs("<ul class=\"warn\"><li>", report->page);
	html_text(report->page, text);
	fputs("</li></ul>\n", report->page);
}

#endif /* HAVE_JANSSON */
