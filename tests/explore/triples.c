// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Which scenes have a third thread, and in which of them threads wait for each other.
 */
#include "tests/explore/changes.h"

const struct triple triples[] = {
	{ "write_empty", "munmap_piece", "second_write" },
	{ "write_no_table", "munmap_piece", "second_write" },
	{ "write_bare", "munmap_all", "second_write" },
	{ "write_zero", "mprotect_read", "second_write" },
	{ "write_empty", "mremap_move", "second_write" },
	{ "write_empty", "fork", "second_write" },
	{ "write_own", "fork", "writes_beside" },
	{ "write_own", "mprotect_and_back", "second_write" },
	{ "write_own", "munmap_all", "comes_and_goes" },
	{ "write_own", "mprotect_front", "comes_and_goes" },
	{ "write_own", "mprotect_front", "two_vmas" },
	{ "write_own", "mremap_and_back", "comes_and_goes" },
	{ "write_own", "reclaim", "writes_beside" },
	{ "write_own", "free_reclaim", "writes_beside" },
	{ "write_forked", "reclaim", "second_write" },
	{ "write_child", "child_writes", "second_write" },
	{ "write_child", "child_writes", "reclaim" },
	{ "write_child", "free_reclaim", "child_reads" },
	{ "write_child", "child_forgets", "reclaim" },
	{ "write_swapped", "reclaim", "second_write" },
	{ "write_swapped", "munmap_piece", "reclaim" },
	{ "write_swapped_child", "child_writes", "reclaim" },
	{ "write_swapped_child", "free", "child_reads" },
	{ "read_swapped_child", "free", "child_reads" },
	{ "read_swapped_child", "free", "child_writes" },
	{ "write_child", "child_forgets", "child_writes" },
	{ "write_child", "child_forgets", "second_write" },
	{ "read_swapped", "reclaim", "writes_beside" },
	{ "write_own", "reclaim", "second_write" },
	{ "write_swapped_child", "free_reclaim", "child_writes" },
	{ "write_file", "truncate", "second_write" },
	{ "write_file", "truncate", "read_far" },
	{ "write_file_shared", "truncate", "reclaim" },
	{ "write_file_shared", "reclaim", "second_write" },
	{ "write_file_shared", "move_truncated", "truncate" },
	{ "write_file", "move_joined", "truncate" },
	{ "write_copy", "move_twice", "truncate" },
	{ "write_own", "move", "reclaim" },
	{ "write_own", "reclaim", "reclaim" },
	{ "write_own", "munmap_all", "comes_and_reads" },
	{ "write_own", "dontneed", "comes_and_reads" },
	{ "write_child", "munmap_all", "child_unmaps" },
	{ "read_bare", "mmap_over_low", "maps_from_low" },
	{ "read_bare", "merge_front", "maps" },
	{ "read_bare", "mprotect_read", "maps" },
	{ "read_empty", "mprotect_and_back", "maps" },
	{ "read_bare", "mmap_over", "maps" },
	{ "read_file", "mmap_file_over", "maps" },
	{ "read_bare", "merge_away", "maps" },
	{ "read_bare", "munmap_piece", "maps_around" },
	{ "read_empty", "mremap_move", "maps_around" },
	{ "read_bare", "munmap_all", "maps_of_nothing" },
	{ "read_bare", "reborn_elsewhere", "maps_of_nothing" },
	{ "read_bare", "reborn_in_another_mm", "maps_of_nothing" },
	{ "read_own", "forget_and_reuse", "remote_read" },
	{ "write_own", "fork", "remote_read" },
	{ "write_empty", "munmap_all", "remote_read" },
	{ "read_bare", "munmap_all", "remote_read" },
	{ "read_bare", "mprotect_read", "remote_read" },
	{ "read_own", "mremap_move", "remote_read" },
	{ "read_file_shared", "truncate", "remote_read" },
	{ "read_swapped", "reclaim", "remote_read" },
	{ "read_own", "free_and_write", "remote_read" },
	{ "write_own", "fork", "remote_write" },
	{ "write_own", "reclaim", "remote_write" },
	{ "read_swapped", "reclaim", "remote_write" },
	{ "write_empty", "munmap_all", "remote_write" },
	{ "read_own", "mprotect_and_look", "remote_write" },
	{ "write_file_shared", "truncate", "remote_write" },
	{ "read_bare", "munmap_killed", "kill" },
	{ "write_empty", "munmap_killed", "kill" },
	{ "write_own", "munmap_killed", "kill" },
	{ "write_no_table", "mprotect_killed", "kill" },
	{ "write_own", "mprotect_killed", "kill" },
	{ NULL, NULL, NULL }
};

const struct gated gated[] = {
	/* The access keeps its VMA's lock until munmap has given up, which nothing but the kill can bring about. */
	{ { "write_empty", "munmap_or_killed", "kill" }, { { 1, PROBE_FAULT_LOCKED, 2, GATE_END } } },
	/*
	 * X is locked by the access while it is written to its slot, and leaves the swap cache when it is; the second
	 * reclaimer, which knows nothing of the first, writes another page to the slot.
	 */
	{ { "write_own", "reclaim_x", "write_beside_and_reclaim" },
	  { { 1, GATE_END, 2, PROBE_RECLAIM_WRITE }, { 3, GATE_END, 2, PROBE_RECLAIM_WRITE },
	    { 1, PROBE_FAULT_MADE, 3, PROBE_RECLAIM_WRITE }, { 3, PROBE_RECLAIM_WRITE, 1, PROBE_FAULT_DONE },
	    { 1, PROBE_FAULT_DONE, 3, GATE_END } } },
	/*
	 * The reclaimer has isolated X's page, so the access copies it; without what hands on the table that the page is in, it does
	 * not find the entry, and keeps the page.  The access unmaps it when the reclaimer is gone, and must see that it is in the
	 * swap cache.
	 */
	{ { "write_no_table", "reclaim_one", "reads_and_gets_rights" },
	  { { 2, GATE_END, 3, PROBE_FAULT_DONE }, { 3, PROBE_CHANGE_LOCKED, 2, PROBE_RECLAIM_UNMAPPED }, { 1, GATE_END, 3, GATE_END },
	    { 2, PROBE_RECLAIM_UNMAPPED, 1, PROBE_FAULT_MADE }, { 1, PROBE_FAULT_MADE, 2, GATE_END } } },
	/*
	 * The access is the page's one user; the second one pins it to copy it, while the first gets the right to write.  Then
	 * the entry is as the second saw it again, but the page is not.
	 */
	{ { "write_swapped", "reclaim_and_read", "second_write" },
	  { { 3, GATE_END, 1, PROBE_FAULT_MADE }, { 1, PROBE_FAULT_PUT, 3, PROBE_FAULT_BEGIN }, { 2, GATE_END, 1, GATE_END },
	    { 2, GATE_END, 3, PROBE_FAULT_MADE }, { 3, PROBE_FAULT_MADE, 2, GATE_END } } },
	{ .scene = { NULL, NULL, NULL } }
};
