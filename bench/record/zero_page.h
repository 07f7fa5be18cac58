/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Does the kernel map its zero page where anonymous memory is read before it is written to?
 */
#ifndef BENCH_RECORD_ZERO_PAGE_H
#define BENCH_RECORD_ZERO_PAGE_H

enum zero_page {
	ZERO_PAGE_UNKNOWN,	/**< /proc/self/pagemap hides frames: no CAP_SYS_ADMIN */
	ZERO_PAGE_YES,
	ZERO_PAGE_NO,		/**< a read makes a page, and with it the VMA's anon_vma */
};

/** Tries this on two pages of its own. */
enum zero_page zero_page_ask(void);

#endif /* BENCH_RECORD_ZERO_PAGE_H */
