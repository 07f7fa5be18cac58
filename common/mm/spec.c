/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Chains by name: parsing a spec, naming a chain, and the messages that refuse a spec.
 */
#include "common/mm/scheme.h"

#include <errno.h>
#include <string.h>

/* --- text: no printf below the seam ------------------------------------------------------ */

struct text {
	char *at;
	size_t left;	/* terminating 0 included */
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

static void text_quote(struct text *t, const char *s, size_t n)
{
	text_put(t, "'");
	text_add(t, s, n);
	text_put(t, "'");
}

/* --- the rungs of a spec ------------------------------------------------------------------- */

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

static int refuse_below(const struct scheme *scheme, const char *name, size_t len, struct text *why)
{
	text_quote(why, name, len);
	text_put(why, " cannot stand below ");
	text_quote(why, scheme->name, strlen(scheme->name));
	for (unsigned int i = 0; i < SCHEME_MAX_BELOW && scheme->below[i]; i++) {
		text_put(why, i ? ", " : ": only ");
		text_put(why, scheme->below[i]);
	}
	text_put(why, scheme->below[0] ? " can" : ": nothing can");
	return -EINVAL;
}

/* The rung below @a scheme that the spec names. */
static int named_below(const struct scheme *scheme, const char *name, size_t len, const struct scheme **below,
		       struct text *why)
{
	for (unsigned int i = 0; i < SCHEME_MAX_BELOW && scheme->below[i]; i++) {
		if (!same(scheme->below[i], name, len))
			continue;
		*below = scheme_find(scheme->below[i]);
		if (*below)
			return 0;
		text_quote(why, name, len);
		text_put(why, " was not built in");
		return -ENOENT;
	}
	return refuse_below(scheme, name, len, why);
}

static int usual_below(const struct scheme *scheme, const struct scheme **below, struct text *why)
{
	*below = scheme_below(scheme);
	if (*below || !scheme->below[0])
		return 0;
	text_put(why, "what ");
	text_quote(why, scheme->name, strlen(scheme->name));
	text_put(why, " falls back to was not built in");
	return -ENOENT;
}

/* A name that scheme_chain_parse() reads back, with no more rungs than necessary. */
static void chain_name(struct scheme_chain *chain)
{
	struct text name = { chain->name, sizeof(chain->name) };
	unsigned int nr = 1;

	for (unsigned int i = 1; i < chain->nr; i++)
		if (chain->inst[i].scheme != scheme_below(chain->inst[i - 1].scheme))
			nr = i + 1;
	for (unsigned int i = 0; i < nr; i++) {
		text_put(&name, i ? ":" : "");
		text_put(&name, chain->inst[i].scheme->name);
	}
}

int scheme_chain_parse_top(struct scheme_chain *chain, const struct scheme *top, const char *spec,
			   char *why, size_t why_size)
{
	struct text text = { why, why_size };
	const struct scheme *scheme = top;
	size_t len;
	int ret;

	if (why_size)
		why[0] = '\0';
	scheme_chain_begin(chain);
	spec += length_to(spec, ':');
	while (scheme) {
		if (!scheme_chain_add(chain, scheme)) {
			text_put(&text, "too many rungs or counters at ");
			text_quote(&text, scheme->name, strlen(scheme->name));
			return -EINVAL;
		}
		if (*spec) {
			len = length_to(++spec, ':');
			ret = named_below(scheme, spec, len, &scheme, &text);
			spec += len;
		} else {
			ret = usual_below(scheme, &scheme, &text);
		}
		if (ret)
			return ret;
	}
	chain_name(chain);
	return 0;
}

int scheme_chain_parse(struct scheme_chain *chain, const char *spec, char *why, size_t why_size)
{
	size_t len = length_to(spec, ':');
	struct text text = { why, why_size };

	for (unsigned int i = 0; schemes[i]; i++)
		if (same(schemes[i]->name, spec, len))
			return scheme_chain_parse_top(chain, schemes[i], spec, why, why_size);
	text_put(&text, "unknown scheme ");
	text_quote(&text, spec, len);
	return -ENOENT;
}

int scheme_chain_build(struct scheme_chain *chain, const struct scheme *top)
{
	char why[1];

	return scheme_chain_parse_top(chain, top, "", why, sizeof(why));
}
