/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Traces and workloads of one comparison: measuring, warning, freeing.
 */
#include <stdlib.h>

#include "bench/cli/interrupt.h"
#include "bench/compare/against.h"
#include "bench/compare/comparison.h"

int comparison_measure(struct comparison **out, const struct compare_options *o, const struct work_options *work,
		       struct bench_error *err)
{
	struct comparison *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return bench_fail_memory(err, "comparing");
	c->options = o;
	ret = traces_measure(&c->traces, o, err);
	c->partial = !ret && c->traces->partial;
	if (!ret && !c->partial && work) {
		ret = work_measure(&c->works, o, work, err);
		c->partial = ret && interrupt_pending();
	}
	if (ret && !c->partial) {
		comparison_free(c);
		return -1;
	}
	traces_judge(c->traces);
	if (c->works)
		work_judge(c->works);
	*out = c;
	return 0;
}

void comparison_free(struct comparison *c)
{
	if (!c)
		return;
	traces_free(c->traces);
	work_free(c->works);
	against_free(c->against);
	free(c);
}

void comparison_warn(const struct comparison *c)
{
	traces_warn(c->traces);
	if (c->works)
		work_warn(c->works);
}

const char *comparison_answer(const struct comparison *c, unsigned int i)
{
	for (unsigned int t = 0; t < c->traces->nr_traces; t++)
		if (c->traces->trace[t].answer[0] && !i--)
			return c->traces->trace[t].answer;
	return c->works && i < c->works->nr_cases ? c->works->cases[i].answer : NULL;
}

const char *comparison_broken(const struct comparison *c, unsigned int i)
{
	const struct compare_broken *traces = &c->traces->broken;

	if (i < traces->nr)
		return traces->line[i];
	i -= traces->nr;
	return c->works && i < c->works->broken.nr ? c->works->broken.line[i] : NULL;
}
