# SPDX-License-Identifier: GPL-2.0-or-later
# What one measured run is made of: the knobs of its world, its schemes, its result.

bench_libbench_a_SOURCES += \
	%D%/floor.c \
	%D%/knobs.c \
	%D%/knobs.h \
	%D%/result.c \
	%D%/result.h \
	%D%/result_json.c \
	%D%/result_json.h \
	%D%/specs.c \
	%D%/specs.h
