# SPDX-License-Identifier: GPL-2.0-or-later
# The subcommands of `faultline`; nothing includes them.

bench_libbench_a_SOURCES += \
	%D%/calibrate.c \
	%D%/commands.h \
	%D%/compare.c \
	%D%/explain.c \
	%D%/helper.c \
	%D%/list.c \
	%D%/machines.c \
	%D%/matrix.c \
	%D%/matrix_options.c \
	%D%/matrix_options.h \
	%D%/merge.c \
	%D%/new_scheme.c \
	%D%/place.c \
	%D%/record.c \
	%D%/report.c \
	%D%/scale.c \
	%D%/sweep.c \
	%D%/trace.c
