// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Stores to shared lines in print.
 */
#include "config.h"
#include "bench/cli/grid.h"
#include "bench/cli/json.h"
#include "bench/stores/count.h"

static double per_fault(const struct stores_result *r, u64 n)
{
	return r->faults ? (double)n / (double)r->faults : 0;
}

void stores_print(const struct stores_set *set, bool markdown, FILE *out)
{
	struct grid *g = grid_begin("scheme|>lines/fault|>stores/fault|to");

	for (unsigned int s = 0; s < set->nr; s++) {
		const struct stores_result *r = &set->result[s];

		for (unsigned int i = 0; !i || i < r->nr_fields; i++) {
			grid_row(g);
			grid_cell(g, true, "%s", i ? "" : set->chain[s].name);
			if (i)
				grid_cell(g, false, "%s", "");
			else
				grid_cell(g, false, "%.3g", per_fault(r, r->lines));
			grid_cell(g, false, "%.3g", r->nr_fields ? per_fault(r, r->field[i].stores) : 0.0);
			grid_cell(g, true, "%s", r->nr_fields ? r->field[i].name : "-");
		}
	}
	fprintf(out, "%u threads, %s; %llu steady write faults of each; lines that another thread touches\n\n",
		set->options.threads, set->options.own_vmas ? "a VMA each" : "one VMA",
		(unsigned long long)set->options.rounds * STORES_ROUND);
	grid_end(g, NULL, markdown ? GRID_MARKDOWN : GRID_TEXT, out);
}

void stores_csv(const struct stores_set *set, FILE *out)
{
	fputs("scheme,threads,own_vmas,faults,field,stores\n", out);
	for (unsigned int s = 0; s < set->nr; s++) {
		const struct stores_result *r = &set->result[s];

		for (unsigned int i = 0; i < r->nr_fields; i++)
			fprintf(out, "%s,%u,%d,%llu,%s,%llu\n", set->chain[s].name, set->options.threads,
				set->options.own_vmas, (unsigned long long)r->faults, r->field[i].name,
				(unsigned long long)r->field[i].stores);
		fprintf(out, "%s,%u,%d,%llu,all,%llu\n", set->chain[s].name, set->options.threads,
			set->options.own_vmas, (unsigned long long)r->faults, (unsigned long long)r->stores);
	}
}

#ifdef HAVE_JANSSON

static json_t *json_result(const struct stores_result *r, const char *name)
{
	json_t *j = json_object(), *fields = json_array();

	for (unsigned int i = 0; i < r->nr_fields; i++) {
		json_t *f = json_object();

		json_put(f, "field", json_text(r->field[i].name));
		json_put(f, "stores", json_u64(r->field[i].stores));
		json_append(fields, f);
	}
	json_put(j, "scheme", json_text(name));
	json_put(j, "faults", json_u64(r->faults));
	json_put(j, "stores", json_u64(r->stores));
	json_put(j, "lines", json_u64(r->lines));
	json_put(j, "stores_per_fault", json_f64(per_fault(r, r->stores)));
	json_put(j, "lines_per_fault", json_f64(per_fault(r, r->lines)));
	json_put(j, "fields", fields);
	return j;
}

int stores_json(const struct stores_set *set, FILE *out)
{
	json_t *j = json_envelope("stores", set->argc, set->argv), *schemes_done = json_array();

	json_put(j, "threads", json_u64(set->options.threads));
	json_put(j, "own_vmas", json_boolean(set->options.own_vmas));
	json_put(j, "reclaim", json_boolean(set->options.reclaim));
	json_put(j, "settle", json_boolean(set->options.settle));
	json_put(j, "nowait_fails_percent", json_u64(set->options.nowait_fails));
	for (unsigned int s = 0; s < set->nr; s++)
		json_append(schemes_done, json_result(&set->result[s], set->chain[s].name));
	json_put(j, "schemes", schemes_done);
	return json_finish(j, out);
}
#else

JSON_MISSING(stores_json, struct stores_set)
#endif
