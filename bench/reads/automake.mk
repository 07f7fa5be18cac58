# SPDX-License-Identifier: GPL-2.0-or-later
# On this machine: who has a line after a core has read what another one wrote?

EXTRA_PROGRAMS += %D%/reads
%C%_reads_SOURCES = %D%/reads.c
%C%_reads_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_reads_LDADD = $(BENCH_LIBS)
CLEANFILES += %D%/reads
