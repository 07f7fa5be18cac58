/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Threads that wait for a disk: faults that read a file, a writer, and a third thread, under each policy of config.io, on a simulated machine.
 *
 *	io_waits [--machine M] [--threads N] [--schemes LIST] [--latency US,...] [--json FILE] [fork|mprotect|munmap|reread]...
 *
 * fork, mprotect, munmap: N - 2 threads fault in one mapping of a file, each page once, so each fault reads; one
 * thread makes that change (of the last page of the mapping, or of the process), pauses 500 us, and again; one maps a
 * page of its own, touches and unmaps it, pauses 200 us, and again.
 * reread: N threads map a file of their own, read it and unmap it, in memory for half of what they want together.
 * The run is deterministic: the same words give the same numbers.  --json -: to standard output, and the table to standard error.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mm/file.h"
#include "common/mm/mm.h"
#include "common/mm/reclaim.h"
#include "common/mm/scheme.h"
#include "common/mm/world.h"
#include "sim/engine.h"
#include "sim/time/time.h"

#define P		PAGE_SIZE
#define AT		0x10000000000UL
#define MAX_THREADS	(PLATFORM_MAX_SLOTS - 2)
#define MAX_SAMPLES	(1u << 20)
#define WRITER_PAUSE	500000ULL
#define THIRD_PAUSE	200000ULL
#define FILE_PAGES	128UL	/* of reread: half a MiB each */
#define ROUNDS		6	/* of reread, each thread's */
#define RW		(MM_PROT_READ | MM_PROT_WRITE)
#define ANON		(MM_MAP_PRIVATE | MM_MAP_ANONYMOUS)

enum change { CHANGE_FORK, CHANGE_MPROTECT, CHANGE_MUNMAP, REREAD, NR_CHANGES };
enum role { FAULTER, WRITER, THIRD, NR_ROLES };

static const char *const change_names[NR_CHANGES] = { "fork", "mprotect", "munmap", "reread" };
static const char *const role_names[NR_ROLES] = { "faulter", "writer", "third" };
static const char *const policies[] = { "retry-mmap", "retry-vma", "hold", "file-hold" };

struct samples {
	double *ns;
	size_t nr;
};

struct run {
	/* the question */
	const struct machine *machine;
	const struct scheme_chain *chain;
	enum change change;
	enum io_policy io;
	u64 latency_ns, until_ns;
	unsigned int threads;
	bool to_stderr;				/* the table, since JSON goes to stdout */
	/* the stage */
	struct world *world;
	struct mm *mm;
	struct file *file[MAX_THREADS];		/* of reread one a thread, else [0] */
	unsigned long pages;			/* of a faulter */
	bool stop;
	u64 rounds;
	/* the answer */
	struct samples samples[NR_ROLES];
	struct stats stats;
	double seconds;
};

struct worker {
	struct run *run;
	unsigned int slot;
};

static void die(const char *what)
{
	fprintf(stderr, "io_waits: %s\n", what);
	exit(2);
}

static u64 now_ns(void)
{
	return time_now_ps() / 1000;
}

static void note(struct run *r, enum role role, u64 began)
{
	struct samples *s = &r->samples[role];

	if (s->nr < MAX_SAMPLES)
		s->ns[s->nr++] = (double)(now_ns() - began);
}

/* --- threads ------------------------------------------------------------------------------------ */

static unsigned long last_page(const struct run *r)
{
	return AT + ((r->threads - 1) * r->pages - 1) * P;
}

static void faulter(void *arg)
{
	struct worker *w = arg;
	struct run *r = w->run;
	struct task *t = world_task(r->world, w->slot);
	unsigned long at = AT + w->slot * r->pages * P;

	mm_attach(t, r->mm);
	for (unsigned long i = 0; i < r->pages && now_ns() < r->until_ns; i++) {
		u64 began = now_ns();

		mm_fault(t, r->mm, at + i * P, FAULT_FLAG_USER);
		note(r, FAULTER, began);
	}
	r->stop = true;
	mm_detach(t);
}

static void fork_once(struct run *r, struct task *t)
{
	u64 began = now_ns();
	struct mm *child;

	if (mm_fork(t, r->mm, &child))
		die("fork fails");
	note(r, WRITER, began);
	mm_destroy(t, child);
}

