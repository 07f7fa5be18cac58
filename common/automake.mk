# SPDX-License-Identifier: GPL-2.0-or-later

noinst_LIBRARIES += %D%/libcommon.a
%C%_libcommon_a_SOURCES = \
	%D%/platform/platform.c \
	%D%/platform/platform.h \
	%D%/platform/platform_native.h \
	%D%/platform/types.h \
	%D%/sync/atomic.h \
	%D%/sync/rcu.h \
	%D%/sync/rwsem.h \
	%D%/sync/seqcount.h \
	%D%/sync/spinlock.h \
	%D%/mm/anon_vma.c \
	%D%/mm/cache.h \
	%D%/mm/fault.c \
	%D%/mm/fault.h \
	%D%/mm/fault_put.h \
	%D%/mm/file.h \
	%D%/mm/mm.c \
	%D%/mm/mm.h \
	%D%/mm/mmap_lock.c \
	%D%/mm/mmap_lock.h \
	%D%/mm/move.c \
	%D%/mm/page.h \
	%D%/mm/pgtable.c \
	%D%/mm/pgtable.h \
	%D%/mm/probe.h \
	%D%/mm/protect.c \
	%D%/mm/scheme.c \
	%D%/mm/scheme.h \
	%D%/mm/stats.h \
	%D%/mm/tlb.h \
	%D%/mm/vma.c \
	%D%/mm/vma.h \
	%D%/mm/vma_tree.h \
	%D%/mm/world.h \
	%D%/mm/zap.c
