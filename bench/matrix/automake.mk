# SPDX-License-Identifier: GPL-2.0-or-later
# The matrix of waiting: a fault held at each step beside each operation.

bench_libbench_a_SOURCES += \
	%D%/explain.c \
	%D%/explain.h \
	%D%/explain_print.c \
	%D%/matrix.c \
	%D%/matrix.h \
	%D%/ops.c \
	%D%/player.c \
	%D%/player.h \
	%D%/report.c \
	%D%/report.h
