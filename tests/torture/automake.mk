# SPDX-License-Identifier: GPL-2.0-or-later
# One second a scheme here; ten under the sanitizers; longer by hand: make torture DURATION=1h SCHEMES=...

plain_tests += %D%/torture
%C%_torture_SOURCES = \
	%D%/access.c \
	%D%/change.c \
	%D%/fork.c \
	%D%/history.c \
	%D%/oracle.c \
	%D%/oracle.h \
	%D%/roll.c \
	%D%/run.c \
	%D%/torture.c \
	%D%/torture.h
%C%_torture_LDADD = $(TEST_LIBS)
