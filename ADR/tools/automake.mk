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
	%D%/growth_page.py \
	%D%/links.py \
	%D%/map_page.py \
	%D%/overhead_page.py \
	%D%/pairs.py \
	%D%/policies.py \
	%D%/render.py \
	%D%/schemes_table.py \
	ADR/evidence/measure.list

# `faultline verify` of this build finds them beside itself.
all-local: copy-evidence-scripts
copy-evidence-scripts:
	@test $(srcdir) = . || { $(MKDIR_P) %D% && for f in $(dist_evidence_DATA); do \
		cmp -s $(srcdir)/$$f %D%/$${f##*/} || cp $(srcdir)/$$f %D%/$${f##*/}; done; }
clean-evidence-scripts:
	test $(srcdir) = . || rm -f %D%/*.py %D%/measure.list
	rm -rf evidence
clean-local: clean-evidence-scripts

EVIDENCE = PYTHONDONTWRITEBYTECODE=1 python3 $(srcdir)/%D%/evidence.py --source $(srcdir) --build .
evidence: all
	$(EVIDENCE) measure
adr_evidence = \
	evidence-0001 evidence-0002 evidence-0003 evidence-0004 evidence-0005 evidence-0006 evidence-0007 \
	evidence-0008 evidence-0009 evidence-0010 evidence-0011 evidence-0012 evidence-0013 evidence-0014 \
	evidence-0015 evidence-0016 evidence-0017 evidence-0019 evidence-0020 evidence-0021 evidence-0022 evidence-0024 evidence-0025 evidence-0026 evidence-0027
$(adr_evidence): all
	target=$@ && $(EVIDENCE) measure $${target#evidence-}
# The map, with every recorded program on it: docs/map.md is rendered from it.  It goes on where it was stopped; begin
# anew by removing build/evidence/sweep.json.  Ten minutes or so, on a machine that does nothing else.
sweep-evidence: all
	$(MKDIR_P) evidence
	./faultline sweep --format json -o evidence/sweep.json $(sweep_traces:%=--trace $(srcdir)/bench/traces/%.trace.zst)
	$(MKDIR_P) $(srcdir)/docs/measured && cp evidence/sweep.json $(srcdir)/docs/measured/sweep.json
	$(EVIDENCE) render
sweep_traces = java node python sort
# The map of simulated machines: docs/map.md, its second part.  An hour or more.
machine-sweep-evidence: all
	$(MKDIR_P) evidence
	for machine in icelake-8336c-2s-64c zen5-2s-128c; do \
		for threads in 2 16 64; do \
			./faultline sweep --machine $$machine --threads $$threads --schemes $(published_schemes) --faults 64 \
				--changes 0,0.01,0.1,1 --episodes 0 --memory limit:0.25 --delays 0 --runs 10 \
				--format json -o evidence/sweep-$$machine-$$threads.json && \
			cp evidence/sweep-$$machine-$$threads.json $(srcdir)/docs/measured || exit; \
		done; \
	done
	$(EVIDENCE) render
published_schemes = mmap_lock,per_vma_rwsem,per_vma_refcount,vma_hazptr,seqcount_retry,rcu_everything,vma_seq_retry

# How the VMA tree and the maple trees grow, from a hundred ranges to ten million: docs/vma-tree.md.  A quarter of an hour, 8 GB.
tree-evidence: all
	$(MAKE) $(AM_MAKEFLAGS) bench/vma_tree/tree_bench
	bench/vma_tree/tree_bench --growth yes --rounds 3 --ms 20 --ranges 100,1000,10000,100000,1000000,10000000 --json tree-growth.json.new
	mv tree-growth.json.new $(srcdir)/docs/measured/tree-growth.json
	PYTHONDONTWRITEBYTECODE=1 python3 $(srcdir)/%D%/growth_page.py $(srcdir)
	$(EVIDENCE) render

# What recording costs, as docs/measured/overhead.json; three minutes.
record-evidence: all
	python3 $(srcdir)/bench/record/overhead.py ./faultline >overhead.json.new
	mv overhead.json.new $(srcdir)/docs/measured/overhead.json
	$(EVIDENCE) render

render: all
	$(EVIDENCE) render
.PHONY: copy-evidence-scripts clean-evidence-scripts evidence sweep-evidence machine-sweep-evidence tree-evidence record-evidence render $(adr_evidence)
