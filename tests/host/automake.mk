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

plain_tests += %D%/host_calls %D%/host_places
%C%_host_calls_SOURCES = $(host_sources) \
	%D%/host_calls.c \
	%D%/op.c \
	%D%/op.h \
	%D%/op_code.c \
	%D%/op_random.c \
	%D%/twins.c \
	%D%/twins.h
%C%_host_calls_LDADD = $(TEST_LIBS)
%C%_host_places_SOURCES = $(host_sources) \
	%D%/host_places.c
%C%_host_places_LDADD = $(TEST_LIBS)

# Ends with status 77 where nothing can be compared.
CALLS = 200000
SEED = 1
host-check: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) %D%/host_calls %D%/host_places
	%D%/host_calls --calls $(CALLS) --seed $(SEED)
	%D%/host_places --calls $(CALLS) --seed $(SEED)
.PHONY: host-check
