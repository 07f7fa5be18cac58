/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The words that every file here uses: sized integers, page arithmetic, branch hints.
 */
#ifndef COMMON_PLATFORM_TYPES_H
#define COMMON_PLATFORM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x)	(((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define CACHELINE	64

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define __must_check	__attribute__((warn_unused_result))
#undef __always_inline	/* glibc's lacks the plain word inline */
#define __always_inline	inline __attribute__((always_inline))
#define __cacheline_aligned __attribute__((aligned(CACHELINE)))

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

static inline unsigned long min_ul(unsigned long a, unsigned long b)
{
	return a < b ? a : b;
}

static inline unsigned long max_ul(unsigned long a, unsigned long b)
{
	return a > b ? a : b;
}

#endif /* COMMON_PLATFORM_TYPES_H */
