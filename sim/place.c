// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief A return address as people read it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "sim/engine.h"

const char *sim_place(const void *where, char *text, size_t size)
{
	const char *pc = (const char *)where - 1;	/* inside the call, not behind it */
	Dl_info info;

	if (!dladdr(pc, &info))
		snprintf(text, size, "%p", (const void *)pc);
	else if (info.dli_sname)
		snprintf(text, size, "%s + %#zx", info.dli_sname, (size_t)(pc - (const char *)info.dli_saddr));
	else
		snprintf(text, size, "%s + %#zx", strrchr(info.dli_fname, '/') ? strrchr(info.dli_fname, '/') + 1 :
			 info.dli_fname, (size_t)(pc - (const char *)info.dli_fbase));
	return text;
}
