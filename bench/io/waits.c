/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Threads that wait for a disk: faults that read a file, a writer, and a third thread, under each policy of config.io, on a simulated machine or here.
 *
 *	io_waits [--machine M] [--threads N] [--schemes LIST] [--latency US,...] [--policies LIST] [--json FILE]
 *		[--pages N] [--part N] [--ms N] [--readahead N] [fork|mprotect|munmap|reread]...
 *
 * fork, mprotect, munmap: N - 2 threads fault in one mapping of a file, each page once, so each fault reads; one
 * thread makes that change (of the last page of the mapping, or of the process), pauses 500 us, and again; one maps a
 * page of its own, touches and unmaps it, pauses 200 us, and again.
 * reread: N threads map a file of their own of --pages, read it and unmap it, in memory for the --part'th part of what they
 * want together; rounds are those of --ms milliseconds after memory has been filled once.  A fault reads --readahead pages at once.
 * io_waits_here is the same on this machine: without --machine, and without reread, which needs 256 CPUs.
 * On a simulated machine all is done with its latencies as described, and times 0.7 and 1.3.  It is deterministic: the same words give the same numbers.  --json -: to standard output, and the table to standard error.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/io/run.h"

static const char *const change_names[NR_CHANGES] = { "fork", "mprotect", "munmap", "reread" };
static const char *const role_names[NR_ROLES] = { "faulter", "writer", "third" };
static const char *const policies[] = { "retry-mmap", "retry-vma", "hold", "file-hold" };

/* --- the report ------------------------------------------------------------------------------------ */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile_us(const struct samples *s, double q)
{
	return s->nr ? s->ns[(size_t)(q * (double)(s->nr - 1))] / 1000 : 0;
}

static double happened(const struct run *r, enum stats_event event)
{
	return (double)(r->stats.event[event] - r->before.event[event]);
}

static double a_fault(const struct run *r, enum stats_event event)
{
	double faults = r->change == REREAD ? (double)r->touched : (double)r->samples[FAULTER].nr;

	return faults ? happened(r, event) / faults : 0;
}

static double gone_share(const struct run *r)
{
	double retries = happened(r, STAT_FAULT_IO_RETRY);

	return retries ? happened(r, STAT_FAULT_IO_GONE) / retries : 0;
}

/* Of reread: how often a thread maps, reads and unmaps its file, of all together. */
static double rounds_a_second(const struct run *r)
{
	return r->change == REREAD ? (double)r->touched / (double)r->file_pages / r->seconds : 0;
}

/* Of reread: how long a page that is read stays in memory, if those that came first leave first. */
static double life_us(const struct run *r)
{
	double reads = happened(r, STAT_FILE_READ);

	return r->change == REREAD && reads ? (double)r->threads * (double)r->file_pages / (double)r->part / reads * r->seconds * 1e6 : 0;
}

static void print(const struct run *r, FILE *table)
{
	fprintf(table, "%-8s %6llu us  %-24s %-10s  x %.1f", change_names[r->change], (unsigned long long)r->latency_ns / 1000, r->chain->name,
	       policies[r->io], r->latencies);
	for (unsigned int role = 0; role < NR_ROLES; role++)
		if (r->samples[role].nr)
			fprintf(table, "  %9.1f %9.1f %9.1f", quantile_us(&r->samples[role], .5), quantile_us(&r->samples[role], .99),
			       quantile_us(&r->samples[role], 1));
	fprintf(table, "  %5.2f  %5.2f", a_fault(r, STAT_FAULT_IO_RETRY), a_fault(r, STAT_MMAP_LOCK_READ));
	if (r->change == REREAD)
		fprintf(table, "  %9.1f rounds/s, gone again %5.2f %%, a page stays %.0f us", rounds_a_second(r), 100 * gone_share(r), life_us(r));
	putc('\n', table);
	fflush(table);
}

