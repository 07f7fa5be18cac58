# SPDX-License-Identifier: GPL-2.0-or-later
# Scenes for the explorer, and what it must find in them.

explore_scenes = \
	%D%/changes.c \
	%D%/changes.h \
	%D%/check.c \
	%D%/litmus.c \
	%D%/mm.c \
	%D%/planted.c \
	%D%/scenes.c \
	%D%/scenes.h \
	%D%/sync.c

if HOOKS
noinst_LIBRARIES += %D%/libscenes.a
%C%_libscenes_a_SOURCES = $(explore_scenes) tests/support/situation.c tests/support/situation.h
%C%_libscenes_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libscenes_a_CFLAGS = $(HOOKED_CFLAGS)
EXPLORE_LIBS = %D%/libscenes.a sim/explore/libexplore.a $(SIM_LIBS)

pkglibexec_PROGRAMS += %D%/explore
%C%_explore_SOURCES = %D%/main.c $(sim_hooks)
%C%_explore_CPPFLAGS = $(EXPLORE_CPPFLAGS)
%C%_explore_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_explore_LDADD = $(EXPLORE_LIBS) sim/libbench.a $(SIM_LIBS)

plain_tests += %D%/model %D%/finds
%C%_finds_SOURCES = %D%/finds.c %D%/tap.h $(sim_hooks)
%C%_finds_CPPFLAGS = $(EXPLORE_CPPFLAGS)
%C%_finds_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_finds_LDADD = $(EXPLORE_LIBS)
%C%_model_SOURCES = %D%/model.c %D%/tap.h $(sim_hooks)
%C%_model_CPPFLAGS = $(EXPLORE_CPPFLAGS)
%C%_model_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_model_LDADD = $(EXPLORE_LIBS)
else
EXTRA_DIST += $(explore_scenes) %D%/finds.c %D%/main.c %D%/model.c %D%/tap.h
endif
