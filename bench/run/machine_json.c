/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A simulated machine in JSON.
 */
#include "config.h"
#include "bench/run/machine_json.h"

#ifdef HAVE_JANSSON

#include <stdio.h>

json_t *machine_json(const struct run_machine *m)
{
	json_t *j;

	if (!m)
		return json_null();
	j = json_object();
	json_put(j, "name", json_text(m->name));
	json_put(j, "title", json_text(m->title));
	json_put(j, "cpus", json_u64(m->cpus));
	json_put(j, "placement", json_text(m->placement));
	json_put(j, "description", json_hash(m->hash));
	json_put(j, "lacks", json_text(RUN_MACHINE_LACKS));
	return j;
}

json_t *machine_json_varied(unsigned int rounds, json_t *(*one)(const void *of, unsigned int round), const void *of)
{
	static const double factor[] = RUN_MACHINE_FACTORS;
	json_t *list = json_array();

	for (unsigned int f = 0; f < RUN_MACHINE_NR_FACTORS; f++) {
		json_t *j = json_object(), *runs = json_array();
		char what[40];

		snprintf(what, sizeof(what), "latencies %g", factor[f]);
		for (unsigned int i = f; i < rounds; i += RUN_MACHINE_NR_FACTORS)
			json_append(runs, one(of, i));
		json_put(j, "what", json_text(what));
		json_put(j, "runs", runs);
		json_append(list, j);
	}
	return list;
}
#endif
