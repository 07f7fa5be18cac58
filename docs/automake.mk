# SPDX-License-Identifier: GPL-2.0-or-later
# `make docs` leaves the pages in docs/html; a warning fails it.

docs: %D%/Doxyfile
	@test -n "$(DOXYGEN)" || { echo "make docs needs doxygen (package doxygen)" >&2; exit 1; }
	rm -rf %D%/html
	if command -v python3 >/dev/null; then \
		PYTHONDONTWRITEBYTECODE=1 python3 $(srcdir)/ADR/tools/pairs.py $(srcdir); \
	else \
		echo "# Memory orderings {#orderings}"; echo; echo "This page is made by a script (package python3)."; \
	fi >%D%/orderings.md
	cd %D% && $(DOXYGEN) Doxyfile
clean-docs:
	rm -rf %D%/html %D%/orderings.md
clean-local: clean-docs
.PHONY: docs clean-docs

# Draws docs/graphs/*.svg anew, in the source tree.
graphs:
	@test -n "$(DOT)" || { echo "make graphs needs dot (package graphviz)" >&2; exit 1; }
	$(SHELL) $(srcdir)/docs/tools/graphs.sh draw $(srcdir)
.PHONY: graphs

# The manual pages are what the command says of itself: a new subcommand needs no line here.  Without
# help2man there are none.
%D%/man/stamp: faultline$(EXEEXT) $(pkglibexec_PROGRAMS) $(srcdir)/docs/tools/man.sh config.status
	$(AM_V_GEN)$(MKDIR_P) %D%/man
	@test -z "$(HELP2MAN)" || $(SHELL) $(srcdir)/docs/tools/man.sh $(HELP2MAN) ./faultline$(EXEEXT) %D%/man
	@touch $@
all-local: %D%/man/stamp
install-data-hook: install-man-pages
install-man-pages:
	$(MKDIR_P) '$(DESTDIR)$(mandir)/man1'
	for page in %D%/man/*.1; do \
		test ! -f $$page || $(INSTALL_DATA) $$page '$(DESTDIR)$(mandir)/man1' || exit 1; \
	done
uninstall-hook: uninstall-man-pages
uninstall-man-pages:
	rm -f '$(DESTDIR)$(mandir)/man1'/faultline.1 '$(DESTDIR)$(mandir)/man1'/faultline-*.1
clean-man:
	rm -rf %D%/man
clean-local: clean-man
.PHONY: install-man-pages uninstall-man-pages clean-man

EXTRA_DIST += \
	%D%/groups.dox \
	%D%/tools/doxygen-filter.sh \
	%D%/tools/gallery.sh \
	%D%/tools/graphs.sh \
	%D%/tools/ladder-dot.sh \
	%D%/tools/man.sh \
	%D%/tools/matrix-doc.sh \
	%D%/graphs \
	%D%/README.md \
	%D%/style.css \
	%D%/adding-a-scheme.md \
	%D%/explore.md \
	%D%/gallery \
	%D%/gallery.md \
	%D%/host.md \
	%D%/host-kernel.md \
	%D%/kernel-map.md \
	%D%/life-of-a-fault.md \
	%D%/locking.md \
	%D%/matrix.md \
	%D%/map.md \
	%D%/measured \
	%D%/measuring.md \
	%D%/validation.md \
	%D%/debate.md \
	%D%/races.md \
	%D%/rules.md \
	%D%/record-your-program.md \
	%D%/schemas \
	%D%/stories \
	%D%/stores.md \
	%D%/vma-tree.md
