/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The machine that made the measurements, for the head of every report.
 */
#ifndef BENCH_CLI_HOST_H
#define BENCH_CLI_HOST_H

#include <stdbool.h>

struct host {
	char system[256], cpu[128], compiler[128];
	unsigned int cpus;	/**< that this process may use */
	bool virtual_machine;
	char hypervisor[64];	/**< "none", its name, or "unknown" */
	char per_vma_locks[64];	/**< of the running kernel: "yes", "no" or "unknown", and how that is known */
};

/** A field that cannot be found out says so in words.  @context may sleep */
void host_describe(struct host *host);

#endif /* BENCH_CLI_HOST_H */
