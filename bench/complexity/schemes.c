/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Facts read from a scheme's source: its operations, the rung below, its ways down.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/complexity/measure.h"
#include "bench/complexity/names.h"
#include "bench/complexity/schemes.h"

/* prototypes/FOLDER/NAME.c -> the scheme NAME; NULL: another place, or no memory. */
static struct cx_scheme *scheme_of(struct cx_program *p, const char *path)
{
	const char *name, *end = strrchr(path, '.');
	struct cx_scheme *s;
	char *copy;

	if (strncmp(path, "prototypes/", strlen("prototypes/")) || !end)
		return NULL;
	name = strrchr(path, '/') + 1;
	if (name == path + strlen("prototypes/"))	/* in no folder */
		return NULL;
	copy = strndup(name, end - name);
	if (!copy) {
		p->no_memory = true;
		return NULL;
	}
	s = cx_scheme_get(p, copy);
	free(copy);
	return s;
}

void cx_scheme_lines(struct cx_program *p, CXTranslationUnit unit, const char *path)
{
	struct cx_scheme *s = scheme_of(p, path);
	CXString name = clang_getTranslationUnitSpelling(unit);
	CXFile file = clang_getFile(unit, clang_getCString(name));
	size_t size;

	clang_disposeString(name);
	if (!s || !file || !clang_getFileContents(unit, file, &size))
		return;
	s->file_lines += cx_count_lines(unit, clang_getRange(clang_getLocationForOffset(unit, file, 0),
							     clang_getLocationForOffset(unit, file, size)));
}

struct table {
	struct cx_program *program;
	struct cx_scheme *scheme;
	const char *root;
	unsigned int falls;
	bool below;	/* the initializer of .below is what is being visited */
};

static bool is_called(CXCursor c, enum CXCursorKind kind, const char *want)
{
	CXString name = clang_getCursorSpelling(c);
	bool same = clang_getCursorKind(c) == kind && !strcmp(clang_getCString(name), want);

	clang_disposeString(name);
	return same;
}

/* Of a table of counters: those of the kind COUNTS_FELL. */
static enum CXChildVisitResult count_falls(CXCursor c, CXCursor parent, CXClientData data)
{
	struct table *t = data;

	(void)parent;
	t->falls += is_called(c, CXCursor_DeclRefExpr, "COUNTS_FELL");
	return CXChildVisit_Recurse;
}

/* Of `const struct scheme`: functions, and the rung below. */
static enum CXChildVisitResult read_scheme(CXCursor c, CXCursor parent, CXClientData data)
{
	struct table *t = data;
	CXCursor target;
	CXString text;
	char *key;

	(void)parent;
	switch (clang_getCursorKind(c)) {
	case CXCursor_MemberRef:
		t->below = is_called(c, CXCursor_MemberRef, "below");
		break;
	case CXCursor_StringLiteral:
		if (!t->below)
			break;
		text = clang_getCursorSpelling(c);	/* with its quotes */
		free(t->scheme->below);
		t->scheme->below = strndup(clang_getCString(text) + 1, strlen(clang_getCString(text)) - 2);
		t->program->no_memory |= !t->scheme->below;
		clang_disposeString(text);
		t->below = false;
		break;
	case CXCursor_DeclRefExpr:
		target = clang_getCursorReferenced(c);
		if (clang_getCursorKind(target) != CXCursor_FunctionDecl)
			break;
		key = cx_key(target, t->root);
		if (key)
			cx_names_add(t->program, &t->scheme->ops, key);
		free(key);
		break;
	default:
		break;
	}
	return CXChildVisit_Recurse;
}

/* Is @a variable, or each of its elements, a struct @a name? */
static bool is_made_of(CXCursor variable, const char *name)
{
	CXType type = clang_getCursorType(variable);
	CXString text;
	bool same;

	if (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray)
		type = clang_getArrayElementType(type);
	text = clang_getTypeSpelling(type);
	same = !strcmp(clang_getCString(text), name);
	clang_disposeString(text);
	return same;
}

void cx_scheme_note(struct cx_program *p, CXCursor variable, const char *path, const char *root)
{
	struct table t = { .program = p, .root = root };

	if (!clang_isCursorDefinition(variable))
		return;
	t.scheme = scheme_of(p, path);
	if (!t.scheme)
		return;
	if (is_made_of(variable, "const struct scheme")) {
		clang_visitChildren(variable, read_scheme, &t);
	} else if (is_made_of(variable, "const struct scheme_counter")) {
		clang_visitChildren(variable, count_falls, &t);
		t.scheme->falls += t.falls;
	}
}
