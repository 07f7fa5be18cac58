/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Times of a run, summed up; the clock's own cost; the host's page faults.
 */
#include <stdlib.h>
#include <sys/resource.h>

#include "bench/lib/stat.h"
#include "bench/run/machine.h"
#include "bench/run/result.h"

const char *run_kind_name(enum run_kind kind)
{
	static const char *const names[NR_RUN_KINDS] = {
#define X(upper, lower) #lower,
		RUN_KINDS(X)
#undef X
	};

	return names[kind];
}

void run_result_free(struct run_result *result)
{
	free(result->hash);
	result->hash = NULL;
}

void run_times_of(struct run_times *times, double *ns, size_t n)
{
	double total = 0;

	*times = (struct run_times){ .nr = n };
	if (!n)
		return;
	qsort(ns, n, sizeof(*ns), stat_compare);
	for (size_t i = 0; i < n; i++)
		total += ns[i];
	times->total_ns = (u64)total;
	times->mean_ns = total / (double)n;
	times->median_ns = stat_quantile(ns, n, 0.5);
	times->p90_ns = stat_quantile(ns, n, 0.9);
	times->p99_ns = stat_quantile(ns, n, 0.99);
	times->p999_ns = stat_quantile(ns, n, 0.999);
	times->max_ns = ns[n - 1];
}

void run_times_of_histogram(struct run_times *times, const struct histogram *h)
{
	*times = (struct run_times){ .nr = h->nr, .total_ns = h->total };
	if (!h->nr)
		return;
	times->mean_ns = (double)h->total / (double)h->nr;
	times->median_ns = histogram_quantile(h, 0.5);
	times->p90_ns = histogram_quantile(h, 0.9);
	times->p99_ns = histogram_quantile(h, 0.99);
	times->p999_ns = histogram_quantile(h, 0.999);
	times->max_ns = (double)h->max;
}

double run_clock_ns(void)
{
	enum { N = 2001 };
	double ns[N];

	for (int i = 0; i < N; i++) {
		u64 start = platform_now();

		ns[i] = (double)(platform_now() - start);
	}
	return stat_median(ns, N);
}

u64 run_host_faults(void)
{
	struct rusage usage;

	if (run_machine())
		return 0;	/* the host's memory is not what is measured */

	getrusage(RUSAGE_SELF, &usage);
	return (u64)usage.ru_minflt + (u64)usage.ru_majflt;
}
