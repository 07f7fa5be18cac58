/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Finds out from page tables whether two untouched pages that were read are one frame or two.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/record/zero_page.h"
#include "common/platform/types.h"

/* Documentation/admin-guide/mm/pagemap.rst: bit 63: present; bits 0 to 54: the frame, 0 without permission. */
#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_FRAME ((1ULL << 55) - 1)

static bool frames_of(const char *at, size_t size, u64 frame[2])
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && pread(fd, frame, 2 * sizeof(*frame), (off_t)((unsigned long)at / size * sizeof(*frame))) ==
				     (ssize_t)(2 * sizeof(*frame));

	if (fd >= 0)
		close(fd);
	for (int i = 0; ok && i < 2; i++) {
		ok = (frame[i] & PAGEMAP_PRESENT) && (frame[i] & PAGEMAP_FRAME);
		frame[i] &= PAGEMAP_FRAME;
	}
	return ok;
}

enum zero_page zero_page_ask(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	enum zero_page answer = ZERO_PAGE_UNKNOWN;
	u64 frame[2];
	volatile char *at = mmap(NULL, 2 * size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return answer;
	(void)at[0];
	(void)at[size];
	if (frames_of((const char *)at, size, frame))
		answer = frame[0] == frame[1] ? ZERO_PAGE_YES : ZERO_PAGE_NO;
	munmap((void *)at, 2 * size);
	return answer;
}
