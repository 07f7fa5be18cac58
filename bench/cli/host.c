/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What machine this is.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sched.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/utsname.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "bench/cli/host.h"
#include "common/platform/platform.h"

/* What the kernel said when it started; needs the right to read its log. */
static bool hypervisor_by_log(char *name, size_t size)
{
	static const char said[] = "Hypervisor detected: ";
	const int all = 3, log_size = 10;	/* SYSLOG_ACTION_READ_ALL, _SIZE_BUFFER */
	int bytes = klogctl(log_size, NULL, 0);
	char *log = bytes > 0 ? calloc(1, (size_t)bytes + 1) : NULL, *at = NULL;

	if (log && klogctl(all, log, bytes) > 0)
		at = strstr(log, said);
	if (at)
		snprintf(name, size, "%.*s", (int)strcspn(at + sizeof(said) - 1, "\n"),
			 at + sizeof(said) - 1);
	free(log);
	return at;
}

/* The twelve letters of CPUID's hypervisor leaf: many call themselves KVM. */
static bool hypervisor_by_cpuid(char *name, size_t size)
{
#if defined(__x86_64__) || defined(__i386__)
	unsigned int eax, sign[4] = { 0 };

	__cpuid(0x40000000, eax, sign[0], sign[1], sign[2]);
	snprintf(name, size, "%s", (const char *)sign);
	for (char *c = name; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '\0';
	if (!strcmp(name, "KVMKVMKVM"))
		name[strlen("KVM")] = '\0';
	return *name;
#else
	(void)name;
	(void)size;
	return false;
#endif
}

static void describe_hypervisor(struct host *host)
{
	if (!host->virtual_machine)
		snprintf(host->hypervisor, sizeof(host->hypervisor), "none");
	else if (!hypervisor_by_log(host->hypervisor, sizeof(host->hypervisor)) &&
		 !hypervisor_by_cpuid(host->hypervisor, sizeof(host->hypervisor)))
		snprintf(host->hypervisor, sizeof(host->hypervisor), "unknown");
}

/* Read the kernel's configuration, where it is available. */
static void describe_vma_locks(struct host *host, const char *release)
{
	char command[512], line[256] = "";
	FILE *f;

	snprintf(host->per_vma_locks, sizeof(host->per_vma_locks),
		 "unknown (it shows no configuration)");
	if (strspn(release, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+~_-") !=
	    strlen(release))
		return;
	snprintf(command, sizeof(command),
		 "{ gzip -dc /proc/config.gz || cat /boot/config-%s; } 2>/dev/null | grep CONFIG_PER_VMA_LOCK || "
		 "{ [ -e /proc/config.gz ] || [ -e /boot/config-%s ]; } && echo not", release, release);
	f = popen(command, "r");
	if (!f)
		return;
	if (fgets(line, sizeof(line), f)) {
		bool yes = !strcmp(line, "CONFIG_PER_VMA_LOCK=y\n");

		snprintf(host->per_vma_locks, sizeof(host->per_vma_locks), "%s (its configuration)",
			 yes ? "yes" : "no");
	}
	while (fgets(line, sizeof(line), f))
		;
	pclose(f);
}

static void find_out(struct host *host)
{
	struct utsname u = { .release = "" };
	char line[4096];
	cpu_set_t allowed;
	FILE *f;

	memset(host, 0, sizeof(*host));
	/* Not platform_nr_cpus(): that is the simulated machine's where one is. */
	host->cpus = sched_getaffinity(0, sizeof(allowed), &allowed) ? 1 : (unsigned int)CPU_COUNT(&allowed);
	snprintf(host->cpu, sizeof(host->cpu), "unknown CPU");
	if (!uname(&u))
		snprintf(host->system, sizeof(host->system), "%s %s %s", u.sysname, u.release,
			 u.machine);
#ifdef __clang__
	snprintf(host->compiler, sizeof(host->compiler), "%s", __VERSION__);
#else
	snprintf(host->compiler, sizeof(host->compiler), "gcc %s", __VERSION__);
#endif
	describe_vma_locks(host, u.release);
	snprintf(host->hypervisor, sizeof(host->hypervisor), "unknown");
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
	describe_hypervisor(host);
}

/*
 * Done once per process, so that a log that has moved on, or a file that cannot be opened later, does not
 * change the description.
 */
void host_describe(struct host *host)
{
	static struct host known;

	if (!known.cpus)
		find_out(&known);
	*host = known;
}
