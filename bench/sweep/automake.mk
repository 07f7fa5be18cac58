# SPDX-License-Identifier: GPL-2.0-or-later
# The map of winning schemes.

bench_libbench_a_SOURCES += \
	%D%/answer.c \
	%D%/sweep.c \
	%D%/sweep.h \
	%D%/sweep_json.c \
	%D%/sweep_map.c
