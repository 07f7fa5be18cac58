# SPDX-License-Identifier: GPL-2.0-or-later
# Threads directed step by step, for `faultline matrix` and for the tests.

noinst_LIBRARIES += %D%/libstage.a
%C%_libstage_a_SOURCES = \
	%D%/stage.c \
	%D%/stage.h

bench_libbench_a_SOURCES += \
	%D%/objects.c \
	%D%/objects.h \
	%D%/waits.c \
	%D%/waits.h \
	sim/fields.c \
	sim/fields.h
