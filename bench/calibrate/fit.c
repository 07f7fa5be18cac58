/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What an access costs, so that the floor takes as long on the described machine as it does here.
 *
 * The floor is a fault without any lock.  Simulated, its time is linear in the cost of an access, and a function costs two: two simulations
 * give the cost.  Natively the fastest of many runs counts, as in measure.c.
 *
 * A walk in a deeper tree was tried as a second equation, for the cost of a function or of an atomic load: natively a level costs about
 * 7 ns, in which most are mispredicted branches, and neither cost can stand for them without making the fault itself wrong.
 */
#define _GNU_SOURCE
#include "config.h"
#include "bench/calibrate/calibrate.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HAVE_JANSSON
#include "bench/cli/json.h"

#define FUNCTION 2	/* accesses that a function costs */

/* Run the command, its output into @out. @return 0; -1: err */
static int run(char *const *argv, const char *out, struct bench_error *err)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		int to = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), nowhere = open("/dev/null", O_WRONLY);

		if (to < 0 || nowhere < 0 || dup2(to, 1) < 0 || dup2(nowhere, 2) < 0)
			_exit(2);
		execv(argv[0], argv);
		_exit(2);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		return bench_fail(err, "'faultline compare' for the floor did not end well");
	return 0;
}

/* A run's median counts, and of many runs that of the fastest. */
static double fastest_run(const json_t *runs)
{
	double best = 0;
	const json_t *each;
	size_t i;

	json_array_foreach(runs, i, each) {
		const json_t *fault = json_object_get(json_object_get(each, "kinds"), "fault");
		double ns = json_number_value(json_object_get(fault, "median_ns"));

		if (!best || ns < best)
			best = ns;
	}
	return best;
}

static int read_fastest(const char *path, double *ns, struct bench_error *err)
{
	json_t *j = json_read(path, err);
	const json_t *workload = json_array_get(json_object_get(j, "workloads"), 0);

	if (!j)
		return -1;
	*ns = fastest_run(json_object_get(json_array_get(json_object_get(workload, "columns"), 0), "runs"));
	json_decref(j);
	return *ns > 0 ? 0 : bench_fail(err, "the floor was not measured");
}

/* ns of a fault of the floor; @machine NULL: natively. */
static int floor_ns(const char *self, const char *machine, const char *out, double *ns, struct bench_error *err)
{
	const char *args[] = { self, "compare", "--workload", "anon", "--laps", "--threads", "1", "--no-zero", "--runs",
			       machine ? "1" : "101", "--faults", machine ? "800" : "4000", "--schemes", "floor",
			       "--format", "json", machine ? "--machine" : NULL, machine, NULL };

	return run((char *const *)(uintptr_t)args, out, err) || read_fastest(out, ns, err) ? -1 : 0;
}

static int write_description(const struct calibration *c, const char *path, struct bench_error *err)
{
	FILE *out = fopen(path, "w");
	int ret = out ? calibration_write(c, "trial", out) : -1;

	if (out && fclose(out))
		ret = -1;
	return ret ? bench_fail(err, "%s cannot be written", path) : 0;
}

static int simulate(const struct calibration *c, double access, const char *self, const char *folder, double *ns, struct bench_error *err)
{
	struct calibration trial = *c;
	char machine[300], out[300];

	trial.access = access;
	trial.function = FUNCTION * access;
	snprintf(machine, sizeof(machine), "%s/trial.json", folder);
	snprintf(out, sizeof(out), "%s/result.json", folder);
	return write_description(&trial, machine, err) || floor_ns(self, machine, out, ns, err) ? -1 : 0;
}

int calibration_fit(struct calibration *c, const char *self, struct bench_error *err)
{
	char folder[] = "/tmp/faultline-calibrate-XXXXXX", path[300];
	double native, none, one;
	int ret = -1;

	if (!mkdtemp(folder))
		return bench_fail(err, "no temporary folder");
	snprintf(path, sizeof(path), "%s/result.json", folder);
	if (!floor_ns(self, NULL, path, &native, err) && !simulate(c, 0, self, folder, &none, err) &&
	    !simulate(c, 1, self, folder, &one, err)) {
		c->access = fmax(0, (native - none) / (one - none));
		c->function = FUNCTION * c->access;
		ret = 0;
	}
	unlink(path);
	snprintf(path, sizeof(path), "%s/trial.json", folder);
	unlink(path);
	rmdir(folder);
	return ret;
}
#else
int calibration_fit(struct calibration *c, const char *self, struct bench_error *err)
{
	(void)c;
	(void)self;
	return bench_fail(err, "this build has no jansson (libjansson-dev)");
}
#endif
