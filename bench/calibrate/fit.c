/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What an access and a function cost, so that the floor takes as long on the described machine as it does here.
 *
 * The floor is a fault without any lock; beside 10,000 other VMAs it is also a deeper walk of the tree.  Two times, natively and
 * simulated; simulated they are linear in the two costs, so that three simulations give the two costs.
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

#define CASES 2u	/* VMAs beside: none, and many */

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

static int read_medians(const char *path, double *ns, struct bench_error *err)
{
	json_t *j = json_read(path, err);
	const json_t *workloads = json_object_get(j, "workloads");

	for (unsigned int i = 0; j && i < CASES; i++) {
		const json_t *column = json_array_get(json_object_get(json_array_get(workloads, i), "columns"), 0);
		const json_t *fault = json_object_get(json_object_get(column, "over_runs"), "fault");

		ns[i] = json_number_value(json_object_get(fault, "median_ns"));
		if (!(ns[i] > 0)) {
			json_decref(j);
			return bench_fail(err, "the floor was not measured");
		}
	}
	json_decref(j);
	return j ? 0 : -1;
}

/* ns of a fault of the floor; @machine NULL: natively. */
static int floor_ns(const char *self, const char *machine, const char *out, double *ns, struct bench_error *err)
{
	const char *args[] = { self, "compare", "--workload", "anon", "--laps", "--threads", "1", "--no-zero", "--runs",
			       machine ? "1" : "15", "--faults", machine ? "800" : "8000", "--vmas", "0,10000", "--schemes", "floor",
			       "--format", "json", machine ? "--machine" : NULL, machine, NULL };

	return run((char *const *)(uintptr_t)args, out, err) || read_medians(out, ns, err) ? -1 : 0;
}

static int write_description(const struct calibration *c, const char *path, struct bench_error *err)
{
	FILE *out = fopen(path, "w");
	int ret = out ? calibration_write(c, "trial", out) : -1;

	if (out && fclose(out))
		ret = -1;
	return ret ? bench_fail(err, "%s cannot be written", path) : 0;
}

static int simulate(const struct calibration *c, double access, double function, const char *self, const char *folder,
		    double *ns, struct bench_error *err)
{
	struct calibration trial = *c;
	char machine[300], out[300];

	trial.access = access;
	trial.function = function;
	snprintf(machine, sizeof(machine), "%s/trial.json", folder);
	snprintf(out, sizeof(out), "%s/result.json", folder);
	return write_description(&trial, machine, err) || floor_ns(self, machine, out, ns, err) ? -1 : 0;
}

/* none + access * by_access + function * by_function = native, for both cases; neither below 0. */
static void solve(struct calibration *c, const double *native, const double *none, const double *by_access, const double *by_function)
{
	double a0 = by_access[0] - none[0], a1 = by_access[1] - none[1], f0 = by_function[0] - none[0], f1 = by_function[1] - none[1];
	double left0 = native[0] - none[0], left1 = native[1] - none[1], det = a0 * f1 - a1 * f0;

	c->access = (left0 * f1 - left1 * f0) / det;
	c->function = (a0 * left1 - a1 * left0) / det;
	if (isfinite(c->access) && c->access >= 0 && c->function >= 0)
		return;
	/* The two are too alike to be told apart: a function as two accesses, by least squares. */
	a0 += 2 * f0;
	a1 += 2 * f1;
	c->access = fmax(0, (left0 * a0 + left1 * a1) / (a0 * a0 + a1 * a1));
	c->function = 2 * c->access;
}

int calibration_fit(struct calibration *c, const char *self, struct bench_error *err)
{
	double native[CASES], none[CASES], by_access[CASES], by_function[CASES];
	char folder[] = "/tmp/faultline-calibrate-XXXXXX", path[300];
	int ret = -1;

	if (!mkdtemp(folder))
		return bench_fail(err, "no temporary folder");
	snprintf(path, sizeof(path), "%s/result.json", folder);
	if (!floor_ns(self, NULL, path, native, err) && !simulate(c, 0, 0, self, folder, none, err) &&
	    !simulate(c, 1, 0, self, folder, by_access, err) && !simulate(c, 0, 1, self, folder, by_function, err)) {
		solve(c, native, none, by_access, by_function);
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
