# SPDX-License-Identifier: GPL-2.0-or-later
# The rules of the mm core, tried one interleaving at a time.

criterion_tests += %D%/rules
%C%_rules_SOURCES = \
	%D%/beside.c \
	%D%/clauses.c \
	%D%/files.c \
	%D%/found_before.c \
	%D%/held.c \
	%D%/io.c \
	%D%/killed.c \
	%D%/maps.c \
	%D%/remote.c \
	%D%/scene.c \
	%D%/scene.h \
	%D%/ways_out.c
%C%_rules_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
%C%_rules_LDFLAGS = $(CRITERION_LINKED)
%C%_rules_LDADD = $(TEST_LIBS) $(CRITERION_TESTED)
