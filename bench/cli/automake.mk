# SPDX-License-Identifier: GPL-2.0-or-later
# What every command needs to talk to its user: options, output, tables, JSON, progress, interrupts, the host.

bench_libbench_a_SOURCES += \
	%D%/complete.c \
	%D%/complete.h \
	%D%/entries.c \
	%D%/grid.c \
	%D%/grid.h \
	%D%/help.c \
	%D%/host.c \
	%D%/host.h \
	%D%/interrupt.c \
	%D%/interrupt.h \
	%D%/json.c \
	%D%/json.h \
	%D%/no_memory.c \
	%D%/options.c \
	%D%/options.h \
	%D%/output.c \
	%D%/output.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/ratio.c \
	%D%/ratio.h \
	%D%/usage.c \
	%D%/usage.h
