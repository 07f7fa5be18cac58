// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The program behind `faultline stores`.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "bench/cli/usage.h"
#include "bench/cli/output.h"
#include "bench/run/specs.h"
#include "bench/stores/count.h"

static const char usage[] =
	"Usage: faultline stores [OPTION]...\n"
	"Per steady fault, the stores to cache lines that another thread loads or stores in the\n"
	"same run, by struct and field.  Steady: tables and anon_vma are there, the frame comes\n"
	"from the thread's own list, nothing changes beside it, each thread has 2 MiB of its own.\n"
	"\n"
	"  -s, --schemes A,B,...  which schemes, each NAME[:OPTION=VALUE]...; default: all\n"
	"  -j, --threads N        threads that fault at once, 2 to 16; default 2\n"
	"  -n, --rounds N         rounds of 24 faults of each thread; default 20\n"
	"      --own-vmas         each thread faults in a VMA of its own, instead of one for all\n"
	"      --reclaim          pages go to the LRU lists, as with memory that may run short\n"
	"      --nowait-fails PERCENT  refuse so many of the pages that GFP_NOWAIT asks for\n"
	"      --plant            store to a shared word at each fault: what it looks like\n"
	"  -f, --format FORMAT    table (default), csv, json or md\n"
	"  -o, --output FILE      write there, all or nothing, instead of to stdout\n"
	"  -h, --help             this text\n"
	"\n"
	"What is counted is what code of the core and the schemes does; what liburcu and the\n"
	"system do for it is not seen.  An exchange that fails counts as a load.\n";

enum { OPT_OWN_VMAS = 256, OPT_RECLAIM, OPT_NOWAIT_FAILS, OPT_PLANT };

struct settings {
	struct stores_set *set;
	enum output_format format;
	const char *output, *schemes;
};

static int parse_number(const char *name, const char *text, unsigned long min, unsigned long max, unsigned int *out)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || n < min || n > max)
		return usage_error("--%s=%s: a number from %lu to %lu is needed", name, text, min, max);
	*out = (unsigned int)n;
	return 0;
}

static int parse_option(struct settings *s, int opt)
{
	struct stores_options *o = &s->set->options;

	switch (opt) {
	case 's':
		s->schemes = optarg;
		return 0;
	case 'j':
		return parse_number("threads", optarg, 2, 16, &o->threads);
	case 'n':
		return parse_number("rounds", optarg, 1, 100000, &o->rounds);
	case OPT_OWN_VMAS:
		o->own_vmas = true;
		return 0;
	case OPT_RECLAIM:
		o->reclaim = true;
		return 0;
	case OPT_NOWAIT_FAILS:
		return parse_number("nowait-fails", optarg, 0, 100, &o->nowait_fails);
	case OPT_PLANT:
		o->plant = true;
		return 0;
	case 'f':
		return output_parse_format(optarg, &s->format);
	case 'o':
		s->output = optarg;
		return 0;
	}
	return EXIT_USAGE;
}

/* @return 0, or an exit code + 1: done already */
static int parse(struct settings *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "schemes", required_argument, NULL, 's' },
		{ "threads", required_argument, NULL, 'j' },
		{ "rounds", required_argument, NULL, 'n' },
		{ "own-vmas", no_argument, NULL, OPT_OWN_VMAS },
		{ "reclaim", no_argument, NULL, OPT_RECLAIM },
		{ "nowait-fails", required_argument, NULL, OPT_NOWAIT_FAILS },
		{ "plant", no_argument, NULL, OPT_PLANT },
		{ "format", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":s:j:n:f:o:h", options, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			return EXIT_FINE + 1;
		}
		if (opt == '?')
			return usage_error("stores: unknown option '%s'; see 'faultline stores --help'",
					   argv[optind - 1]) + 1;
		if (opt == ':')
			return usage_error("stores: '%s' needs a value", argv[optind - 1]) + 1;
		if (parse_option(s, opt))
			return EXIT_USAGE + 1;
	}
	if (optind < argc)
		return usage_error("stores: '%s' is no option; see 'faultline stores --help'", argv[optind]) + 1;
	return 0;
}

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
	struct settings s = { .set = calloc(1, sizeof(*s.set)) };
	int ret;

	if (!s.set)
		return usage_error("not enough memory");
	s.set->options = (struct stores_options){ .threads = 2, .rounds = 20 };
	s.set->argc = argc;
	s.set->argv = argv;
	ret = parse(&s, argc, argv);
	if (ret) {
		ret--;
		goto out;
	}
	ret = count_all(s.set, s.schemes);
	if (!ret)
		ret = output_write(s.output, render, s.set, s.format);
out:
	free(s.set);
	return output_end(ret);
}
