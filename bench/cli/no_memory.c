/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Where the host has no memory for a small object, the program ends with one line.
 *
 * The core's objects come from calloc() and posix_memalign() of the host.  One that is refused would be an ENOMEM like
 * those that the laboratory makes itself: a replay that meets it would look like a scheme that is broken.  On a simulated
 * machine and in the explorer it would be told as a finding.  So the linker leads these two here in programs with
 * NO_MEMORY_WRAP; frames come from mmap(), and the command says that there are too many of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/cli/usage.h"

void *__real_calloc(size_t n, size_t size);
int __real_posix_memalign(void **p, size_t align, size_t size);
void *__wrap_calloc(size_t n, size_t size);
int __wrap_posix_memalign(void **p, size_t align, size_t size);

/* On any thread, anywhere: neither a lock nor memory may be taken. */
static void no_memory(void)
{
	static const char line[] = "faultline: not enough memory\n";

	if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
		_exit(EXIT_USAGE);	/* nobody can be told */
	_exit(EXIT_USAGE);
}

void *__wrap_calloc(size_t n, size_t size)
{
	void *p = __real_calloc(n, size);

	if (!p && n && size)
		no_memory();
	return p;
}

int __wrap_posix_memalign(void **p, size_t align, size_t size)
{
	int err = __real_posix_memalign(p, align, size);

	if (err == ENOMEM)
		no_memory();
	return err;
}
