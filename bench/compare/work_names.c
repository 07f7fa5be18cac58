/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the cases and the columns of workloads are called.
 */
#include <stdio.h>

#include "bench/compare/works.h"

const char *work_case_name(const struct work_compare *w, const struct work_case *c, char buf[WORK_NAME_SIZE])
{
	int n = snprintf(buf, WORK_NAME_SIZE, "%s", c->workload->name);

	if (c->workload->writer && !c->rate)
		n += snprintf(buf + n, (size_t)(WORK_NAME_SIZE - n), ", writer idle");
	else if (c->workload->writer && c->rate == WORK_RATE_MAX)
		n += snprintf(buf + n, (size_t)(WORK_NAME_SIZE - n), ", full speed");
	else if (c->workload->writer)
		n += snprintf(buf + n, (size_t)(WORK_NAME_SIZE - n), ", %llu/s", (unsigned long long)c->rate);
	if (w->work->nr_vmas > 1)
		snprintf(buf + n, (size_t)(WORK_NAME_SIZE - n), ", %llu VMAs", (unsigned long long)c->vmas);
	return buf;
}

const char *work_case_key(const struct work_compare *w, const struct work_case *c, char buf[WORK_NAME_SIZE])
{
	int n = 0;

	buf[0] = '\0';
	if (c->workload->writer && !c->rate)
		n = snprintf(buf, WORK_NAME_SIZE, "idle");
	else if (c->workload->writer && c->rate == WORK_RATE_MAX)
		n = snprintf(buf, WORK_NAME_SIZE, "max");
	else if (c->workload->writer)
		n = snprintf(buf, WORK_NAME_SIZE, "rate_%llu", (unsigned long long)c->rate);
	if (w->work->nr_vmas > 1)
		snprintf(buf + n, (size_t)(WORK_NAME_SIZE - n), "%svmas_%llu", n ? "_" : "",
			 (unsigned long long)c->vmas);
	return buf;
}

bool work_is_host(const struct work_compare *w, unsigned int column)
{
	return column >= w->options->nr_schemes;
}
