// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The threads of io_waits: those that fault, the writer, the third one, and those of reread.
 */
#include "bench/io/run.h"
#include "common/mm/reclaim.h"
#include "common/sync/atomic.h"

#include <stdlib.h>
#include <string.h>

#define P		PAGE_SIZE
#define AT		0x10000000000UL
#define WRITER_PAUSE	500000ULL
#define THIRD_PAUSE	200000ULL
#define RW		(MM_PROT_READ | MM_PROT_WRITE)
#define ANON		(MM_MAP_PRIVATE | MM_MAP_ANONYMOUS)

struct worker {
	struct run *run;
	unsigned int slot;
	struct samples samples;
};

static void sample(struct samples *s, double ns)
{
	if (s->nr == s->max) {
		s->max = s->max ? 2 * s->max : 1024;
		s->ns = realloc(s->ns, s->max * sizeof(*s->ns));
		if (!s->ns)
			die("no memory");
	}
	s->ns[s->nr++] = ns;
}

static void note(struct worker *w, u64 began)
{
	sample(&w->samples, (double)(machine_now_ns() - began));
}

static void stop(struct run *r)
{
	WRITE_ONCE(r->stop, 1);
}

static bool stopped(const struct run *r)
{
	return READ_ONCE(r->stop);
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
	for (unsigned long i = 0; i < r->pages && machine_now_ns() < r->until_ns; i++) {
		u64 began = machine_now_ns();

		mm_fault(t, r->mm, at + i * P, FAULT_FLAG_USER);
		note(w, began);
	}
	stop(r);
	mm_detach(t);
}

static void fork_once(struct worker *w, struct task *t)
{
	struct run *r = w->run;
	u64 began = machine_now_ns();
	struct mm *child;

	if (mm_fork(t, r->mm, &child))
		die("fork fails");
	note(w, began);
	mm_destroy(t, child);
}

static void mprotect_once(struct worker *w, struct task *t, int prot)
{
	struct run *r = w->run;
	u64 began = machine_now_ns();

	if (mm_mprotect(t, r->mm, last_page(r), P, prot))
		die("mprotect fails");
	note(w, began);
}

static void munmap_once(struct worker *w, struct task *t, unsigned long nr)
{
	struct run *r = w->run;
	u64 began = machine_now_ns();

	if (mm_munmap(t, r->mm, last_page(r) - nr * P, P))
		die("munmap fails");
	note(w, began);
}

