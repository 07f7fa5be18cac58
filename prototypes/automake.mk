# SPDX-License-Identifier: GPL-2.0-or-later
# A scheme is a line in schemes.list; its rules stand in the generated schemes.mk.

noinst_LIBRARIES += %D%/libprototypes.a
scheme_sources =
prototypes_libprototypes_a_SOURCES = $(scheme_sources)
nodist_prototypes_libprototypes_a_SOURCES = %D%/registry.c

# Each prototype's own program.
scenario_files = prototypes/scenario.c

include prototypes/schemes.mk

# Asked each time, written when it changes: by configure's options, a line in the list, a file in a scheme's folder.
# A new scheme is there without a new ./bootstrap.
%D%/registry.c: always
	@$(MKDIR_P) %D% && $(SHELL) $(srcdir)/%D%/schemes.sh registry $(srcdir) $(SCHEMES) >$@.$$$$ && \
		if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi
$(srcdir)/%D%/schemes.mk: always
	@$(SHELL) $(srcdir)/%D%/schemes.sh rules $(srcdir)
$(srcdir)/%D%/schemes.m4: $(srcdir)/%D%/schemes.mk

CLEANFILES += %D%/registry.c
EXTRA_DIST += %D%/schemes.list %D%/new-scheme.sh %D%/new-scheme.c.in
