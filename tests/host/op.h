/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief One call, the same for both sides: drawn, made, and written as code.
 *
 * An op holds everything that it uses, so that a sequence with some left out can still be played.
 */
#ifndef TESTS_HOST_OP_H
#define TESTS_HOST_OP_H

#include "tests/host/options.h"

enum op_kind {
	OP_MMAP,
	OP_MUNMAP,
	OP_MPROTECT,
	OP_MADVISE,
	OP_MREMAP,
	OP_BRK,
	OP_READ,
	OP_WRITE,
	OP_TRUNCATE,
	OP_FORK,
	OP_EXIT,
	NR_OP_KINDS
};

struct op {
	enum op_kind kind;
	unsigned int who;	/**< which process; nothing is done if there is none */
	unsigned long addr, len;
	unsigned long to_len, to;	/**< OP_MREMAP */
	int prot;		/**< or advice */
	int flags;
	int file;		/**< its number, or -1 */
	u64 offset;		/**< in the file; OP_TRUNCATE: its pages; OP_WRITE: what */
};

struct twins;

/** How often each kind of call was made, and how often it was refused by both sides. */
struct op_tally {
	unsigned long done[NR_OP_KINDS], refused[NR_OP_KINDS];
};

/** Draw one for processes that are there. */
void op_random(struct op *op, struct random *r, const struct twins *tw);

/**
 * Make the call on both sides and compare: what it returned, and then all VMAs.
 * @return false: they differ, and tw->why says how
 */
bool op_do(struct twins *tw, const struct op *op);

/** As a line of C. */
void op_print(const struct op *op);

extern const char *const op_names[NR_OP_KINDS];

#endif /* TESTS_HOST_OP_H */
