# SPDX-License-Identifier: GPL-2.0-or-later
# The core and the schemes with hooks at every load and store (sim/), on threads, and what counts them.

stores_sources = \
	%D%/count.c \
	%D%/count.h \
	%D%/main.c \
	%D%/report.c \
	sim/line_log.c \
	sim/line_log.h

if HOOKS
noinst_LIBRARIES += %D%/libplant.a
%C%_libplant_a_SOURCES = %D%/plant.c %D%/plant.h
%C%_libplant_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libplant_a_CFLAGS = $(HOOKED_CFLAGS)

pkglibexec_PROGRAMS += %D%/stores
%C%_stores_SOURCES = $(stores_sources) $(told_sources)
%C%_stores_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL $(TOLD_CPPFLAGS)
%C%_stores_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_stores_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP) $(NO_MEMORY_WRAP)
%C%_stores_LDADD = bench/libbench.a %D%/libplant.a $(HOOKED_LIBS) $(URCU_LIBS) $(ZSTD_LIBS) $(JANSSON_LIBS) -lm
else
EXTRA_DIST += $(stores_sources) %D%/plant.c %D%/plant.h
endif