static json_t *run_json(const struct run *r)
{
	json_t *j = json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "retries_a_fault", a_fault(r, STAT_FAULT_IO_RETRY),
			      "held_a_fault", a_fault(r, STAT_FAULT_IO_HELD), "mmap_lock_reads_a_fault", a_fault(r, STAT_MMAP_LOCK_READ),
			      "gone_again", gone_share(r), "rounds_per_s", rounds_a_second(r), "page_stays_us", life_us(r));

	for (unsigned int role = 0; role < NR_ROLES; role++) {
		const struct samples *s = &r->samples[role];

		json_object_set_new(j, role_names[role], json_pack("{s:I, s:f, s:f, s:f}", "nr", (json_int_t)s->nr, "p50_us",
				    quantile_us(s, .5), "p99_us", quantile_us(s, .99), "max_us", quantile_us(s, 1)));
	}
	return j;
}

/* On a simulated machine three times: with its latencies, and with all of them lower and higher. */
static void measure(struct run *r, json_t *all)
{
	json_t *j, *varied = json_array();
	char text[32];

	snprintf(text, sizeof(text), "read_%llu_us", (unsigned long long)r->latency_ns / 1000);
	j = json_pack("{s:s, s:s, s:s, s:s, s:I}", "workload", change_names[r->change], "case", text, "scheme", r->chain->name,
		      "what", policies[r->io], "threads", (json_int_t)r->threads);
	for (unsigned int i = 0; machine_latencies(i) > 0; i++) {
		json_t *figures;

		r->latencies = machine_latencies(i);
		run_play(r);
		for (unsigned int role = 0; role < NR_ROLES; role++)
			qsort(r->samples[role].ns, r->samples[role].nr, sizeof(double), by_value);
		print(r, r->to_stderr ? stderr : stdout);
		figures = run_json(r);
		if (!machine_is_simulated()) {
			json_object_update(j, figures);
			json_decref(figures);
			continue;
		}
		snprintf(text, sizeof(text), "latencies %g", r->latencies);
		json_object_set_new(figures, "what", json_string(text));
		json_array_append_new(varied, figures);
	}
	if (machine_is_simulated())
		json_object_set_new(j, "varied", varied);
	else
		json_decref(varied);
	json_array_append_new(all, j);
}

/* --- the command ----------------------------------------------------------------------------------- */

struct options {
	const char *machine, *json;
	char *schemes, *latencies;
	const char *policies;
	unsigned int threads, readahead;
	unsigned long pages, part, ms;
	bool wanted[NR_CHANGES];
};

static void parse(struct options *o, int argc, char **argv)
{
	bool any = false;

	for (int i = 1; i < argc; i++) {
		unsigned int change = 0;
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		while (change < NR_CHANGES && strcmp(change_names[change], argv[i]))
			change++;
		if (change < NR_CHANGES) {
			o->wanted[change] = any = true;
			continue;
		}
		if (!value)
			die("usage: io_waits [--machine M] [--threads N] [--schemes LIST] [--latency US,...] [--policies LIST] [--json FILE] "
			    "[--pages N] [--part N] [--ms N] [--readahead N] [fork|mprotect|munmap|reread]...");
		i++;
		if (!strcmp(argv[i - 1], "--machine"))
			o->machine = value;
		else if (!strcmp(argv[i - 1], "--json"))
			o->json = value;
		else if (!strcmp(argv[i - 1], "--schemes"))
			o->schemes = argv[i];
		else if (!strcmp(argv[i - 1], "--latency"))
			o->latencies = argv[i];
		else if (!strcmp(argv[i - 1], "--policies"))
			o->policies = value;
		else if (!strcmp(argv[i - 1], "--pages"))
			o->pages = strtoul(value, NULL, 10);
		else if (!strcmp(argv[i - 1], "--part"))
			o->part = strtoul(value, NULL, 10);
		else if (!strcmp(argv[i - 1], "--ms"))
			o->ms = strtoul(value, NULL, 10);
		else if (!strcmp(argv[i - 1], "--readahead"))
			o->readahead = (unsigned int)strtoul(value, NULL, 10);
		else if (!strcmp(argv[i - 1], "--threads"))
			o->threads = (unsigned int)strtoul(value, NULL, 10);
		else
			die("an unknown option");
	}
	if (o->threads < 3 || o->threads > IO_MAX_THREADS)
		die("--threads: a number from 3 to 510");
	if (o->pages < 64 || o->pages > 1ul << 20 || !o->part || o->part > 64 || !o->ms || o->ms > 60000)
		die("--pages: a number from 64 to 1048576; --part: from 1 to 64; --ms: from 1 to 60000");
	if (o->readahead > 4096)
		die("--readahead: a number up to 4096");
	for (unsigned int i = 0; !any && i < NR_CHANGES; i++)
		o->wanted[i] = i != REREAD || machine_is_simulated();
	if (o->wanted[REREAD] && !machine_is_simulated())
		die("reread is for simulated machines");
}

