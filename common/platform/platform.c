// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The part of the seam that is not hot: threads, pinning, futexes, memory, the end.
 *
 * Compiled for either body.  The file-scope data here is the platform's own: the
 * layers above have none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <urcu/urcu-memb.h>
#undef rcu_dereference
#undef rcu_assign_pointer

#include "common/platform/platform.h"
#include "common/platform/platform_self.h"

/** Frames are allocated in aligned pieces of this size, so that the host can map each by one huge page. */
#define HUGE_SIZE	(2UL << 20)

struct platform_thread {
	pthread_t thread;
	unsigned int slot;
	void (*fn)(void *arg);
	void *arg;
};

__thread struct platform_self platform_self = { .slot = PLATFORM_MAX_SLOTS };
struct platform_load platform_load = { .cpus = 1, .nodes = 1 };
struct spin_node platform_spin_nodes[PLATFORM_MAX_SLOTS];
const struct platform_listener *platform_listener;
const char platform_rcu_readers, platform_rcu_callbacks;

/* liburcu sets it before any constructor of ours runs. */
extern int urcu_memb_has_sys_membarrier;

static u64 slots_taken[PLATFORM_SLOT_WORDS];	/* one bit a slot; atomic */
static cpu_set_t allowed;	/* read once, before anyone pins a thread */

/* The ends of RCU sections rely on membarrier(2), see platform_native.h. */
__attribute__((constructor))
static void platform_need_membarrier(void)
{
	if (urcu_memb_has_sys_membarrier)
		return;
	fputs("membarrier(2) is not to be had here: it needs Linux 4.3, and some sandboxes forbid it\n", stderr);
	_exit(77);
}

__attribute__((constructor))
static void platform_count_cpus(void)
{
	if (sched_getaffinity(0, sizeof(allowed), &allowed) || !CPU_COUNT(&allowed)) {
		/* On a machine with more CPUs than cpu_set_t holds we use the first ones. */
		long n = sysconf(_SC_NPROCESSORS_ONLN);

		CPU_ZERO(&allowed);
		for (long cpu = 0; cpu < (n < 1 ? 1 : n) && cpu < CPU_SETSIZE; cpu++)
			CPU_SET(cpu, &allowed);
	}
	platform_load.cpus = CPU_COUNT(&allowed);
}

/* Nodes are numbered from 0; where some are missing, the CPUs of those beyond count as the last one's. */
__attribute__((constructor))
static void platform_count_nodes(void)
{
	char path[64];

	do {
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%u", platform_load.nodes);
	} while (!access(path, F_OK) && ++platform_load.nodes);
}

unsigned int platform_nr_nodes(void)
{
	return platform_load.nodes;
}

unsigned int platform_native_node(void)
{
	unsigned int cpu, node = 0;

	getcpu(&cpu, &node);
	return node < platform_load.nodes ? node : platform_load.nodes - 1;
}

unsigned int platform_nr_cpus(void)
{
	return platform_load.cpus;
}

/* The set that holds the cpu-th CPU alone; false: there is none. */
static bool one_cpu(int cpu, cpu_set_t *set)
{
	CPU_ZERO(set);
	for (int i = 0; cpu >= 0 && i < CPU_SETSIZE; i++) {
		if (CPU_ISSET(i, &allowed) && cpu-- == 0) {
			CPU_SET(i, set);
			return true;
		}
	}
	return false;
}

int platform_pin(int cpu)
{
	cpu_set_t set = allowed;

	if (cpu != -1 && !one_cpu(cpu, &set))
		return -EINVAL;
	return -pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

/* --- threads --------------------------------------------------------------- */

/* @pairs{use of a slot before its bit goes | slot_give()} */
static bool slot_take(unsigned int slot)
{
	u64 bit;

	if (slot >= PLATFORM_MAX_SLOTS)
		return false;
	bit = 1ULL << (slot % 64);
	if (__atomic_fetch_or(&slots_taken[slot / 64], bit, __ATOMIC_ACQUIRE) & bit)
		return false;
	__atomic_fetch_add(&platform_load.live, 1, __ATOMIC_RELAXED);
	return true;
}

/*
 * Orders what the thread did with its slot before what the slot's next owner does.
 * @pairs{use of a slot before its bit goes | slot_take()}
 */
static void slot_give(unsigned int slot)
{
	__atomic_fetch_sub(&platform_load.live, 1, __ATOMIC_RELAXED);
	__atomic_fetch_and(&slots_taken[slot / 64], ~(1ULL << (slot % 64)), __ATOMIC_RELEASE);
}

static void self_begin(unsigned int slot)
{
	platform_self = (struct platform_self){ .slot = slot };
	urcu_memb_register_thread();
}

static void self_end(void)
{
	unsigned int slot = platform_self.slot;

	BUG_ON(slot >= PLATFORM_MAX_SLOTS);
	BUG_ON(platform_in_atomic());
	urcu_memb_unregister_thread();
	platform_self.slot = PLATFORM_MAX_SLOTS;
	slot_give(slot);
}

void platform_thread_enter(unsigned int slot)
{
	BUG_ON(platform_self.slot < PLATFORM_MAX_SLOTS);
	BUG_ON(!slot_take(slot));
	self_begin(slot);
}

void platform_thread_leave(void)
{
	self_end();
}

static void *thread_main(void *arg)
{
	struct platform_thread *thread = arg;

	self_begin(thread->slot);
	thread->fn(thread->arg);
	self_end();
	return NULL;
}

int platform_thread_create(struct platform_thread **out, unsigned int slot,
			   int cpu, void (*fn)(void *arg), void *arg)
{
	struct platform_thread *thread;
	pthread_attr_t attr;
	cpu_set_t set = allowed;
	int err;

	might_sleep();
	if (cpu != -1 && !one_cpu(cpu, &set))
		return -EINVAL;
	thread = malloc(sizeof(*thread));
	if (!thread)
		return -ENOMEM;
	*thread = (struct platform_thread){ .slot = slot, .fn = fn, .arg = arg };
	err = -EINVAL;
	if (!slot_take(slot))
		goto out_free;

	err = -pthread_attr_init(&attr);
	if (err)
		goto out_slot;
	/*
	 * By attribute, so that the thread never runs anywhere else; a thread without a CPU of its own
	 * gets the full set too, since it would inherit the CPU that its creator is pinned to.
	 */
	err = -pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	if (!err)
		err = -pthread_create(&thread->thread, &attr, thread_main, thread);
	pthread_attr_destroy(&attr);
	if (err)
		goto out_slot;
	*out = thread;
	return 0;

out_slot:
	slot_give(slot);
out_free:
	free(thread);
	return err;
}

void platform_thread_join(struct platform_thread *thread)
{
	might_sleep();
	pthread_join(thread->thread, NULL);
	free(thread);
}

/* --- time and waiting ------------------------------------------------------ */

u64 platform_native_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

void platform_native_sleep(u64 ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ns / 1000000000),
		.tv_nsec = (long)(ns % 1000000000),
	};

	while (ns && clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, &ts) == EINTR)
		continue;
}

