/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Figures from a function's tokens as written: lines, volume, && and ||, atomics, locks, RCU.
 *
 * Macros stay what a reader sees, one word: rcu_read_lock() is one operand and one
 * pair of parentheses.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/complexity/measure.h"
#include "bench/complexity/primitives.h"

struct token {
	CXTokenKind kind;
	unsigned int line, offset;
	char text[64];	/**< cut; nothing here compares longer ones */
};

struct tokens {
	struct token *t;
	size_t nr;
};

/* Comments are left out.  A range may begin with a macro (bool is one), so use its location in the file. */
static struct tokens tokens_of(CXTranslationUnit unit, CXSourceRange range)
{
	struct tokens all = { .nr = 0 };
	unsigned int nr, begin, end;
	CXToken *raw;
	CXFile file;

	clang_getFileLocation(clang_getRangeStart(range), &file, NULL, NULL, &begin);
	clang_getFileLocation(clang_getRangeEnd(range), NULL, NULL, NULL, &end);
	clang_tokenize(unit, clang_getRange(clang_getLocationForOffset(unit, file, begin),
					    clang_getLocationForOffset(unit, file, end)), &raw, &nr);
	all.t = calloc(nr + 1, sizeof(*all.t));
	for (unsigned int i = 0; all.t && i < nr; i++) {
		struct token *t = &all.t[all.nr];
		CXString text = clang_getTokenSpelling(unit, raw[i]);
		const char *s = clang_getCString(text);
		size_t n = strlen(s);

		t->kind = clang_getTokenKind(raw[i]);
		clang_getFileLocation(clang_getTokenLocation(unit, raw[i]), NULL, &t->line, NULL, &t->offset);
		if (n >= sizeof(t->text))
			n = sizeof(t->text) - 1;
		memcpy(t->text, s, n);
		t->text[n] = '\0';
		all.nr += t->kind != CXToken_Comment && t->offset < end;
		clang_disposeString(text);
	}
	clang_disposeTokens(unit, raw, nr);
	return all;
}

static bool is(const struct tokens *all, size_t i, const char *text)
{
	return i < all->nr && all->t[i].kind == CXToken_Punctuation && !strcmp(all->t[i].text, text);
}

static bool is_one_of(const struct tokens *all, size_t i, const char *characters)
{
	const struct token *t = &all->t[i];

	return i < all->nr && t->kind == CXToken_Punctuation && !t->text[1] && strchr(characters, t->text[0]);
}

static unsigned int lines(const struct tokens *all)
{
	unsigned int nr = 0, last = 0;

	for (size_t i = 0; i < all->nr; i++) {
		nr += all->t[i].line != last;
		last = all->t[i].line;
	}
	return nr;
}

unsigned int cx_count_lines(CXTranslationUnit unit, CXSourceRange range)
{
	struct tokens all = tokens_of(unit, range);
	unsigned int nr = lines(&all);

	free(all.t);
	return nr;
}

/* --- Halstead --------------------------------------------------------------------------- */

/*
 * Operators are keywords and punctuation, a pair of brackets being one; operands are
 * names and literals.  Volume: length times the bits that tell the words apart.
 */
static double volume(struct cx_program *p, const struct tokens *all)
{
	struct cx_names words = { .nr = 0 };
	size_t length = 0;
	double bits;

	for (size_t i = 0; i < all->nr; i++) {
		if (is_one_of(all, i, ")]}"))
			continue;
		length++;
		cx_names_add(p, &words, all->t[i].text);
	}
	bits = words.nr ? length * log2(words.nr) : 0;
	cx_names_free(&words);
	return bits;
}

/* --- && and || -------------------------------------------------------------------------- */

/* The logical operators of one pair of brackets, so far. */
struct group {
	bool or_seen, and_runs, and_seen;
	bool operand;	/* it stands behind an &&, perhaps after ! */
};

#define MAX_GROUPS 64

