# SPDX-License-Identifier: GPL-2.0-or-later
# What every scheme must do alike: one Criterion test a scheme for each SCHEME_TEST.  And whether the documented steps
# lead to a scheme that does.

criterion_tests += %D%/conformance
%C%_conformance_SOURCES = \
	%D%/anon.c \
	%D%/counters.c \
	%D%/errors.c \
	%D%/failure.c \
	%D%/files.c \
	%D%/fork.c \
	%D%/guard.c \
	%D%/mapping.c \
	%D%/merge.c \
	%D%/remote.c \
	%D%/rights.c \
	%D%/switches.c
%C%_conformance_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
%C%_conformance_LDADD = $(TEST_LIBS) $(CRITERION_TESTED)
# switches.c counts the time slept.
%C%_conformance_LDFLAGS = $(CRITERION_LINKED) -Wl,--wrap=platform_native_sleep

# The whole suite once more, beside a thread that takes whatever page it can get, all the time.
check-beside-reclaim: %D%/conformance
	FAULTLINE_RECLAIM=yes $(MAKE) $(AM_MAKEFLAGS) check TESTS=%D%/conformance
# The same with each policy of a fault that waits for a page but the default.
check-policies: %D%/conformance
	for io in retry-vma hold file-hold; do \
		FAULTLINE_IO=$$io FAULTLINE_RECLAIM=yes $(MAKE) $(AM_MAKEFLAGS) check TESTS=%D%/conformance || exit 1; done
.PHONY: check-beside-reclaim check-policies

if !SANITIZED
script_tests += %D%/check-each.sh
checker_tests += %D%/check-adding.sh
endif
EXTRA_DIST += %D%/check-adding.sh %D%/check-each.sh

# Which call sites may not sleep, by argument and by task flag: the evidence of ADR-0011.
plain_tests += %D%/gfp_sites
%C%_gfp_sites_SOURCES = %D%/gfp_sites.c
%C%_gfp_sites_LDADD = $(TEST_LIBS)
