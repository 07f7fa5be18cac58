# SPDX-License-Identifier: GPL-2.0-or-later
# The engine, under its smallest user: what runs natively runs there, to the same end.

TURNS_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL -DHOOK_USER='"sim/turns.h"'
# For a program that runs on turns from before its main.
BEGIN_ON_TURNS = $(HOOK_WRAP) -Wl,-u,begin_on_turns
LIBS_ON_TURNS = %D%/libturns.a %D%/libtest.a $(SIM_BENCH_LIBS) %D%/libturns.a

if HOOKS
check_LIBRARIES += %D%/libtest.a %D%/libturns.a
%C%_libtest_a_SOURCES = $(tests_support_libtest_a_SOURCES)
nodist_%C%_libtest_a_SOURCES = $(nodist_tests_support_libtest_a_SOURCES)
%C%_libtest_a_CPPFLAGS = $(TURNS_CPPFLAGS)
%C%_libturns_a_SOURCES = $(sim_hooks) %D%/begin.c
%C%_libturns_a_CPPFLAGS = $(TURNS_CPPFLAGS)

check_PROGRAMS += %D%/turns_hash
%C%_turns_hash_SOURCES = %D%/turns_hash.c
%C%_turns_hash_CPPFLAGS = $(TURNS_CPPFLAGS)
%C%_turns_hash_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_turns_hash_LDADD = $(LIBS_ON_TURNS)

# The tests of the seam and of the locks, compiled with hooks too.
criterion_tests += %D%/sync
%C%_sync_SOURCES = $(sync_tests)
%C%_sync_CPPFLAGS = $(TURNS_CPPFLAGS)
%C%_sync_CFLAGS = $(HOOKED_CFLAGS) $(CRITERION_CFLAGS)
%C%_sync_LDFLAGS = $(CRITERION_LINKED) $(BEGIN_ON_TURNS)
# Not with the flags it is compiled with, which would link libtsan.
%C%_sync_LINK = $(CCLD) $(AM_CFLAGS) $(CFLAGS) $(%C%_sync_LDFLAGS) $(LDFLAGS) -o $@
%C%_sync_LDADD = $(LIBS_ON_TURNS) $(CRITERION_TESTED)

# All of conformance.
criterion_tests += %D%/conformance
%C%_conformance_SOURCES = $(tests_conformance_conformance_SOURCES)
%C%_conformance_CPPFLAGS = $(TURNS_CPPFLAGS)
%C%_conformance_CFLAGS = $(tests_conformance_conformance_CFLAGS)
%C%_conformance_LDFLAGS = $(CRITERION_LINKED) $(BEGIN_ON_TURNS) -Wl,--wrap=platform_sleep
%C%_conformance_LDADD = $(LIBS_ON_TURNS) $(CRITERION_TESTED)

# Reclaim, swap, files and fork under threads that have half the memory they use.
plain_tests += %D%/stress_reclaim
%C%_stress_reclaim_SOURCES = tests/mm/stress_reclaim.c
%C%_stress_reclaim_CPPFLAGS = $(TURNS_CPPFLAGS)
%C%_stress_reclaim_LDFLAGS = $(AM_LDFLAGS) $(BEGIN_ON_TURNS)
%C%_stress_reclaim_LDADD = $(LIBS_ON_TURNS)

# The command, with all that it measures.
check_PROGRAMS += %D%/faultline
%C%_faultline_SOURCES = bench/cmd/main.c
%C%_faultline_CPPFLAGS = $(TURNS_CPPFLAGS)
%C%_faultline_LDFLAGS = $(AM_LDFLAGS) $(BEGIN_ON_TURNS)
%C%_faultline_LDADD = $(LIBS_ON_TURNS)
script_tests += %D%/hash.sh %D%/run.sh

# Bugs compiled with hooks, and their reports.
check_LIBRARIES += %D%/libplants.a
%C%_libplants_a_SOURCES = %D%/plants.c %D%/plants.h
%C%_libplants_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libplants_a_CFLAGS = $(HOOKED_CFLAGS)
plain_tests += %D%/planted
%C%_planted_SOURCES = %D%/planted.c
%C%_planted_CPPFLAGS = $(TURNS_CPPFLAGS)
%C%_planted_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_planted_LDADD = %D%/libplants.a $(LIBS_ON_TURNS)
else
EXTRA_DIST += %D%/hash.sh %D%/run.sh %D%/begin.c %D%/planted.c %D%/plants.c %D%/plants.h %D%/turns_hash.c
endif

kernel_sources = %D%/kernels.c %D%/kernels.h
bench_kernel_sources = %D%/bench_kernel.c %D%/bench_kernel.h tests/support/check.c
if TIME
noinst_LIBRARIES += %D%/libkernels.a
%C%_libkernels_a_SOURCES = $(kernel_sources)
%C%_libkernels_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libkernels_a_CFLAGS = $(HOOKED_CFLAGS)
plain_tests += %D%/time_lines
%C%_time_lines_SOURCES = %D%/time_lines.c $(bench_kernel_sources) $(sim_hooks)
%C%_time_lines_CPPFLAGS = $(TIME_CPPFLAGS)
%C%_time_lines_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_time_lines_LDADD = %D%/libkernels.a $(TIME_LIBS)
else
EXTRA_DIST += $(kernel_sources) $(bench_kernel_sources) %D%/time_lines.c
endif

script_tests += %D%/scale.sh %D%/validation.sh
