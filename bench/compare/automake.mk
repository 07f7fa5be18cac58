# SPDX-License-Identifier: GPL-2.0-or-later
# Schemes side by side on workloads and traces: measuring, figures, tables.

bench_libbench_a_SOURCES += \
	%D%/against.c \
	%D%/against.h \
	%D%/against_table.c \
	%D%/comparison.c \
	%D%/comparison.h \
	%D%/csv.c \
	%D%/figures.c \
	%D%/figures.h \
	%D%/json.c \
	%D%/need.h \
	%D%/options.h \
	%D%/table.c \
	%D%/trace_figures.c \
	%D%/trace_table.c \
	%D%/traces.c \
	%D%/traces.h \
	%D%/work_figures.c \
	%D%/work_json.c \
	%D%/work_json.h \
	%D%/work_names.c \
	%D%/work_options.c \
	%D%/work_table.c \
	%D%/works.c \
	%D%/works.h
