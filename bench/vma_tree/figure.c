/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The figures of tree_bench, as a table and as JSON, and what ends it.
 */
#include "config.h"

#include "bench/lib/stat.h"
#include "bench/vma_tree/tree_bench.h"
#include "common/platform/platform.h"

#include <stdio.h>
#include <stdlib.h>
#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

void die(const char *what)
{
	fprintf(stderr, "tree_bench: %s\n", what);
	exit(1);
}

void *must_alloc(size_t bytes)
{
	void *p = malloc(bytes);

	if (!p)
		die("no memory");
	return p;
}

struct figure *figure_new(struct bench *b, const char *what, const char *unit)
{
	struct figure *f = &b->figure[b->nr_figures++];

	if (b->nr_figures > MAX_FIGURES)
		die("too many figures");
	f->ranges = b->nr;
	f->what = what;
	f->unit = unit;
	f->rounds = b->o.rounds;
	return f;
}

struct ratio {
	double median, low, high;
};

/** Of a side to ours, of each round. */
static struct ratio figure_ratio(const struct figure *f, unsigned int s)
{
	double r[MAX_ROUNDS];

	for (unsigned int i = 0; i < f->rounds; i++)
		r[i] = f->value[s][i] / f->value[0][i];
	qsort(r, f->rounds, sizeof(*r), stat_compare);
	return (struct ratio){
		.median = stat_quantile(r, f->rounds, 0.5),
		.low = stat_quantile(r, f->rounds, 0.25),
		.high = stat_quantile(r, f->rounds, 0.75),
	};
}

void figure_head(void)
{
	printf("Medians; of each maple tree the ratio to vma_tree, and its quartiles.\n%9s  %-43s", "ranges", "what");
	for (unsigned int s = 0; s < nr_sides; s++)
		printf(" %11s%s", sides[s]->name, s ? "  ratio      quartiles" : "");
	printf("\n");
}

void figure_print(const struct figure *f)
{
	printf("%9llu  %-43s %11.1f", (unsigned long long)f->ranges, f->what, stat_median(f->value[0], f->rounds));
	for (unsigned int s = 1; s < nr_sides; s++) {
		struct ratio r = figure_ratio(f, s);

		printf(" %11.1f %6.2f [%5.2f, %5.2f]", stat_median(f->value[s], f->rounds), r.median, r.low, r.high);
	}
	printf(" %s\n", f->unit);
	fflush(stdout);
}

#ifdef HAVE_JANSSON
static json_t *values_json(const double *values, unsigned int n)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < n; i++)
		json_array_append_new(array, json_real(values[i]));
	return array;
}

void report_json(const struct bench *b)
{
	json_t *all = json_array(), *doc, *of_all;
	const char *of = "";

	for (unsigned int i = 0; i < b->nr_figures; i++) {
		const struct figure *f = &b->figure[i];
		bool part = f->what[0] == ' ';	/* of the one before */

		if (!part)
			of = f->what;
		of_all = json_pack("{s:I, s:s++, s:s}", "ranges", (json_int_t)f->ranges, "what", of,
				   part ? ":" : "", part ? f->what : "", "unit", f->unit);
		for (unsigned int s = 0; s < nr_sides; s++)
			json_object_set_new(of_all, sides[s]->key, values_json(f->value[s], f->rounds));
		json_array_append_new(all, of_all);
	}
	doc = json_pack("{s:s, s:s, s:{s:i}, s:o}", "schema", "faultline/tree/1", "program", "tree_bench", "host",
			"cpus", (int)platform_nr_cpus(), "figures", all);
	if (json_dump_file(doc, b->o.json, JSON_INDENT(1) | JSON_REAL_PRECISION(6)))
		die("cannot write the JSON file");
	json_decref(doc);
}
#else
void report_json(const struct bench *b)
{
	(void)b;
	die("--json needs jansson, which was not there when this was built");
}
#endif
