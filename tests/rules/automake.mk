# SPDX-License-Identifier: GPL-2.0-or-later
# The rules of the mm core, tried one interleaving at a time.

criterion_tests += %D%/rules
%C%_rules_SOURCES = \
	%D%/beside.c \
	%D%/clauses.c \
	%D%/files.c \
	%D%/scene.c \
	%D%/scene.h \
	%D%/ways_out.c
%C%_rules_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
%C%_rules_LDADD = $(TEST_LIBS) $(CRITERION_LIBS)

# By hand: which test notices when a clause is left out.
EXTRA_DIST += %D%/mutants.py \
	%D%/mutants/access-is-whole.patch \
	%D%/mutants/ask-again.patch \
	%D%/mutants/attempts-unbounded.patch \
	%D%/mutants/birth-marked.patch \
	%D%/mutants/bump-on-downgrade.patch \
	%D%/mutants/clear-before-store.patch \
	%D%/mutants/clear-under-lock.patch \
	%D%/mutants/continue-in-rcu.patch \
	%D%/mutants/continue-still-s.patch \
	%D%/mutants/copy-covers.patch \
	%D%/mutants/copy-flush.patch \
	%D%/mutants/copy-order.patch \
	%D%/mutants/count-from-0.patch \
	%D%/mutants/count-left-out.patch \
	%D%/mutants/dead.patch \
	%D%/mutants/empty-under-lock.patch \
	%D%/mutants/flush-before-free.patch \
	%D%/mutants/flush-before-marks-end.patch \
	%D%/mutants/flush-dontneed.patch \
	%D%/mutants/flush-mprotect.patch \
	%D%/mutants/free-by-bounds.patch \
	%D%/mutants/go-down.patch \
	%D%/mutants/gone-before-downgrade.patch \
	%D%/mutants/gone.patch \
	%D%/mutants/grace-left-out.patch \
	%D%/mutants/header.patch \
	%D%/mutants/held-valid.patch \
	%D%/mutants/kept-copy.patch \
	%D%/mutants/kept-source.patch \
	%D%/mutants/mark-after-edit.patch \
	%D%/mutants/mark-mprotect.patch \
	%D%/mutants/mark-munmap.patch \
	%D%/mutants/marked-ask.patch \
	%D%/mutants/miss-per-vma.patch \
	%D%/mutants/miss-rcu.patch \
	%D%/mutants/move-order.patch \
	%D%/mutants/no-put-no-check-rcu.patch \
	%D%/mutants/no-put-no-check-seq.patch \
	%D%/mutants/order-mark.patch \
	%D%/mutants/order-marks-done.patch \
	%D%/mutants/order-publish.patch \
	%D%/mutants/order-valid.patch \
	%D%/mutants/pin-source.patch \
	%D%/mutants/publish-once.patch \
	%D%/mutants/question-entry.patch \
	%D%/mutants/question-here.patch \
	%D%/mutants/question-valid.patch \
	%D%/mutants/recheck-copy.patch \
	%D%/mutants/s-then-m.patch \
	%D%/mutants/seq-even.patch \
	%D%/mutants/seq-question.patch \
	%D%/mutants/seq-sample-first.patch \
	%D%/mutants/seq-under-lock.patch \
	%D%/mutants/sole-owner-freeze.patch \
	%D%/mutants/source-unlocked.patch \
	%D%/mutants/store-then-wait.patch \
	%D%/mutants/store-under-lock.patch \
	%D%/mutants/table-freed-at-once.patch \
	%D%/mutants/taker-gone.patch \
	%D%/mutants/taker-inside.patch \
	%D%/mutants/taker-marked.patch \
	%D%/mutants/taker-never-marked.patch \
	%D%/mutants/tree-before-gone.patch \
	%D%/mutants/unlock-in-rcu.patch \
	%D%/mutants/unmarked-now.patch \
	%D%/mutants/vma-freed-at-once.patch \
	%D%/mutants/wait-for-readers.patch \
	%D%/mutants/xchg.patch
