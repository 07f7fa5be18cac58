# SPDX-License-Identifier: GPL-2.0-or-later
# The seam, the locks, the mm core: everything below the schemes.

noinst_LIBRARIES += %D%/libcommon.a
%C%_libcommon_a_SOURCES = $(core_sources) \
	%D%/platform/platform.c \
	%D%/platform/platform.h \
	%D%/platform/platform_native.h \
	%D%/platform/platform_self.h \
	%D%/platform/rcu_callbacks.c \
	%D%/platform/types.h

# What stands on the seam, and is compiled once more for bench/stores.
core_sources = \
	%D%/sync/atomic.h \
	%D%/sync/park.h \
	%D%/sync/rcu.h \
	%D%/sync/rwsem.c \
	%D%/sync/rwsem.h \
	%D%/sync/seqcount.h \
	%D%/sync/spinlock.c \
	%D%/sync/spinlock.h \
	%D%/mm/anon_vma.c \
	%D%/mm/anon_vma.h \
	%D%/mm/brk.c \
	%D%/mm/cache.c \
	%D%/mm/cache.h \
	%D%/mm/cache_internal.h \
	%D%/mm/cache_rcu.c \
	%D%/mm/calls.c \
	%D%/mm/calls.h \
	%D%/mm/charge.c \
	%D%/mm/charge.h \
	%D%/mm/check.c \
	%D%/mm/disk.c \
	%D%/mm/fault.c \
	%D%/mm/fault.h \
	%D%/mm/fault_around.c \
	%D%/mm/fault_io.c \
	%D%/mm/fault_io.h \
	%D%/mm/fault_locked.h \
	%D%/mm/fault_put.h \
	%D%/mm/file.c \
	%D%/mm/file.h \
	%D%/mm/grace.h \
	%D%/mm/fork.c \
	%D%/mm/guard.c \
	%D%/mm/guard.h \
	%D%/mm/hash.h \
	%D%/mm/inject.c \
	%D%/mm/lazyfree.c \
	%D%/mm/look.c \
	%D%/mm/lru.c \
	%D%/mm/lru.h \
	%D%/mm/madvise.c \
	%D%/mm/maps.c \
	%D%/mm/merge.c \
	%D%/mm/mm.c \
	%D%/mm/mm.h \
	%D%/mm/mmap.c \
	%D%/mm/mmap_lock.c \
	%D%/mm/mmap_lock.h \
	%D%/mm/modify.c \
	%D%/mm/move.c \
	%D%/mm/mprotect.c \
	%D%/mm/mremap.c \
	%D%/mm/munmap.c \
	%D%/mm/page.c \
	%D%/mm/page.h \
	%D%/mm/page_lock.c \
	%D%/mm/pagecache.c \
	%D%/mm/pagecache.h \
	%D%/mm/pgtable.c \
	%D%/mm/pgtable.h \
	%D%/mm/place.c \
	%D%/mm/populate.c \
	%D%/mm/populate.h \
	%D%/mm/probe.c \
	%D%/mm/probe.h \
	%D%/mm/protect.c \
	%D%/mm/readahead.c \
	%D%/mm/readahead.h \
	%D%/mm/reclaim.c \
	%D%/mm/reclaim.h \
	%D%/mm/remote.c \
	%D%/mm/rmap.c \
	%D%/mm/rmap.h \
	%D%/mm/rmap_walk.c \
	%D%/mm/rmap_walk.h \
	%D%/mm/scheme.c \
	%D%/mm/scheme.h \
	%D%/mm/spec.c \
	%D%/mm/stack.c \
	%D%/mm/stats.c \
	%D%/mm/stats.h \
	%D%/mm/swap.c \
	%D%/mm/swap.h \
	%D%/mm/tlb.c \
	%D%/mm/tlb.h \
	%D%/mm/vma.c \
	%D%/mm/vma.h \
	%D%/mm/vma_snapshot.h \
	%D%/mm/vma_edit.c \
	%D%/mm/vma_edit.h \
	%D%/mm/vma_tree/change.h \
	%D%/mm/vma_tree/check.c \
	%D%/mm/vma_tree/cursor.c \
	%D%/mm/vma_tree/node.h \
	%D%/mm/vma_tree/replace.c \
	%D%/mm/vma_tree/store.c \
	%D%/mm/vma_tree/vma_tree.c \
	%D%/mm/vma_tree/vma_tree.h \
	%D%/mm/vma_tree/whole.c \
	%D%/mm/vmacache.h \
	%D%/mm/world.c \
	%D%/mm/world.h \
	%D%/mm/zap.c

# The seam behind calls.
if TSAN
%C%_libcommon_a_SOURCES += %D%/platform/platform_call.c
endif
