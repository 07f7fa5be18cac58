/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The machine that measured, for the head of every report.
 */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

#include <stdbool.h>

struct host {
	char system[256], cpu[128], compiler[128];
	unsigned int cpus;	/**< that this process may use */
	bool virtual_machine;
};

/** What cannot be found out says so in words.  @context may sleep */
void host_describe(struct host *host);

#endif /* BENCH_HOST_H */
