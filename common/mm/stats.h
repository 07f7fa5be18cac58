/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Event counters: one enum, one line of meaning each, kept per thread.
 *
 * Model: the kernel's VM_EVENT_ITEMs (VMA_LOCK_SUCCESS and its kin,
 * include/linux/vm_event_item.h) and the abort reasons of the speculative page
 * fault series.  A scheme's own counters (struct scheme_counter) stand beside
 * these in the same per-thread block, one row a rung of the chain.
 */
#ifndef COMMON_MM_STATS_H
#define COMMON_MM_STATS_H

#include "common/platform/types.h"

/** X(NAME, name, meaning) for every event of the core. */
#define STATS_EVENTS(X) \
	X(FAULT, fault, "faults begun") \
	X(FAULT_KERNEL, fault_kernel, "faults from kernel mode, which began on the last rung") \
	X(FAULT_INSTALLED, fault_installed, "faults that installed or upgraded an entry") \
	X(FAULT_SPURIOUS, fault_spurious, "faults that found the entry already good") \
	X(FAULT_RACED, fault_raced, "faults that found at commit that the entry had changed") \
	X(FAULT_SIGSEGV, fault_sigsegv, "faults answered with SIGSEGV") \
	X(FAULT_SIGBUS, fault_sigbus, "faults answered with SIGBUS") \
	X(FAULT_OOM, fault_oom, "faults answered with out of memory") \
	X(FAULT_DROPPED, fault_dropped, "pages made for a fault and given back unused") \
	X(FAULT_AROUND, fault_around, "entries installed around a fault, for resident pages of a file") \
	X(FAULT_COPY, fault_copy, "faults that copied a page") \
	X(FAULT_REUSE, fault_reuse, "faults that took over a page with one user") \
	X(FAULT_TABLE_GONE, fault_table_gone, "faults under a lock whose table had gone at commit, so that the access faults again") \
	X(FAULT_IO_RETRY, fault_io_retry, "times that a fault let go of its lock, waited for a page, and began again") \
	X(FAULT_IO_GONE, fault_io_gone, "of these, times that the page was gone again") \
	X(FAULT_IO_HELD, fault_io_held, "times that a fault waited for a page with a lock held") \
	X(VMACACHE_MISS, vmacache_miss, "walks of the tree for a VMA that the thread's cache did not have; with the cache on") \
	X(FILE_READ, file_read, "pages of files read into memory") \
	X(FILE_REREAD, file_reread, "of these, pages that were reclaimed before") \
	X(FILE_WRITE, file_write, "pages of files written back") \
	X(SWAP_OUT, swap_out, "pages written to the swap store") \
	X(SWAP_IN, swap_in, "pages read from the swap store") \
	X(SWAP_FULL, swap_full, "pages that found no free slot") \
	X(RECLAIM_DIRECT, reclaim_direct, "times that an allocation reclaimed") \
	X(RECLAIM_WAKE, reclaim_wake, "times that the background reclaimer was called") \
	X(PAGE_RECLAIMED, page_reclaimed, "pages freed by reclaim") \
	X(PAGE_ACTIVATED, page_activated, "pages that went to the active list") \
	X(LAZY_FREED, lazy_freed, "pages dropped after MADV_FREE") \
	X(RESERVE_USED, reserve_used, "batches of frames taken from below the min watermark") \
	X(CHARGE_FAIL, charge_fail, "allocations refused at the world's limit") \
	X(PAGE_ALLOC, page_alloc, "frames taken") \
	X(PAGE_FREE, page_free, "frames given back") \
	X(PAGE_ALLOC_FAIL, page_alloc_fail, "frame allocations refused") \
	X(TABLE_ALLOC, table_alloc, "page tables made") \
	X(TABLE_FREE, table_free, "page tables given back") \
	X(TABLE_RECLAIM, table_reclaim, "empty page tables taken out by MADV_DONTNEED") \
	X(TABLE_LINK, table_link, "chains of tables published by a fault") \
	X(ANON_VMA_NEW, anon_vma_new, "anon rmap objects made") \
	X(ANON_VMA_REUSE, anon_vma_reuse, "anon rmap objects taken over from a neighbour") \
	X(VMA_MARK, vma_mark, "VMAs marked for change") \
	X(VMA_SPLIT, vma_split, "VMAs split") \
	X(VMA_MERGE, vma_merge, "VMAs merged into a neighbour") \
	X(MMAP, mmap, "mmap calls") \
	X(MUNMAP, munmap, "munmap calls") \
	X(MPROTECT, mprotect, "mprotect calls") \
	X(MREMAP, mremap, "mremap calls") \
	X(BRK, brk, "brk calls") \
	X(MADVISE, madvise, "madvise calls") \
	X(DONTNEED_VMA_LOCK, dontneed_vma_lock, "of these, DONTNEED done under the lock of its VMA") \
	X(STACK_GROW, stack_grow, "stack expansions") \
	X(FORK, fork, "address spaces copied") \
	X(TLB_FLUSH, tlb_flush, "TLB flushes sent") \
	X(TLB_FLUSH_TARGETS, tlb_flush_targets, "threads that a TLB flush was sent to") \
	X(MMAP_LOCK_WRITE, mmap_lock_write, "write sections of mmap_lock") \
	X(MMAP_LOCK_READ, mmap_lock_read, "read sections of mmap_lock") \
	X(MMAP_LOCK_WRITE_WAIT_NS, mmap_lock_write_wait_ns, "ns waited for mmap_lock to write; with lock statistics on") \
	X(MMAP_LOCK_WRITE_HOLD_NS, mmap_lock_write_hold_ns, "ns mmap_lock was held to write; with lock statistics on") \
	X(MMAP_LOCK_READ_WAIT_NS, mmap_lock_read_wait_ns, "ns waited for mmap_lock to read; with lock statistics on") \
	X(MMAP_LOCK_READ_HOLD_NS, mmap_lock_read_hold_ns, "ns mmap_lock was held to read; with lock statistics on")

enum stats_event {
#define X(NAME, name, meaning) STAT_##NAME,
	STATS_EVENTS(X)
#undef X
	NR_STATS_EVENTS
};

/** Rungs in a chain of schemes, and counters of one scheme, at most. */
#define STATS_MAX_RUNGS		4
#define STATS_MAX_SCHEME	16

/** One thread's counters; written by that thread alone, with WRITE_ONCE. */
struct stats {
	u64 event[NR_STATS_EVENTS];
	u64 rung[STATS_MAX_RUNGS][STATS_MAX_SCHEME];
};

/** Lower-case name with '_' (as in JSON), and the one-line meaning. */
const char *stats_event_name(enum stats_event event);
const char *stats_event_meaning(enum stats_event event);

/** Add @a from, read with READ_ONCE, to @a sum. */
void stats_add(struct stats *sum, const struct stats *from);

#endif /* COMMON_MM_STATS_H */
