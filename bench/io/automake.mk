# SPDX-License-Identifier: GPL-2.0-or-later
# Threads that wait for a disk, on simulated machines: `make bench/io/io_waits`, for the evidence of ADR-0021.

if TIME
EXTRA_PROGRAMS += %D%/io_waits
%C%_io_waits_SOURCES = %D%/play.c %D%/run.h %D%/waits.c $(sim_hooks)
%C%_io_waits_CPPFLAGS = $(TIME_CPPFLAGS)
%C%_io_waits_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_io_waits_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_io_waits_LDADD = $(TIME_LIBS)
else
EXTRA_DIST += %D%/play.c %D%/run.h %D%/waits.c
endif
CLEANFILES += %D%/io_waits
