# SPDX-License-Identifier: GPL-2.0-or-later
# The command once more, on a simulated machine: faultline runs it where --machine is given.

if TIME
pkglibexec_PROGRAMS += %D%/simulated
%C%_simulated_SOURCES = %D%/machines.c %D%/main.c $(sim_hooks)
%C%_simulated_CPPFLAGS = $(TIME_CPPFLAGS)
%C%_simulated_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP) $(NO_MEMORY_WRAP)
%C%_simulated_LDADD = sim/libbench.a $(TIME_LIBS) $(ZSTD_LIBS)
else
EXTRA_DIST += %D%/machines.c %D%/main.c
endif