static void mprotect_once(struct run *r, struct task *t, int prot)
{
	u64 began = now_ns();

	if (mm_mprotect(t, r->mm, last_page(r), P, prot))
		die("mprotect fails");
	note(r, WRITER, began);
}

static void munmap_once(struct run *r, struct task *t, unsigned long nr)
{
	u64 began = now_ns();

	if (mm_munmap(t, r->mm, last_page(r) - nr * P, P))
		die("munmap fails");
	note(r, WRITER, began);
}

static void writer(void *arg)
{
	struct worker *w = arg;
	struct run *r = w->run;
	struct task *t = world_task(r->world, w->slot);

	for (unsigned long nr = 0; !r->stop && nr < r->pages; nr++) {
		mm_attach(t, r->mm);
		if (r->change == CHANGE_FORK)
			fork_once(r, t);
		else if (r->change == CHANGE_MPROTECT)
			mprotect_once(r, t, nr % 2 ? RW : MM_PROT_READ);
		else
			munmap_once(r, t, nr);
		mm_detach(t);
		platform_sleep(WRITER_PAUSE);
	}
}

static void third(void *arg)
{
	struct worker *w = arg;
	struct run *r = w->run;
	struct task *t = world_task(r->world, w->slot);

	mm_attach(t, r->mm);
	while (!r->stop) {
		u64 began = now_ns();
		unsigned long at = mm_mmap(t, r->mm, 0, P, RW, ANON, NULL, 0);

		if (mm_is_err(at) || mm_fault(t, r->mm, at, FAULT_FLAG_USER | FAULT_FLAG_WRITE) != FAULT_DONE ||
		    mm_munmap(t, r->mm, at, P))
			die("the third thread's mapping fails");
		note(r, THIRD, began);
		platform_sleep(THIRD_PAUSE);
	}
	mm_detach(t);
}

static void rereader(void *arg)
{
	struct worker *w = arg;
	struct run *r = w->run;
	struct task *t = world_task(r->world, w->slot);

	mm_attach(t, r->mm);
	for (unsigned int round = 0; round < ROUNDS && !r->stop; round++) {
		unsigned long at = mm_mmap(t, r->mm, 0, FILE_PAGES * P, MM_PROT_READ, MM_MAP_PRIVATE, r->file[w->slot], 0);

		if (mm_is_err(at))
			die("mmap fails");
		for (unsigned long i = 0; i < FILE_PAGES; i++) {
			u64 began = now_ns();

			mm_fault(t, r->mm, at + i * P, FAULT_FLAG_USER);
			note(r, FAULTER, began);
		}
		if (mm_munmap(t, r->mm, at, FILE_PAGES * P))
			die("munmap fails");
		r->rounds++;
	}
	r->stop = true;		/* rates are of the time when all still run */
	mm_detach(t);
}

/* --- a run ---------------------------------------------------------------------------------------- */

static void stage(struct run *r)
{
	struct world_config c = world_config_default(1024);
	struct task *t;

	c.nr_tasks = r->threads + 2;
	c.io = r->io;
	c.file_read_ns = r->latency_ns;
	c.nr_frames = r->change == REREAD ? r->threads * FILE_PAGES / 2 + 256 : r->threads * (r->pages + 64) + 1024;
	c.reclaim = r->change == REREAD;
	if (world_create(&r->world, &c, r->chain))
		die("no simulated memory");
	t = world_task(r->world, r->threads);
	if (mm_create(t, &r->mm))
		die("no address space");
	for (unsigned int i = 0; i < (r->change == REREAD ? r->threads : 1); i++)
		r->file[i] = file_open(i + 1, false);
	if (r->change != REREAD &&
	    mm_mmap(t, r->mm, AT, (r->threads - 1) * r->pages * P, RW, MM_MAP_SHARED | MM_MAP_FIXED, r->file[0], 0) != AT)
		die("no mapping");
}

