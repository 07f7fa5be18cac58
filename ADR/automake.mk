# SPDX-License-Identifier: GPL-2.0-or-later
# A scheme's ADR stands in the generated prototypes/schemes.mk.
EXTRA_DIST += \
	%D%/0001-user-space-model.md \
	%D%/0006-the-rules.md \
	%D%/0007-vma-tree.md \
	%D%/0015-which-is-less-complex.md \
	%D%/0016-settled-marks.md \
	%D%/0017-grace-number.md \
	%D%/0018-simulated-machine.md \
	%D%/0021-waiting-for-a-page.md \
	%D%/0022-what-fork-marks.md \
	%D%/0023-a-visit-of-an-l3-domain.md \
	%D%/0024-marks-that-can-fail.md \
	%D%/0025-reader-of-another-mm.md \
	%D%/0026-pages-of-another-mm.md \
	%D%/0027-migratory-reads.md \
	%D%/0010-restart-keep-or-continue.md \
	%D%/0011-gfp-flags.md \
	%D%/0012-anon-rmap.md \
	%D%/0013-page-table-lifetime.md \
	%D%/0014-measurement.md \
	%D%/0020-wait-then-lock.md \
	%D%/evidence \
	%D%/README.md \
	%D%/template.md

include %D%/tools/automake.mk
