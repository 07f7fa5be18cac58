// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A return address as text: function, file and line with libdw, else a number for addr2line.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "sim/engine.h"

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#ifdef HAVE_LIBDW
#include <elfutils/libdwfl.h>

/* Use only debug information that is in the program itself; do not search for separate files. */
static int no_debuginfo(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr start, const char *file,
			const char *link, GElf_Word crc, char **found)
{
	(void)module;
	(void)data;
	(void)name;
	(void)start;
	(void)file;
	(void)link;
	(void)crc;
	(void)found;
	return -1;
}

/* Everything that this process has loaded; NULL: unknown. */
static Dwfl *open_self(void)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = no_debuginfo,
	};
	static Dwfl *self;
	static bool tried;

	if (tried)
		return self;
	tried = true;
	self = dwfl_begin(&callbacks);
	if (self && (dwfl_linux_proc_report(self, getpid()) || dwfl_report_end(self, NULL, NULL))) {
		dwfl_end(self);
		self = NULL;
	}
	return self;
}

/* clang writes no .debug_aranges, which dwfl_module_getsrc() relies on, so search each unit. */
static const char *file_of(Dwfl_Module *module, Dwarf_Addr at, int *nr)
{
	Dwfl_Line *found = dwfl_module_getsrc(module, at);
	Dwarf_Die *unit = NULL;
	Dwarf_Addr bias;
	Dwarf_Line *line;

	if (found)
		return dwfl_lineinfo(found, NULL, nr, NULL, NULL, NULL);
	while ((unit = dwfl_module_nextcu(module, unit, &bias))) {
		if (dwarf_haspc(unit, at - bias) <= 0)
			continue;
		line = dwarf_getsrc_die(unit, at - bias);
		if (line && !dwarf_lineno(line, nr))
			return dwarf_linesrc(line, NULL, NULL);
	}
	return NULL;
}

static bool by_debug_info(const void *pc, char *text, size_t size)
{
	Dwarf_Addr at = (Dwarf_Addr)(uintptr_t)pc;
	Dwfl *self = open_self();
	Dwfl_Module *module = self ? dwfl_addrmodule(self, at) : NULL;
	const char *name = module ? dwfl_module_addrname(module, at) : NULL;
	const char *file;
	int nr = 0;

	if (!name)
		return false;
	file = file_of(module, at, &nr);
	if (file)
		snprintf(text, size, "%s (%s:%d)", name, base(file), nr);
	else
		snprintf(text, size, "%s", name);
	return true;
}
#else
static bool by_debug_info(const void *pc, char *text, size_t size)
{
	(void)pc;
	(void)text;
	(void)size;
	return false;
}
#endif

const char *sim_place(const void *where, char *text, size_t size)
{
	const char *pc = (const char *)((uintptr_t)where - 1);	/* inside the call, not behind it; where may be NULL */
	Dl_info info;

	if (by_debug_info(pc, text, size))
		return text;
	if (dladdr(pc, &info) && info.dli_fname)
		snprintf(text, size, "%s + %#zx", base(info.dli_fname), (size_t)(pc - (const char *)info.dli_fbase));
	else
		snprintf(text, size, "%p", (const void *)pc);
	return text;
}
