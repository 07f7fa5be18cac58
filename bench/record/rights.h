/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which ranges of an address space may be written: what the kernel's reports of mappings said last.
 *
 * It answers one question, for recordings without error codes: was a fault here
 * likely a write?  Ranges that were unmapped stay until another one covers them;
 * nothing faults there meanwhile.
 */
#ifndef BENCH_RECORD_RIGHTS_H
#define BENCH_RECORD_RIGHTS_H

#include "common/platform/types.h"

struct rights_range {
	u64 start, end;
	bool writable;
};

/** All 0: nothing is mapped. */
struct rights {
	struct rights_range *range;	/**< disjoint, ascending */
	u32 nr, max;
};

/** [start, end) is now like this. @return 0; -1: no memory */
int rights_set(struct rights *r, u64 start, u64 end, bool writable);
/** A fork. @return 0; -1: no memory */
int rights_copy(struct rights *to, const struct rights *from);
bool rights_writable(const struct rights *r, u64 addr);
void rights_exit(struct rights *r);

#endif /* BENCH_RECORD_RIGHTS_H */
