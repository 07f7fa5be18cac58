# SPDX-License-Identifier: GPL-2.0-or-later
# The VMA tree beside the kernel's maple trees: `make bench-tree` measures them, and maple.sh compiles them from
# the sources in Debian's packages linux-source-6.1 and, if it is there, linux-source-6.12.  Nothing of this is
# built or installed otherwise.

KERNEL_SOURCE = /usr/src/linux-source-6.1.tar.xz
TREE_BENCH_FLAGS =

EXTRA_PROGRAMS += %D%/tree_bench
%C%_tree_bench_SOURCES = \
	%D%/beside.c \
	%D%/figure.c \
	%D%/loops.c \
	%D%/side.h \
	%D%/side_loops.h \
	%D%/side_vma_tree.c \
	%D%/tree_bench.c \
	%D%/tree_bench.h \
	%D%/whole.c
EXTRA_%C%_tree_bench_SOURCES = %D%/side_maple.c
EXTRA_DIST += %D%/maple.sh
%C%_tree_bench_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_tree_bench_LDADD = %D%/maple.o $(BENCH_LIBS)
%C%_tree_bench_DEPENDENCIES = %D%/maple.o bench/libbench.a prototypes/libprototypes.a common/libcommon.a

%D%/maple.o: $(KERNEL_SOURCE) $(srcdir)/%D%/maple.sh $(srcdir)/%D%/side_maple.c $(srcdir)/%D%/side.h \
		$(srcdir)/%D%/side_loops.h
	@$(MKDIR_P) %D%
	$(AM_V_CC)$(SHELL) $(srcdir)/%D%/maple.sh $(srcdir) %D% $(CC) $(CFLAGS)

# The same threads on simulated machines: which lines they take from each other.
if TIME
EXTRA_PROGRAMS += %D%/tree_lines
%C%_tree_lines_SOURCES = %D%/lines.c %D%/side.h $(sim_hooks)
%C%_tree_lines_CPPFLAGS = $(TIME_CPPFLAGS)
%C%_tree_lines_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_tree_lines_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_tree_lines_LDADD = $(TIME_LIBS)
else
EXTRA_DIST += %D%/lines.c
endif

bench-tree:
	@test -f $(KERNEL_SOURCE) || { \
		echo "make bench-tree: skipped, $(KERNEL_SOURCE) is missing (package linux-source-6.1)"; exit 77; }
	$(MAKE) $(AM_MAKEFLAGS) %D%/tree_bench
	%D%/tree_bench $(TREE_BENCH_FLAGS)
.PHONY: bench-tree

clean-bench-tree:
	rm -rf %D%/linux-*
clean-local: clean-bench-tree
.PHONY: clean-bench-tree
CLEANFILES += %D%/maple.o %D%/side_maple_*.o %D%/sides.[co] %D%/tree_bench %D%/tree_lines

