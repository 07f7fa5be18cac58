# SPDX-License-Identifier: GPL-2.0-or-later
# The command; all but its main in a library, so that the tests reach it.

noinst_LIBRARIES += %D%/libbench.a
%C%_libbench_a_SOURCES = \
	%D%/cmd_compare.c \
	%D%/cmd_complexity.c \
	%D%/cmd_list.c \
	%D%/cmd_matrix.c \
	%D%/cmd_record.c \
	%D%/cmd_report.c \
	%D%/cmd_stores.c \
	%D%/cmd_trace.c \
	%D%/commands.c \
	%D%/commands.h \
	%D%/compare.c \
	%D%/compare.h \
	%D%/compare_figures.c \
	%D%/cmd_verify.c \
	%D%/error.c \
	%D%/error.h \
	%D%/floor.c \
	%D%/grid.c \
	%D%/grid.h \
	%D%/helper.c \
	%D%/helper.h \
	%D%/histogram.c \
	%D%/histogram.h \
	%D%/host.c \
	%D%/host.h \
	%D%/interrupt.c \
	%D%/interrupt.h \
	%D%/json.c \
	%D%/json.h \
	%D%/knobs.c \
	%D%/knobs.h \
	%D%/matrix.c \
	%D%/matrix.h \
	%D%/matrix_ops.c \
	%D%/matrix_report.c \
	%D%/matrix_report.h \
	%D%/model.c \
	%D%/model.h \
	%D%/model_page.c \
	%D%/objects.c \
	%D%/objects.h \
	%D%/omap.c \
	%D%/omap.h \
	%D%/order.c \
	%D%/order.h \
	%D%/output.c \
	%D%/output.h \
	%D%/plan.c \
	%D%/plan.h \
	%D%/plan_build.h \
	%D%/plan_ops.c \
	%D%/plan_space.c \
	%D%/progress.c \
	%D%/progress.h \
	%D%/ranges.c \
	%D%/ranges.h \
	%D%/record/calls.c \
	%D%/record/calls.h \
	%D%/record/convert.c \
	%D%/record/convert.h \
	%D%/record/decode.c \
	%D%/record/decode.h \
	%D%/record/lines.c \
	%D%/record/lines.h \
	%D%/record/perf.c \
	%D%/record/perf.h \
	%D%/record/record.h \
	%D%/record/save.c \
	%D%/record/save.h \
	%D%/record/session.c \
	%D%/record/session.h \
	%D%/record/spool.c \
	%D%/record/spool.h \
	%D%/record/tracepoint.c \
	%D%/record/tracepoint.h \
	%D%/record/zero_page.c \
	%D%/record/zero_page.h \
	%D%/replay.c \
	%D%/replay.h \
	%D%/replay_act.c \
	%D%/replay_check.c \
	%D%/replay_run.h \
	%D%/report/at.c \
	%D%/report/at.h \
	%D%/report/charts.c \
	%D%/report/map.h \
	%D%/report/map_plot.c \
	%D%/report/map_tables.c \
	%D%/report/measured.c \
	%D%/report/measures.c \
	%D%/report/page.c \
	%D%/report/page.h \
	%D%/report/plot.c \
	%D%/report/plot.h \
	%D%/report/report.h \
	%D%/report/report_compare.c \
	%D%/report/report_matrix.c \
	%D%/report/report_stores.c \
	%D%/report/report_sweep.c \
	%D%/report/report_traces.c \
	%D%/report/report_work.c \
	%D%/report_csv.c \
	%D%/report_json.c \
	%D%/report_json.h \
	%D%/report_table.c \
	%D%/rounds.h \
	%D%/specs.c \
	%D%/specs.h \
	%D%/stat.c \
	%D%/stat.h \
	%D%/target.h \
	%D%/target_core.c \
	%D%/target_host.c \
	%D%/timeline.c \
	%D%/timeline.h \
	%D%/trace.c \
	%D%/trace.h \
	%D%/trace_info.c \
	%D%/trace_info.h \
	%D%/trace_pack.c \
	%D%/trace_pack.h \
	%D%/trace_report.c \
	%D%/trace_source.c \
	%D%/trace_source.h \
	%D%/work_compare.c \
	%D%/work_compare.h \
	%D%/work_figures.c \
	%D%/work_host.c \
	%D%/work_host.h \
	%D%/work_json.c \
	%D%/work_options.c \
	%D%/work_report.c \
	%D%/work_run.c \
	%D%/workload.c \
	%D%/workload.h \
	%D%/workload_mix.c
%C%_libbench_a_CPPFLAGS = $(AM_CPPFLAGS) -DPKGLIBEXECDIR='"$(pkglibexecdir)"'
%C%_libbench_a_CFLAGS = $(AM_CFLAGS) $(ZSTD_CFLAGS) $(JANSSON_CFLAGS)

BENCH_LIBS = bench/libbench.a bench/stage/libstage.a $(LAB_LIBS) $(ZSTD_LIBS) $(JANSSON_LIBS) -lm

bin_PROGRAMS += faultline
faultline_SOURCES = %D%/main.c
faultline_LDADD = $(BENCH_LIBS)

EXTRA_DIST += \
	%D%/record/overhead.py \
	%D%/traces/README.md \
	%D%/traces/java.trace.zst \
	%D%/traces/node.trace.zst \
	%D%/traces/python.trace.zst \
	%D%/traces/sort.trace.zst \
	%D%/traces/sqlite.trace.zst

include %D%/aa/automake.mk
include %D%/complexity/automake.mk
include %D%/evidence/automake.mk
include %D%/place/automake.mk
include %D%/stage/automake.mk
include %D%/stores/automake.mk
include %D%/sweep/automake.mk
include %D%/tree/automake.mk

# Where bash-completion looks, by the prefix.
completiondir = $(datadir)/bash-completion/completions
install-data-hook: install-completion
install-completion:
	$(MKDIR_P) '$(DESTDIR)$(completiondir)'
	$(INSTALL_DATA) $(srcdir)/%D%/completion/faultline.bash '$(DESTDIR)$(completiondir)/faultline'
uninstall-hook: uninstall-completion
uninstall-completion:
	rm -f '$(DESTDIR)$(completiondir)/faultline'
.PHONY: install-completion uninstall-completion
EXTRA_DIST += %D%/completion/faultline.bash
