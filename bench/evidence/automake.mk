# SPDX-License-Identifier: GPL-2.0-or-later
# `make evidence` measures anew what the claims of all ADRs name (evidence-NNNN: of one), `make render` writes what
# is generated from it: the Evidence blocks, the index of ADRs, README's table.  `make check` does neither.

evidencedir = $(pkglibexecdir)/evidence
dist_evidence_DATA = \
	%D%/adr.py \
	%D%/check.py \
	%D%/claims.py \
	%D%/counts.py \
	%D%/evidence.py \
	%D%/figures.py \
	%D%/links.py \
	%D%/pairs.py \
	%D%/render.py \
	%D%/schemes_table.py

# `faultline verify` of this build finds them beside itself.
all-local: copy-evidence-scripts
copy-evidence-scripts:
	@test $(srcdir) = . || { $(MKDIR_P) %D% && for f in $(dist_evidence_DATA); do \
		cmp -s $(srcdir)/$$f $$f || cp $(srcdir)/$$f $$f; done; }
clean-evidence-scripts:
	test $(srcdir) = . || rm -f %D%/*.py
	rm -rf evidence
clean-local: clean-evidence-scripts

EVIDENCE = PYTHONDONTWRITEBYTECODE=1 python3 $(srcdir)/%D%/evidence.py --source $(srcdir) --build .
evidence: all
	$(EVIDENCE) measure
adr_evidence = \
	evidence-0001 evidence-0002 evidence-0003 evidence-0004 evidence-0005 evidence-0006 evidence-0007 \
	evidence-0008 evidence-0009 evidence-0010 evidence-0011 evidence-0012 evidence-0013 evidence-0014 \
	evidence-0015 evidence-0016 evidence-0017 evidence-0018 evidence-0019 evidence-0020
$(adr_evidence): all
	target=$@ && $(EVIDENCE) measure $${target#evidence-}
render: all
	$(EVIDENCE) render
.PHONY: copy-evidence-scripts clean-evidence-scripts evidence render $(adr_evidence)
