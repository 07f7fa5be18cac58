/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What machine this is.
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench/host.h"
#include "common/platform/platform.h"

void host_describe(struct host *host)
{
	struct utsname u;
	char line[4096];
	FILE *f;

	memset(host, 0, sizeof(*host));
	host->cpus = platform_nr_cpus();
	snprintf(host->cpu, sizeof(host->cpu), "unknown CPU");
	if (!uname(&u))
		snprintf(host->system, sizeof(host->system), "%s %s %s", u.sysname, u.release,
			 u.machine);
#ifdef __clang__
	snprintf(host->compiler, sizeof(host->compiler), "%s", __VERSION__);
#else
	snprintf(host->compiler, sizeof(host->compiler), "gcc %s", __VERSION__);
#endif
	f = fopen("/proc/cpuinfo", "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		char *colon = strchr(line, ':');

		if (!colon)
			continue;
		colon[strcspn(colon, "\n")] = '\0';
		if (!strncmp(line, "model name", 10) && colon[1])
			snprintf(host->cpu, sizeof(host->cpu), "%s", colon + 2);
		if (!strncmp(line, "flags", 5) && strstr(colon, " hypervisor"))
			host->virtual_machine = true;
	}
	fclose(f);
}
