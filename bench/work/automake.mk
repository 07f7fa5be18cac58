# SPDX-License-Identifier: GPL-2.0-or-later
# The micro workloads, and the two worlds that they run on: the mm core and the host kernel.

bench_libbench_a_SOURCES += \
	%D%/host_process.c \
	%D%/host_process.h \
	%D%/mix.c \
	%D%/runner.c \
	%D%/target.h \
	%D%/target_core.c \
	%D%/target_host.c \
	%D%/workload.c \
	%D%/workload.h
