# SPDX-License-Identifier: GPL-2.0-or-later
# One second a scheme here; ten under the sanitizers: torture --seconds 10.

plain_tests += %D%/torture
%C%_torture_SOURCES = \
	%D%/oracle.c \
	%D%/oracle.h \
	%D%/torture.c
%C%_torture_LDADD = $(TEST_LIBS)
