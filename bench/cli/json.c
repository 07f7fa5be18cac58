/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The envelope of JSON results, and values that are always valid.
 */
#include "config.h"
#include "bench/cli/json.h"

#ifdef HAVE_JANSSON

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "bench/cli/usage.h"
#include "bench/cli/host.h"
#include "revision.h"

json_t *json_u64(u64 value)
{
	return json_integer((json_int_t)value);
}

json_t *json_hash(u64 hash)
{
	return json_sprintf("%016llx", (unsigned long long)hash);
}

json_t *json_f64(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_date(void)
{
	char text[32];
	time_t now = time(NULL);
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	return json_string(text);
}

json_t *json_text(const char *s)
{
	json_t *j = json_string(s);

	return j ? j : json_string("(not UTF-8)");
}

static void *alloc_or_exit(size_t size)
{
	void *p = malloc(size);

	if (!p)
		exit(usage_error("not enough memory for the JSON"));
	return p;
}

void json_put(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

void json_append(json_t *array, json_t *value)
{
	json_array_append_new(array, value);
}

static json_t *host_json(void)
{
	struct host host;
	json_t *j = json_object();

	host_describe(&host);
	json_put(j, "cpu", json_text(host.cpu));
	json_put(j, "cpus", json_u64(host.cpus));
	json_put(j, "virtual_machine", json_boolean(host.virtual_machine));
	json_put(j, "hypervisor", json_text(host.hypervisor));
	json_put(j, "system", json_text(host.system));
	json_put(j, "per_vma_locks", json_text(host.per_vma_locks));
	json_put(j, "compiler", json_text(host.compiler));
	return j;
}

void json_begin(void)
{
	json_set_alloc_funcs(alloc_or_exit, free);
}

const char *json_revision(void)
{
	return REVISION;
}

json_t *json_envelope(const char *name, int argc, char *const *argv)
{
	json_t *j, *args;

	json_begin();
	j = json_object();
	args = json_array();
	json_put(j, "schema", json_sprintf("faultline/%s/1", name));
	json_put(j, "version", json_text(PACKAGE_VERSION));
	if (*REVISION)
		json_put(j, "revision", json_text(REVISION));
	for (int i = 0; i < argc; i++)
		json_append(args, json_text(argv[i]));
	json_put(j, "argv", args);
	json_put(j, "host", host_json());
	return j;
}

static json_t *load(FILE *file, const char *name, struct bench_error *err)
{
	json_error_t why = { .line = -1 };
	json_t *j;
	int failed;

	errno = 0;
	j = json_loadf(file, JSON_REJECT_DUPLICATES, &why);
	failed = errno;
	if (j)
		return j;
	if (ferror(file))
		bench_fail(err, "%s: cannot be read: %s", name, strerror(failed));
	else if (failed == ENOMEM)	/* a parser without memory calls the text wrong */
		bench_fail(err, "%s: not enough memory to read it", name);
	else if (why.line > 0)
		bench_fail(err, "%s:%d: %s", name, why.line, why.text);
	else
		bench_fail(err, "%s: %s", name, why.text);
	return NULL;
}

json_t *json_read(const char *path, struct bench_error *err)
{
	const char *name = *path ? path : "''";
	FILE *file = fopen(path, "rb");
	json_t *j = NULL;
	struct stat st;

	if (!file || fstat(fileno(file), &st))
		bench_fail(err, "%s: cannot be opened: %s", name, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		bench_fail(err, "%s is a directory", name);
	else
		j = load(file, name, err);
	if (file)
		fclose(file);
	return j;
}

int json_finish(json_t *document, FILE *out)
{
	int ret = json_dumpf(document, out, JSON_INDENT(1) | JSON_REAL_PRECISION(17));

	fputc('\n', out);
	json_decref(document);
	return ret || ferror(out) ? -1 : 0;
}

#endif /* HAVE_JANSSON */
