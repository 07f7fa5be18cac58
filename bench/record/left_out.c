/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Counts by name, in lines.
 */
#include <inttypes.h>
#include <string.h>

#include "bench/record/left_out.h"

static const char *const names[NR_LEFT_OUT] = {
	[LEFT_OUT_COMPAT] = "calls of 32-bit programs",
	[LEFT_OUT_STRANGER] = "events of threads whose beginning was lost",
	[LEFT_OUT_KERNEL_HALF] = "events at the kernel's addresses",
	[LEFT_OUT_UNKNOWN] = "records of an unknown kind",
	[LEFT_OUT_LOCKED] = "MAP_LOCKED of mappings",
	[LEFT_OUT_HUGETLB] = "MAP_HUGETLB of mappings",
	[LEFT_OUT_FLAGS] = "other flags of mappings",
};

bool left_out_nothing(const struct left_out_counts *counts)
{
	for (unsigned int i = 0; i < NR_LEFT_OUT; i++)
		if (counts->nr[i])
			return false;
	return true;
}

void left_out_print(FILE *out, const struct left_out_counts *counts, const char *begin, size_t width)
{
	size_t used = 0;
	char one[96];

	for (unsigned int i = 0; i < NR_LEFT_OUT; i++) {
		size_t len;

		if (!counts->nr[i])
			continue;
		len = (size_t)snprintf(one, sizeof(one), "%s %" PRIu64, names[i] ? names[i] : known_calls[i].name,
				       counts->nr[i]);
		if (used && used + 2 + len > width) {
			fputc('\n', out);
			used = 0;
		}
		used += (size_t)fprintf(out, "%s%s", used ? ", " : begin, one);
	}
	if (used)
		fputc('\n', out);
}
