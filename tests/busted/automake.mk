# SPDX-License-Identifier: GPL-2.0-or-later
# Planted bugs, one patch each.  make busted runs all and writes the log; make check asks whether
# patches, log and docs/races.md fit together.

# What the patches name as tests, and make busted builds; quick: those of history that are caught at once.
busted_programs = tests/conformance/conformance tests/rules/rules tests/mm/core tests/mm/reclaim \
	tests/mm/stress_reclaim tests/torture/torture tests/torture/torture_held
BUSTED =
busted busted-quick: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) $(busted_programs)
	python3 $(srcdir)/%D%/busted.py run --srcdir $(srcdir) --builddir . \
		`case $@ in *quick) echo --quick ;; esac` $(BUSTED)
.PHONY: busted busted-quick

EXTRA_DIST += \
	%D%/busted.py \
	%D%/log.tsv \
	%D%/access-is-whole.patch \
	%D%/anon-locked-order.patch \
	%D%/around-unpublished.patch \
	%D%/ask-again.patch \
	%D%/attempts-unbounded.patch \
	%D%/birth-marked.patch \
	%D%/bump-on-downgrade.patch \
	%D%/buried-listed.patch \
	%D%/cache-bounds.patch \
	%D%/cache-gone.patch \
	%D%/cache-other-mm.patch \
	%D%/cache-unasked.patch \
	%D%/clear-before-store.patch \
	%D%/clear-under-lock.patch \
	%D%/continue-in-rcu.patch \
	%D%/continue-still-s.patch \
	%D%/copy-covers.patch \
	%D%/copy-flush.patch \
	%D%/copy-order.patch \
	%D%/copy-unlocked.patch \
	%D%/count-from-0.patch \
	%D%/count-from-zero.patch \
	%D%/count-left-out.patch \
	%D%/dead.patch \
	%D%/dirty-lost.patch \
	%D%/dirty-not-noted.patch \
	%D%/double-release.patch \
	%D%/empty-under-lock.patch \
	%D%/file-freed-at-once.patch \
	%D%/file-not-asked.patch \
	%D%/file-put-locked.patch \
	%D%/flush-before-free.patch \
	%D%/flush-before-marks-end.patch \
	%D%/flush-dontneed.patch \
	%D%/flush-mprotect.patch \
	%D%/fork-not-flushed.patch \
	%D%/fork-swap-uncounted.patch \
	%D%/fork-unmarked.patch \
	%D%/free-by-bounds.patch \
	%D%/go-down.patch \
	%D%/gone-asked-early.patch \
	%D%/gone-before-downgrade.patch \
	%D%/gone.patch \
	%D%/grace-counted-late.patch \
	%D%/grace-left-out.patch \
	%D%/grace-uncounted.patch \
	%D%/grace-wait-uncounted.patch \
	%D%/header.patch \
	%D%/held-valid.patch \
	%D%/hint-early.patch \
	%D%/hint-unasked.patch \
	%D%/kept-copy.patch \
	%D%/kept-source.patch \
	%D%/lazyfree-asked-early.patch \
	%D%/lazyfree-not-flushed.patch \
	%D%/lazyfree-second-entry.patch \
	%D%/level-of-freed-table.patch \
	%D%/mark-after-edit.patch \
	%D%/mark-mprotect.patch \
	%D%/mark-munmap.patch \
	%D%/marked-ask.patch \
	%D%/miss-per-vma.patch \
	%D%/miss-rcu.patch \
	%D%/missing-release.patch \
	%D%/move-order.patch \
	%D%/move-unlocked-rmap.patch \
	%D%/no-put-no-check-rcu.patch \
	%D%/no-put-no-check-seq.patch \
	%D%/order-mark.patch \
	%D%/order-marks-done.patch \
	%D%/order-publish.patch \
	%D%/order-settle.patch \
	%D%/order-valid.patch \
	%D%/pin-source.patch \
	%D%/publish-once.patch \
	%D%/question-entry.patch \
	%D%/question-here.patch \
	%D%/question-valid.patch \
	%D%/read-in-unasked.patch \
	%D%/recheck-copy.patch \
	%D%/reclaim-not-flushed.patch \
	%D%/recycled-gone.patch \
	%D%/recycled-mm.patch \
	%D%/s-then-m.patch \
	%D%/seq-even.patch \
	%D%/seq-question.patch \
	%D%/seq-sample-first.patch \
	%D%/seq-under-lock.patch \
	%D%/settle-one-number.patch \
	%D%/settle-overwrites.patch \
	%D%/settle-unasked.patch \
	%D%/slot-not-pinned.patch \
	%D%/sole-owner-freeze.patch \
	%D%/source-unlocked.patch \
	%D%/stack-under-read-lock.patch \
	%D%/store-then-wait.patch \
	%D%/store-under-lock.patch \
	%D%/swap-dirty-not-asked.patch \
	%D%/swap-freed-unwritten.patch \
	%D%/swap-read-first.patch \
	%D%/table-freed-at-once.patch \
	%D%/taker-gone.patch \
	%D%/taker-inside.patch \
	%D%/taker-marked.patch \
	%D%/taker-never-marked.patch \
	%D%/tree-before-gone.patch \
	%D%/truncate-once.patch \
	%D%/unlock-in-rcu.patch \
	%D%/unmapped-before-flush.patch \
	%D%/unmarked-now.patch \
	%D%/vma-freed-at-once.patch \
	%D%/wait-for-readers.patch \
	%D%/wakeup-lost.patch \
	%D%/xchg.patch
