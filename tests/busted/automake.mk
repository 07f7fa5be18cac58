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
	%D%/patches/access-is-whole.patch \
	%D%/patches/anon-locked-order.patch \
	%D%/patches/around-unpublished.patch \
	%D%/patches/ask-again.patch \
	%D%/patches/attempts-unbounded.patch \
	%D%/patches/birth-marked.patch \
	%D%/patches/bump-on-downgrade.patch \
	%D%/patches/buried-listed.patch \
	%D%/patches/cache-bounds.patch \
	%D%/patches/cache-gone.patch \
	%D%/patches/cache-other-mm.patch \
	%D%/patches/cache-unasked.patch \
	%D%/patches/clear-before-store.patch \
	%D%/patches/clear-under-lock.patch \
	%D%/patches/continue-in-rcu.patch \
	%D%/patches/continue-still-s.patch \
	%D%/patches/copy-covers.patch \
	%D%/patches/copy-flush.patch \
	%D%/patches/copy-order.patch \
	%D%/patches/copy-unlocked.patch \
	%D%/patches/count-from-zero.patch \
	%D%/patches/cursor-kept.patch \
	%D%/patches/cursor-unset.patch \
	%D%/patches/dead.patch \
	%D%/patches/dirty-lost.patch \
	%D%/patches/dirty-not-noted.patch \
	%D%/patches/double-release.patch \
	%D%/patches/empty-under-lock.patch \
	%D%/patches/file-freed-at-once.patch \
	%D%/patches/file-not-asked.patch \
	%D%/patches/file-put-locked.patch \
	%D%/patches/flush-before-free.patch \
	%D%/patches/flush-before-marks-end.patch \
	%D%/patches/flush-dontneed.patch \
	%D%/patches/flush-mprotect.patch \
	%D%/patches/fork-not-flushed.patch \
	%D%/patches/fork-swap-uncounted.patch \
	%D%/patches/fork-unmarked.patch \
	%D%/patches/free-by-bounds.patch \
	%D%/patches/generation-after-walk.patch \
	%D%/patches/generation-late.patch \
	%D%/patches/generation-relaxed.patch \
	%D%/patches/generation-uncounted.patch \
	%D%/patches/go-down.patch \
	%D%/patches/gone-asked-early.patch \
	%D%/patches/gone-before-downgrade.patch \
	%D%/patches/gone.patch \
	%D%/patches/grace-counted-late.patch \
	%D%/patches/grace-left-out.patch \
	%D%/patches/grace-uncounted.patch \
	%D%/patches/grace-wait-uncounted.patch \
	%D%/patches/guard-forgotten-by-fork.patch \
	%D%/patches/header.patch \
	%D%/patches/held-valid.patch \
	%D%/patches/hint-early.patch \
	%D%/patches/hint-unasked.patch \
	%D%/patches/kept-copy.patch \
	%D%/patches/kept-source.patch \
	%D%/patches/lazyfree-asked-early.patch \
	%D%/patches/lazyfree-not-flushed.patch \
	%D%/patches/lazyfree-second-entry.patch \
	%D%/patches/level-of-freed-table.patch \
	%D%/patches/look-again-relax.patch \
	%D%/patches/mark-after-edit.patch \
	%D%/patches/mark-mprotect.patch \
	%D%/patches/mark-munmap.patch \
	%D%/patches/marked-ask.patch \
	%D%/patches/miss-per-vma.patch \
	%D%/patches/miss-rcu.patch \
	%D%/patches/missing-release.patch \
	%D%/patches/modify-anon.patch \
	%D%/patches/move-merge-anon.patch \
	%D%/patches/move-order.patch \
	%D%/patches/move-unlocked-rmap.patch \
	%D%/patches/no-put-no-check-rcu.patch \
	%D%/patches/no-put-no-check-seq.patch \
	%D%/patches/order-mark.patch \
	%D%/patches/order-marks-done.patch \
	%D%/patches/order-publish.patch \
	%D%/patches/order-settle.patch \
	%D%/patches/order-valid.patch \
	%D%/patches/pin-source.patch \
	%D%/patches/publish-once.patch \
	%D%/patches/question-entry.patch \
	%D%/patches/question-here.patch \
	%D%/patches/question-valid.patch \
	%D%/patches/read-in-unasked.patch \
	%D%/patches/recheck-copy.patch \
	%D%/patches/reclaim-not-flushed.patch \
	%D%/patches/recycled-gone.patch \
	%D%/patches/recycled-mm.patch \
	%D%/patches/s-then-m.patch \
	%D%/patches/seq-even.patch \
	%D%/patches/seq-question.patch \
	%D%/patches/seq-sample-first.patch \
	%D%/patches/seq-under-lock.patch \
	%D%/patches/settle-one-number.patch \
	%D%/patches/settle-overwrites.patch \
	%D%/patches/settle-unasked.patch \
	%D%/patches/slot-not-pinned.patch \
	%D%/patches/sole-owner-freeze.patch \
	%D%/patches/source-unlocked.patch \
	%D%/patches/stack-under-read-lock.patch \
	%D%/patches/store-then-wait.patch \
	%D%/patches/store-under-lock.patch \
	%D%/patches/swap-dirty-not-asked.patch \
	%D%/patches/swap-freed-unwritten.patch \
	%D%/patches/swap-read-first.patch \
	%D%/patches/table-freed-at-once.patch \
	%D%/patches/taker-gone.patch \
	%D%/patches/taker-inside.patch \
	%D%/patches/taker-marked.patch \
	%D%/patches/taker-never-marked.patch \
	%D%/patches/tree-before-gone.patch \
	%D%/patches/truncate-once.patch \
	%D%/patches/unlock-in-rcu.patch \
	%D%/patches/unmapped-before-flush.patch \
	%D%/patches/unmarked-now.patch \
	%D%/patches/vma-freed-at-once.patch \
	%D%/patches/wait-for-readers.patch \
	%D%/patches/wakeup-lost.patch \
	%D%/patches/xchg.patch