static void strike(struct run *r)
{
	struct task *t = world_task(r->world, r->threads);

	world_stats(r->world, &r->stats);
	mm_attach(t, r->mm);
	mm_destroy(t, r->mm);
	for (unsigned int i = 0; i < (r->change == REREAD ? r->threads : 1); i++)
		file_put(t, r->file[i]);
	world_leaks(r->world);		/* waits for deferred frees */
	world_destroy(r->world);
}

static void (*job_of(const struct run *r, unsigned int slot))(void *)
{
	if (r->change == REREAD)
		return rereader;
	return slot + 2 < r->threads ? faulter : slot + 2 == r->threads ? writer : third;
}

static void play(struct run *r)
{
	struct time_settings settings = {
		.machine = r->machine, .seed = 1, .placement = TIME_PACKED, .no_contents = true, .lookahead_ps = TIME_LOOKAHEAD,
	};
	static struct worker worker[MAX_THREADS];
	struct platform_thread *thread[MAX_THREADS];
	struct reclaimer reclaimer;
	u64 began;

	for (unsigned int role = 0; role < NR_ROLES; role++)
		r->samples[role].nr = 0;
	r->stop = false;
	r->rounds = 0;
	r->until_ns = 20000000ULL > 40 * r->latency_ns ? 20000000ULL : 40 * r->latency_ns;
	r->pages = r->until_ns / r->latency_ns + 16;
	time_begin(&settings);
	platform_thread_enter(r->threads);
	stage(r);
	began = now_ns();
	if (r->change == REREAD && reclaimer_start(&reclaimer, r->world, r->threads + 1))
		die("no thread");
	for (unsigned int i = 0; i < r->threads; i++) {
		worker[i] = (struct worker){ r, i };
		if (platform_thread_create(&thread[i], i, (int)(i % platform_nr_cpus()), job_of(r, i), &worker[i]))
			die("no thread");
	}
	for (unsigned int i = 0; i < r->threads; i++)
		platform_thread_join(thread[i]);
	if (r->change == REREAD)
		reclaimer_stop(&reclaimer);
	r->seconds = (double)(now_ns() - began) / 1e9;
	strike(r);
	platform_thread_leave();
}

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

static double a_fault(const struct run *r, enum stats_event event)
{
	return r->samples[FAULTER].nr ? (double)r->stats.event[event] / (double)r->samples[FAULTER].nr : 0;
}

static double gone_share(const struct run *r)
{
	u64 retries = r->stats.event[STAT_FAULT_IO_RETRY];

	return retries ? (double)r->stats.event[STAT_FAULT_IO_GONE] / (double)retries : 0;
}

static void print(const struct run *r, FILE *table)
{
	fprintf(table, "%-8s %6llu us  %-24s %-10s", change_names[r->change], (unsigned long long)r->latency_ns / 1000, r->chain->name,
	       policies[r->io]);
	for (unsigned int role = 0; role < NR_ROLES; role++)
		if (r->samples[role].nr)
			fprintf(table, "  %9.1f %9.1f %9.1f", quantile_us(&r->samples[role], .5), quantile_us(&r->samples[role], .99),
			       quantile_us(&r->samples[role], 1));
	fprintf(table, "  %5.2f  %5.2f", a_fault(r, STAT_FAULT_IO_RETRY), a_fault(r, STAT_MMAP_LOCK_READ));
	if (r->change == REREAD)
		fprintf(table, "  %9.1f rounds/s  gone again %5.2f %%", (double)r->rounds / r->seconds, 100 * gone_share(r));
	putc('\n', table);
	fflush(table);
}

static json_t *run_json(const struct run *r)
{
	char latency[32];
	json_t *j;

	snprintf(latency, sizeof(latency), "read_%llu_us", (unsigned long long)r->latency_ns / 1000);
	j = json_pack("{s:s, s:s, s:s, s:s, s:I, s:f, s:f, s:f, s:f, s:f}", "workload", change_names[r->change], "case", latency,
		      "scheme", r->chain->name, "what", policies[r->io], "threads", (json_int_t)r->threads, "retries_a_fault", a_fault(r, STAT_FAULT_IO_RETRY),
		      "held_a_fault", a_fault(r, STAT_FAULT_IO_HELD), "mmap_lock_reads_a_fault", a_fault(r, STAT_MMAP_LOCK_READ),
		      "gone_again", gone_share(r), "rounds_per_s", r->change == REREAD ? (double)r->rounds / r->seconds : 0);
	for (unsigned int role = 0; role < NR_ROLES; role++) {
		const struct samples *s = &r->samples[role];

		json_object_set_new(j, role_names[role], json_pack("{s:I, s:f, s:f, s:f}", "nr", (json_int_t)s->nr, "p50_us",
				    quantile_us(s, .5), "p99_us", quantile_us(s, .99), "max_us", quantile_us(s, 1)));
	}
	return j;
}

