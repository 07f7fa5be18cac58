/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief How a section was measured: the machine, the arguments, what weakens it.
 */
#include "config.h"
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

void measured_begin(struct report *report, struct reader *r, const struct at *top)
{
	struct at host = at_object(r, top, "host"), args = at_array(r, top, "argv");
	bool vm = at_bool(r, &host, "virtual_machine");
	FILE *out = report->page;

	fputs("<dl class=\"measured\">\n<dt>measured on</dt><dd>", out);
	html_text(out, at_text(r, &host, "cpu"));
	fprintf(out, ", %llu CPUs, ", (unsigned long long)at_count(r, &host, "cpus", 1000000));
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
		html_text(out, at_text_element(r, &args, i));
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
