# SPDX-License-Identifier: GPL-2.0-or-later
# One operator, constant or statement changed at a time: does a test notice it? make mutants [MUTANTS=400]
# [MINUTES=60] [SEED=1] goes on where the log ends.

mutant_programs = tests/conformance/conformance tests/mm/core tests/mm/reclaim tests/host/host_scripts \
	tests/host/host_calls tests/rules/rules tests/sync/sync tests/bench/replays tests/bench/traces tests/torture/torture
MUTANTS = 400
MINUTES = inf
mutants: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) all $(mutant_programs)
	python3 -B $(srcdir)/%D%/mutants.py run --srcdir $(srcdir) --builddir . --count $(MUTANTS) --minutes $(MINUTES) --seed $(SEED)
.PHONY: mutants

EXTRA_DIST += %D%/build.py %D%/covered.py %D%/log.tsv %D%/mutants.py %D%/sites.py
