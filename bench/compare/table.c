/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The comparison as tables, on a terminal or in Markdown: what ran where, traces, workloads, how to read it.
 */
#include <stdlib.h>

#include "bench/cli/host.h"
#include "bench/compare/against.h"
#include "bench/compare/comparison.h"
#include "bench/lib/plural.h"

/* Print the machine's settings that were given, as options. */
static void machine(const struct knobs *knobs, enum grid_style style, FILE *to)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return;
	if (knobs_line(knobs, out) && !fflush(out))
		fprintf(to, "%sthe machine:%s\n", style == GRID_MARKDOWN ? "\n" : "", line);
	fclose(out);
	free(line);
}

/* A sentence for each trace and workload.  On a page they come first, on a terminal last, where the eye is then. */
static void answers(const struct comparison *c, enum grid_style style, FILE *out)
{
	if (!comparison_answer(c, 0))
		return;
	fprintf(out, "\nThe answer, by time in the mm per fault, calls included; of a workload by %s:\n%s",
		c->works && c->works->work->laps ? "its median lap" : "its mean fault", style == GRID_MARKDOWN ? "\n" : "");
	for (unsigned int i = 0; comparison_answer(c, i); i++)
		fprintf(out, "%s%s\n", style == GRID_MARKDOWN ? "- " : "  ", comparison_answer(c, i));
}

void comparison_table(const struct comparison *c, enum grid_style style, FILE *out)
{
	const struct compare_options *o = c->options;
	const struct compare_broken *broken = &c->traces->broken;
	const char *paragraph = style == GRID_MARKDOWN ? "\n" : "";
	struct host host;

	host_describe(&host);
	fprintf(out, "%sfaultline compare: %s%u run%s a scheme, interleaved; %s; baseline %s\n",
		style == GRID_MARKDOWN ? "# " : "", o->by_need ? "up to " : "", o->runs, plural(o->runs),
		o->mode == REPLAY_PACED ? "at the recorded pace" : "as soon as order allows",
		o->chain[o->baseline].name);
	fprintf(out, "%s%s, %u CPU%s%s, %s, %s; page zeroing %s; reading the clock (%.0f ns) is taken off\n",
		paragraph, host.cpu, host.cpus, plural(host.cpus), host.virtual_machine ? " (a virtual machine)" : "", host.system,
		host.compiler, o->knobs.config.zero_pages ? "on" : "OFF", c->traces->clock_ns);
	if (run_machine())
		fprintf(out, "%son the simulated machine %s (%s; %u CPUs; threads placed %s); runs are seeds, and a difference counts that survives all latencies times 0.7 and 1.3\n%s\n",
			paragraph, run_machine()->name, run_machine()->title, run_machine()->cpus, run_machine()->placement,
			RUN_MACHINE_LACKS);
	if (c->partial)
		fprintf(out, "%sPARTIAL: a signal ended it; what stands here was measured whole before\n", paragraph);
	machine(&o->knobs, style, out);
	if (style == GRID_MARKDOWN)
		answers(c, style, out);
	traces_table(c->traces, style, out);
	if (c->works)
		work_table(c->works, style, out);
	if (o->runs)
		fprintf(out, "\nFigures are medians over runs; a ratio is to %s, its interval of 95 %% is from paired runs, and the verdict from it; ~: cannot tell.\n"
			"Lock times come from one separate run; no time in the mm contains waiting for edges.\n",
			o->chain[o->baseline].name);
	for (unsigned int i = 0; i < broken->nr; i++)
		fprintf(out, "\nBROKEN: %s\n", broken->line[i]);
	if (!broken->nr && c->traces->nr_traces)
		fprintf(out, "%sEvery scheme ended every address space with the same VMAs and page contents, and the same entries where threads do not decide; nothing leaked.\n",
			paragraph);
	if (c->against)
		against_table(c->against, style, out);
	if (style != GRID_MARKDOWN)
		answers(c, style, out);
}
