# SPDX-License-Identifier: GPL-2.0-or-later
# Every test prints TAP.  Criterion's programs stand in criterion_tests; those with a main of their
# own, which ThreadSanitizer builds run too, in plain_tests; scripts end in .sh.  Tests that read only the
# sources and the evidence stand in source_tests: a sanitizer would see nothing of them.  checker_tests,
# which `make check-checkers` runs, test whether the checkers catch what they are for.

criterion_tests =
plain_tests =
script_tests =
source_tests = \
	%D%/source/check-seam.sh \
	%D%/busted/check.sh \
	%D%/explorer/run-cases.sh \
	%D%/source/check-rooms.sh \
	%D%/source/check-tree.sh \
	%D%/source/check-tools.sh \
	%D%/source/words.sh
checker_tests = \
	%D%/source/check-seam-catches.sh \
	%D%/support/run-catches.sh \
	%D%/source/check-rooms-catches.sh \
	%D%/source/check-tree-catches.sh \
	%D%/source/check-tools-catches.sh \
	%D%/source/check-words-catches.sh

include %D%/support/automake.mk
include %D%/rules/automake.mk
include %D%/bench/automake.mk
include %D%/conformance/automake.mk
include %D%/sync/automake.mk
include %D%/mm/automake.mk
include %D%/host/automake.mk
include %D%/evidence/automake.mk
include %D%/torture/automake.mk
include %D%/fuzz/automake.mk
include %D%/busted/automake.mk
include %D%/mutants/automake.mk
include %D%/sim/automake.mk
include %D%/explore/automake.mk

TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' sh $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
LOG_COMPILER = sh $(srcdir)/%D%/support/run.sh
SH_LOG_COMPILER = $(LOG_COMPILER) sh
AM_TESTS_ENVIRONMENT = \
	srcdir='$(srcdir)'; builddir='$(builddir)'; CC='$(CC)'; SCHEMES='$(SCHEMES)'; \
	export srcdir builddir CC SCHEMES;

# The longest first, so that at the end no CPU waits for the other.
check_PROGRAMS += $(plain_tests)
if !TSAN
if HAVE_CRITERION
check_PROGRAMS += $(criterion_tests)
TESTS += $(criterion_tests)
else
TESTS += %D%/support/no-criterion.sh
endif
endif
if !SANITIZED
TESTS += $(source_tests)
endif
if !TSAN
TESTS += $(script_tests)
endif
TESTS += $(plain_tests)

# The checks of the checkers: they change when a checker does.
check-checkers: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(checker_tests)'
.PHONY: check-checkers

EXTRA_DIST += $(script_tests) $(source_tests) $(checker_tests) \
	%D%/explorer/README.md \
	%D%/explorer/explore.py \
	%D%/explorer/flush.py \
	%D%/explorer/lazyfree.py \
	%D%/explorer/reclaim.py \
	%D%/explorer/redundant.py \
	%D%/explorer/rmap.py \
	%D%/explorer/rules.py \
	%D%/explorer/rwsem.py \
	%D%/explorer/found_before.py \
	%D%/explorer/truncate.py \
	%D%/explorer/swap_in.py \
	%D%/explorer/switches.py \
	%D%/explorer/vma_tree.py \
	%D%/support/cli.sh \
	%D%/support/lsan.supp \
	%D%/support/no-criterion.sh \
	%D%/support/run.sh \
	%D%/source/catches.sh \
	%D%/source/rooms.list \
	%D%/source/rooms.sh \
	%D%/source/rule.sh \
	%D%/source/seam-rules.sh \
	%D%/source/tools.py \
	%D%/source/tracked.sh \
	%D%/source/strip.awk \
	%D%/source/tree-rules.sh \
	%D%/source/words.awk \
	%D%/source/words.except

# Lists for tests/source: the files that some target compiles, and those that make dist takes.
%D%/source/compiled: Makefile
	@$(MKDIR_P) %D%/source
	$(AM_V_GEN)printf '%s\n' $(DIST_SOURCES) | sed 's,^$(srcdir)/,,' | sort -u >$@
# Anew each time: a folder that is taken whole, evidence, gets files without a word in any Makefile.
%D%/source/distributed: Makefile whole-folders
	@$(MKDIR_P) %D%/source
	$(AM_V_GEN)printf '%s\n' $(DISTFILES) | sed -e 's,^$(srcdir)/,,' -e 's,^$(top_srcdir)/,,' | \
		while read -r f; do \
			if test -d "$(srcdir)/$$f"; then (cd $(srcdir) && find "$$f" -type f); else echo "$$f"; fi; \
		done | sort -u >$@
whole-folders:
.PHONY: whole-folders
check_DATA += %D%/source/compiled %D%/source/distributed
CLEANFILES += %D%/source/compiled %D%/source/distributed %D%/source/tracked %D%/source/tracked-rooms