/* Under each policy of the list. */
static void all_policies(struct run *r, const char *list, json_t *all)
{
	char *copy = strdup(list), *rest = copy, *name;

	while ((name = strsep(&rest, ","))) {
		unsigned int io = 0;

		while (io < ARRAY_SIZE(policies) && strcmp(policies[io], name))
			io++;
		if (io == ARRAY_SIZE(policies))
			die("--policies: retry-mmap, retry-vma, hold, file-hold");
		r->io = io;
		measure(r, all);
	}
	free(copy);
}

/* Under each scheme of the list. */
static void all_schemes(struct run *r, const struct options *o, json_t *all)
{
	const char *list = o->schemes;

	char *copy = strdup(list), *rest = copy, *spec, why[256];

	while ((spec = strsep(&rest, ","))) {
		static struct scheme_chain chain;

		memset(&chain, 0, sizeof(chain));
		if (scheme_chain_parse(&chain, spec, why, sizeof(why)))
			die(why);
		r->chain = &chain;
		all_policies(r, o->policies, all);
	}
	free(copy);
}

static void all_latencies(struct run *r, const struct options *o, json_t *all)
{
	char *copy = strdup(o->latencies), *rest = copy, *us;

	while ((us = strsep(&rest, ","))) {
		r->latency_ns = strtoull(us, NULL, 10) * 1000;
		if (r->latency_ns < 1000 || r->latency_ns > 1000000000)
			die("--latency: microseconds from 1 to 1000000");
		all_schemes(r, o, all);
	}
	free(copy);
}

static void write_json(const char *path, json_t *doc)
{
	bool to_stdout = !strcmp(path, "-");
	size_t flags = JSON_INDENT(1) | JSON_REAL_PRECISION(6);

	if (!doc || (to_stdout ? json_dumpf(doc, stdout, flags) : json_dump_file(doc, path, flags)))
		die("cannot write the JSON");
	json_decref(doc);
}

int main(int argc, char **argv)
{
	struct options o = {
		.schemes = (char *)"mmap_lock,per_vma_rwsem,per_vma_refcount,vma_seq_retry",
		.latencies = (char *)"20,80,1000,10000", .threads = 8,
		.policies = "retry-mmap,retry-vma,hold,file-hold", .pages = 1024, .part = 8, .ms = 200,
	};
	const char *machine;
	static struct run r;
	json_t *all = json_array();

	parse(&o, argc, argv);
	machine = machine_choose(o.machine);
	r.threads = o.threads;
	r.file_pages = o.pages;
	r.part = o.part;
	r.ms = o.ms;
	r.readahead = o.readahead;
	r.to_stderr = o.json && !strcmp(o.json, "-");
	fprintf(r.to_stderr ? stderr : stdout, "%s, %u threads; its latencies times, us: faulter p50 p99 max, writer p50 p99 max, third p50 p99 max; a fault: retries, mmap_lock for reading\n",
	       machine, r.threads);
	for (unsigned int change = 0; change < NR_CHANGES; change++) {
		r.change = change;
		if (o.wanted[change])
			all_latencies(&r, &o, all);
	}
	if (o.json)
		write_json(o.json, json_pack("{s:s, s:s, s:o}", "program", "io_waits", "machine", machine, "runs", all));
	return 0;
}
