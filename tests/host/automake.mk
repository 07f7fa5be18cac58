# SPDX-License-Identifier: GPL-2.0-or-later
# The same calls here and on the running kernel.  Long: make host-check CALLS=1000000

host_sources = \
	%D%/features.c \
	%D%/features.h \
	%D%/host_vma.c \
	%D%/host_vma.h \
	%D%/options.c \
	%D%/options.h \
	%D%/puppet.c \
	%D%/puppet.h

plain_tests += %D%/host_calls %D%/host_places %D%/host_scripts %D%/host_traces
%C%_host_calls_SOURCES = $(host_sources) \
	%D%/host_calls.c \
	%D%/op.c \
	%D%/op.h \
	%D%/op_code.c \
	%D%/op_random.c \
	%D%/twins.c \
	%D%/twins.h
%C%_host_calls_LDADD = $(TEST_LIBS)
%C%_host_scripts_SOURCES = $(host_sources) \
	%D%/host_scripts.c \
	%D%/limits.c \
	%D%/limits.h \
	%D%/op.c \
	%D%/op.h \
	%D%/op_code.c \
	%D%/script.c \
	%D%/script.h \
	%D%/twins.c \
	%D%/twins.h
%C%_host_scripts_LDADD = $(TEST_LIBS)
%C%_host_traces_SOURCES = $(host_sources) \
	%D%/host_traces.c \
	%D%/op.c \
	%D%/op.h \
	%D%/op_code.c \
	%D%/op_random.c \
	%D%/op_trace.c \
	%D%/op_trace.h \
	%D%/twins.c \
	%D%/twins.h
%C%_host_traces_LDADD = tests/support/libtest.a $(BENCH_LIBS)
%C%_host_places_SOURCES = $(host_sources) \
	%D%/host_places.c
%C%_host_places_LDADD = $(TEST_LIBS)

# Ends with status 77 where nothing can be compared.
CALLS = 200000
SEED = 1
host-check: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) %D%/host_calls %D%/host_places %D%/host_scripts %D%/host_traces
	%D%/host_calls --calls $(CALLS) --seed $(SEED)
	%D%/host_places --calls $(CALLS) --seed $(SEED)
	%D%/host_traces --calls $(CALLS) --seed $(SEED)
	srcdir=$(srcdir) %D%/host_scripts --every
.PHONY: host-check

EXTRA_DIST += \
	%D%/scripts/mapcount-0.script \
	%D%/scripts/mapcount-beyond.script \
	%D%/scripts/move-merge-anon.script \
	%D%/scripts/rlimit.script \
	%D%/scripts/semantics.script
