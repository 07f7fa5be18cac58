# SPDX-License-Identifier: GPL-2.0-or-later
# The explorer: the second user of the engine.  A program on it has scenes of its own, compiled with $(HOOKED_CFLAGS).

explore_sources = \
	%D%/cell.c \
	%D%/class.c \
	%D%/diagram.c \
	%D%/dpor.c \
	%D%/explore.h \
	%D%/grace.c \
	%D%/grace.h \
	%D%/lines.c \
	%D%/lines.h \
	%D%/memory.c \
	%D%/memory.h \
	%D%/memory_internal.h \
	%D%/path.c \
	%D%/race.c \
	%D%/random.c \
	%D%/rmw.c \
	%D%/run.c \
	%D%/scene.h \
	%D%/schedule.c \
	%D%/search.c \
	%D%/search.h \
	%D%/shrink.c \
	%D%/story.c \
	%D%/story.h \
	%D%/trace.c \
	%D%/user.c \
	%D%/user.h \
	%D%/view.h \
	%D%/weaken.c \
	%D%/weaken.h
# What threads access is accessed here for them, and a pointer of theirs that is NULL is a finding, no mistake of the explorer.
EXPLORE_CFLAGS = $(AM_CFLAGS) -fno-omit-frame-pointer -fno-sanitize=null
EXPLORE_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL -DHOOK_USER='"sim/explore/user.h"'

if HOOKS
noinst_LIBRARIES += %D%/libexplore.a
%C%_libexplore_a_SOURCES = $(explore_sources)
%C%_libexplore_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libexplore_a_CFLAGS = $(EXPLORE_CFLAGS)
else
EXTRA_DIST += $(explore_sources)
endif
