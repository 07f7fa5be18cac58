# SPDX-License-Identifier: GPL-2.0-or-later
# The engine, under its smallest user.

TURNS_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL -DHOOK_USER='"sim/turns.h"'
if HOOKS
check_PROGRAMS += %D%/turns_hash
%C%_turns_hash_SOURCES = %D%/turns_hash.c tests/support/check.c $(sim_hooks)
%C%_turns_hash_CPPFLAGS = $(TURNS_CPPFLAGS)
%C%_turns_hash_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_turns_hash_LDADD = $(SIM_LIBS)
else
EXTRA_DIST += %D%/turns_hash.c
endif
