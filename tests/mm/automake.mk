# SPDX-License-Identifier: GPL-2.0-or-later

criterion_tests += %D%/core
%C%_core_SOURCES = \
	%D%/core_world.c \
	%D%/core_world.h \
	%D%/test_cache.c \
	%D%/test_file.c \
	%D%/test_page.c \
	%D%/test_spec.c \
	%D%/test_tlb.c \
	%D%/test_tlb_threads.c \
	%D%/test_world.c \
	%D%/tlb_scene.h
%C%_core_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
%C%_core_LDFLAGS = $(CRITERION_LINKED)
%C%_core_LDADD = $(LAB_LIBS) $(CRITERION_TESTED)

criterion_tests += %D%/vma_tree
%C%_vma_tree_SOURCES = \
	%D%/test_vma_tree.c \
	%D%/tree_ops.c \
	%D%/tree_ops.h \
	%D%/tree_oracle.h
%C%_vma_tree_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
%C%_vma_tree_LDFLAGS = $(CRITERION_LINKED)
%C%_vma_tree_LDADD = $(LAB_LIBS) $(CRITERION_TESTED)

plain_tests += %D%/stress_vma_tree
%C%_stress_vma_tree_SOURCES = \
	%D%/stress_vma_tree.c \
	%D%/tree_ops.c \
	%D%/tree_ops.h \
	%D%/tree_oracle.h
%C%_stress_vma_tree_LDADD = $(LAB_LIBS)

criterion_tests += %D%/reclaim
%C%_reclaim_SOURCES = \
	%D%/reclaim_world.h \
	%D%/test_reclaim.c \
	%D%/test_swap.c
%C%_reclaim_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
%C%_reclaim_LDFLAGS = $(CRITERION_LINKED)
%C%_reclaim_LDADD = $(TEST_LIBS) $(CRITERION_TESTED)

plain_tests += %D%/limits
%C%_limits_SOURCES = %D%/limits.c
%C%_limits_LDADD = $(TEST_LIBS)

plain_tests += %D%/stress_reclaim
%C%_stress_reclaim_SOURCES = %D%/stress_reclaim.c
%C%_stress_reclaim_LDADD = $(TEST_LIBS)
# The random lists of the VMA tree against the oracle, ten million operations.
check-tree-long: %D%/vma_tree
	TREE_LONG=1 %D%/vma_tree --verbose=1 --filter 'vma_tree_random/*'
.PHONY: check-tree-long
