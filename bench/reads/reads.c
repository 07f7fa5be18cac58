/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Whether a read of a line that another core has written also brings the right to write it; measured on this machine.
 *
 * Two threads, A on the first CPU and B on the second, access the same lines by turns (bench/calibrate/turns.c).
 *
 *	reads		a sentence and a table
 *	reads --json	the same for evidence: ns a line in each of RUNS runs, the median of their rounds
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "bench/calibrate/turns.h"
#include "bench/cli/json.h"
#include "bench/lib/stat.h"
#include "common/platform/platform.h"

#define RUNS	11u

/* The turns: A or B, r reads or w writes (fetch_add). */
static const struct sequence {
	const char *what, *turns, *says;
} sequences[] = {
	{ "own_read", "AwAr", "A writes, A reads" },
	{ "own_write", "AwBwBw", "A writes, B writes, B writes" },
	{ "read", "AwBr", "A writes, B reads" },
	{ "write", "AwBw", "A writes, B writes" },
	{ "write_behind_read", "AwBrBw", "A writes, B reads, B writes" },
	{ "writer_reads", "AwBrAr", "A writes, B reads, A reads" },
	{ "reader_reads", "AwBrArBr", "A writes, B reads, A reads, B reads" },
};
#define SEQUENCES	ARRAY_SIZE(sequences)

static void tell(double (*ns)[RUNS])
{
	double median[SEQUENCES];

	for (unsigned int s = 0; s < SEQUENCES; s++)
		median[s] = stat_median(ns[s], RUNS);
	printf("Reads are %smigratory here: when B has read what A wrote, A reads anew in %.1f ns, and B writes in %.1f; a line that comes takes %.1f ns, "
	       "one that is there %.1f to read and %.1f to write.\n\n", median[5] > median[2] / 2 ? "" : "not ", median[5], median[4], median[2],
	       median[0], median[1]);
	for (unsigned int s = 0; s < SEQUENCES; s++)
		printf("%8.1f ns a line: %s\n", median[s], sequences[s].says);
}

static int print_json(double (*ns)[RUNS], int argc, char **argv)
{
	json_t *top = json_envelope("reads", argc, argv), *all = json_array();

	for (unsigned int s = 0; s < SEQUENCES; s++) {
		json_t *each = json_object(), *runs = json_array();

		for (unsigned int i = 0; i < RUNS; i++)
			json_append(runs, json_f64(ns[s][i]));
		json_put(each, "what", json_text(sequences[s].what));
		json_put(each, "ns", runs);
		json_append(all, each);
	}
	json_put(top, "sequences", all);
	return json_finish(top, stdout);
}

int main(int argc, char **argv)
{
	static double ns[SEQUENCES][RUNS];
	bool json = argc == 2 && !strcmp(argv[1], "--json");

	if (argc > 1 && !json) {
		fprintf(stderr, "reads: '%s' is unknown; --json is the only option\n", argv[1]);
		return 2;
	}
	if (json)
		json_begin();
	if (platform_nr_cpus() < 2) {
		fprintf(stderr, "reads: it takes two CPUs\n");
		return 77;
	}
	platform_thread_enter(0);
	if (platform_pin(0) || turns_begin()) {
		fprintf(stderr, "reads: no CPU to stay on, or no memory\n");
		return 77;
	}
	for (unsigned int i = 0; i < RUNS; i++)
		for (unsigned int s = 0; s < SEQUENCES; s++) {
			ns[s][i] = turns_ns(sequences[s].turns);
			if (ns[s][i] < 0) {
				fprintf(stderr, "reads: no second thread could be made\n");
				return 77;
			}
		}
	platform_pin(-1);	/* or the host would seem to have one CPU */
	if (json)
		return print_json(ns, argc, argv);
	tell(ns);
	return 0;
}
