/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Functions, schemes and sets of names: allocation and search.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/complexity/program.h"

/* Room for one more at the end of @a *array. */
static void *grow(struct cx_program *p, void *array, size_t nr, size_t size)
{
	void **where = array, *grown;

	/* Doubles at each power of two. */
	if (nr & (nr - 1))
		return (char *)*where + nr * size;
	grown = realloc(*where, (nr ? 2 * nr : 1) * size);
	if (!grown) {
		p->no_memory = true;
		return NULL;
	}
	*where = grown;
	return (char *)grown + nr * size;
}

static char *copy(struct cx_program *p, const char *text)
{
	char *s = strdup(text);

	if (!s)
		p->no_memory = true;
	return s;
}

bool cx_names_have(const struct cx_names *names, const char *name)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!strcmp(names->name[i], name))
			return true;
	return false;
}

void cx_names_add(struct cx_program *p, struct cx_names *names, const char *name)
{
	char **slot;

	if (cx_names_have(names, name))
		return;
	slot = grow(p, &names->name, names->nr, sizeof(*slot));
	if (!slot)
		return;
	*slot = copy(p, name);
	names->nr += *slot != NULL;
}

void cx_names_free(struct cx_names *names)
{
	for (size_t i = 0; i < names->nr; i++)
		free(names->name[i]);
	free(names->name);
}

struct cx_function *cx_function_add(struct cx_program *p, const char *name, const char *key, const char *path)
{
	struct cx_function *f = grow(p, &p->function, p->nr_functions, sizeof(*f));

	if (!f)
		return NULL;
	*f = (struct cx_function){ .name = copy(p, name), .key = copy(p, key), .path = copy(p, path) };
	p->nr_functions++;
	return p->no_memory ? NULL : f;
}

struct cx_scheme *cx_scheme_find(const struct cx_program *p, const char *name)
{
	for (size_t i = 0; name && i < p->nr_schemes; i++)
		if (!strcmp(p->scheme[i].name, name))
			return &p->scheme[i];
	return NULL;
}

struct cx_scheme *cx_scheme_get(struct cx_program *p, const char *name)
{
	struct cx_scheme *s = cx_scheme_find(p, name);

	if (s)
		return s;
	s = grow(p, &p->scheme, p->nr_schemes, sizeof(*s));
	if (!s)
		return NULL;
	*s = (struct cx_scheme){ .name = copy(p, name) };
	if (!s->name)
		return NULL;
	p->nr_schemes++;
	return s;
}

static int by_key(const void *a, const void *b)
{
	const struct cx_function *x = a, *y = b;

	return strcmp(x->key, y->key);
}

void cx_program_sort(struct cx_program *p)
{
	if (p->nr_functions && !p->no_memory)
		qsort(p->function, p->nr_functions, sizeof(*p->function), by_key);
}

struct cx_function *cx_function_find(const struct cx_program *p, const char *key)
{
	struct cx_function wanted = { .key = (char *)key };

	if (!p->nr_functions)
		return NULL;
	return bsearch(&wanted, p->function, p->nr_functions, sizeof(wanted), by_key);
}

void cx_program_free(struct cx_program *p)
{
	for (size_t i = 0; i < p->nr_functions; i++) {
		struct cx_function *f = &p->function[i];

		free(f->name);
		free(f->key);
		free(f->path);
		cx_names_free(&f->shared);
		cx_names_free(&f->calls);
		cx_names_free(&f->users);
	}
	for (size_t i = 0; i < p->nr_schemes; i++) {
		free(p->scheme[i].name);
		free(p->scheme[i].below);
		cx_names_free(&p->scheme[i].ops);
	}
	free(p->function);
	free(p->scheme);
}
