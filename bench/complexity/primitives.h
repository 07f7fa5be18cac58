/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Which called names are atomic accesses, orderings, lock or RCU operations.
 */
#ifndef BENCH_COMPLEXITY_PRIMITIVES_H
#define BENCH_COMPLEXITY_PRIMITIVES_H

#define CX_IS_SHARED	0x1u	/**< its first argument is a variable that threads share */
#define CX_IS_ORDERING	0x2u	/**< stronger than relaxed */
#define CX_IS_LOCK	0x4u
#define CX_IS_RCU	0x8u

/** @return what a call of @a name is, any of the bits above; 0: something else */
unsigned int cx_primitive(const char *name);

#endif /* BENCH_COMPLEXITY_PRIMITIVES_H */
