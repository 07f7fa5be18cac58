/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Lists of workloads and of writers' rates, as typed.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "bench/compare/works.h"
#include "bench/lib/near.h"

static int add_rate(struct work_options *w, const char *text, struct bench_error *err)
{
	u64 rate = WORK_RATE_MAX;

	if (strcmp(text, "max") && (!options_number(text, &rate) || rate > 1000000000))
		return bench_fail(err, "--writer-rate=%s: the value must be max, or a number from 0 to 1000000000", text);
	if (w->nr_rates == WORK_MAX_RATES)
		return bench_fail(err, "--writer-rate: there may be no more than %d at once", WORK_MAX_RATES);
	if (w->nr_rates && rate <= w->rate[w->nr_rates - 1])
		return bench_fail(err, "--writer-rate: rates must rise, and %s does not", text);
	w->rate[w->nr_rates++] = rate;
	return 0;
}

static int add_workload(struct work_options *w, const struct workload *workload,
			struct bench_error *err)
{
	for (unsigned int i = 0; i < w->nr_workloads; i++)
		if (w->workload[i] == workload)
			return bench_fail(err, "--workload: %s is there twice", workload->name);
	w->workload[w->nr_workloads++] = workload;
	return 0;
}

static int add_workloads(struct work_options *w, const char *name, struct bench_error *err)
{
	const struct workload *one = workload_find(name);
	struct near near;
	int ret = 0;

	if (one)
		return add_workload(w, one, err);
	if (strcmp(name, "all")) {
		near_begin(&near, name);
		for (one = workloads; one->name; one++)
			near_try(&near, one->name);
		return bench_fail(err, "unknown workload '%s'%s (see 'faultline list')", name, near_hint(&near));
	}
	for (one = workloads; !ret && one->name; one++)
		ret = add_workload(w, one, err);
	return ret;
}

static int each(struct work_options *w, const char *list, struct bench_error *err,
		int (*add)(struct work_options *w, const char *text, struct bench_error *err))
{
	char *copy = strdup(list), *rest = copy, *text;
	int ret = 0;

	if (!copy)
		return bench_fail_memory(err, "reading the arguments");
	while (!ret && (text = strsep(&rest, ",")))
		ret = add(w, text, err);
	free(copy);
	return ret;
}

int work_take_rates(const struct option_entry *e, void *to, const char *list, struct bench_error *err)
{
	struct work_options *w = to;

	(void)e;
	w->nr_rates = 0;
	return each(w, list, err, add_rate);
}

static int add_vmas(struct work_options *w, const char *text, struct bench_error *err)
{
	u64 vmas;

	if (!options_number(text, &vmas) || vmas > 10000000)
		return bench_fail(err, "--vmas=%s: the value must be a number from 0 to 10000000", text);
	if (w->nr_vmas == WORK_MAX_RATES)
		return bench_fail(err, "--vmas: there may be no more than %d at once", WORK_MAX_RATES);
	if (w->nr_vmas && vmas <= w->vmas[w->nr_vmas - 1])
		return bench_fail(err, "--vmas: numbers must rise, and %s does not", text);
	w->vmas[w->nr_vmas++] = vmas;
	return 0;
}

int work_take_vmas(const struct option_entry *e, void *to, const char *list, struct bench_error *err)
{
	struct work_options *w = to;

	(void)e;
	w->nr_vmas = 0;
	return each(w, list, err, add_vmas);
}

int work_check_options(const struct work_options *w, struct bench_error *err)
{
	for (unsigned int i = 0; w->laps && i < w->nr_workloads; i++)
		if (!work_can_lap(w->workload[i]))
			return bench_fail(err, "--laps: threads of %s do other things between faults", w->workload[i]->name);
	if (w->laps && w->host)
		return bench_fail(err, "--laps and --host: only the prototypes' faults are timed in laps");
	return 0;
}

int work_take_workloads(const struct option_entry *e, void *to, const char *list, struct bench_error *err)
{
	struct work_options *w = to;

	(void)e;
	return each(w, list, err, add_workloads);
}