void platform_native_park(u32 *word, u32 seen)
{
	/* EAGAIN (the word has changed) and EINTR are both "look again". */
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

void platform_native_park_killable(u32 *word, u32 seen, u32 *killed)
{
	struct futex_waitv on[] = {
		{ .val = seen, .uaddr = (uintptr_t)word, .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG },
		{ .val = 0, .uaddr = (uintptr_t)killed, .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG },
	};

	/* One of the two may have changed (EAGAIN): "look again", as any other result. */
	syscall(SYS_futex_waitv, on, ARRAY_SIZE(on), 0, NULL, 0);
}

void platform_native_unpark(u32 *word, unsigned int nr)
{
	/* The system call takes an int, and a negative one would wake only one thread. */
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, nr > INT_MAX ? INT_MAX : nr, NULL, NULL, 0);
}

/* liburcu has registered the process, and the constructor above has checked that the kernel has it. */
void platform_native_membarrier(void)
{
	BUG_ON(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
}

/* --- memory ---------------------------------------------------------------- */

static size_t frames_bytes(size_t size)
{
	return (size + PAGE_SIZE - 1) & PAGE_MASK;
}

/*
 * Map more than requested, cut it to alignment, then fault all of it in now: a host fault in a timed run
 * would be charged to the scheme under test.
 */
static void *frames_alloc(size_t size, size_t align)
{
	size_t bytes = frames_bytes(size), map;
	char *raw, *p;

	if (align < PAGE_SIZE)
		align = PAGE_SIZE;
	if (bytes >= HUGE_SIZE && align < HUGE_SIZE)
		align = HUGE_SIZE;
	if (!size || __builtin_add_overflow(bytes, align, &map) || bytes < size)
		return NULL;

	raw = mmap(NULL, map, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (raw == MAP_FAILED)
		return NULL;
	p = raw + (-(uintptr_t)raw & (align - 1));
	if (p > raw)
		munmap(raw, p - raw);
	munmap(p + bytes, raw + map - (p + bytes));

	madvise(p, bytes, MADV_HUGEPAGE);	/* only a hint; small pages work too */
#ifdef MADV_POPULATE_WRITE
	if (!madvise(p, bytes, MADV_POPULATE_WRITE))
		return p;
	if (errno != EINVAL) {
		munmap(p, bytes);
		return NULL;
	}
#endif
	for (size_t at = 0; at < bytes; at += PAGE_SIZE)	/* before Linux 5.14 */
		*(volatile char *)(p + at) = 0;
	return p;
}

void *platform_native_alloc(size_t size, size_t align, enum platform_mem mem)
{
	void *p;

	if (mem == PLATFORM_MEM_FRAMES)
		return frames_alloc(size, align);
	if (align <= _Alignof(max_align_t))
		return calloc(1, size);
	if (posix_memalign(&p, align, size))
		return NULL;
	return memset(p, 0, size);
}

void platform_native_free(void *p, size_t size, enum platform_mem mem)
{
	if (!p)
		return;
	if (mem == PLATFORM_MEM_FRAMES) {
		platform_memory_on(p, size);
		munmap(p, frames_bytes(size));
	} else {
		free(p);
	}
}

/* --- who listens ----------------------------------------------------------- */

/* @pairs{a listener's functions before its address | platform_listening()} */
void platform_listen(const struct platform_listener *listener)
{
	__atomic_store_n(&platform_listener, listener, __ATOMIC_RELEASE);
}

/* --- the end --------------------------------------------------------------- */

void platform_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "BUG: %s:%d: %s\n", file, line, what);
	abort();
}
