// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Reads /proc/PID/smaps and /proc/PID/stat.
 */
#define _GNU_SOURCE
#include "tests/host/host_vma.h"
#include "common/mm/vma.h"
#include "tests/support/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* VmFlags' words, Documentation/filesystems/proc.rst. */
static const struct {
	char word[3];
	unsigned long flag;
} flag_words[] = {
	{ "rd", VM_READ }, { "wr", VM_WRITE }, { "ex", VM_EXEC }, { "sh", VM_SHARED },
	{ "mr", VM_MAYREAD }, { "mw", VM_MAYWRITE }, { "me", VM_MAYEXEC }, { "ms", VM_MAYSHARE },
	{ "gd", VM_GROWSDOWN }, { "ac", VM_ACCOUNT }, { "nr", VM_NORESERVE },
	{ "sr", VM_SEQ_READ }, { "rr", VM_RAND_READ }, { "dc", VM_DONTCOPY },
	{ "wf", VM_WIPEONFORK }, { "dd", VM_DONTDUMP }, { "hg", VM_HUGEPAGE },
	{ "nh", VM_NOHUGEPAGE }, { "mg", VM_MERGEABLE }, { "lo", VM_LOCKED },
	{ "sf", VM_SYNC }, { "dp", VM_DROPPABLE },
};

static unsigned long flags_of(char *words)
{
	unsigned long flags = 0;
	char *rest = NULL;

	for (char *word = strtok_r(words, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
		for (unsigned int i = 0; i < sizeof(flag_words) / sizeof(*flag_words); i++)
			if (!strcmp(word, flag_words[i].word))
				flags |= flag_words[i].flag;
	return flags;
}

static FILE *open_proc(pid_t pid, const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	file = fopen(path, "re");
	check(file, "%s: errno %d", path, errno);
	return file;
}

/* "START-END rights offset device inode name"; false: the line is none of these. */
static bool parse_head(const char *line, struct host_vma *vma)
{
	unsigned long long offset, inode;

	memset(vma, 0, sizeof(*vma));
	if (sscanf(line, "%lx-%lx %*s %llx %*x:%*x %llu", &vma->start, &vma->end, &offset, &inode) != 4)
		return false;
	vma->offset = offset;
	vma->inode = inode;
	return true;
}

unsigned int host_vmas(pid_t pid, unsigned long from, unsigned long to, struct host_vma *out)
{
	FILE *file = open_proc(pid, "smaps");
	struct host_vma head = { 0 };
	unsigned int nr = 0;
	char line[512];

	while (fgets(line, sizeof(line), file)) {
		bool wanted = head.end > from;

		if (line[0] > 'Z' || line[0] < 'A') {	/* "Name: value" begins with a capital */
			check(parse_head(line, &head), "what is this in smaps: %s", line);
			if (head.start >= to)
				break;
			if (head.end <= from)
				continue;
			check(nr < HOST_VMAS_MAX, "too many VMAs");
			out[nr++] = head;
		} else if (wanted && !strncmp(line, "Anonymous:", 10)) {
			out[nr - 1].anonymous = strtoull(line + 10, NULL, 10);
		} else if (wanted && !strncmp(line, "VmFlags:", 8)) {
			out[nr - 1].flags = flags_of(line + 8);
		}
	}
	fclose(file);
	return nr;
}

unsigned long host_start_brk(pid_t pid)
{
	FILE *file = open_proc(pid, "stat");
	unsigned long start_brk = 0;
	char line[2048], *at;

	check(fgets(line, sizeof(line), file), "cannot read /proc/PID/stat");
	fclose(file);
	at = strrchr(line, ')');	/* the end of field 2, a name */
	for (unsigned int field = 2; at && field < 47; field++)
		at = strchr(at + 1, ' ');
	check(at && sscanf(at, "%lu", &start_brk) == 1, "no start_brk in /proc/PID/stat");
	return start_brk;
}
