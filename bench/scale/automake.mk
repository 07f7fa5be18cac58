# SPDX-License-Identifier: GPL-2.0-or-later
# Throughput over the number of CPUs of a simulated machine.

bench_libbench_a_SOURCES += \
	%D%/answer.c \
	%D%/figures.c \
	%D%/json.c \
	%D%/report.c \
	%D%/scale.c \
	%D%/scale.h
