# SPDX-License-Identifier: GPL-2.0-or-later
# Recorded programs as files: reading, checking, packing them, and what a trace holds.

bench_libbench_a_SOURCES += \
	%D%/info.c \
	%D%/info.h \
	%D%/info_report.c \
	%D%/pack.c \
	%D%/pack.h \
	%D%/source.c \
	%D%/source.h \
	%D%/trace.c \
	%D%/trace.h
