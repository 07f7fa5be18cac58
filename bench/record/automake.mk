# SPDX-License-Identifier: GPL-2.0-or-later
# From a running program to a trace file.

bench_libbench_a_SOURCES += \
	%D%/calls.c \
	%D%/calls.h \
	%D%/convert.c \
	%D%/convert.h \
	%D%/decode.c \
	%D%/decode.h \
	%D%/known_calls.c \
	%D%/known_calls.h \
	%D%/left_out.c \
	%D%/left_out.h \
	%D%/lines.c \
	%D%/lines.h \
	%D%/perf.c \
	%D%/perf.h \
	%D%/record.h \
	%D%/save.c \
	%D%/save.h \
	%D%/session.c \
	%D%/session.h \
	%D%/spool.c \
	%D%/spool.h \
	%D%/tracepoint.c \
	%D%/tracepoint.h \
	%D%/zero_page.c \
	%D%/zero_page.h
