/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Arguments read by a command's table of options.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/complete.h"
#include "bench/cli/options.h"
#include "bench/cli/usage.h"
#include "bench/lib/near.h"

/* What getopt_long() returns for the i-th entry: beyond every character. */
#define FIRST 256

struct parser {
	const struct options *o;
	void *settings;
	int argc, operands;
	char **argv;
	struct option *option;		/* getopt's, by the number of the entry */
	unsigned int nr;
	char *letters;
	bool *given;			/* by the number of the entry */
};

static int make_tables(struct parser *p)
{
	const struct option_entry *e;
	char *at;
	int group;

	while (options_entry(p->o, p->nr, &group))
		p->nr++;
	p->option = calloc(p->nr + 2UL, sizeof(*p->option));
	p->letters = at = malloc(2UL * p->nr + 8);
	p->given = calloc(p->nr + 1UL, sizeof(*p->given));
	if (!p->option || !p->letters || !p->given)
		return -1;
	/*
	 * '-' takes operands where they stand, so that argv stays as it was typed; ':' reports an option
	 * without its value.
	 */
	at += sprintf(at, "%c:h", p->o->stops ? '+' : '-');
	for (unsigned int i = 0; i < p->nr; i++) {
		e = options_entry(p->o, i, &group);
		p->option[i] = (struct option){ e->name, e->arg ? required_argument : no_argument, NULL, FIRST + (int)i };
		if (e->letter)
			at += sprintf(at, "%c%s", e->letter, e->arg ? ":" : "");
	}
	p->option[p->nr] = (struct option){ "help", no_argument, NULL, 'h' };
	return 0;
}

static int take(struct parser *p, const struct option_entry *e, int group, const char *value)
{
	const struct option_group *g = group < 0 ? NULL : &p->o->group[group];
	struct bench_error err;
	int ret = g ? g->take((char *)p->settings + g->at, e, value, &err) :
		      e->take(e, (char *)p->settings + e->at, value, &err);

	return ret ? usage_error("%s", err.line) : 0;
}

static int take_operand(struct parser *p, const char *word)
{
	p->operands++;
	if (!p->o->operand.take)
		return usage_error("%s: '%s' is one argument too many; see 'faultline %s --help'", p->o->command, word,
				   p->o->command);
	return take(p, &p->o->operand, -1, word);
}

static int take_option(struct parser *p, int opt)
{
	const struct option_entry *e;
	int group;

	for (unsigned int i = 0; (e = options_entry(p->o, i, &group)); i++) {
		if (opt != FIRST + (int)i && (opt >= FIRST || opt != e->letter))
			continue;
		p->given[i] = true;
		return take(p, e, group, e->arg ? optarg : NULL);
	}
	return EXIT_USAGE;
}

/* Is there an option that does nothing without another, which is missing? */
static int check_needs(const struct parser *p)
{
	const struct option_entry *e, *other;
	int group;

	for (unsigned int i = 0; (e = options_entry(p->o, i, &group)); i++) {
		if (!p->given[i] || !e->needs)
			continue;
		for (unsigned int k = 0; (other = options_entry(p->o, k, &group)); k++)
			if (!strcmp(other->name, e->needs) && !p->given[k])
				return usage_error("%s: --%s does nothing without --%s", p->o->command, e->name, e->needs);
	}
	return 0;
}

/* getopt_long() does not know the option, or it is the beginning of several. */
static int unknown(const struct parser *p)
{
	const char *word = p->argv[optind - 1];
	char letter[] = { '-', (char)optopt, '\0' };
	struct near near;
	char typed[64];
	unsigned int like = 0;

	if (optopt && optopt < FIRST && optopt != 'h')
		return usage_error("%s: unknown option '%s'; see 'faultline %s --help'", p->o->command, letter, p->o->command);
	if (optopt)
		return usage_error("%s: option '%s' takes no value", p->o->command, word);
	snprintf(typed, sizeof(typed), "%.*s", (int)strcspn(word, "="), word);
	near_begin(&near, typed + 2);
	for (unsigned int i = 0; i <= p->nr; i++) {
		near_try(&near, p->option[i].name);
		like += !strncmp(p->option[i].name, typed + 2, strlen(typed + 2));
	}
	if (like > 1)
		return usage_error("%s: '%s' begins more than one option; see 'faultline %s --help'", p->o->command, typed,
				   p->o->command);
	return usage_error("%s: unknown option '%s'%s see 'faultline %s --help'", p->o->command, word,
			   near.best ? near_hint(&near) : ";", p->o->command);
}

static int parse(struct parser *p)
{
	int opt, ret = 0;

	optind = 0;	/* glibc's way to begin anew */
	opterr = 0;
	while (!ret && (opt = getopt_long(p->argc, p->argv, p->letters, p->option, NULL)) != -1) {
		if (opt == 1) {
			ret = take_operand(p, optarg);
		} else if (opt == 'h') {
			options_help(p->o, stdout);
			return EXIT_FINE;
		} else if (opt == '?') {
			ret = unknown(p);
		} else if (opt == ':') {
			ret = usage_error("%s: '%s' needs a value", p->o->command, p->argv[optind - 1]);
		} else {
			ret = take_option(p, opt);
		}
	}
	if (p->o->stops)
		p->operands = p->argc - optind;
	else
		for (; !ret && optind < p->argc; optind++)	/* after "--" */
			ret = take_operand(p, p->argv[optind]);
	if (!ret && !p->operands && p->o->which)
		ret = usage_error("%s: give %s; see 'faultline %s --help'", p->o->command, p->o->which, p->o->command);
	if (!ret)
		ret = check_needs(p);
	return ret ? ret : OPTIONS_GO_ON;
}

int options_parse(const struct options *o, void *settings, int argc, char **argv)
{
	struct parser p = { .o = o, .settings = settings, .argc = argc, .argv = argv };
	int ret;

	if (argc > 1 && !strcmp(argv[1], COMPLETE_OPTION)) {
		complete_command(o, argv + 2, argc - 2, stdout);
		return EXIT_FINE;
	}
	ret = make_tables(&p) ? usage_error("not enough memory") : parse(&p);
	free(p.option);
	free(p.letters);
	free(p.given);
	return ret;
}