static void measure(struct run *r, json_t *all)
{
	FILE *table = r->to_stderr ? stderr : stdout;

	play(r);
	for (unsigned int role = 0; role < NR_ROLES; role++)
		qsort(r->samples[role].ns, r->samples[role].nr, sizeof(double), by_value);
	print(r, table);
	json_array_append_new(all, run_json(r));
}

/* --- the command ----------------------------------------------------------------------------------- */

struct options {
	const char *machine, *json;
	char *schemes, *latencies;
	unsigned int threads;
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
			die("usage: io_waits [--machine M] [--threads N] [--schemes LIST] [--latency US,...] [--json FILE] [fork|mprotect|munmap|reread]...");
		i++;
		if (!strcmp(argv[i - 1], "--machine"))
			o->machine = value;
		else if (!strcmp(argv[i - 1], "--json"))
			o->json = value;
		else if (!strcmp(argv[i - 1], "--schemes"))
			o->schemes = argv[i];
		else if (!strcmp(argv[i - 1], "--latency"))
			o->latencies = argv[i];
		else if (!strcmp(argv[i - 1], "--threads"))
			o->threads = (unsigned int)strtoul(value, NULL, 10);
		else
			die("an unknown option");
	}
	if (o->threads < 3 || o->threads > MAX_THREADS)
		die("--threads: a number from 3 to 510");
	for (unsigned int i = 0; !any && i < NR_CHANGES; i++)
		o->wanted[i] = true;
}

static void all_policies(struct run *r, json_t *all)
{
	for (unsigned int io = 0; io < ARRAY_SIZE(policies); io++) {
		r->io = io;
		measure(r, all);
	}
}

/* Under each scheme of the list. */
static void all_schemes(struct run *r, const char *list, json_t *all)
{
	char *copy = strdup(list), *rest = copy, *spec, why[256];

	while ((spec = strsep(&rest, ","))) {
		static struct scheme_chain chain;

		memset(&chain, 0, sizeof(chain));
		if (scheme_chain_parse(&chain, spec, why, sizeof(why)))
			die(why);
		r->chain = &chain;
		all_policies(r, all);
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
		all_schemes(r, o->schemes, all);
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
		.machine = "rome-2s-128c", .schemes = (char *)"mmap_lock,per_vma_rwsem,per_vma_refcount,vma_seq_retry",
		.latencies = (char *)"20,80,1000,10000", .threads = 8,
	};
	struct machine_error err;
	struct machine *machine;
	static struct run r;
	json_t *all = json_array();

	parse(&o, argc, argv);
	machine = machine_open(o.machine, &err);
	if (!machine)
		die(err.line);
	r.machine = machine;
	r.threads = o.threads;
	for (unsigned int role = 0; role < NR_ROLES; role++)
		if (!(r.samples[role].ns = malloc(MAX_SAMPLES * sizeof(double))))
			die("no memory");
	r.to_stderr = o.json && !strcmp(o.json, "-");
	fprintf(r.to_stderr ? stderr : stdout, "%s, %u threads; us: faulter p50 p99 max, writer p50 p99 max, third p50 p99 max; a fault: retries, mmap_lock for reading\n",
	       machine->name, r.threads);
	for (unsigned int change = 0; change < NR_CHANGES; change++) {
		r.change = change;
		if (o.wanted[change])
			all_latencies(&r, &o, all);
	}
	if (o.json)
		write_json(o.json, json_pack("{s:s, s:s, s:o}", "program", "io_waits", "machine", machine->name, "runs", all));
	machine_free(machine);
	return 0;
}
