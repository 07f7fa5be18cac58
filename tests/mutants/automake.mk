# SPDX-License-Identifier: GPL-2.0-or-later
# One operator, constant or statement changed at a time: does a test notice it? make mutants [MUTANTS=400]
# [MINUTES=60] [SEED=1] goes on where the log ends.

MUTANTS = 400
MINUTES = inf
mutants: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) all
	python3 -B $(srcdir)/%D%/mutants.py run --srcdir $(srcdir) --builddir . --count $(MUTANTS) --minutes $(MINUTES) --seed $(SEED)
.PHONY: mutants

EXTRA_DIST += %D%/build.py %D%/lines.py %D%/log.tsv %D%/mutants.py %D%/sites.py %D%/which.py
