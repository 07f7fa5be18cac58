# SPDX-License-Identifier: GPL-2.0-or-later
# One second a scheme here; five more under the sanitizers in CI; longer by hand: make torture torture-held torture-turns DURATION=1h SPECS=...

torture_sources = \
	%D%/access.c \
	%D%/change.c \
	%D%/fork.c \
	%D%/history.c \
	%D%/hold.c \
	%D%/oracle.c \
	%D%/oracle.h \
	%D%/roll.c \
	%D%/run.c \
	%D%/torture.c \
	%D%/torture.h
plain_tests += %D%/torture
%C%_torture_SOURCES = $(torture_sources)
%C%_torture_LDADD = $(TEST_LIBS)

# The same over a core with hooks at every access, see sim/; there threads are held up.
# For make torture-held: make check has the torture itself.
if HOOKS
EXTRA_PROGRAMS += %D%/torture_held
CLEANFILES += %D%/torture_held
%C%_torture_held_SOURCES = $(torture_sources) $(told_sources)
%C%_torture_held_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL $(TOLD_CPPFLAGS)
%C%_torture_held_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_torture_held_LDADD = tests/support/libtest.a bench/stage/libstage.a $(HOOKED_LIBS) $(URCU_LIBS)

# And on the engine, with any number of threads: the same seed is the same run.  A second there takes two here.
EXTRA_PROGRAMS += %D%/torture_turns
CLEANFILES += %D%/torture_turns
%C%_torture_turns_SOURCES = $(torture_sources)
%C%_torture_turns_CPPFLAGS = $(TURNS_CPPFLAGS)
%C%_torture_turns_LDFLAGS = $(AM_LDFLAGS) $(BEGIN_ON_TURNS)
%C%_torture_turns_LDADD = $(LIBS_ON_TURNS)
endif

# All schemes and their variants, or SPECS; the duration is for all together.  Also for make fuzz.
DURATION = 2m
SPECS =
THREADS = 6
torture torture-held torture-turns: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) %D%/`echo $@ | tr - _`
	%D%/`echo $@ | tr - _` --duration $(DURATION) --seed $(SEED) --threads $(THREADS) \
		$(if $(SPECS),--schemes $(SPECS),--variants)
.PHONY: torture torture-held torture-turns

EXTRA_DIST += %D%/log.txt
