# SPDX-License-Identifier: GPL-2.0-or-later
# Plain containers and arithmetic that know nothing of faults: errors, maps, ranges, histograms, statistics.

bench_libbench_a_SOURCES += \
	%D%/apart.c \
	%D%/apart.h \
	%D%/error.c \
	%D%/error.h \
	%D%/foreign.c \
	%D%/foreign.h \
	%D%/histogram.c \
	%D%/histogram.h \
	%D%/near.c \
	%D%/near.h \
	%D%/omap.c \
	%D%/omap.h \
	%D%/plural.h \
	%D%/ranges.c \
	%D%/ranges.h \
	%D%/rounds.h \
	%D%/sentence.c \
	%D%/sentence.h \
	%D%/stat.c \
	%D%/stat.h \
	%D%/verdict.c \
	%D%/verdict.h
