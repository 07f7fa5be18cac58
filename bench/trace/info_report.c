/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The figures of traces as tables, CSV and JSON, from one list of figures.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "config.h"
#include "bench/cli/grid.h"
#include "bench/cli/json.h"
#include "bench/trace/info.h"
#include "common/platform/types.h"

/* One figure of one trace. */
struct figure {
	const char *key, *what;
	double value;
	bool whole;		/* a count */
};

#define MAX_FIGURES 64

struct figures {
	struct figure list[MAX_FIGURES];
	unsigned int nr;
};

static void count(struct figures *f, const char *key, const char *what, u64 value)
{
	f->list[f->nr++] = (struct figure){ key, what, (double)value, true };
}

static void real(struct figures *f, const char *key, const char *what, double value)
{
	f->list[f->nr++] = (struct figure){ key, what, value, false };
}

static double share(u64 part, u64 whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void count_events(struct figures *f, const struct trace_info *i)
{
	count(f, "user_faults", "faults of user mode", i->nr_op[TRACE_FAULT]);
	count(f, "kernel_faults", "faults of kernel mode", i->nr_op[TRACE_KFAULT]);
	count(f, "mmap", "mmap", i->nr_op[TRACE_MMAP]);
	count(f, "munmap", "munmap", i->nr_op[TRACE_MUNMAP]);
	count(f, "mprotect", "mprotect", i->nr_op[TRACE_MPROTECT]);
	count(f, "mremap", "mremap", i->nr_op[TRACE_MREMAP]);
	count(f, "brk", "brk", i->nr_op[TRACE_BRK]);
	count(f, "madvise", "madvise", i->nr_op[TRACE_MADVISE]);
	count(f, "failed_calls", "calls that failed", i->failed);
	count(f, "exec", "exec", i->nr_op[TRACE_EXEC]);
	count(f, "vma_lines", "mappings reported", i->nr_op[TRACE_VMA]);
	count(f, "lost", "events lost", i->trace->lost);
}

static const char *place_label(enum trace_place place)
{
	static const char *const label[NR_TRACE_PLACES] = {
		[PLACE_ANON] = "faults on private anonymous memory, %",
		[PLACE_STACK] = "faults on the stack, %",
		[PLACE_FILE] = "faults on private files, %",
		[PLACE_SHARED] = "faults on shared mappings, %",
		[PLACE_SPECIAL] = "faults on vdso and its kin, %",
		[PLACE_NONE] = "faults outside of mappings, %",
	};

	return label[place];
}

static void count_faults(struct figures *f, const struct trace_info *i)
{
#define X(upper, lower, meaning) \
	real(f, #lower "_faults_percent", place_label(PLACE_##upper), share(i->at[PLACE_##upper], i->faults));
	TRACE_PLACES(X)
#undef X
	real(f, "kernel_faults_percent", "faults of kernel mode, %",
	     share(i->nr_op[TRACE_KFAULT], i->faults));
	real(f, "write_faults_percent", "faults that wrote, %", share(i->written, i->faults));
	real(f, "fetch_faults_percent", "faults that fetched code, %", share(i->fetched, i->faults));
	count(f, "copy_on_write_faults", "copy-on-write faults", i->cow);
}

static void count_all(struct figures *f, const struct trace_info *i)
{
	double seconds = (double)i->duration_ns / 1e9;

	f->nr = 0;
	real(f, "duration_s", "seconds", seconds);
	count_events(f, i);
	count_faults(f, i);
	count(f, "changes", "changes of address spaces", i->changes);
	real(f, "faults_per_change", "faults per change", trace_info_per_change(i));
	real(f, "faults_per_s", "faults/s", seconds > 0 ? (double)i->faults / seconds : 0);
	real(f, "changes_per_s", "changes/s", seconds > 0 ? (double)i->changes / seconds : 0);
	count(f, "processes", "processes", i->processes);
	count(f, "processes_at_peak", "processes at a time", i->peak_processes);
	count(f, "threads", "threads", i->threads);
	count(f, "threads_at_peak", "threads of a process at a time", i->peak_threads);
	count(f, "vmas_at_peak", "VMAs of a process at a time", i->peak_vmas);
	if (i->trace->sampled_vmas)
		count(f, "vmas_sampled", "VMAs of a process, as sampled", i->trace->sampled_vmas);
}

static const struct figure *find(const struct figures *f, const char *key)
{
	for (unsigned int i = 0; i < f->nr; i++)
		if (!strcmp(f->list[i].key, key))
			return &f->list[i];
	return NULL;
}

static void print_cell(struct grid *g, const struct figure *f)
{
	if (!f)
		grid_cell(g, false, "-");
	else if (f->whole)
		grid_cell(g, false, "%.0f", f->value);
	else if (f->value != 0 && fabs(f->value) < 1)
		grid_cell(g, false, "%.3f", f->value);
	else
		grid_cell(g, false, "%.1f", f->value);
}

/* A row a figure, a column a trace. */
static int print_table(const struct trace_infos *all, enum grid_style style, FILE *out)
{
	struct grid *g = grid_begin(" ");
	struct figures names, f;
	const struct trace_info *widest = all->info;

	for (unsigned int t = 0; t < all->nr; t++)
		if (all->info[t].trace->sampled_vmas)
			widest = &all->info[t];
	count_all(&names, widest);
	for (unsigned int t = 0; t < all->nr; t++)
		grid_cell(g, false, "%s", all->info[t].trace->name);
	for (unsigned int i = 0; i < names.nr; i++) {
		grid_row(g);
		grid_cell(g, true, "%s", names.list[i].what);
		for (unsigned int t = 0; t < all->nr; t++) {
			count_all(&f, &all->info[t]);
			print_cell(g, find(&f, names.list[i].key));
		}
	}
	grid_end(g, NULL, style, out);
	for (unsigned int t = 0; t < all->nr; t++)
		if (all->info[t].trace->no_zero_page)
			fprintf(out, "%s: recorded without a zero page\n", all->info[t].trace->name);
	for (unsigned int t = 0; t < all->nr; t++)
		for (unsigned int m = 0; m < all->info[t].trace->nr_missing; m++)
			fprintf(out, "%s: missing: %s\n", all->info[t].trace->name,
				all->info[t].trace->missing[m]);
	return g ? 0 : -1;
}

/* As compare writes it: a name may hold anything. */
static void print_quoted(const char *s, FILE *out)
{
	putc('"', out);
	for (; *s; s++) {
		if (*s == '"')
			putc('"', out);
		putc(*s, out);
	}
	putc('"', out);
}

static int print_csv(const struct trace_infos *all, FILE *out)
{
	struct figures f;

	fputs("trace,metric,value\n", out);
	for (unsigned int t = 0; t < all->nr; t++) {
		count_all(&f, &all->info[t]);
		for (unsigned int i = 0; i < f.nr; i++) {
			print_quoted(all->info[t].trace->name, out);
			fprintf(out, ",%s,%.*f\n", f.list[i].key, f.list[i].whole ? 0 : 6,
				f.list[i].value);
		}
	}
	return 0;
}

static int print_json(const struct trace_infos *all, FILE *out)
{
#ifdef HAVE_JANSSON
	json_t *document = json_envelope("trace-info", all->argc, all->argv);
	json_t *traces = json_array();
	struct figures f;

	for (unsigned int t = 0; t < all->nr; t++) {
		const struct trace *trace = all->info[t].trace;
		json_t *j = json_object(), *missing = json_array();

		json_put(j, "name", json_text(trace->name));
		json_put(j, "file", json_text(trace->path));
		count_all(&f, &all->info[t]);
		for (unsigned int i = 0; i < f.nr; i++)
			json_put(j, f.list[i].key, f.list[i].whole ? json_u64((u64)f.list[i].value) :
				 json_f64(f.list[i].value));
		for (unsigned int m = 0; m < trace->nr_missing; m++)
			json_append(missing, json_text(trace->missing[m]));
		json_put(j, "missing", missing);
		json_put(j, "no_zero_page", json_boolean(trace->no_zero_page));
		json_append(traces, j);
	}
	json_put(document, "traces", traces);
	return json_finish(document, out);
#else
	(void)all;
	(void)out;
	return -1;
#endif
}

int trace_info_render(const void *result, enum output_format format, FILE *out)
{
	const struct trace_infos *all = result;

	switch (format) {
	case OUTPUT_CSV:
		return print_csv(all, out);
	case OUTPUT_JSON:
		return print_json(all, out);
	case OUTPUT_MARKDOWN:
		return print_table(all, GRID_MARKDOWN, out);
	case OUTPUT_TABLE:
		break;
	}
	return print_table(all, GRID_TEXT, out);
}
