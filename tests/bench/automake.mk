# SPDX-License-Identifier: GPL-2.0-or-later
# Replays of all shipped traces under every scheme; the reader, the load analysis, the statistics; and the command.

criterion_tests += %D%/replays
%C%_replays_SOURCES = \
	%D%/bench_test.c \
	%D%/bench_test.h \
	%D%/replay_test.c \
	%D%/test_fork.c \
	%D%/test_replay.c
%C%_replays_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS) $(ZSTD_CFLAGS)
%C%_replays_LDFLAGS = $(CRITERION_LINKED)
%C%_replays_LDADD = $(BENCH_LIBS) $(CRITERION_TESTED)

criterion_tests += %D%/traces
%C%_traces_SOURCES = \
	%D%/bench_test.c \
	%D%/bench_test.h \
	%D%/replay_test.c \
	%D%/test_apart.c \
	%D%/test_calibrate.c \
	%D%/test_calls.c \
	%D%/test_figures.c \
	%D%/test_histogram.c \
	%D%/test_knobs.c \
	%D%/test_place.c \
	%D%/test_plan.c \
	%D%/test_record.c \
	%D%/test_stat.c \
	%D%/test_steps.c \
	%D%/test_text.c \
	%D%/test_trace.c \
	%D%/test_trace_info.c \
	%D%/test_verdict.c \
	%D%/test_workload.c
%C%_traces_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS) $(ZSTD_CFLAGS)
%C%_traces_LDFLAGS = $(CRITERION_LINKED)
%C%_traces_LDADD = $(BENCH_LIBS) $(CRITERION_TESTED)

# What perf 6.1 recorded of `recorded all 7`, on Linux 6.18.
script_tests += %D%/import.sh
EXTRA_DIST += %D%/import/recorded.data %D%/import/recorded.script.zst

script_tests += %D%/cli.sh %D%/help.sh %D%/record.sh

# What record.sh records.  Never under a sanitizer: a leak check at its end makes a thread of its own, and cannot work
# while somebody traces it.
check_PROGRAMS += %D%/recorded
%C%_recorded_SOURCES = %D%/recorded.c
%C%_recorded_CFLAGS = -std=gnu11 -pthread $(WARN_CFLAGS)
%C%_recorded_LDFLAGS = -pthread

# One allocation of the host's fails.  All of them: make check TESTS=tests/bench/no-memory.sh NO_MEMORY_PLACES=all
script_tests += %D%/no-memory.sh
if !SANITIZED
check_PROGRAMS += %D%/no_memory.so
%C%_no_memory_so_SOURCES = %D%/no_memory.c
%C%_no_memory_so_CFLAGS = -std=gnu11 -fPIC $(WARN_CFLAGS)
%C%_no_memory_so_LDFLAGS = -shared
else
EXTRA_DIST += %D%/no_memory.c
endif

script_tests += %D%/schemas.sh %D%/figures.sh
EXTRA_DIST += %D%/against.py %D%/counted.py %D%/figures.py %D%/held.py %D%/printed.py
EXTRA_DIST += %D%/aa-samples.txt %D%/tiny.trace

# Stores to shared lines.
script_tests += %D%/stores.sh

# The matrix of waiting, against docs/matrix.md.
script_tests += %D%/matrix.sh

# After a change of protocol that is meant.
matrix-update: faultline
	$(SHELL) $(srcdir)/docs/tools/matrix-doc.sh update $(srcdir)/docs/matrix.md ./faultline
.PHONY: matrix-update

# The page of results.
script_tests += %D%/report.sh %D%/pictures.sh %D%/tasks.sh
clean-local: clean-pictures
clean-pictures:
	rm -rf %D%/pictures
.PHONY: clean-pictures
EXTRA_DIST += %D%/report/compare.json %D%/report/host.json %D%/report/matrix.json %D%/report/stores.json %D%/report/sweep.json

# `faultline complexity`: counted by hand, and by others.
script_tests += %D%/check-complexity.sh
EXTRA_DIST += %D%/counted.c %D%/counted.expected

# Which scheme a recorded program wants.
script_tests += %D%/place.sh
