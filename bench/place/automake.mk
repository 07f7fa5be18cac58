# SPDX-License-Identifier: GPL-2.0-or-later
# Where a program lies on the map, and what would have to change for another scheme to win.

bench_libbench_a_SOURCES += \
	%D%/check.c \
	%D%/json.c \
	%D%/model.c \
	%D%/model.h \
	%D%/place.c \
	%D%/place.h \
	%D%/point.c \
	%D%/report.c
