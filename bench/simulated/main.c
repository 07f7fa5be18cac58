/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The command on a simulated machine: the subcommands that measure, on the core and the schemes as they run there.
 *
 * `faultline` becomes this program where --machine is given; argv is the subcommand's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/json.h"
#include "bench/cli/output.h"
#include "bench/cli/usage.h"
#include "bench/cmd/commands.h"
#include "bench/run/machine.h"
#include "sim/time/time.h"

/* What measures knows nothing of the machines but this. */
static struct {
	struct machine *nominal[RUN_MAX_MACHINES], scaled;
	struct time_settings settings;
	struct run_machine run[RUN_MAX_MACHINES];
	unsigned int nr;
} simulated;

static void next_run(u64 seed, double latencies)
{
	simulated.scaled = *simulated.nominal[run_machine() - simulated.run];	/* its texts stay the nominal one's */
	machine_scale(&simulated.scaled, latencies);
	simulated.settings.machine = &simulated.scaled;
	simulated.settings.seed = seed;
	time_begin(&simulated.settings);
}

static u64 accesses(void)
{
	return time_counts.accesses;
}

static unsigned int waits(struct run_wait *out, unsigned int max)
{
	struct who_place *place = calloc(max, sizeof(*place));
	unsigned int nr = place ? who_places(place, max) : 0;

	for (unsigned int i = 0; i < nr; i++)
		out[i] = (struct run_wait){ .kind = who_kind_name(place[i].kind), .p = place[i].p,
					    .ps = place[i].ps, .times = place[i].times };
	free(place);
	return nr;
}

static int add_machine(const char *command, const char *name, const char *placement)
{
	struct machine_error err;
	struct machine *m;

	if (simulated.nr == RUN_MAX_MACHINES)
		return usage_error("%s: --machine: there may be no more than %u at once", command, RUN_MAX_MACHINES);
	m = machine_open(name, &err);
	if (!m)
		return usage_error("%s: --machine=%s", command, err.line);
	for (unsigned int i = 0; i < simulated.nr; i++) {
		if (!strcmp(simulated.run[i].name, m->name)) {
			int ret = usage_error("%s: --machine: %s is there twice", command, m->name);

			machine_free(m);
			return ret;
		}
	}
	simulated.nominal[simulated.nr] = m;
	simulated.run[simulated.nr++] = (struct run_machine){
		.name = m->name,
		.title = m->title,
		.placement = placement,
		.hash = m->hash,
		.cpus = machine_cpus(m),
		.next_run = next_run,
		.watch = who_count,
		.aside = time_aside,
		.accesses = accesses,
		.waits = waits,
	};
	return 0;
}

/* @names: one, or, where @several, some with commas between. */
static int set_machines(const char *command, const char *names, bool several, const char *placement, bool contents)
{
	char *copy = strdup(names), *name = copy, *comma;
	int ret = 0;

	if (!copy)
		return usage_error("%s: not enough memory", command);
	if (!time_placement_parse(placement, &simulated.settings.placement)) {
		ret = usage_error("%s: --placement=%s: the value must be packed, spread or random", command, placement);
		goto out;
	}
	while (!ret && name) {
		comma = several ? strchr(name, ',') : NULL;
		if (comma)
			*comma++ = '\0';
		ret = add_machine(command, name, placement);
		name = comma;
	}
	if (ret)
		goto out;
	simulated.settings.lookahead_ps = TIME_LOOKAHEAD;
	simulated.settings.no_contents = !contents;
	run_machine_use(simulated.run, simulated.nr);
out:
	free(copy);
	return ret;
}

/* The value of --NAME VALUE or --NAME=VALUE, the last one, perhaps cut short; or @a otherwise. */
static const char *value_of(int argc, char **argv, const char *name, const char *otherwise)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		size_t size = strcspn(argv[i], "=");

		if (size < strlen("--ma") || strncmp(argv[i], name, size))
			continue;
		if (argv[i][size])
			otherwise = argv[i] + size + 1;
		else if (i + 1 < argc)
			otherwise = argv[i + 1];
	}
	return otherwise;
}

/* Do contents of pages matter?  A trace compares them; workloads only need what clearing costs. */
static bool has_trace(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "--trace", 7) || !strncmp(argv[i], "-t", 2))
			return true;
	return false;
}

static int run(int argc, char **argv)
{
	static const struct command *const commands[] = { &cmd_compare, &cmd_machines, &cmd_place, &cmd_scale, &cmd_sweep };
	const char *name = argc ? argv[0] : "";

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i]->name, name))
			continue;
		if (commands[i] != &cmd_machines &&
		    set_machines(name, value_of(argc, argv, "--machine", RUN_MACHINE_DEFAULT), commands[i] == &cmd_place,
				 value_of(argc, argv, "--placement", "spread"), has_trace(argc, argv)))
			return EXIT_USAGE;
		return commands[i]->run(argc, argv);
	}
	return usage_error("this program is for 'faultline SUBCOMMAND --machine NAME'");
}

int main(int argc, char **argv)
{
	json_begin();
	return output_end(run(argc, argv));
}
