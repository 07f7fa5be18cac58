# SPDX-License-Identifier: GPL-2.0-or-later
# A plan carried out by threads, and each answer checked.

bench_libbench_a_SOURCES += \
	%D%/act.c \
	%D%/check.c \
	%D%/parts.h \
	%D%/replay.c \
	%D%/replay.h \
	%D%/worker.c
