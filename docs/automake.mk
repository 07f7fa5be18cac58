# SPDX-License-Identifier: GPL-2.0-or-later
# `make docs` leaves the pages in docs/html; a warning fails it.

docs: %D%/Doxyfile
	@test -n "$(DOXYGEN)" || { echo "make docs needs doxygen (package doxygen)" >&2; exit 1; }
	rm -rf %D%/html
	$(DOXYGEN) %D%/Doxyfile
clean-docs:
	rm -rf %D%/html
clean-local: clean-docs
.PHONY: docs clean-docs

EXTRA_DIST += \
	%D%/groups.dox \
	build-tools/doxygen-group.sh \
	%D%/adding-a-scheme.md \
	%D%/host.md \
	%D%/kernel-map.md \
	%D%/locking.md \
	%D%/matrix.md \
	%D%/measuring.md \
	%D%/races.md \
	%D%/stores.md
