# SPDX-License-Identifier: GPL-2.0-or-later
# A scheme is a line in schemes.list; its rules stand in the generated schemes.mk.

noinst_LIBRARIES += %D%/libprototypes.a
scheme_sources =
prototypes_libprototypes_a_SOURCES = $(scheme_sources)
nodist_prototypes_libprototypes_a_SOURCES = %D%/registry.c

# Each prototype's own program.
scenario_files = prototypes/scenario.c

include prototypes/schemes.mk

%D%/registry.c: $(srcdir)/%D%/schemes.list $(srcdir)/prototypes/schemes.sh config.status
	@$(MKDIR_P) %D%
	$(AM_V_GEN)$(SHELL) $(srcdir)/prototypes/schemes.sh registry $(SCHEMES) >$@.tmp && mv $@.tmp $@

# A new line in the list is a new scheme without a new ./bootstrap.
$(srcdir)/%D%/schemes.mk: $(srcdir)/%D%/schemes.list $(srcdir)/prototypes/schemes.sh
	$(AM_V_GEN)$(SHELL) $(srcdir)/prototypes/schemes.sh rules $(srcdir)
$(srcdir)/%D%/schemes.m4: $(srcdir)/%D%/schemes.mk

CLEANFILES += %D%/registry.c
EXTRA_DIST += %D%/schemes.list
