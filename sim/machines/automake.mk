# SPDX-License-Identifier: GPL-2.0-or-later
# Descriptions of machines, built into the programs that know them.

machine_files = \
	%D%/broadwell-2690v4-2s-28c.json \
	%D%/gold-6138-2s-40c.json \
	%D%/graviton2-64c.json \
	%D%/icelake-8336c-2s-64c.json \
	%D%/rome-2s-128c.json \
	%D%/skylake-2s-56c.json \
	%D%/skylake-client-4c.json \
	%D%/xeon-8176-8s.json \
	%D%/zen4-guest-166c.json \
	%D%/zen5-2s-128c.json
machine_trust = %D%/trust.txt
EXTRA_DIST += $(machine_files) $(machine_trust) %D%/texts.sh

%D%/texts.c: $(machine_files) $(machine_trust) %D%/texts.sh
	$(AM_V_GEN)$(MKDIR_P) %D% && cd $(srcdir) && sh %D%/texts.sh $(machine_trust) $(machine_files) >'$(abs_builddir)/$@.tmp' && mv '$(abs_builddir)/$@.tmp' '$(abs_builddir)/$@'
CLEANFILES += %D%/texts.c
