# SPDX-License-Identifier: GPL-2.0-or-later
# `make bench-tree` measures the VMA tree beside the kernel's maple tree, which it compiles from the
# source of Debian's package linux-source-6.1.  Nothing of this is built or installed otherwise.

KERNEL_SOURCE = /usr/src/linux-source-6.1.tar.xz
TREE_BENCH_FLAGS =

EXTRA_PROGRAMS += %D%/tree_bench
%C%_tree_bench_SOURCES = \
	%D%/side.h \
	%D%/side_loops.h \
	%D%/side_vma_tree.c \
	%D%/tree_bench.c
EXTRA_%C%_tree_bench_SOURCES = %D%/side_maple.c
%C%_tree_bench_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_tree_bench_LDADD = %D%/maple.o $(BENCH_LIBS)
%C%_tree_bench_DEPENDENCIES = %D%/maple.o bench/libbench.a prototypes/libprototypes.a common/libcommon.a

# The tree, and the headers of the kernel's own user-space tests.
%D%/linux.stamp: $(KERNEL_SOURCE)
	rm -rf %D%/linux && $(MKDIR_P) %D%/linux
	tar -xJf $(KERNEL_SOURCE) -C %D%/linux --strip-components=1 --wildcards \
		'*/lib/maple_tree.c' '*/include/linux/*.h' '*/include/asm-generic/*' '*/include/uapi/*' \
		'*/tools/testing/radix-tree/*' '*/tools/include/*' '*/tools/arch/x86/include/*'
	$(MKDIR_P) %D%/linux/tools/testing/radix-tree/generated
	echo '#define XA_CHUNK_SHIFT 6' >%D%/linux/tools/testing/radix-tree/generated/map-shift.h
	echo '#define CONFIG_64BIT 1' >%D%/linux/tools/testing/radix-tree/generated/bit-length.h
	touch $@

# With the kernel's flags for what its code does to C; its warnings are not ours.
%D%/maple.o: flags.h %D%/linux.stamp $(srcdir)/%D%/side_maple.c $(srcdir)/%D%/side.h $(srcdir)/%D%/side_loops.h
	$(AM_V_CC)$(CC) -std=gnu11 $(CFLAGS) -fno-strict-aliasing -w -DNDEBUG -D_LGPL_SOURCE \
		-I%D%/linux/tools/testing/radix-tree -I%D%/linux/tools/include -I%D%/linux -I$(srcdir) \
		-c $(srcdir)/%D%/side_maple.c -o $@

bench-tree:
	@test -f $(KERNEL_SOURCE) || { \
		echo "make bench-tree: skipped, $(KERNEL_SOURCE) is missing (package linux-source-6.1)"; exit 77; }
	$(MAKE) $(AM_MAKEFLAGS) %D%/tree_bench
	%D%/tree_bench $(TREE_BENCH_FLAGS)
.PHONY: bench-tree

clean-bench-tree:
	rm -rf %D%/linux
clean-local: clean-bench-tree
.PHONY: clean-bench-tree
CLEANFILES += %D%/linux.stamp %D%/maple.o %D%/tree_bench

