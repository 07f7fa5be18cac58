# SPDX-License-Identifier: GPL-2.0-or-later
# Each target twice: here with a main that replays the corpus, and with a fuzzer: make fuzz DURATION=10m

check_LIBRARIES += %D%/libreplay.a
%C%_libreplay_a_SOURCES = %D%/replay.c

fuzz_targets = %D%/fuzz_trace %D%/fuzz_options %D%/fuzz_ops %D%/fuzz_sweep %D%/fuzz_import

# The fuzzer's main comes first, and that of the archive is not taken then.
FUZZ_MAIN =
%C%_fuzz_trace_SOURCES = %D%/fuzz.h %D%/fuzz_trace.c
%C%_fuzz_trace_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_MAIN)
%C%_fuzz_trace_LDADD = %D%/libreplay.a tests/support/libtest.a $(BENCH_LIBS)
%C%_fuzz_options_SOURCES = %D%/fuzz.h %D%/fuzz_options.c
%C%_fuzz_options_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_MAIN)
%C%_fuzz_options_LDADD = %D%/libreplay.a tests/support/libtest.a $(BENCH_LIBS)
%C%_fuzz_sweep_SOURCES = %D%/fuzz.h %D%/fuzz_sweep.c
%C%_fuzz_sweep_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_MAIN)
%C%_fuzz_sweep_LDADD = %D%/libreplay.a tests/support/libtest.a $(BENCH_LIBS)
%C%_fuzz_import_SOURCES = %D%/fuzz.h %D%/fuzz_import.c
%C%_fuzz_import_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_MAIN)
%C%_fuzz_import_LDADD = %D%/libreplay.a tests/support/libtest.a $(BENCH_LIBS)
%C%_fuzz_ops_SOURCES = %D%/fuzz.h %D%/fuzz_ops.c %D%/model.c %D%/model.h
%C%_fuzz_ops_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_MAIN)
%C%_fuzz_ops_LDADD = %D%/libreplay.a $(TEST_LIBS)

if HAVE_JANSSON
fuzz_targets += %D%/fuzz_machine
%C%_fuzz_machine_SOURCES = %D%/fuzz.h %D%/fuzz_machine.c sim/time/machine.c sim/time/machine.h
nodist_%C%_fuzz_machine_SOURCES = sim/machines/texts.c
%C%_fuzz_machine_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_fuzz_machine_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_MAIN)
%C%_fuzz_machine_LDADD = %D%/libreplay.a tests/support/libtest.a $(BENCH_LIBS)
else
EXTRA_DIST += %D%/fuzz_machine.c
endif
plain_tests += $(fuzz_targets)

# Built anew with clang and its fuzzer in fuzz/; the corpus grows there, not in the sources.
FUZZ = $(fuzz_targets)
fuzz:
	$(SHELL) $(srcdir)/%D%/run.sh '$(abs_srcdir)' '$(DURATION)' $(FUZZ)
.PHONY: fuzz

EXTRA_DIST += %D%/log.tsv %D%/run.sh \
	%D%/corpus
