/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Figures from a function's statements: branches, nesting, calls.
 *
 * A statement that comes from a macro's body does not count, unless the macro is a loop's head: then the
 * loop's body stands in the function. `else if` is one branch, no deeper than the `if`, as in
 * SonarSource's white paper and in clang-tidy; clang-tidy, however, counts statements from macros, and
 * misses those without braces under an `if`.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/complexity/measure.h"
#include "bench/complexity/names.h"

#define MAX_CHILDREN 4	/* of an if, a loop, a switch, a ?: */

struct walk {
	struct cx_body *body;
	unsigned int depth;
};

struct children {
	CXCursor c[MAX_CHILDREN];
	unsigned int nr;
};

static void statement(struct cx_body *b, CXCursor c, unsigned int depth);

static enum CXChildVisitResult collect(CXCursor c, CXCursor parent, CXClientData data)
{
	struct children *ch = data;

	(void)parent;
	if (ch->nr < MAX_CHILDREN)
		ch->c[ch->nr++] = c;
	return CXChildVisit_Continue;
}

static struct children children_of(CXCursor c)
{
	struct children ch = { .nr = 0 };

	clang_visitChildren(c, collect, &ch);
	return ch;
}

static enum CXChildVisitResult visit(CXCursor c, CXCursor parent, CXClientData data)
{
	struct walk *w = data;

	(void)parent;
	statement(w->body, c, w->depth);
	return CXChildVisit_Continue;
}

static void inside(struct cx_body *b, CXCursor c, unsigned int depth)
{
	struct walk w = { b, depth };

	clang_visitChildren(c, visit, &w);
}

static unsigned int offset_of(CXCursor c)
{
	unsigned int offset;

	clang_getFileLocation(clang_getCursorLocation(c), NULL, NULL, NULL, &offset);
	return offset;
}

/* Does the function's own text have @a word where @a c stands? */
static bool written(const struct cx_body *b, CXCursor c, const char *word)
{
	size_t at = offset_of(c), n = strlen(word);

	return at + n <= b->source_size && !memcmp(b->source + at, word, n);
}

static void count(struct cx_body *b, double cyclomatic, double cognitive, unsigned int depth)
{
	double *figure = b->function->figure;

	figure[CX_CYCLOMATIC] += cyclomatic;
	figure[CX_COGNITIVE] += cognitive;
	if (depth > figure[CX_NESTING])
		figure[CX_NESTING] = depth;
}

/* @a chained: the if of an else. */
static void if_statement(struct cx_body *b, CXCursor c, unsigned int depth, bool chained)
{
	struct children ch = children_of(c);

	if (ch.nr < 2 || !written(b, c, "if")) {
		inside(b, c, depth);
		return;
	}
	count(b, 1, chained ? 1 : 1 + depth, depth + 1);
	statement(b, ch.c[0], depth);
	statement(b, ch.c[1], depth + 1);
	if (ch.nr < 3)
		return;
	if (clang_getCursorKind(ch.c[2]) == CXCursor_IfStmt) {
		if_statement(b, ch.c[2], depth, true);
	} else {
		count(b, 0, 1, depth + 1);
		statement(b, ch.c[2], depth + 1);
	}
}

/* The head of a loop may come from a macro; the body must be the function's own text. */
static void loop(struct cx_body *b, CXCursor c, const char *word, unsigned int depth)
{
	struct children ch = children_of(c);
	bool own = written(b, c, word);

	if (!own && strcmp(word, "do"))
		own = ch.nr && offset_of(ch.c[ch.nr - 1]) != offset_of(c);
	if (!own) {
		inside(b, c, depth);
		return;
	}
	count(b, 1, 1 + depth, depth + 1);
	inside(b, c, depth + 1);
}

static void note_place(struct cx_body *b, CXCursor c, CXCursor target, bool field)
{
	CXString name = clang_getCursorSpelling(target);
	CXString owner = clang_getCursorSpelling(field ? clang_getCursorSemanticParent(target) : target);
	struct cx_place *grown = realloc(b->place, (b->nr_places + 1) * sizeof(*grown));
	struct cx_place *at = grown ? &grown[b->nr_places] : NULL;
	const char *of = clang_getCString(owner);
	int ret = -1;

	if (grown) {
		b->place = grown;
		at->offset = offset_of(c);
		/* A field of an unnamed struct or union goes by its own name. */
		if (field && of[0] && !strchr(of, ' '))
			ret = asprintf(&at->name, "%s.%s", of, clang_getCString(name));
		else
			ret = asprintf(&at->name, "%s", clang_getCString(name));
	}
	if (ret < 0)
		b->program->no_memory = true;
	else
		b->nr_places++;
	clang_disposeString(owner);
	clang_disposeString(name);
}

static void reference(struct cx_body *b, CXCursor c)
{
	CXCursor target = clang_getCursorReferenced(c);
	char *key;

	switch (clang_getCursorKind(target)) {
	case CXCursor_FunctionDecl:
		key = cx_key(target, b->root);
		if (key)
			cx_names_add(b->program, &b->function->calls, key);
		free(key);
		break;
	case CXCursor_FieldDecl:
		note_place(b, c, target, true);
		break;
	case CXCursor_VarDecl:
		if (clang_getCursorLinkage(target) != CXLinkage_NoLinkage)
			note_place(b, c, target, false);
		break;
	default:
		break;
	}
}

static void statement(struct cx_body *b, CXCursor c, unsigned int depth)
{
	switch (clang_getCursorKind(c)) {
	case CXCursor_IfStmt:
		if_statement(b, c, depth, false);
		return;
	case CXCursor_ForStmt:
		loop(b, c, "for", depth);
		return;
	case CXCursor_WhileStmt:
		loop(b, c, "while", depth);
		return;
	case CXCursor_DoStmt:
		loop(b, c, "do", depth);
		return;
	case CXCursor_SwitchStmt:
		if (written(b, c, "switch")) {
			count(b, 0, 1 + depth, depth + 1);
			depth++;
		}
		break;
	case CXCursor_ConditionalOperator:
		count(b, 1, 1 + depth, depth + 1);
		depth++;
		break;
	case CXCursor_CaseStmt:
		if (written(b, c, "case"))
			count(b, 1, 0, depth);
		break;
	case CXCursor_GotoStmt:
		if (written(b, c, "goto"))
			count(b, 0, 1, depth);
		break;
	case CXCursor_DeclRefExpr:
	case CXCursor_MemberRefExpr:
		reference(b, c);
		break;
	default:
		break;
	}
	inside(b, c, depth);
}

void cx_measure_control(struct cx_body *body)
{
	body->function->figure[CX_FUNCTIONS] = 1;
	count(body, 1, 0, 0);
	inside(body, body->cursor, 0);
}
