/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The description, as sim/machines has them.
 */
#include "config.h"
#include "bench/calibrate/loops.h"

#ifdef HAVE_JANSSON
#include <math.h>

#include "bench/cli/host.h"
#include "bench/cli/json.h"

static void value(json_t *to, const char *key, json_t *v, const char *from, const char *text)
{
	json_t *j = json_object();

	json_put(j, "value", v);
	json_put(j, from, json_text(text));
	json_put(to, key, j);
}

static void measured(json_t *to, const char *key, double ns, const char *how)
{
	value(to, key, json_f64(round(ns * 1000) / 1000), "source", how);
}

static void guessed(json_t *to, const char *key, double n, const char *why)
{
	value(to, key, json_f64(n), "guess", why);
}

static void whole(json_t *to, const char *key, long n, const char *from, const char *text)
{
	value(to, key, json_u64((u64)n), from, text);
}

static json_t *numbers(const struct calibration *c)
{
	json_t *n = json_object();
	double l1 = c->load_l1;

	whole(n, "sockets", 1, "guess", "what a virtual machine says of sockets is not to be relied on");
	whole(n, "l3_per_socket", 1, "guess", "one transfer time was measured");
	whole(n, "cores_per_l3", (long)c->cpus, "source", "CPUs that this process may use");
	whole(n, "threads_per_core", 1, "guess", "siblings are not told apart");
	whole(n, "nodes_per_socket", 1, "guess", "memory nodes are not told apart");
	whole(n, "l1_kib", c->l1 >> 10, "source", "sysconf");
	whole(n, "l2_kib", c->l2 >> 10, "source", "sysconf");
	whole(n, "l3_kib", c->l3 >> 10, "source", "sysconf");
	whole(n, "store_buffer", 64, "guess", "not measured");
	measured(n, "access_ns", c->access, "fitted on the floor: a fault without locks");
	measured(n, "function_ns", c->function, "twice access_ns");
	measured(n, "rmw_ns", fmax(0, c->add - c->access), "what fetch_add on a line of one's own adds to loads that hit, less an access");
	measured(n, "ahead_ns", c->ahead, "what loads that hit take less behind a load from memory than alone");
	measured(n, "fence_ns", c->fence, "a loop of full fences");
	measured(n, "rcu_ns", c->rcu, "an empty section");
	measured(n, "alloc_ns", c->alloc, "4 KiB from below the object caches, and back");
	measured(n, "pause_ns", fmax(0.1, c->pause), "a turn of platform_relax()");
	guessed(n, "smt_share", 1, "siblings are not told apart");
	measured(n, "l2_ns", fmax(0, c->load_l2 - l1), "dependent loads in half of L2, less those in L1");
	measured(n, "l3_ns", fmax(0, c->load_l3 - l1), "dependent loads in four times L2, less those in L1");
	guessed(n, "to_sibling_ns", c->transfer, "siblings are not told apart");
	measured(n, "to_same_l3_ns", c->transfer, "a read of what the other CPU wrote, less one of what this CPU wrote");
	guessed(n, "per_sharer_ns", 0, "not measured");
	guessed(n, "read_ns", 4, "not measured");
	measured(n, "hold_share", c->hold_share, "from fetch_add of two threads and the transfer, so that the model adds as fast");
	measured(n, "dram_ns", fmax(1, c->load_memory), "dependent loads in 128 MiB; TLB misses are in it");
	guessed(n, "dram_far_ns", fmax(1, c->load_memory), "one socket");
	measured(n, "memory_gb_s", (double)PAGE_SIZE * c->cpus / c->clear_memory, "all CPUs clearing pages of 64 MiB, as one of them does alone");
	measured(n, "clear_own_ns", c->clear_own, "the same 16 pages again and again");
	measured(n, "clear_other_ns", c->clear_other, "16 pages that the other CPU has just cleared");
	measured(n, "clear_memory_ns", c->clear_memory, "pages of 64 MiB in turn");
	measured(n, "copy_ns", c->copy, "copying 16 pages, less clearing them");
	guessed(n, "park_ns", c->unpark / 2, "half of what waking costs");
	measured(n, "wake_ns", c->wake, "from the end of platform_unpark() to the sleeper's first reading of the clock");
	measured(n, "unpark_ns", c->unpark, "platform_unpark() of one sleeper");
	guessed(n, "switch_ns", 1500, "not measured");
	guessed(n, "slice_us", 3000, "the kernel's base slice");
	whole(n, "flush_ns", 0, "source", "the native build sends no interrupts");
	whole(n, "flush_each_ns", 0, "source", "the native build sends no interrupts");
	whole(n, "flush_stolen_ns", 0, "source", "the native build sends no interrupts");
	measured(n, "grace_us", c->grace / 1000, "synchronize_rcu of liburcu");
	return n;
}

int calibration_write(const struct calibration *c, const char *name, FILE *out)
{
	json_t *j = json_object(), *row = json_array(), *rows = json_array();
	struct host host;

	host_describe(&host);
	json_put(j, "schema", json_text("faultline/machine/1"));
	json_put(j, "name", json_text(name));
	json_put(j, "title", json_sprintf("%.100s, %u CPUs, as calibrated", host.cpu, c->cpus));
	json_put(j, "numbers", numbers(c));
	json_append(row, json_f64(c->transfer));
	json_append(rows, row);
	value(j, "between_sockets_ns", rows, "source", "one socket: as within it");
	value(j, "grant", json_text("fifo"), "guess", "two CPUs show no rule");
	value(j, "pairs", json_false(), "guess", "not measured");
	value(j, "migratory_reads", json_boolean(derive_migratory(c)), "source",
	      "a write behind a read of what the other CPU wrote takes less than half of that read");
	return json_finish(j, out);
}
#else
int calibration_write(const struct calibration *c, const char *name, FILE *out)
{
	(void)c;
	(void)name;
	(void)out;
	return -1;
}
#endif
