# SPDX-License-Identifier: GPL-2.0-or-later
# Scenes for the explorer, and what it must find in them.

explore_scenes = \
	%D%/litmus.c \
	%D%/scenes.c \
	%D%/scenes.h

if HOOKS
noinst_LIBRARIES += %D%/libscenes.a
%C%_libscenes_a_SOURCES = $(explore_scenes)
%C%_libscenes_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libscenes_a_CFLAGS = $(HOOKED_CFLAGS)
EXPLORE_LIBS = %D%/libscenes.a sim/explore/libexplore.a $(SIM_LIBS)

plain_tests += %D%/model
%C%_model_SOURCES = %D%/model.c %D%/tap.h $(sim_hooks)
%C%_model_CPPFLAGS = $(EXPLORE_CPPFLAGS)
%C%_model_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_model_LDADD = $(EXPLORE_LIBS)
else
EXTRA_DIST += $(explore_scenes) %D%/model.c %D%/tap.h
endif
