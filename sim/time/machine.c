/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Descriptions of machines: read whole, or refused with one line that says what and where.
 */
#include "sim/time/machine.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "faultline/machine/1"
/* Descriptions are a few KiB; a larger file is not one. */
#define MAX_TEXT (1UL << 20)

enum kind { COUNT, COST, LATENCY, SHARE, OPTION };

static const struct number {
	const char *key, *meaning;
	enum kind kind;
	double least, most;
} numbers[] = {
#define X(ID, key, kind, least, most, meaning) { key, meaning, kind, least, most },
	MACHINE_NUMBERS(X)
#undef X
};

const char *machine_key(enum machine_number n)
{
	return numbers[n].key;
}

const char *machine_meaning(enum machine_number n)
{
	return numbers[n].meaning;
}

unsigned int machine_cpus(const struct machine *m)
{
	return (unsigned int)(m->number[MACHINE_SOCKETS].value * m->number[MACHINE_L3_PER_SOCKET].value *
			      m->number[MACHINE_CORES_PER_L3].value * m->number[MACHINE_THREADS_PER_CORE].value);
}

/* --- reading ------------------------------------------------------------------------------------- */

struct reading {
	const char *from;
	struct machine_error *err;
};

static int fail(struct reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fail(struct reading *r, const char *format, ...)
{
	char what[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	snprintf(r->err->line, sizeof(r->err->line), "%.100s: %s", r->from, what);
	for (char *c = r->err->line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return -1;
}

static char *copy_text(struct reading *r, const json_t *object, const char *key, const char *what)
{
	const char *text = json_string_value(json_object_get(object, key));
	char *copy = text && *text ? strdup(text) : NULL;

	if (!text || !*text)
		fail(r, "%s: a text under \"%s\" is missing", what, key);
	else if (!copy)
		fail(r, "not enough memory");
	return copy;
}

/* { "value": ..., "source": "..." } or { "value": ..., "guess": "why" } */
static const json_t *read_from(struct reading *r, const json_t *object, const char *key, struct machine_value *out)
{
	const json_t *each = json_object_get(object, key), *value = json_object_get(each, "value");
	const char *other;
	json_t *ignored;

	if (!each) {
		fail(r, "%s is missing", key);
		return NULL;
	}
	if (!value) {
		fail(r, "%s: an object with \"value\", and \"source\" or \"guess\", is expected", key);
		return NULL;
	}
	json_object_foreach((json_t *)(uintptr_t)each, other, ignored)
		if (strcmp(other, "value") && strcmp(other, "source") && strcmp(other, "guess")) {
			fail(r, "%s: a number has no \"%.60s\"", key, other);
			return NULL;
		}
	out->guessed = json_object_get(each, "guess") != NULL;
	if (out->guessed == (json_object_get(each, "source") != NULL)) {
		fail(r, "%s: either \"source\" or \"guess\" has to say where it comes from", key);
		return NULL;
	}
	out->from = copy_text(r, each, out->guessed ? "guess" : "source", key);
	return out->from ? value : NULL;
}

static struct machine_value left_out(void)
{
	return (struct machine_value){ .guessed = true, .from = strdup("left out of the description") };
}

static int read_number(struct reading *r, const json_t *object, enum machine_number n, struct machine_value *out)
{
	const struct number *number = &numbers[n];
	const json_t *value;

	if (number->kind == OPTION && !json_object_get(object, number->key)) {
		*out = left_out();
		return out->from ? 0 : fail(r, "not enough memory");
	}
	value = read_from(r, object, number->key, out);
	if (!value)
		return -1;
	if (!json_is_number(value))
		return fail(r, "%s: a number is expected", number->key);
	out->value = json_number_value(value);
	if (!(out->value >= number->least && out->value <= number->most))
		return fail(r, "%s: %g is not from %g to %g", number->key, out->value, number->least, number->most);
	if (number->kind == COUNT && out->value != floor(out->value))
		return fail(r, "%s: %g is not a whole number", number->key, out->value);
	return 0;
}

static int read_numbers(struct reading *r, const json_t *top, struct machine *m)
{
	const json_t *object = json_object_get(top, "numbers");
	const char *key;
	json_t *ignored;
	unsigned int n;

	if (!json_is_object(object))
		return fail(r, "numbers: an object is expected");
	for (n = 0; n < NR_MACHINE_NUMBERS; n++)
		if (read_number(r, object, n, &m->number[n]))
			return -1;
	json_object_foreach((json_t *)(uintptr_t)object, key, ignored) {
		for (n = 0; n < NR_MACHINE_NUMBERS && strcmp(key, numbers[n].key); n++)
			;
		if (n == NR_MACHINE_NUMBERS)
			return fail(r, "numbers: \"%.60s\" is none that this version knows", key);
	}
	if (machine_cpus(m) > MACHINE_MAX_CPUS)
		return fail(r, "it has %u CPUs; there may be no more than %u", machine_cpus(m), MACHINE_MAX_CPUS);
	if (m->number[MACHINE_SOCKETS].value * m->number[MACHINE_L3_PER_SOCKET].value > MACHINE_MAX_L3)
		return fail(r, "it has more than %u L3 domains", MACHINE_MAX_L3);
	return 0;
}

static int read_between(struct reading *r, const json_t *top, struct machine *m)
{
	size_t nr = (size_t)m->number[MACHINE_SOCKETS].value;
	const json_t *rows = read_from(r, top, "between_sockets_ns", &m->between_from);

	if (!rows)
		return -1;
	if (json_array_size(rows) != nr)
		return fail(r, "between_sockets_ns: a row for each of %zu sockets is expected", nr);
	for (size_t i = 0; i < nr; i++) {
		const json_t *row = json_array_get(rows, i);

		if (json_array_size(row) != nr)
			return fail(r, "between_sockets_ns[%zu]: %zu numbers are expected", i, nr);
		for (size_t k = 0; k < nr; k++) {
			const json_t *each = json_array_get(row, k);

			m->between[i][k] = json_is_number(each) ? json_number_value(each) : NAN;
			if (!(m->between[i][k] > 0 && m->between[i][k] <= 100000))
				return fail(r, "between_sockets_ns[%zu][%zu]: a number above 0 and up to 100000 is expected", i, k);
		}
	}
	for (size_t i = 0; i < nr; i++)
		for (size_t k = 0; k < i; k++)
			if (m->between[i][k] != m->between[k][i])
				return fail(r, "between_sockets_ns: [%zu][%zu] is %g, but [%zu][%zu] is %g", i, k,
					    m->between[i][k], k, i, m->between[k][i]);
	return 0;
}

static int read_yes_no(struct reading *r, const json_t *top, const char *key, bool *yes, struct machine_value *from)
{
	const json_t *value = read_from(r, top, key, from);

	if (!value)
		return -1;
	if (!json_is_boolean(value))
		return fail(r, "%s: true or false is expected", key);
	*yes = json_is_true(value);
	return 0;
}

static int read_rules(struct reading *r, const json_t *top, struct machine *m)
{
	const json_t *value = read_from(r, top, "grant", &m->grant_from);
	const char *rule = json_string_value(value);

	if (!value)
		return -1;
	if (!rule || (strcmp(rule, "fifo") && strcmp(rule, "local-first")))
		return fail(r, "grant: \"fifo\" or \"local-first\" is expected");
	m->local_first = !strcmp(rule, "local-first");
	if (read_yes_no(r, top, "pairs", &m->pairs, &m->pairs_from))
		return -1;
	if (!json_object_get(top, "migratory_reads")) {
		m->migratory_from = left_out();
		return m->migratory_from.from ? 0 : fail(r, "not enough memory");
	}
	return read_yes_no(r, top, "migratory_reads", &m->migratory, &m->migratory_from);
}

static int read_top(struct reading *r, const json_t *top, struct machine *m)
{
	static const char *const known[] = {
		"schema", "name", "title", "numbers", "between_sockets_ns", "grant", "pairs", "migratory_reads",
	};
	const char *schema = json_string_value(json_object_get(top, "schema")), *key;
	json_t *ignored;
	size_t i;

	if (!json_is_object(top))
		return fail(r, "an object is expected");
	if (!schema || strcmp(schema, SCHEMA))
		return fail(r, "schema: \"%s\" is expected", SCHEMA);
	json_object_foreach((json_t *)(uintptr_t)top, key, ignored) {
		for (i = 0; i < ARRAY_SIZE(known) && strcmp(key, known[i]); i++)
			;
		if (i == ARRAY_SIZE(known))
			return fail(r, "\"%.60s\" is nothing that this version knows", key);
	}
	m->name = copy_text(r, top, "name", "the description");
	m->title = m->name ? copy_text(r, top, "title", "the description") : NULL;
	if (!m->title)
		return -1;
	if (strlen(m->name) > 60 || strspn(m->name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != strlen(m->name))
		return fail(r, "name: up to 60 of a-z, 0-9, '-' and '.' are expected");
	return read_numbers(r, top, m) || read_between(r, top, m) || read_rules(r, top, m) ? -1 : 0;
}

/* FNV-1a, 64 bits: Fowler, Noll and Vo. */
static u64 hash_text(const char *text, size_t size)
{
	u64 hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (u8)text[i]) * 0x100000001b3ULL;
	return hash;
}

struct machine *machine_parse(const char *text, size_t size, const char *from, struct machine_error *err)
{
	struct reading r = { .from = from, .err = err };
	struct machine *m = calloc(1, sizeof(*m));
	json_error_t broken;
	json_t *top;
	int ret;

	if (!m) {
		fail(&r, "not enough memory");
		return NULL;
	}
	/* A parser without memory calls the text wrong. */
	errno = 0;
	top = json_loadb(text, size, JSON_REJECT_DUPLICATES, &broken);
	if (top)
		ret = read_top(&r, top, m);
	else if (errno == ENOMEM)
		ret = fail(&r, "not enough memory");
	else
		ret = fail(&r, "line %d: %s", broken.line, broken.text);
	json_decref(top);
	m->hash = hash_text(text, size);
	if (!ret)
		return m;
	machine_free(m);
	return NULL;
}

static struct machine *read_file(const char *path, struct machine_error *err)
{
	struct reading r = { .from = path, .err = err };
	FILE *in = fopen(path, "rb");
	struct machine *m = NULL;
	char *text = in ? malloc(MAX_TEXT) : NULL;
	size_t size = text ? fread(text, 1, MAX_TEXT, in) : 0;

	if (!in)
		fail(&r, "there is no such machine, and no such file; 'faultline machines' lists them");
	else if (!text || ferror(in))
		fail(&r, "it cannot be read");
	else if (size == MAX_TEXT)
		fail(&r, "it is too large for a machine's description");
	else
		m = machine_parse(text, size, path, err);
	free(text);
	if (in)
		fclose(in);
	return m;
}

struct machine *machine_open(const char *name_or_path, struct machine_error *err)
{
	for (const struct machine_text *each = machine_texts; each->name; each++)
		if (!strcmp(each->name, name_or_path))
			return machine_parse(each->text, strlen(each->text), each->name, err);
	return read_file(name_or_path, err);
}

void machine_free(struct machine *m)
{
	if (!m)
		return;
	for (unsigned int n = 0; n < NR_MACHINE_NUMBERS; n++)
		free(m->number[n].from);
	free(m->between_from.from);
	free(m->grant_from.from);
	free(m->pairs_from.from);
	free(m->migratory_from.from);
	free(m->name);
	free(m->title);
	free(m);
}

void machine_scale(struct machine *m, double factor)
{
	for (unsigned int n = 0; n < NR_MACHINE_NUMBERS; n++)
		if (numbers[n].kind == LATENCY)
			m->number[n].value *= factor;
	for (unsigned int i = 0; i < MACHINE_MAX_SOCKETS; i++)
		for (unsigned int k = 0; k < MACHINE_MAX_SOCKETS; k++)
			m->between[i][k] *= factor;
}
