/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief A simulated machine in JSON.
 */
#include "config.h"
#include "bench/run/machine_json.h"

#ifdef HAVE_JANSSON
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
#endif
