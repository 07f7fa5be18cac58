# SPDX-License-Identifier: GPL-2.0-or-later
# How often a comparison tells equals apart: `make bench-aa`, which takes a minute, so `make check` leaves it out.

check_PROGRAMS += %D%/aa
%C%_aa_SOURCES = %D%/aa.c
%C%_aa_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_aa_LDADD = $(BENCH_LIBS)

bench-aa: %D%/aa
	%D%/aa
.PHONY: bench-aa

# ADR/tools/claims.py runs it to get a ratio's interval.
pkglibexec_PROGRAMS += %D%/ratio
%C%_ratio_SOURCES = %D%/ratio.c
%C%_ratio_LDADD = $(BENCH_LIBS)
