# SPDX-License-Identifier: GPL-2.0-or-later
# Simulated machines against published curves: make validation.

validation_sources = %D%/loops.c %D%/loops.h
if TIME
noinst_LIBRARIES += %D%/libloops.a
%C%_libloops_a_SOURCES = $(validation_sources)
%C%_libloops_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libloops_a_CFLAGS = $(HOOKED_CFLAGS)
EXTRA_PROGRAMS += %D%/loops
%C%_loops_SOURCES = %D%/main.c $(sim_hooks)
%C%_loops_CPPFLAGS = $(TIME_CPPFLAGS)
%C%_loops_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_loops_LDADD = %D%/libloops.a $(TIME_LIBS)
else
EXTRA_DIST += $(validation_sources) %D%/main.c
endif

EXTRA_DIST += %D%/validation.py %D%/running.py %D%/changes.py %D%/shapes.py %D%/fit_hold.py %D%/published.csv %D%/evidence.json %D%/patches

# Evidence of the shapes, and docs/validation.md from it.
validation: faultline$(EXEEXT) $(pkglibexec_PROGRAMS) %D%/loops$(EXEEXT)
	python3 $(srcdir)/%D%/validation.py run --srcdir $(srcdir) --builddir .
# What stands of it when latencies and guesses vary.
validation-varied: faultline$(EXEEXT) $(pkglibexec_PROGRAMS) %D%/loops$(EXEEXT)
	python3 $(srcdir)/%D%/validation.py vary --srcdir $(srcdir) --builddir .
.PHONY: validation validation-varied
