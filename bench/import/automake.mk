# SPDX-License-Identifier: GPL-2.0-or-later
# From what perf recorded to a trace file.

bench_libbench_a_SOURCES += \
	%D%/import.c \
	%D%/import.h \
	%D%/perf_data.c \
	%D%/perf_data.h \
	%D%/perf_script.c \
	%D%/perf_script.h \
	%D%/sample.c \
	%D%/sample.h
