# SPDX-License-Identifier: GPL-2.0-or-later
# One second a scheme here; ten under the sanitizers; longer by hand: make torture DURATION=1h SPECS=...

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

# All schemes and their variants, or SPECS; the duration is for all together.  Also for make fuzz.
DURATION = 2m
SPECS =
THREADS = 6
torture: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) %D%/torture
	%D%/torture --duration $(DURATION) --seed $(SEED) --threads $(THREADS) \
		$(if $(SPECS),--schemes $(SPECS),--variants)
.PHONY: torture

EXTRA_DIST += %D%/log.txt
