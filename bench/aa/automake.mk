# SPDX-License-Identifier: GPL-2.0-or-later
# `make bench-aa`: how often are equals told apart?  It takes a minute, so `make check` does not ask.

check_PROGRAMS += %D%/aa
%C%_aa_SOURCES = %D%/aa.c
%C%_aa_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_aa_LDADD = $(BENCH_LIBS)

bench-aa: %D%/aa
	%D%/aa
.PHONY: bench-aa
