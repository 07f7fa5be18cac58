/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Numbers and fields of tracepoints, from tracefs.
 *
 * Where tracefs is not mounted (containers, small images), root gets a detached
 * mount of it by fsopen() and fsmount() (Linux 5.2): seen by this process alone,
 * and gone with its file descriptor.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/record/tracepoint.h"

/* A descriptor of tracefs' root, or -1 with errno. */
static int open_mounted(void)
{
	static const char *const place[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	int denied = ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(place); i++) {
		int dir = open(place[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (dir >= 0 && !faccessat(dir, "events", X_OK, 0))
			return dir;
		if (errno != ENOENT)
			denied = errno;
		if (dir >= 0)
			close(dir);
	}
	errno = denied;
	return -1;
}

static int open_detached(void)
{
	int fs = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC), dir = -1, why;

	if (fs < 0)
		return -1;
	if (!syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		dir = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	why = errno;
	close(fs);
	errno = why;
	return dir;
}

static int refused(struct bench_error *err, int why)
{
	return bench_fail(err, "tracefs may not be read (%s): run as root, or mount it readable on /sys/kernel/tracing and give faultline CAP_PERFMON",
			  strerror(why));
}

static int read_format(const void *from, const char *name, char *text, struct bench_error *err)
{
	int dir = *(const int *)from, fd;
	char path[128];
	ssize_t n = -1;

	snprintf(path, sizeof(path), "events/%s/format", name);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, TRACEPOINT_MAX_FORMAT - 1);
		close(fd);
	}
	if (n <= 0 && (errno == EACCES || errno == EPERM))
		return refused(err, errno);
	if (n <= 0)
		return bench_fail(err, "this kernel has no tracepoint %s", name);
	text[n] = '\0';
	return 0;
}

/* The number behind @a label; the search begins at the text's first @a after. */
static int number_in(const char *text, const char *after, const char *label, u16 *out)
{
	const char *at = strstr(text, after);

	at = at ? strstr(at, label) : NULL;
	if (!at)
		return -1;
	*out = (u16)strtoul(at + strlen(label), NULL, 10);
	return 0;
}

struct descriptions {
	tracepoint_format_fn *format;
	const void *from;
};

static int look_up(const struct descriptions *d, const char *name, u16 *id, const char *const *field,
		   u16 *const *offset, unsigned int nr, struct bench_error *err)
{
	char text[TRACEPOINT_MAX_FORMAT];

	if (d->format(d->from, name, text, err))
		return -1;
	if (number_in(text, "ID:", "ID:", id))
		return bench_fail(err, "the tracepoint %s has no number", name);
	for (unsigned int i = 0; i < nr; i++)
		if (number_in(text, field[i], "offset:", offset[i]))
			return bench_fail(err, "the tracepoint %s has no field like '%s'", name,
					  field[i]);
	return 0;
}

int tracepoint_layout_from(tracepoint_format_fn *format, const void *from, struct record_layout *l, struct bench_error *err)
{
	const struct descriptions d = { format, from };
	const char *const fault[] = { " address;", " ip;", " error_code;" };
	const char *const enter[] = { " id;", " args[6];" };
	const char *const leave[] = { " id;", " ret;" };
	u16 *const fault_at[] = { &l->addr, &l->ip, &l->err };
	u16 *const enter_at[] = { &l->enter_nr, &l->enter_args };
	u16 *const leave_at[] = { &l->leave_nr, &l->leave_ret };

	/* Both kinds of fault are of one class, so their fields are the same. */
	if (look_up(&d, "exceptions/page_fault_kernel", &l->fault_kernel, NULL, NULL, 0, err) ||
	    look_up(&d, "exceptions/page_fault_user", &l->fault_user, fault, fault_at, 3, err) ||
	    look_up(&d, "raw_syscalls/sys_enter", &l->enter, enter, enter_at, 2, err) ||
	    look_up(&d, "raw_syscalls/sys_exit", &l->leave, leave, leave_at, 2, err))
		return -1;
	l->tracepoints = true;
	return 0;
}

int tracepoint_layout(struct record_layout *l, struct bench_error *err)
{
	int dir = open_mounted(), mounted = errno, ret;

	if (dir < 0)
		dir = open_detached();
	if (dir < 0)
		return refused(err, mounted == ENOENT ? errno : mounted);
	ret = tracepoint_layout_from(read_format, &dir, l, err);
	close(dir);
	return ret;
}
