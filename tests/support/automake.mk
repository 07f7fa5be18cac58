# SPDX-License-Identifier: GPL-2.0-or-later
# What several test programs share.

check_LIBRARIES = %D%/libtest.a
%C%_libtest_a_SOURCES = \
	%D%/check.c \
	%D%/check.h \
	%D%/mm_test.c \
	%D%/mm_test.h \
	%D%/situation.c \
	%D%/situation.h \
	%D%/variants.c \
	%D%/variants.h
nodist_%C%_libtest_a_SOURCES = %D%/schemes.h

# The schemes that were configured, for tests that expand to one a scheme.
%D%/schemes.h: always
	@$(MKDIR_P) %D% && $(SHELL) $(srcdir)/%D%/schemes.sh $(SCHEMES) >$@.$$$$ && \
		if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi
BUILT_SOURCES += %D%/schemes.h
CLEANFILES += %D%/schemes.h
EXTRA_DIST += %D%/schemes.sh

# For each program with Criterion's tests: ended.c
check_LIBRARIES += %D%/libended.a
%C%_libended_a_SOURCES = %D%/ended.c
CRITERION_LINKED = $(AM_LDFLAGS) -Wl,--wrap=exit,--wrap=_exit
CRITERION_TESTED = tests/support/libended.a $(CRITERION_LIBS)

TEST_LIBS = tests/support/libtest.a bench/stage/libstage.a $(LAB_LIBS)
