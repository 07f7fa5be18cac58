/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The table of system calls.
 */
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "bench/record/known_calls.h"

/* Calls that not every machine or every C library's header has. */
#ifndef SYS_mseal
#define SYS_mseal 462
#endif
#ifndef SYS_map_shadow_stack
#define SYS_map_shadow_stack 453
#endif
#ifndef SYS_remap_file_pages
#define SYS_remap_file_pages KNOWN_CALL_NONE
#endif

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

#define CALL(name, x86, op) { #name, SYS_##name, x86, op }

const struct known_call known_calls[NR_KNOWN_CALLS] = {
	CALL(mmap, 9, TRACE_MMAP),
	CALL(munmap, 11, TRACE_MUNMAP),
	CALL(mprotect, 10, TRACE_MPROTECT),
	CALL(mremap, 25, TRACE_MREMAP),
	CALL(brk, 12, TRACE_BRK),
	CALL(madvise, 28, TRACE_MADVISE),
	CALL(shmat, 30, NR_TRACE_OPS),
	CALL(shmdt, 67, NR_TRACE_OPS),
	CALL(mlock, 149, NR_TRACE_OPS),
	CALL(mlock2, 325, NR_TRACE_OPS),
	CALL(munlock, 150, NR_TRACE_OPS),
	CALL(mlockall, 151, NR_TRACE_OPS),
	CALL(munlockall, 152, NR_TRACE_OPS),
	CALL(remap_file_pages, 216, NR_TRACE_OPS),
	CALL(mbind, 237, NR_TRACE_OPS),
	CALL(pkey_mprotect, 329, NR_TRACE_OPS),
	CALL(process_madvise, 440, NR_TRACE_OPS),
	CALL(process_vm_writev, 311, NR_TRACE_OPS),
	CALL(userfaultfd, 323, NR_TRACE_OPS),
	CALL(io_setup, 206, NR_TRACE_OPS),
	CALL(mseal, 462, NR_TRACE_OPS),
	CALL(map_shadow_stack, 453, NR_TRACE_OPS),
	CALL(prctl, 157, NR_TRACE_OPS),
};

const struct known_call *known_call(u64 nr)
{
	for (unsigned int i = 0; i < NR_KNOWN_CALLS; i++)
		if (known_calls[i].nr == nr && nr != KNOWN_CALL_NONE)
			return &known_calls[i];
	return NULL;
}

const struct known_call *known_call_x86(u64 nr)
{
	for (unsigned int i = 0; i < NR_KNOWN_CALLS; i++)
		if (known_calls[i].nr_x86 == nr)
			return &known_calls[i];
	return NULL;
}

bool known_call_is_harmless(const struct known_call *call, u64 first_arg)
{
	return call->nr == SYS_prctl && first_arg != PR_SET_VMA && first_arg != PR_SET_MM;
}
