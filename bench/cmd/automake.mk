# SPDX-License-Identifier: GPL-2.0-or-later
# The subcommands of `faultline`; nothing includes them.

bench_libbench_a_SOURCES += \
	%D%/calibrate.c \
	%D%/commands.h \
	%D%/compare.c \
	%D%/helper.c \
	%D%/list.c \
	%D%/machines.c \
	%D%/matrix.c \
	%D%/merge.c \
	%D%/place.c \
	%D%/record.c \
	%D%/report.c \
	%D%/scale.c \
	%D%/sweep.c \
	%D%/trace.c
