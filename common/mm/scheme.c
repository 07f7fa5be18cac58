/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Finds schemes by name, reads specs, and lays out chains.
 */
#include "common/mm/scheme.h"
#include "common/mm/mm.h"
#include "common/mm/vma.h"

#include <errno.h>
#include <string.h>

/* --- text: no printf below the seam ------------------------------------------------------ */

struct text {
	char *at;
	size_t left;	/* with the end */
};

static void text_add(struct text *t, const char *s, size_t n)
{
	if (!t->left)
		return;
	if (n >= t->left)
		n = t->left - 1;
	memcpy(t->at, s, n);
	t->at += n;
	t->left -= n;
	*t->at = '\0';
}

static void text_put(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

static void text_number(struct text *t, unsigned int n)
{
	char digits[12];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	text_add(t, digits + at, sizeof(digits) - at);
}

/* --- a spec in its parts ------------------------------------------------------------------- */

#define MAX_WISHES 16

/* One `OPTION=VALUE`, somewhere in the spec. */
struct wish {
	const char *name, *value;
	size_t name_len, value_len;
	bool used;
};

struct spec {
	struct wish wish[MAX_WISHES];
	unsigned int nr;
	struct text why;
};

static bool same(const char *word, const char *s, size_t len)
{
	return strlen(word) == len && !memcmp(word, s, len);
}

static size_t length_to(const char *s, char stop)
{
	size_t n = 0;

	while (s[n] && s[n] != stop)
		n++;
	return n;
}

/* "what 'part' rest" */
static int refuse(struct spec *spec, const char *what, const char *part, size_t len, const char *rest)
{
	text_put(&spec->why, what);
	text_put(&spec->why, "'");
	text_add(&spec->why, part, len);
	text_put(&spec->why, "'");
	text_put(&spec->why, rest);
	return -EINVAL;
}

static int spec_split(struct spec *spec, const char *s)
{
	s += length_to(s, ':');
	while (*s) {
		size_t len = length_to(++s, ':'), name_len = length_to(s, '=');
		struct wish *w = &spec->wish[spec->nr];

		if (name_len >= len || !name_len)
			return refuse(spec, "", s, len, ": OPTION=VALUE is needed after a scheme's ':'");
		if (spec->nr == MAX_WISHES)
			return refuse(spec, "too many options at ", s, len, "");
		*w = (struct wish){ s, s + name_len + 1, name_len, len - name_len - 1, false };
		for (unsigned int i = 0; i < spec->nr; i++)
			if (spec->wish[i].name_len == name_len && !memcmp(spec->wish[i].name, s, name_len))
				return refuse(spec, "the option ", s, name_len, " is there twice");
		spec->nr++;
		s += len;
	}
	return 0;
}

/* The wish for this option that no rung above has taken. */
static struct wish *spec_take(struct spec *spec, const char *option)
{
	for (unsigned int i = 0; i < spec->nr; i++) {
		struct wish *w = &spec->wish[i];

		if (w->used || !same(option, w->name, w->name_len))
			continue;
		w->used = true;
		return w;
	}
	return NULL;
}

/* --- values -------------------------------------------------------------------------------- */

static int refuse_value(struct spec *spec, const struct wish *w, const char *const *values,
			unsigned int nr)
{
	refuse(spec, "", w->name, w->name_len + 1 + w->value_len, ": one of ");
	for (unsigned int i = 0; i < nr; i++) {
		text_put(&spec->why, i ? ", " : "");
		text_put(&spec->why, values[i]);
	}
	text_put(&spec->why, " is needed");
	return -EINVAL;
}

/* A decimal number, no more than @a max.  @return it, or -1 */
static long wish_number(const struct wish *w, unsigned int max)
{
	unsigned long n = 0;

	for (size_t i = 0; i < w->value_len; i++) {
		if (w->value[i] < '0' || w->value[i] > '9')
			return -1;
		n = n * 10 + (unsigned long)(w->value[i] - '0');
		if (n > max)
			return -1;
	}
	return w->value_len ? (long)n : -1;
}

static int choose(struct spec *spec, const struct scheme_opt *opt, unsigned int *value)
{
	const struct wish *w = spec_take(spec, opt->name);
	unsigned int nr = 0;
	long n;

	*value = opt->initial;
	if (!w)
		return 0;
	if (!opt->values[0]) {
		n = wish_number(w, opt->max);
		if (n >= (long)opt->min) {
			*value = (unsigned int)n;
			return 0;
		}
		refuse(spec, "", w->name, w->name_len + 1 + w->value_len, ": a number from ");
		text_number(&spec->why, opt->min);
		text_put(&spec->why, " to ");
		text_number(&spec->why, opt->max);
		text_put(&spec->why, " is needed");
		return -EINVAL;
	}
	for (; opt->values[nr]; nr++) {
		if (same(opt->values[nr], w->value, w->value_len)) {
			*value = nr;
			return 0;
		}
	}
	return refuse_value(spec, w, opt->values, nr);
}

static unsigned int nr_below(const struct scheme *scheme)
{
	unsigned int nr = 0;

	while (nr < SCHEME_MAX_BELOW && scheme->below[nr])
		nr++;
	return nr;
}

const struct scheme *scheme_below(const struct scheme *scheme)
{
	const struct scheme *below = NULL;

	for (unsigned int i = 0; i < nr_below(scheme) && !below; i++)
		below = scheme_find(scheme->below[i]);
	return below;
}

static int choose_below(struct spec *spec, const struct scheme *scheme, const struct scheme **below)
{
	const struct wish *w = nr_below(scheme) > 1 ? spec_take(spec, "below") : NULL;

	*below = scheme_below(scheme);
	for (unsigned int i = 0; w && i < nr_below(scheme); i++) {
		if (!same(scheme->below[i], w->value, w->value_len))
			continue;
		*below = scheme_find(scheme->below[i]);
		w = NULL;
	}
	if (w)
		return refuse_value(spec, w, scheme->below, nr_below(scheme));
	if (*below || !nr_below(scheme))
		return 0;
	refuse(spec, "what ", scheme->name, strlen(scheme->name), " falls back to was not built in");
	return -ENOENT;
}

/* --- the chain ----------------------------------------------------------------------------- */

const struct scheme *scheme_find(const char *name)
{
	for (unsigned int i = 0; schemes[i]; i++)
		if (!strcmp(schemes[i]->name, name))
			return schemes[i];
	return NULL;
}

static unsigned int scheme_nr_counters(const struct scheme *scheme)
{
	unsigned int nr = 0;

	while (scheme->counters[nr].name)
		nr++;
	return nr;
}

static int chain_add(struct scheme_chain *chain, const struct scheme *scheme, struct spec *spec)
{
	struct scheme_inst *si = &chain->inst[chain->nr];
	int ret;

	if (chain->nr == STATS_MAX_RUNGS || scheme_nr_counters(scheme) > STATS_MAX_SCHEME)
		return refuse(spec, "too many rungs or counters at ", scheme->name, strlen(scheme->name), "");
	if (chain->nr)
		chain->inst[chain->nr - 1].below = si;
	si->scheme = scheme;
	si->rung = chain->nr++;
	si->mm_offset = chain->mm_bytes;
	si->vma_offset = chain->vma_bytes;
	chain->mm_bytes += scheme->mm_bytes;
	chain->vma_bytes += scheme->vma_bytes;
	if (scheme->vma_tryread && !chain->vma_lock)
		chain->vma_lock = si;
	if (scheme->freeing > chain->freeing)
		chain->freeing = scheme->freeing;
	for (unsigned int i = 0; scheme->opts && scheme->opts[i].name; i++) {
		if (i == SCHEME_MAX_OPTS)
			return refuse(spec, "too many options in ", scheme->name, strlen(scheme->name), "");
		ret = choose(spec, &scheme->opts[i], &si->option[i]);
		if (ret)
			return ret;
	}
	return 0;
}

/* What scheme_chain_parse() reads back; only what is not as usual. */
static void chain_name(struct scheme_chain *chain)
{
	struct text name = { chain->name, sizeof(chain->name) };

	text_put(&name, chain->inst[0].scheme->name);
	for (const struct scheme_inst *si = chain->inst; si; si = si->below) {
		const struct scheme_opt *opt = si->scheme->opts;

		for (unsigned int i = 0; opt && opt[i].name; i++) {
			if (si->option[i] == opt[i].initial)
				continue;
			text_put(&name, ":");
			text_put(&name, opt[i].name);
			text_put(&name, "=");
			if (opt[i].values[0])
				text_put(&name, opt[i].values[si->option[i]]);
			else
				text_number(&name, si->option[i]);
		}
		if (si->below && si->below->scheme != scheme_below(si->scheme)) {
			text_put(&name, ":below=");
			text_put(&name, si->below->scheme->name);
		}
	}
}

/* Has a rung above @below that option, too?  Then it is named already. */
static bool named_above(const struct scheme_chain *chain, const struct scheme_inst *below, const char *name)
{
	for (const struct scheme_inst *si = chain->inst; si != below; si = si->below)
		for (const struct scheme_opt *opt = si->scheme->opts; opt && opt->name; opt++)
			if (!strcmp(opt->name, name))
				return true;
	return false;
}

static int unknown_option(const struct scheme_chain *chain, struct spec *spec, const struct wish *w)
{
	const char *before = ": only ";

	refuse(spec, "", chain->inst[0].scheme->name, strlen(chain->inst[0].scheme->name), " has no option ");
	refuse(spec, "", w->name, w->name_len, "");
	for (const struct scheme_inst *si = chain->inst; si; si = si->below) {
		for (const struct scheme_opt *opt = si->scheme->opts; opt && opt->name; opt++) {
			if (named_above(chain, si, opt->name))
				continue;
			text_put(&spec->why, before);
			text_put(&spec->why, opt->name);
			before = ", ";
		}
		if (nr_below(si->scheme) > 1) {
			text_put(&spec->why, before);
			text_put(&spec->why, "below");
			before = ", ";
		}
	}
	return -EINVAL;
}

int scheme_chain_parse_top(struct scheme_chain *chain, const struct scheme *top, const char *text,
			   char *why, size_t why_size)
{
	struct spec spec = { .why = { why, why_size } };
	const struct scheme *scheme = top;
	int ret;

	if (why_size)
		why[0] = '\0';
	memset(chain, 0, sizeof(*chain));
	chain->mm_bytes = sizeof(struct mm);
	chain->vma_bytes = sizeof(struct vma);
	chain->freeing = FREE_AT_ONCE;
	ret = spec_split(&spec, text);
	while (!ret && scheme) {
		ret = chain_add(chain, scheme, &spec);
		if (!ret)
			ret = choose_below(&spec, scheme, &scheme);
	}
	for (unsigned int i = 0; !ret && i < spec.nr; i++)
		if (!spec.wish[i].used)
			ret = unknown_option(chain, &spec, &spec.wish[i]);
	if (!ret)
		chain_name(chain);
	return ret;
}

int scheme_chain_parse(struct scheme_chain *chain, const char *spec, char *why, size_t why_size)
{
	size_t len = length_to(spec, ':');
	struct text t = { why, why_size };

	for (unsigned int i = 0; schemes[i]; i++)
		if (same(schemes[i]->name, spec, len))
			return scheme_chain_parse_top(chain, schemes[i], spec, why, why_size);
	text_put(&t, "'");
	text_add(&t, spec, len);
	text_put(&t, "' is no scheme; 'faultline list' has them all");
	return -ENOENT;
}

int scheme_chain_build(struct scheme_chain *chain, const struct scheme *top)
{
	char why[1];

	return scheme_chain_parse_top(chain, top, "", why, sizeof(why));
}
