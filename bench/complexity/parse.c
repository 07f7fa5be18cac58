/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief libclang reads the sources: each function once, and what each struct scheme names.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/complexity/measure.h"
#include "bench/complexity/names.h"
#include "bench/complexity/schemes.h"
#include "common/platform/types.h"

struct unit {
	struct cx_program *program;
	struct cx_names *seen;	/* keys of the functions that are measured already */
	CXTranslationUnit unit;
	const char *root;	/* NULL: files were named, take what stands in them */
};

static void measure(struct unit *u, CXCursor c, const char *key, const char *path)
{
	CXString name = clang_getCursorSpelling(c);
	struct cx_body body = {
		.program = u->program, .root = u->root, .unit = u->unit, .cursor = c,
		.function = cx_function_add(u->program, clang_getCString(name), key, path),
	};
	CXFile file;

	if (body.function) {
		clang_getFileLocation(clang_getCursorLocation(c), &file, &body.function->line, NULL, NULL);
		body.source = clang_getFileContents(u->unit, file, &body.source_size);
		cx_measure_control(&body);
		cx_measure_tokens(&body);
	}
	for (size_t i = 0; i < body.nr_places; i++)
		free(body.place[i].name);
	free(body.place);
	clang_disposeString(name);
}

/* The seam stands for the machine, so its complexity is not counted. */
static bool counts(const struct unit *u, CXCursor c, const char *path)
{
	if (!u->root)
		return clang_Location_isFromMainFile(clang_getCursorLocation(c));
	return !strncmp(path, "prototypes/", 11) ||
	       (!strncmp(path, "common/", 7) && strncmp(path, "common/platform/", 16));
}

static enum CXChildVisitResult top_level(CXCursor c, CXCursor parent, CXClientData data)
{
	struct unit *u = data;
	enum CXCursorKind kind = clang_getCursorKind(c);
	char *path, *key;

	(void)parent;
	if (kind != CXCursor_FunctionDecl && kind != CXCursor_VarDecl)
		return CXChildVisit_Continue;
	path = cx_path(clang_getCursorLocation(c), u->root);
	key = cx_key(c, u->root);
	if (path && key && counts(u, c, path)) {
		if (kind == CXCursor_VarDecl) {
			cx_scheme_note(u->program, c, path, u->root);
		} else if (clang_isCursorDefinition(c) && !cx_names_have(u->seen, key)) {
			cx_names_add(u->program, u->seen, key);
			measure(u, c, key, path);
		}
	}
	free(key);
	free(path);
	return CXChildVisit_Continue;
}

/* The first error, as clang words it. */
static int parse_errors(CXTranslationUnit unit, struct bench_error *err)
{
	for (unsigned int i = 0; i < clang_getNumDiagnostics(unit); i++) {
		CXDiagnostic d = clang_getDiagnostic(unit, i);
		bool error = clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error;
		CXString text = clang_formatDiagnostic(d, CXDiagnostic_DisplaySourceLocation);

		if (error)
			bench_fail(err, "%s", clang_getCString(text));
		clang_disposeString(text);
		clang_disposeDiagnostic(d);
		if (error)
			return -1;
	}
	return 0;
}

static int parse_file(struct unit *u, CXIndex index, const char *path, struct bench_error *err)
{
	char include[PATH_MAX + 3];
	const char *args[] = { "-xc", "-std=gnu11", "-Wno-everything", include };
	CXTranslationUnit unit;
	int ret;

	snprintf(include, sizeof(include), "-I%s", u->root ? u->root : ".");
	if (clang_parseTranslationUnit2(index, path, args, ARRAY_SIZE(args), NULL, 0,
					CXTranslationUnit_None, &unit) != CXError_Success)
		return bench_fail(err, "%s: libclang cannot read it", path);
	ret = parse_errors(unit, err);
	if (!ret) {
		u->unit = unit;
		clang_visitChildren(clang_getTranslationUnitCursor(unit), top_level, u);
		if (u->root)
			cx_scheme_lines(u->program, unit, path + strlen(u->root) + 1);
	}
	clang_disposeTranslationUnit(unit);
	if (!ret && u->program->no_memory)
		ret = bench_fail_memory(err, "reading the sources");
	return ret;
}

int cx_parse_files(struct cx_program *p, const char *const *file, size_t nr, struct bench_error *err)
{
	struct cx_names keys = { .nr = 0 };
	CXIndex index = clang_createIndex(0, 0);
	int ret = 0;

	for (size_t i = 0; !ret && i < nr; i++) {
		struct unit u = { .program = p, .seen = &keys };

		ret = parse_file(&u, index, file[i], err);
	}
	clang_disposeIndex(index);
	cx_names_free(&keys);
	return ret;
}

/* --- a tree -------------------------------------------------------------------------------- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/*
 * Skip the seam and files beside the schemes' folders; parse a header by itself only if it belongs to a
 * scheme.
 */
static bool is_source(const FTSENT *e, const char *root)
{
	const char *path = e->fts_path + strlen(root);
	size_t n = strlen(e->fts_name);

	if (e->fts_info != FTS_F || n < 3 || e->fts_name[n - 2] != '.')
		return false;
	if (e->fts_name[n - 1] == 'h')
		return !strncmp(path, "/prototypes/", 12);
	if (!strncmp(path, "/common/platform/", 17) || (!strncmp(path, "/prototypes/", 12) && !strchr(path + 12, '/')))
		return false;
	return e->fts_name[n - 1] == 'c' && strcmp(e->fts_name, "registry.c");
}

int cx_parse_tree(struct cx_program *p, const char *root, struct bench_error *err)
{
	char common[PATH_MAX], prototypes[PATH_MAX];
	char *folders[] = { common, prototypes, NULL };
	struct cx_names keys = { .nr = 0 };
	struct unit u = { .program = p, .seen = &keys, .root = root };
	CXIndex index;
	FTSENT *e;
	FTS *fts;
	int ret = 0;

	if (snprintf(common, sizeof(common), "%s/common", root) >= PATH_MAX - 8)
		return bench_fail(err, "%s: too long for a path", root);
	snprintf(prototypes, sizeof(prototypes), "%s/prototypes", root);
	fts = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (!fts)
		return bench_fail(err, "%s: %s", root, strerror(errno));
	index = clang_createIndex(0, 0);
	while (!ret && (e = fts_read(fts))) {
		if (e->fts_info == FTS_NS || e->fts_info == FTS_DNR || e->fts_info == FTS_ERR)
			ret = bench_fail(err, "%s: %s; --source wants the root of a faultline tree", e->fts_path,
					 strerror(e->fts_errno));
		else if (is_source(e, root))
			ret = parse_file(&u, index, e->fts_path, err);
	}
	clang_disposeIndex(index);
	fts_close(fts);
	cx_names_free(&keys);
	if (!ret && !p->nr_schemes)
		ret = bench_fail(err, "%s: no scheme in prototypes/", root);
	cx_program_sort(p);
	return ret;
}
