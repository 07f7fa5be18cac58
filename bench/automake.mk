# SPDX-License-Identifier: GPL-2.0-or-later
# The command; all but its main in a library, so that the tests reach it.

noinst_LIBRARIES += %D%/libbench.a
%C%_libbench_a_SOURCES =
%C%_libbench_a_CFLAGS = $(AM_CFLAGS) $(ZSTD_CFLAGS) $(JANSSON_CFLAGS)

BENCH_LIBS = bench/libbench.a bench/stage/libstage.a $(LAB_LIBS) $(ZSTD_LIBS) $(JANSSON_LIBS) -lm

# cli/no_memory.c
NO_MEMORY_WRAP = -Wl,--wrap=calloc,--wrap=posix_memalign

bin_PROGRAMS += faultline
faultline_SOURCES = %D%/cmd/main.c
faultline_LDFLAGS = $(AM_LDFLAGS) $(NO_MEMORY_WRAP)
faultline_LDADD = $(BENCH_LIBS)

EXTRA_DIST += \
	%D%/record/overhead.py \
	%D%/traces/README.md \
	%D%/traces/java.trace.zst \
	%D%/traces/node.trace.zst \
	%D%/traces/python.trace.zst \
	%D%/traces/sort.trace.zst \
	%D%/traces/sqlite.trace.zst

include %D%/aa/automake.mk
include %D%/calibrate/automake.mk
include %D%/cli/automake.mk
include %D%/cmd/automake.mk
include %D%/compare/automake.mk
include %D%/complexity/automake.mk
include %D%/import/automake.mk
include %D%/lib/automake.mk
include %D%/matrix/automake.mk
include %D%/place/automake.mk
include %D%/plan/automake.mk
include %D%/reads/automake.mk
include %D%/record/automake.mk
include %D%/replay/automake.mk
include %D%/report/automake.mk
include %D%/run/automake.mk
include %D%/scale/automake.mk
include %D%/simulated/automake.mk
include %D%/stage/automake.mk
include %D%/stores/automake.mk
include %D%/sweep/automake.mk
include %D%/trace/automake.mk
include %D%/vma_tree/automake.mk
include %D%/io/automake.mk
include %D%/work/automake.mk

# Where bash-completion looks, by the prefix.
completiondir = $(datadir)/bash-completion/completions
install-data-hook: install-completion
install-completion:
	$(MKDIR_P) '$(DESTDIR)$(completiondir)'
	$(INSTALL_DATA) $(srcdir)/%D%/completion/faultline.bash '$(DESTDIR)$(completiondir)/faultline'
uninstall-hook: uninstall-completion
uninstall-completion:
	rm -f '$(DESTDIR)$(completiondir)/faultline'
.PHONY: install-completion uninstall-completion
EXTRA_DIST += %D%/completion/faultline.bash
