# SPDX-License-Identifier: GPL-2.0-or-later
# The core and the schemes once more, with hooks at every load and store, and the engine that runs them.
#
# A program on the engine has $(sim_hooks) among its sources, -DHOOK_USER='"its/hooks.h"' and -DPLATFORM_CALL
# in its CPPFLAGS, $(HOOK_WRAP) in its LDFLAGS, and $(SIM_LIBS) in its LDADD.

EXTRA_DIST += %D%/README.md %D%/bench-sim.py
sim_hooks = %D%/hooks.c %D%/hooks.h
EXTRA_DIST += %D%/unfortified.h
engine_sources = \
	%D%/arena.c \
	%D%/arena.h \
	%D%/engine.c \
	%D%/engine.h \
	%D%/engine_internal.h \
	%D%/fields.c \
	%D%/fields.h \
	%D%/fiber.c \
	%D%/fiber.h \
	%D%/place.c \
	%D%/rcu.c \
	%D%/report.c \
	%D%/seam.c \
	%D%/turns.c \
	%D%/turns.h
# Without the engine, on threads: the host's seam, and the listeners to each access.
told_sources = $(sim_hooks) %D%/told.h common/platform/platform.c common/platform/rcu_callbacks.c common/platform/platform_call.c
TOLD_CPPFLAGS = -DHOOK_USER='"sim/told.h"'
HOOK_WRAP = -Wl,--wrap=memcpy,--wrap=memmove,--wrap=memset
HOOKED_LIBS = %D%/libprototypes.a %D%/libcommon.a %D%/libprototypes.a %D%/libcommon.a
SIM_LIBS = $(HOOKED_LIBS) %D%/libsim.a $(DW_LIBS) -ldl
SIM_BENCH_LIBS = %D%/libbench.a $(SIM_LIBS) $(ZSTD_LIBS) $(JANSSON_LIBS) -lm

# No other sanitizer's flags: -fsanitize=thread goes with none.
HOOKED_CFLAGS = -std=gnu11 -pthread $(WARN_CFLAGS) $(HOOK_CFLAGS) -fno-omit-frame-pointer -include $(srcdir)/%D%/unfortified.h

if HOOKS
noinst_LIBRARIES += %D%/libcommon.a %D%/libprototypes.a %D%/libsim.a
%C%_libcommon_a_SOURCES = $(core_sources)
%C%_libcommon_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libcommon_a_CFLAGS = $(HOOKED_CFLAGS)
%C%_libprototypes_a_SOURCES = $(scheme_sources) $(floor_sources)
nodist_%C%_libprototypes_a_SOURCES = prototypes/registry.c
%C%_libprototypes_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libprototypes_a_CFLAGS = $(HOOKED_CFLAGS)
# What measures, on the same seam, not hooked: it costs nothing and is not seen.
noinst_LIBRARIES += %D%/libbench.a
%C%_libbench_a_SOURCES = $(bench_libbench_a_SOURCES) bench/stage/stage.c
%C%_libbench_a_CPPFLAGS = $(bench_libbench_a_CPPFLAGS) -DPLATFORM_CALL
%C%_libbench_a_CFLAGS = $(bench_libbench_a_CFLAGS)
%C%_libsim_a_SOURCES = $(engine_sources)
%C%_libsim_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libsim_a_CFLAGS = $(AM_CFLAGS) $(DW_CFLAGS) -fno-omit-frame-pointer
else
EXTRA_DIST += $(sim_hooks) $(engine_sources)
endif

include %D%/machines/automake.mk
include %D%/time/automake.mk
include %D%/validation/automake.mk

# How fast simulated machines are here, against what they must reach.
bench-sim: faultline$(EXEEXT) $(pkglibexec_PROGRAMS)
	python3 $(srcdir)/%D%/bench-sim.py ./faultline$(EXEEXT)
.PHONY: bench-sim
