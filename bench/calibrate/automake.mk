# SPDX-License-Identifier: GPL-2.0-or-later
# This host measured, as a machine that can be simulated.

bench_libbench_a_SOURCES += \
	%D%/calibrate.h \
	%D%/fit.c \
	%D%/json.c \
	%D%/measure.c
