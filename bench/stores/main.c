// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The program behind `faultline stores`.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/run/specs.h"
#include "bench/stores/count.h"
#include "common/platform/platform.h"

struct settings {
	struct stores_options options;
	enum output_format format;
	const char *output, *schemes;
};

static const struct option_entry entries[] = {
	SPECS_OPTION(struct settings, schemes, "which schemes, each NAME[:BELOW]...; default: all"),
	OPTION_NUMBER('j', "threads", "N", struct settings, options.threads, 2, 16, "threads that fault at once, 2 to 16; default 2"),
	OPTION_NUMBER('n', "rounds", "N", struct settings, options.rounds, 1, 100000,
		      "rounds of 24 faults of each thread; default 20"),
	OPTION_FLAG(0, "own-vmas", struct settings, options.own_vmas,
		    "each thread faults in a VMA of its own, instead of one for all"),
	OPTION_FLAG(0, "reclaim", struct settings, options.reclaim, "pages go to the LRU lists, as with memory that may run short"),
	OPTION_NUMBER(0, "nowait-fails", "PERCENT", struct settings, options.nowait_fails, 0, 100,
		      "refuse so many of the pages that GFP_NOWAIT asks for"),
	OPTION_FLAG(0, "settle", struct settings, options.settle, "a fault that finds a VMA's mark over notes it in the VMA"),
	OPTION_FLAG(0, "plant", struct settings, options.plant, "store to a shared word at each fault: what it looks like"),
	OUTPUT_OPTION_FORMAT(struct settings, format),
	OUTPUT_OPTION_OUTPUT(struct settings, output),
	OPTION_END
};

static const struct options options = {
	.command = "stores",
	.synopsis = "[OPTION]...",
	.about = "Per steady fault, the stores to cache lines that another thread loads or stores in the same run, by struct and "
		 "field.  Steady: tables and anon_vma are there, the frame comes from the thread's own list, nothing changes "
		 "beside it, each thread has 2 MiB of its own.",
	.entry = entries,
	.end = "What is counted is what code of the core and the schemes does; what liburcu and the system do for it is not seen.  "
	       "An exchange that fails counts as a load.",
};

static int render(const void *result, enum output_format format, FILE *out)
{
	switch (format) {
	case OUTPUT_CSV:
		stores_csv(result, out);
		return 0;
	case OUTPUT_JSON:
		return stores_json(result, out);
	case OUTPUT_TABLE:
	case OUTPUT_MARKDOWN:
		stores_print(result, format == OUTPUT_MARKDOWN, out);
		return 0;
	}
	return -1;
}

static int count_all(struct stores_set *set, const char *schemes_list)
{
	struct bench_error err;
	int ret = 0;

	if (specs_parse(set->chain, STORES_MAX_SCHEMES, &set->nr, schemes_list, &err))
		return usage_error("%s", err.line);
	platform_thread_enter(0);
	for (unsigned int i = 0; i < set->nr && !ret; i++)
		ret = stores_count(&set->result[i], &set->chain[i], &set->options, &err);
	platform_thread_leave();
	return ret ? usage_error("%s", err.line) : 0;
}

int main(int argc, char **argv)
{
	struct settings s = { .options = { .threads = 2, .rounds = 20 } };
	struct stores_set *set;
	int ret = platform_rcu_start();

	if (ret)
		return usage_error("the thread for RCU's deferred calls: %s", strerror(-ret));
	set = calloc(1, sizeof(*set));
	if (!set)
		return usage_error("not enough memory");
	set->argc = argc;
	set->argv = argv;
	ret = options_parse(&options, &s, argc, argv);
	if (ret != OPTIONS_GO_ON)
		goto out;
	set->options = s.options;
	ret = count_all(set, s.schemes);
	if (!ret)
		ret = output_write(s.output, render, set, s.format);
out:
	free(set);
	return output_end(ret);
}
