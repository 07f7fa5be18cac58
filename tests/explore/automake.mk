# SPDX-License-Identifier: GPL-2.0-or-later
# Scenes for the explorer, and what it must find in them.

explore_scenes = \
	%D%/changes.c \
	%D%/changes.h \
	%D%/check.c \
	%D%/kill_changes.c \
	%D%/litmus.c \
	%D%/maps_changes.c \
	%D%/remote_changes.c \
	%D%/mm.c \
	%D%/other_changes.c \
	%D%/page_changes.c \
	%D%/planted.c \
	%D%/program.c \
	%D%/program.h \
	%D%/protocol.c \
	%D%/scenes.c \
	%D%/scenes.h \
	%D%/small.c \
	%D%/sync.c \
	%D%/tree.c \
	%D%/triples.c \
	%D%/vma_changes.c

if HOOKS
noinst_LIBRARIES += %D%/libscenes.a
%C%_libscenes_a_SOURCES = $(explore_scenes) tests/support/situation.c tests/support/situation.h
%C%_libscenes_a_CPPFLAGS = $(AM_CPPFLAGS) -DPLATFORM_CALL
%C%_libscenes_a_CFLAGS = $(HOOKED_CFLAGS)
EXPLORE_LIBS = %D%/libscenes.a sim/explore/libexplore.a $(SIM_LIBS)

pkglibexec_PROGRAMS += %D%/explore
%C%_explore_SOURCES = %D%/main.c %D%/programs.c %D%/stages.c %D%/stages.h %D%/weaken.c $(sim_hooks)
%C%_explore_CPPFLAGS = $(EXPLORE_CPPFLAGS)
%C%_explore_CFLAGS = $(EXPLORE_CFLAGS)
%C%_explore_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP) $(NO_MEMORY_WRAP)
%C%_explore_LDADD = $(EXPLORE_LIBS) sim/libbench.a $(SIM_LIBS)

script_tests += %D%/sampled.sh
plain_tests += %D%/model %D%/finds
%C%_finds_SOURCES = %D%/finds.c %D%/tap.h $(sim_hooks)
%C%_finds_CPPFLAGS = $(EXPLORE_CPPFLAGS)
%C%_finds_CFLAGS = $(EXPLORE_CFLAGS)
%C%_finds_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_finds_LDADD = $(EXPLORE_LIBS)
%C%_model_SOURCES = %D%/model.c %D%/tap.h $(sim_hooks)
%C%_model_CPPFLAGS = $(EXPLORE_CPPFLAGS)
%C%_model_CFLAGS = $(EXPLORE_CFLAGS)
%C%_model_LDFLAGS = $(AM_LDFLAGS) $(HOOK_WRAP)
%C%_model_LDADD = $(EXPLORE_LIBS)
else
EXTRA_DIST += $(explore_scenes) %D%/sampled.sh %D%/finds.c %D%/main.c %D%/model.c %D%/programs.c %D%/stages.c %D%/stages.h %D%/tap.h %D%/weaken.c
endif
EXTRA_DIST += %D%/complete.tsv %D%/log.tsv %D%/orders.tsv %D%/sum.sh

# The long share, in parts: each adds up what it did in %D%/log.tsv.
#	exhaustive	every execution of one fault beside a change, sequentially consistent, as far as EXPLORE_SECONDS go
#	protocol	every execution of the protocol alone, with weak memory, the same
#	weak, sc	every scene under every scheme, at random, EXPLORE_EXECUTIONS each from number SEED on
#	locks		locks and the protocol alone, which are quick, a thousand times as often
EXPLORE_PART = exhaustive protocol weak sc locks
EXPLORE_SECONDS = 60
EXPLORE_EXECUTIONS = 1000
EXPLORE_EXHAUSTIVE = small/write_empty+*,write_empty+munmap_all,write_empty+munmap_piece,write_empty+mprotect_read,write_empty+advice,write_empty+dontneed,write_empty+fork,write_empty+mremap_move,write_own+reclaim,small/write_own+reclaim,write_file+truncate,write_file_shared+truncate
explore-long: $(BUILT_SOURCES)
	$(MAKE) $(AM_MAKEFLAGS) %D%/explore$(EXEEXT)
	rm -f %D%/runs.tsv
	for part in $(EXPLORE_PART); do \
		case $$part in \
		exhaustive) set -- --strategy dfs --model sc --scene '$(EXPLORE_EXHAUSTIVE)' --seconds $(EXPLORE_SECONDS) ;; \
		protocol) set -- --strategy dfs --scene 'protocol/*' --seconds $(EXPLORE_SECONDS) ;; \
		locks) set -- --strategy random --scene 'sync/*,protocol/settle_three' -n $(EXPLORE_EXECUTIONS)000 --seed $(SEED) ;; \
		*) set -- --strategy random --model $$part --scene '*+*,sync/*' -n $(EXPLORE_EXECUTIONS) --seed $(SEED) ;; \
		esac; \
		%D%/explore "$$@" --keep-going --log %D%/runs.tsv || exit 1; \
	done
	sh $(srcdir)/%D%/sum.sh add %D%/runs.tsv $(srcdir)/%D%/log.tsv $(srcdir)
	sh $(srcdir)/%D%/sum.sh complete %D%/runs.tsv $(srcdir)/%D%/complete.tsv $(srcdir)
	sh $(srcdir)/%D%/sum.sh total $(srcdir)/%D%/log.tsv
CLEANFILES += %D%/runs.tsv
.PHONY: explore-long
