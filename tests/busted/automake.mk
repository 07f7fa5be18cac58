# SPDX-License-Identifier: GPL-2.0-or-later
# Planted bugs, one patch each.  make busted runs all and writes the log; make check checks that patches,
# log and docs/races.md fit together.

# What the patches name as tests, and make busted builds; quick: those of history that are caught at once.
busted_programs = tests/conformance/conformance tests/rules/rules tests/mm/core tests/mm/reclaim \
	tests/mm/vma_tree tests/mm/stress_vma_tree \
	tests/mm/stress_reclaim tests/torture/torture tests/torture/torture_held tests/explore/explore
BUSTED =
busted busted-quick: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) $(busted_programs)
	python3 $(srcdir)/%D%/busted.py run --srcdir $(srcdir) --builddir . \
		`case $@ in *quick) echo --quick ;; esac` $(BUSTED)
.PHONY: busted busted-quick

EXTRA_DIST += \
	%D%/busted.py \
	%D%/log.tsv \
	%D%/no-scene.tsv \
	%D%/patches
