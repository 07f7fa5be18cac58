# SPDX-License-Identifier: GPL-2.0-or-later
# Which scheme a recorded program wants, on a simulated machine.

bench_libbench_a_SOURCES += \
	%D%/answer.c \
	%D%/copy.c \
	%D%/copy.h \
	%D%/figures.c \
	%D%/json.c \
	%D%/machines.c \
	%D%/measure.c \
	%D%/part.c \
	%D%/place.h \
	%D%/report.c