/* A group that is an operand of && and is made of && alone belongs to the same run. */
static bool same_run(const struct tokens *all, size_t close, const struct group *g)
{
	return g->and_seen && !g->or_seen && (g->operand || is(all, close + 1, "&&"));
}

/*
 * Each operator counts for the cyclomatic number.  For the cognitive one a run of && counts
 * once, and the || of one level together once.
 */
static void logical(struct cx_body *b, const struct tokens *all)
{
	struct group stack[MAX_GROUPS] = { 0 };
	double *figure = b->function->figure;
	unsigned int top = 0;

	for (size_t i = 0; i < all->nr; i++) {
		struct group *g = &stack[top];

		if (is_one_of(all, i, "([{") && top + 1 < MAX_GROUPS) {
			size_t before = i && is(all, i - 1, "!") ? i - 1 : i;

			stack[++top] = (struct group){ .operand = before && is(all, before - 1, "&&") };
		} else if (is_one_of(all, i, ")]}") && top) {
			if (same_run(all, i, g))
				figure[CX_COGNITIVE]--;
			top--;
		} else if (is(all, i, "&&")) {
			figure[CX_CYCLOMATIC]++;
			figure[CX_COGNITIVE] += !g->and_runs;
			g->and_runs = g->and_seen = true;
		} else if (is(all, i, "||")) {
			figure[CX_CYCLOMATIC]++;
			figure[CX_COGNITIVE] += !g->or_seen;
			g->or_seen = true;
			g->and_runs = false;
		} else if (is_one_of(all, i, ";,?:=")) {
			*g = (struct group){ .operand = g->operand };
		}
	}
}

/* --- atomics, locks, RCU ------------------------------------------------------------------ */

static const char *place_name(const struct cx_body *b, unsigned int offset)
{
	for (size_t i = 0; i < b->nr_places; i++)
		if (b->place[i].offset == offset)
			return b->place[i].name;
	return NULL;
}

/* The variable is the last name of the first argument that stands in no further bracket. */
static void shared_variable(struct cx_body *b, const struct tokens *all, size_t open)
{
	const struct token *last = NULL;
	const char *name;
	unsigned int depth = 0;

	for (size_t i = open; i < all->nr; i++) {
		if (is_one_of(all, i, "([{"))
			depth++;
		else if (is_one_of(all, i, ")]}") && !--depth)
			break;
		else if (depth == 1 && is(all, i, ","))
			break;
		else if (depth == 1 && all->t[i].kind == CXToken_Identifier)
			last = &all->t[i];
	}
	if (!last)
		return;
	/* An object behind a local pointer has no name of its own. */
	name = place_name(b, last->offset);
	if (name)
		cx_names_add(b->program, &b->function->shared, name);
}

static void calls(struct cx_body *b, const struct tokens *all)
{
	double *figure = b->function->figure;
	size_t body = 0;

	while (body < all->nr && !is(all, body, "{"))
		body++;		/* the function's own name is not a call */
	for (size_t i = body; i + 1 < all->nr; i++) {
		unsigned int what;

		if (all->t[i].kind != CXToken_Identifier || !is(all, i + 1, "("))
			continue;
		what = cx_primitive(all->t[i].text);
		figure[CX_ORDERINGS] += (what & CX_IS_ORDERING) != 0;
		figure[CX_LOCKS] += (what & CX_IS_LOCK) != 0;
		figure[CX_RCU] += (what & CX_IS_RCU) != 0;
		if (what & CX_IS_SHARED)
			shared_variable(b, all, i + 1);
	}
	figure[CX_SHARED] = b->function->shared.nr;
}

void cx_measure_tokens(struct cx_body *body)
{
	struct tokens all = tokens_of(body->unit, clang_getCursorExtent(body->cursor));

	if (!all.t) {
		body->program->no_memory = true;
		return;
	}
	body->function->figure[CX_LINES] = lines(&all);
	body->function->figure[CX_VOLUME] = volume(body->program, &all);
	logical(body, &all);
	calls(body, &all);
	free(all.t);
}
