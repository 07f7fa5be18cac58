# SPDX-License-Identifier: GPL-2.0-or-later
# This host measured, as a machine that can be simulated.

bench_libbench_a_SOURCES += \
	%D%/calibrate.h \
	%D%/derive.c \
	%D%/fit.c \
	%D%/json.c \
	%D%/loops.c \
	%D%/loops.h \
	%D%/measure.c \
	%D%/turns.c \
	%D%/turns.h \
	%D%/two_threads.c
