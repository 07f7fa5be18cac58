# SPDX-License-Identifier: GPL-2.0-or-later
# The core and the schemes once more, with hooks at every load and store, and what counts them.

# The hooks, and the seam behind calls, without hooks.
hook_sources = \
	%D%/hooks.c \
	%D%/hooks.h \
	common/platform/platform.c \
	common/platform/platform_call.c
HOOK_WRAP = -Wl,--wrap=memcpy,--wrap=memmove,--wrap=memset
HOOKED_LIBS = %D%/libprototypes.a %D%/libcommon.a %D%/libprototypes.a %D%/libcommon.a $(URCU_LIBS)

stores_sources = \
	%D%/count.c \
	%D%/count.h \
	%D%/line_log.c \
	%D%/line_log.h \
	%D%/main.c \
	%D%/report.c

if STORES
bench_libbench_a_CPPFLAGS += -DWITH_STORES
noinst_LIBRARIES += %D%/libcommon.a %D%/libprototypes.a
%C%_libcommon_a_SOURCES = $(core_sources) %D%/plant.c %D%/plant.h
%C%_libcommon_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libcommon_a_CFLAGS = $(AM_CFLAGS) $(HOOK_CFLAGS)
%C%_libprototypes_a_SOURCES = $(scheme_sources)
nodist_%C%_libprototypes_a_SOURCES = prototypes/registry.c
%C%_libprototypes_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libprototypes_a_CFLAGS = $(AM_CFLAGS) $(HOOK_CFLAGS)

pkglibexec_PROGRAMS += %D%/stores
%C%_stores_SOURCES = $(stores_sources) $(hook_sources)
%C%_stores_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_stores_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
%C%_stores_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_stores_LDADD = bench/libbench.a $(HOOKED_LIBS) $(ZSTD_LIBS) $(JANSSON_LIBS) -lm
else
EXTRA_DIST += $(hook_sources) $(stores_sources) %D%/plant.c %D%/plant.h
endif
