# SPDX-License-Identifier: GPL-2.0-or-later
# One self-contained page of results, from the JSON of the other commands.

bench_libbench_a_SOURCES += \
	%D%/at.c \
	%D%/at.h \
	%D%/charts.c \
	%D%/map.c \
	%D%/map.h \
	%D%/map_plot.c \
	%D%/map_tables.c \
	%D%/measured.c \
	%D%/measures.c \
	%D%/page.c \
	%D%/page.h \
	%D%/plot.c \
	%D%/plot.h \
	%D%/report.h \
	%D%/report_compare.c \
	%D%/report_matrix.c \
	%D%/report_place.c \
	%D%/report_scale.c \
	%D%/report_stores.c \
	%D%/report_sweep.c \
	%D%/report_traces.c \
	%D%/report_work.c \
	%D%/story.c \
	%D%/verdict.c
