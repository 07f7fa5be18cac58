/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Opening events on a command, and draining their rings.
 *
 * The kernel lets an inherited event have a ring only if it is bound to a CPU.  So
 * each event is opened once a CPU, and all of a CPU's events write to one ring, in
 * order: what one CPU did needs no sorting.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/record/known_calls.h"
#include "bench/record/perf.h"
#include "common/platform/types.h"

#define MAX_EVENTS 4
#define RING_DEFAULT (16UL << 20)
#define RING_LEAST (64UL << 10)

/* linux/perf_event.h of Linux 6.0; older headers lack it. */
#define READ_LOST (1U << 4)

struct ring {
	int fd[MAX_EVENTS];	/* fd[0] owns the ring */
	struct perf_event_mmap_page *page;
};

struct perf {
	struct ring *ring;
	unsigned int nr_rings, nr_events;
	size_t bytes;		/* of a ring's data */
	bool reads_lost;
};

static int paranoid_level(void)
{
	FILE *f = fopen("/proc/sys/kernel/perf_event_paranoid", "r");
	int level = -1;

	if (f && fscanf(f, "%d", &level) != 1)
		level = -1;
	if (f)
		fclose(f);
	return level;
}

static int refused(struct bench_error *err, bool tracepoints)
{
	int why = errno, level = paranoid_level(), enough = tracepoints ? -1 : 2;

	if (why == EMFILE)
		return bench_fail(err, "an event a CPU takes more open files than are permitted: raise ulimit -n");
	if (why != EPERM && why != EACCES)
		return bench_fail(err, "perf_event_open: %s", strerror(why));
	if (level > enough)
		return bench_fail(err, "perf_event_open needs CAP_PERFMON or kernel.perf_event_paranoid of %d, which is %d: run as root, or sysctl kernel.perf_event_paranoid=%d",
				  enough, level, enough);
	return bench_fail(err, "perf_event_open is filtered out (%s): give the container CAP_PERFMON and a seccomp profile that has it",
			  strerror(why));
}

static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static struct perf_event_attr attributes(const struct perf *p, const struct record_layout *l,
					 unsigned int event)
{
	const u16 tracepoint[MAX_EVENTS] = { l->fault_user, l->fault_kernel, l->enter, l->leave };
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.sample_period = 1,
		.disabled = 1,
		.inherit = 1,
		.enable_on_exec = 1,
		.sample_id_all = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.watermark = 1,		/* 0 bytes: half the ring */
		.read_format = p->reads_lost ? READ_LOST : 0,
	};

	if (l->tracepoints) {
		attr.type = PERF_TYPE_TRACEPOINT;
		attr.config = tracepoint[event];
		attr.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW;
	} else {
		attr.type = PERF_TYPE_SOFTWARE;
		attr.config = PERF_COUNT_SW_PAGE_FAULTS;
		attr.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
				   PERF_SAMPLE_ADDR;
		attr.exclude_kernel = 1;
	}
	if (event == 0) {
		attr.mmap = attr.mmap2 = attr.mmap_data = 1;
		attr.comm = attr.comm_exec = 1;
		attr.task = 1;
	}
	return attr;
}

static int open_event(struct perf *p, pid_t pid, int cpu, const struct record_layout *l,
		      unsigned int event)
{
	struct perf_event_attr attr = attributes(p, l, event);
	int fd = (int)syscall(SYS_perf_event_open, &attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0 && errno == EINVAL && p->reads_lost && !p->nr_rings) {
		p->reads_lost = false;
		return open_event(p, pid, cpu, l, event);
	}
	return fd;
}

static int filter_calls(int fd, struct bench_error *err)
{
	char filter[NR_KNOWN_CALLS * 32];	/* the same for entry and return */
	size_t n = 0;

	for (unsigned int i = 0; i < NR_KNOWN_CALLS; i++)
		if (known_calls[i].nr != KNOWN_CALL_NONE)
			n += (size_t)snprintf(filter + n, sizeof(filter) - n, "%sid == %llu", n ? " || " : "",
					      (unsigned long long)known_calls[i].nr);
	if (ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter))
		return bench_fail(err, "the kernel refuses a filter of system calls: %s",
				  strerror(errno));
	return 0;
}

/* One CPU's events.  An offline CPU has none: 0, and nr_rings stays. */
static int open_cpu(struct perf *p, pid_t pid, int cpu, const struct record_layout *l,
		    struct bench_error *err)
{
	struct ring *r = &p->ring[p->nr_rings];
	unsigned int i;

	for (i = 0; i < p->nr_events; i++) {
		r->fd[i] = open_event(p, pid, cpu, l, i);
		if (r->fd[i] < 0 && i == 0 && errno == ENODEV)
			return 0;
		if (r->fd[i] < 0) {
			refused(err, l->tracepoints);
			goto out_close;
		}
		if (l->tracepoints && i >= 2 && filter_calls(r->fd[i], err)) {
			i++;
			goto out_close;
		}
	}
	p->nr_rings++;
	return 0;

out_close:
	while (i--)
		close(r->fd[i]);
	return -1;
}

