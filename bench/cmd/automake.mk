# SPDX-License-Identifier: GPL-2.0-or-later
# The subcommands of `faultline`; nothing includes them.

bench_libbench_a_SOURCES += \
	%D%/compare.c \
	%D%/complexity.c \
	%D%/helper.c \
	%D%/helper.h \
	%D%/list.c \
	%D%/matrix.c \
	%D%/merge.c \
	%D%/place.c \
	%D%/record.c \
	%D%/report.c \
	%D%/stores.c \
	%D%/sweep.c \
	%D%/trace.c \
	%D%/verify.c
