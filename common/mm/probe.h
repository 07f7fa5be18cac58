/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Named points on the way of a fault or a change; empty unless someone listens.
 *
 * A test holds a thread at a point and lets another run: that is how an
 * interleaving is shown on purpose rather than waited for.  A point costs one
 * load of a read-mostly word when nobody listens.
 */
#ifndef COMMON_MM_PROBE_H
#define COMMON_MM_PROBE_H

#include "common/platform/types.h"

struct task;

/** X(NAME, name, where it stands) */
#define PROBE_POINTS(X) \
	X(FAULT_BEGIN, fault_begin, "fault: nothing done yet") \
	X(FAULT_FOUND, fault_found, "fault: the VMA is found, nothing copied from it") \
	X(FAULT_LOCKED, fault_locked, "fault: the rung's VMA lock is taken and checked") \
	X(FAULT_SNAPSHOT, fault_snapshot, "fault: fields copied, before they are checked") \
	X(FAULT_LOOKED, fault_looked, "fault: entry read, need decided") \
	X(FAULT_MADE, fault_made, "fault: page and tables allocated, nothing locked yet") \
	X(FAULT_PUT, fault_put, "fault: the table's lock is held, nothing asked yet") \
	X(FAULT_DESCEND, fault_descend, "fault: a deeper table appeared; its lock is not taken yet") \
	X(FAULT_AROUND, fault_around, "fault: neighbours in memory are mapped, too; the leaf's lock is held") \
	X(FAULT_READ_IN, fault_read_in, "fault: a page of a file is allocated, not yet in its cache; nothing is held") \
	X(FAULT_WAIT, fault_wait, "fault: is about to wait for a page, with its lock held or not, as config.io says") \
	X(FAULT_AGAIN, fault_again, "fault: has waited for a page, holds nothing, and is about to begin again") \
	X(FAULT_DONE, fault_done, "fault: over, nothing held") \
	X(CHANGE_LOCKED, change_locked, "change: mmap_lock is held for writing, nothing marked") \
	X(CHANGE_MARK_STORED, change_mark_stored, "change: a VMA's lock_seq is stored, readers not yet waited for") \
	X(CHANGE_MARKED, change_marked, "change: all is marked, nothing edited") \
	X(CHANGE_EDITED, change_edited, "change: VMAs and tree edited, entries not yet") \
	X(CHANGE_ZAPPED, change_zapped, "change: entries cleared, not yet flushed") \
	X(CHANGE_FLUSHED, change_flushed, "change: flushed, marks not yet ended") \
	X(CHANGE_DOWNGRADED, change_downgraded, "munmap: downgraded, entries not yet cleared") \
	X(CHANGE_TABLES, change_tables, "munmap: entries cleared and flushed, tables not yet unlinked") \
	X(ZAP_NO_MARK, zap_no_mark, "DONTNEED: entries about to be cleared without a mark") \
	X(PT_RECLAIM, pt_reclaim, "DONTNEED: its pages are gone, and tables that it emptied are about to be taken out") \
	X(MAPS_READ, maps_read, "reader of maps: a mapping is copied; what it is read under is still held") \
	X(REMOTE_COPY, remote_copy, "remote access: a page is pinned and about to be copied; what it is accessed under is still held") \
	X(SWAP_READ, swap_read, "fault: a frame is in the swap cache, locked and not read yet") \
	X(RECLAIM_UNMAPPED, reclaim_unmapped, "reclaim: a page is unmapped and flushed; its lock is held") \
	X(RECLAIM_WRITE, reclaim_write, "reclaim: a page is about to be written to its slot; nothing is held") \
	X(TRUNCATE_SIZED, truncate_sized, "truncation: the size is stored, nothing is unmapped") \
	X(TRUNCATE_PAGE, truncate_page, "truncation: a page is unmapped for good and its lock is held; it is still in the cache")

enum probe_point {
#define X(NAME, name, where) PROBE_##NAME,
	PROBE_POINTS(X)
#undef X
	NR_PROBE_POINTS
};

/** A listener. hit() runs on the thread that passes the point, and may hold it there. */
struct probe {
	void (*hit)(const struct probe *probe, struct task *t, enum probe_point point,
		    unsigned long addr);
};

/** Lower-case name with '_', and where the point stands. */
const char *probe_point_name(enum probe_point point);
const char *probe_point_where(enum probe_point point);

#endif /* COMMON_MM_PROBE_H */