static void writer(void *arg)
{
	struct worker *w = arg;
	struct run *r = w->run;
	struct task *t = world_task(r->world, w->slot);

	for (unsigned long nr = 0; !stopped(r) && nr < r->pages; nr++) {
		mm_attach(t, r->mm);
		if (r->change == CHANGE_FORK)
			fork_once(w, t);
		else if (r->change == CHANGE_MPROTECT)
			mprotect_once(w, t, nr % 2 ? RW : MM_PROT_READ);
		else
			munmap_once(w, t, nr);
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
	while (!stopped(r)) {
		u64 began = machine_now_ns();
		unsigned long at = mm_mmap(t, r->mm, 0, P, RW, ANON, NULL, 0);

		if (mm_is_err(at) || mm_fault(t, r->mm, at, FAULT_FLAG_USER | FAULT_FLAG_WRITE) != FAULT_DONE ||
		    mm_munmap(t, r->mm, at, P))
			die("the third thread's mapping fails");
		note(w, began);
		platform_sleep(THIRD_PAUSE);
	}
	mm_detach(t);
}

/* The thread has touched a page.  When as many have been read as there are frames, the measurement begins. */
static void touched(struct run *r)
{
	struct stats now;

	r->touched++;
	if (r->filled_ns) {
		if (machine_now_ns() >= r->filled_ns + r->ms * 1000000)
			stop(r);
		return;
	}
	if (r->touched % 1024)
		return;
	world_stats(r->world, &now);
	if (now.event[STAT_FILE_READ] < r->world->zone.nr)
		return;
	r->filled_ns = machine_now_ns();
	r->touched = 0;
	r->before = now;
}

/* As a load does: a page that is mapped, by fault-around or not, takes no fault. */
static void read_page(struct worker *w, struct task *t, unsigned long addr)
{
	u64 began = machine_now_ns(), value;

	if (access_try_read(t, addr, &value))
		return;
	if (mm_fault(t, w->run->mm, addr, FAULT_FLAG_USER) != FAULT_DONE)
		die("a fault fails");
	if (w->run->filled_ns)
		note(w, began);
}

static void rereader(void *arg)
{
	struct worker *w = arg;
	struct run *r = w->run;
	struct task *t = world_task(r->world, w->slot);

	mm_attach(t, r->mm);
	while (!stopped(r)) {
		unsigned long at = mm_mmap(t, r->mm, 0, r->file_pages * P, MM_PROT_READ, MM_MAP_SHARED, r->file[w->slot], 0);

		if (mm_is_err(at))
			die("mmap fails");
		for (unsigned long i = 0; i < r->file_pages && !stopped(r); i++) {
			read_page(w, t, at + i * P);
			touched(r);
		}
		if (mm_munmap(t, r->mm, at, r->file_pages * P))
			die("munmap fails");
	}
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
	c.readahead = r->readahead;
	c.nr_frames = r->threads * (r->pages + 64) + 1024;
	if (r->change == REREAD) {
		c.nr_frames = r->threads * r->file_pages / r->part;
		c.page_batch = r->file_pages / r->part >= 64 ? 8 : 1;	/* threads' own lists hold little of the memory */
		c.reclaim = true;
	}
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

static enum role role_of(const struct run *r, unsigned int slot)
{
	if (r->change == REREAD || slot + 2 < r->threads)
		return FAULTER;
	return slot + 2 == r->threads ? WRITER : THIRD;
}

static void (*job_of(const struct run *r, unsigned int slot))(void *)
{
	static void (*const jobs[NR_ROLES])(void *) = { faulter, writer, third };

	return r->change == REREAD ? rereader : jobs[role_of(r, slot)];
}

/* Take over what the thread has noted. */
static void collect(struct run *r, struct worker *w)
{
	struct samples *to = &r->samples[role_of(r, w->slot)];

	for (size_t i = 0; i < w->samples.nr; i++)
		sample(to, w->samples.ns[i]);
	free(w->samples.ns);
}

void run_play(struct run *r)
{
	static struct worker worker[IO_MAX_THREADS];
	struct platform_thread *thread[IO_MAX_THREADS];
	struct reclaimer reclaimer;
	u64 length = 20000000ULL > 40 * r->latency_ns ? 20000000ULL : 40 * r->latency_ns, began;

	for (unsigned int role = 0; role < NR_ROLES; role++)
		r->samples[role].nr = 0;
	r->stop = 0;
	r->filled_ns = r->touched = 0;
	memset(&r->before, 0, sizeof(r->before));
	r->pages = length / r->latency_ns + 16;
	machine_begin(r->latencies);
	platform_thread_enter(r->threads);
	stage(r);
	began = machine_now_ns();
	r->until_ns = began + length;
	if (r->change == REREAD && reclaimer_start(&reclaimer, r->world, r->threads + 1))
		die("no thread");
	for (unsigned int i = 0; i < r->threads; i++) {
		worker[i] = (struct worker){ .run = r, .slot = i };
		if (platform_thread_create(&thread[i], i, (int)(i % platform_nr_cpus()), job_of(r, i), &worker[i]))
			die("no thread");
	}
	for (unsigned int i = 0; i < r->threads; i++) {
		platform_thread_join(thread[i]);
		collect(r, &worker[i]);
	}
	if (r->change == REREAD)
		reclaimer_stop(&reclaimer);
	r->seconds = (double)(machine_now_ns() - (r->filled_ns ? r->filled_ns : began)) / 1e9;
	strike(r);
	platform_thread_leave();
}
