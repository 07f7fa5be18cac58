# SPDX-License-Identifier: GPL-2.0-or-later
# Q5: which call sites may not sleep, by argument and by task flag; the evidence of ADR-0011.

plain_tests += %D%/gfp_sites
%C%_gfp_sites_SOURCES = %D%/gfp_sites.c
%C%_gfp_sites_LDADD = $(TEST_LIBS)
