// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A return address as text: function, file and line with libdw, else a number for addr2line.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
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
#include <dwarf.h>
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

/* The innermost function that was inlined at an address, or the function itself. */
static void innermost(Dwfl_Module *module, Dwarf_Addr at, const char **function)
{
	Dwarf_Die *unit = NULL, *scope = NULL;
	Dwarf_Addr bias;
	int nr = 0;

	while ((unit = dwfl_module_nextcu(module, unit, &bias)) && dwarf_haspc(unit, at - bias) <= 0)
		;
	if (unit)
		nr = dwarf_getscopes(unit, at - bias, &scope);
	for (int i = 0; i < nr; i++) {
		int tag = dwarf_tag(&scope[i]);
		const char *name = tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram ? dwarf_diename(&scope[i]) : NULL;

		if (name) {
			*function = name;
			break;
		}
	}
	free(scope);
}

bool sim_source(const void *where, struct sim_source *source)
{
	Dwarf_Addr at = (Dwarf_Addr)(uintptr_t)where - 1;	/* inside the call, not behind it; where may be NULL */
	Dwfl *self = open_self();
	Dwfl_Module *module = self ? dwfl_addrmodule(self, at) : NULL;

	*source = (struct sim_source){ 0 };
	if (!module)
		return false;
	source->function = dwfl_module_addrname(module, at);
	innermost(module, at, &source->function);
	source->path = file_of(module, at, &source->line);
	return source->function;
}
#else
bool sim_source(const void *where, struct sim_source *source)
{
	(void)where;
	*source = (struct sim_source){ 0 };
	return false;
}
#endif

const char *sim_place(const void *where, char *text, size_t size)
{
	const char *pc = (const char *)((uintptr_t)where - 1);
	struct sim_source source;
	Dl_info info;

	if (sim_source(where, &source) && source.path)
		snprintf(text, size, "%s (%s:%d)", source.function, base(source.path), source.line);
	else if (source.function)
		snprintf(text, size, "%s", source.function);
	else if (dladdr(pc, &info) && info.dli_fname)
		snprintf(text, size, "%s + %#zx", base(info.dli_fname), (size_t)(pc - (const char *)info.dli_fbase));
	else
		snprintf(text, size, "%p", (const void *)pc);
	return text;
}
