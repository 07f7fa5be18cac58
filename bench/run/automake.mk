# SPDX-License-Identifier: GPL-2.0-or-later
# What one measured run is made of: the knobs of its world, its schemes, its result.

# The floor is measured as schemes are: the simulated machine has to see its accesses, so sim/ compiles it with hooks.
floor_sources = %D%/floor.c
nodist_bench_libbench_a_SOURCES = $(floor_sources)
EXTRA_DIST += $(floor_sources)

bench_libbench_a_SOURCES += \
	%D%/knobs.c \
	%D%/knobs.h \
	%D%/machine.c \
	%D%/machine.h \
	%D%/machine_json.c \
	%D%/machine_json.h \
	%D%/machine_options.c \
	%D%/machine_options.h \
	%D%/machine_round.c \
	%D%/result.c \
	%D%/result.h \
	%D%/result_json.c \
	%D%/result_json.h \
	%D%/specs.c \
	%D%/specs.h
