# SPDX-License-Identifier: GPL-2.0-or-later
EXTRA_DIST += \
	%D%/0001-user-space-model.md \
	%D%/0002-mmap-lock.md \
	%D%/0003-per-vma-rwsem.md \
	%D%/0004-seqcount-retry.md \
	%D%/0005-rcu-everything.md \
	%D%/0006-the-rules.md \
	%D%/0007-vma-tree.md \
	%D%/0015-which-is-less-complex.md \
	%D%/evidence/0001.json \
	%D%/evidence/0002.json \
	%D%/evidence/0003.json \
	%D%/evidence/0004.json \
	%D%/evidence/0005.json \
	%D%/evidence/0006.json \
	%D%/evidence/0007.json \
	%D%/evidence/0008.json \
	%D%/evidence/0009.json \
	%D%/evidence/0011.json \
	%D%/evidence/0012.json \
	%D%/evidence/0013.json \
	%D%/evidence/0015.json \
	%D%/evidence/measure.list \
	%D%/0008-per-vma-refcount.md \
	%D%/0009-vma-seq-retry.md \
	%D%/0010-restart-keep-or-continue.md \
	%D%/0011-gfp-flags.md \
	%D%/0012-anon-rmap.md \
	%D%/0013-page-table-lifetime.md \
	%D%/0014-measurement.md \
	%D%/evidence/0011-sites.md \
	%D%/README.md \
	%D%/template.md
