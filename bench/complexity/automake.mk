# SPDX-License-Identifier: GPL-2.0-or-later
# What `faultline complexity` runs, where there is libclang to read the sources.

complexity_sources = \
	%D%/control.c \
	%D%/main.c \
	%D%/measure.h \
	%D%/names.c \
	%D%/names.h \
	%D%/parse.c \
	%D%/primitives.c \
	%D%/primitives.h \
	%D%/program.c \
	%D%/program.h \
	%D%/report.h \
	%D%/report_json.c \
	%D%/report_text.c \
	%D%/schemes.c \
	%D%/schemes.h \
	%D%/scope.c \
	%D%/scope.h \
	%D%/tokens.c
if HAVE_LIBCLANG
pkglibexec_PROGRAMS += %D%/complexity
%C%_complexity_SOURCES = $(complexity_sources)
%C%_complexity_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(LIBCLANG_CFLAGS)
%C%_complexity_LDADD = $(BENCH_LIBS) $(LIBCLANG_LIBS)
else
EXTRA_DIST += $(complexity_sources)
endif
