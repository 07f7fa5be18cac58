# SPDX-License-Identifier: GPL-2.0-or-later
# From a trace to what each thread does, in which order, and what the kernel would have answered.

bench_libbench_a_SOURCES += \
	%D%/advice.c \
	%D%/builder.c \
	%D%/builder.h \
	%D%/calls.c \
	%D%/fault.c \
	%D%/model.c \
	%D%/model.h \
	%D%/model_pages.c \
	%D%/model_pages.h \
	%D%/model_types.h \
	%D%/mremap.c \
	%D%/op.c \
	%D%/op.h \
	%D%/order.c \
	%D%/order.h \
	%D%/parts.h \
	%D%/plan.c \
	%D%/plan.h \
	%D%/spaces.c \
	%D%/timeline.c \
	%D%/timeline.h