static size_t mapped_bytes(const struct perf *p)
{
	return p->bytes + (size_t)sysconf(_SC_PAGESIZE);
}

static void unmap_rings(struct perf *p)
{
	for (unsigned int i = 0; i < p->nr_rings; i++) {
		if (p->ring[i].page)
			munmap(p->ring[i].page, mapped_bytes(p));
		p->ring[i].page = NULL;
	}
}

/* -1 with errno: none is mapped. */
static int map_rings(struct perf *p)
{
	for (unsigned int i = 0; i < p->nr_rings; i++) {
		void *page = mmap(NULL, mapped_bytes(p), PROT_READ | PROT_WRITE, MAP_SHARED,
				  p->ring[i].fd[0], 0);

		if (page == MAP_FAILED) {
			int why = errno;

			unmap_rings(p);
			errno = why;
			return -1;
		}
		p->ring[i].page = page;
	}
	return 0;
}

static int share_rings(struct perf *p, struct bench_error *err)
{
	for (unsigned int i = 0; i < p->nr_rings; i++)
		for (unsigned int e = 1; e < p->nr_events; e++)
			if (ioctl(p->ring[i].fd[e], PERF_EVENT_IOC_SET_OUTPUT, p->ring[i].fd[0]))
				return bench_fail(err, "events of a CPU cannot share a ring: %s",
						  strerror(errno));
	return 0;
}

int perf_open(struct perf **out, pid_t pid, const struct record_layout *l, size_t ring_bytes,
	      struct bench_error *err)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
	struct perf *p = calloc(1, sizeof(*p));

	if (!p || !(p->ring = calloc((size_t)cpus, sizeof(*p->ring)))) {
		bench_fail_memory(err, "recording");
		goto out_close;
	}
	raise_file_limit();
	p->nr_events = l->tracepoints ? MAX_EVENTS : 1;
	p->reads_lost = true;
	for (int cpu = 0; cpu < cpus; cpu++)
		if (open_cpu(p, pid, cpu, l, err))
			goto out_close;
	p->bytes = ring_bytes ? ring_bytes : RING_DEFAULT;
	while (map_rings(p)) {
		if (ring_bytes || (errno != EPERM && errno != ENOMEM) || p->bytes <= RING_LEAST) {
			bench_fail(err, "a ring of %zu KiB for each CPU: %s: raise ulimit -l or kernel.perf_event_mlock_kb",
				   p->bytes >> 10, strerror(errno));
			goto out_close;
		}
		p->bytes /= 2;
	}
	if (share_rings(p, err))
		goto out_close;
	*out = p;
	return 0;

out_close:
	perf_close(p);
	return -1;
}

void perf_close(struct perf *p)
{
	if (!p)
		return;
	unmap_rings(p);
	for (unsigned int i = 0; i < p->nr_rings; i++)
		for (unsigned int e = 0; e < p->nr_events; e++)
			close(p->ring[i].fd[e]);
	free(p->ring);
	free(p);
}

unsigned int perf_nr_rings(const struct perf *p)
{
	return p->nr_rings;
}

void perf_pollfds(const struct perf *p, struct pollfd *fd)
{
	for (unsigned int i = 0; i < p->nr_rings; i++)
		fd[i] = (struct pollfd){ .fd = p->ring[i].fd[0], .events = POLLIN };
}

static int drain_ring(const struct perf *p, struct perf_event_mmap_page *page,
		      struct spool *stream, struct bench_error *err)
{
	const char *data = (const char *)page + sysconf(_SC_PAGESIZE);
	/* @pairs{the records before data_head | the kernel's perf_output_put_handle} */
	u64 head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
	u64 tail = page->data_tail, from = tail & (p->bytes - 1), first = p->bytes - from;

	if (head == tail)
		return 0;
	if (first > head - tail)
		first = head - tail;
	if (spool_append(stream, data + from, first, err) ||
	    spool_append(stream, data, head - tail - first, err))
		return -1;
	/* @pairs{records read before they are overwritten | the kernel's ring_buffer_has_space} */
	__atomic_store_n(&page->data_tail, head, __ATOMIC_RELEASE);
	return 0;
}

int perf_drain(struct perf *p, struct spool *const *stream, struct bench_error *err)
{
	for (unsigned int i = 0; i < p->nr_rings; i++)
		if (drain_ring(p, p->ring[i].page, stream[i], err))
			return -1;
	return 0;
}

void perf_stop(struct perf *p)
{
	for (unsigned int i = 0; i < p->nr_rings; i++)
		for (unsigned int e = 0; e < p->nr_events; e++)
			ioctl(p->ring[i].fd[e], PERF_EVENT_IOC_DISABLE, 0);
}

u64 perf_lost(const struct perf *p)
{
	u64 value[2], lost = 0;

	for (unsigned int i = 0; p->reads_lost && i < p->nr_rings; i++)
		for (unsigned int e = 0; e < p->nr_events; e++)
			if (read(p->ring[i].fd[e], value, sizeof(value)) == sizeof(value))
				lost += value[1];
	return lost;
}
