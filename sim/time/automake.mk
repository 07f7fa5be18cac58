# SPDX-License-Identifier: GPL-2.0-or-later
# The simulated machine, a user of the engine.
#
# A program on it has $(sim_hooks) among its sources, TIME_CPPFLAGS, $(HOOK_WRAP) in its LDFLAGS, and $(TIME_LIBS) in its LDADD.

time_sources = \
	%D%/clock.c \
	%D%/clock.h \
	%D%/events.c \
	%D%/line.c \
	%D%/line.h \
	%D%/machine.c \
	%D%/machine.h \
	%D%/pages.c \
	%D%/seats.c \
	%D%/stores.c \
	%D%/tags.c \
	%D%/time.h \
	%D%/timing.h \
	%D%/user.c \
	%D%/user.h \
	%D%/user_costs.c \
	%D%/user_rcu.c \
	%D%/who.c \
	%D%/who.h
TIME_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL -DHOOK_USER='"sim/time/timing.h"'
TIME_LIBS = %D%/libtime.a $(SIM_LIBS) $(JANSSON_LIBS) -lm

if TIME
noinst_LIBRARIES += %D%/libtime.a
%C%_libtime_a_SOURCES = $(time_sources)
nodist_%C%_libtime_a_SOURCES = sim/machines/texts.c
%C%_libtime_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libtime_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) -fno-omit-frame-pointer
else
EXTRA_DIST += $(time_sources)
endif
