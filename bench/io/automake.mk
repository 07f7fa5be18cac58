# SPDX-License-Identifier: GPL-2.0-or-later
# Threads that wait for a disk, for the evidence of ADR-0021: `make bench/io/io_waits` on simulated machines, and
# `make bench/io/io_waits_here` on this one.

io_waits_sources = %D%/play.c %D%/run.h %D%/waits.c

EXTRA_PROGRAMS += %D%/io_waits_here
%C%_io_waits_here_SOURCES = $(io_waits_sources) %D%/here.c
%C%_io_waits_here_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_io_waits_here_LDADD = $(LAB_LIBS) $(JANSSON_LIBS)

if TIME
EXTRA_PROGRAMS += %D%/io_waits
%C%_io_waits_SOURCES = $(io_waits_sources) %D%/on_machine.c $(sim_hooks)
%C%_io_waits_CPPFLAGS = $(TIME_CPPFLAGS)
%C%_io_waits_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_io_waits_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_io_waits_LDADD = $(TIME_LIBS)
else
EXTRA_DIST += %D%/on_machine.c
endif
CLEANFILES += %D%/io_waits %D%/io_waits_here
