# SPDX-License-Identifier: GPL-2.0-or-later
# Whether a read of a line that another core has written also brings the right to write it; measured on this machine.

EXTRA_PROGRAMS += %D%/reads
%C%_reads_SOURCES = %D%/reads.c
%C%_reads_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_reads_LDADD = $(BENCH_LIBS)
CLEANFILES += %D%/reads
