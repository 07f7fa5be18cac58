# SPDX-License-Identifier: GPL-2.0-or-later

criterion_tests += %D%/sync
%C%_sync_SOURCES = $(sync_tests) %D%/test_platform_host.c
sync_tests = \
	%D%/crew.h \
	%D%/test_platform.c \
	%D%/rwsem_scene.h \
	%D%/test_rcu.c \
	%D%/test_rwsem.c \
	%D%/test_rwsem_starve.c \
	%D%/test_seqcount.c \
	%D%/test_spinlock.c
%C%_sync_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
%C%_sync_LDFLAGS = $(CRITERION_LINKED)
%C%_sync_LDADD = $(LAB_LIBS) $(CRITERION_TESTED)

plain_tests += %D%/race_sync
%C%_race_sync_SOURCES = \
	%D%/race_sync.c
%C%_race_sync_LDADD = $(LAB_LIBS)
