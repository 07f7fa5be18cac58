/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The section of stores to shared cache lines.
 */
#include "config.h"
#include "bench/report/report.h"

#ifdef HAVE_JANSSON

static void scheme(struct report *report, struct reader *r, const struct at *one)
{
	struct at fields = at_array(r, one, "fields");
	u64 faults = at_count(r, one, "faults", (u64)AT_MAX);
	FILE *out = report->page;
	size_t nr = at_size(&fields);

	for (size_t i = 0; !i || i < nr; i++) {
		fputs("<tr><th scope=\"row\">", out);
		if (!i)
			page_key(out, &report->names, at_text(r, one, "scheme"));
		fputs("</th>", out);
		if (i)
			fputs("<td></td>", out);
		else
			html_number(out, "%.3g", at_number(r, one, "lines_per_fault"));
		if (nr) {
			struct at field = at_element(r, &fields, i);
			u64 stores = at_count(r, &field, "stores", (u64)AT_MAX);

			html_number(out, "%.3g", faults ? (double)stores / (double)faults : 0);
			fputs("<td><code>", out);
			html_text(out, at_text(r, &field, "field"));
			fputs("</code></td>", out);
		} else {
			html_number(out, "%.3g", at_number(r, one, "stores_per_fault"));
			fputs("<td class=\"dim\">none</td>", out);
		}
		fputs("</tr>\n", out);
	}
}

void section_stores(struct report *report, struct reader *r, const struct at *top)
{
	struct at schemes = at_array(r, top, "schemes");
	bool own = at_bool(r, top, "own_vmas"), reclaim = at_bool(r, top, "reclaim");
	FILE *out = report->page;

	measured_begin(report, r, top);
	measured_row(report, "threads", "%llu, %s%s", (unsigned long long)at_count(r, top, "threads", 1000000),
		     own ? "a VMA each" : "all in one VMA", reclaim ? ", with reclaim" : "");
	measured_row(report, "counted", "stores of steady write faults to lines that another thread touches; no time is taken");
	measured_end(report);
	fputs("<div class=\"scroll\" tabindex=\"0\"><table><caption>Stores to shared cache lines, by field</caption>"
	      "<thead><tr><th scope=\"col\">scheme</th><th scope=\"col\" class=\"n\">lines a fault</th>"
	      "<th scope=\"col\" class=\"n\">stores a fault</th><th scope=\"col\">to</th></tr></thead><tbody>\n", out);
	for (size_t i = 0; i < at_size(&schemes) && !r->failed; i++) {
		struct at one = at_element(r, &schemes, i);

		scheme(report, r, &one);
	}
	fputs("</tbody></table></div>\n", out);
}

#endif /* HAVE_JANSSON */
