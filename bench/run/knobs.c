/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The table of knobs, and what is done with all of them alike.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "bench/run/knobs.h"

enum kind { SWITCH, SWITCH_OFF, NUMBER, SIZE, CHOICE };

struct knob_info {
	enum kind kind;
	const char *option, *arg, *key;
	size_t offset, bytes;	/* of the field */
	u64 min, max, scale, kernel;
	const char *meaning;	/* for --help, with line breaks */
};

static const struct knob_info knobs[NR_KNOBS] = {
#define X(ID, kind, option, arg, key, field, min, max, scale, kernel, meaning) \
	[KNOB_##ID] = { kind, option, arg, key, offsetof(struct world_config, field), \
			sizeof(((struct world_config *)0)->field), min, max, scale, kernel, meaning },
	KNOBS(X)
#undef X
};

static bool is_switch(const struct knob_info *info)
{
	return info->kind == SWITCH || info->kind == SWITCH_OFF;
}

/* In the field's unit; a field is a bool, an unsigned int or a u64. */
static void store(struct knobs *k, const struct knob_info *info, u64 value)
{
	void *field = (char *)&k->config + info->offset;
	unsigned int narrow = (unsigned int)value;
	bool truth = value;

	memcpy(field, info->bytes == sizeof(bool) ? (const void *)&truth :
		      info->bytes == sizeof(narrow) ? (const void *)&narrow : &value, info->bytes);
}

static u64 load(const struct knobs *k, const struct knob_info *info)
{
	const void *field = (const char *)&k->config + info->offset;
	unsigned int narrow;
	u64 value;

	if (info->bytes == sizeof(bool))
		return *(const bool *)field;
	if (info->bytes == sizeof(narrow)) {
		memcpy(&narrow, field, sizeof(narrow));
		return narrow;
	}
	memcpy(&value, field, sizeof(value));
	return value;
}

void knobs_init(struct knobs *k)
{
	memset(k, 0, sizeof(*k));
	k->config = world_config_default(0);
}

/* --- parsing ------------------------------------------------------------------------------- */

bool knobs_number(const char *text, u64 *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno;
}

/* The name of a choice's value. @return its length */
static size_t choice_name(const struct knob_info *info, u64 value, const char **name)
{
	*name = info->arg;
	for (; value; value--)
		*name = strchr(*name, '|') + 1;
	return strcspn(*name, "|");
}

static bool choice_value(const struct knob_info *info, const char *text, u64 *value)
{
	const char *name;
	size_t length;

	for (*value = 0; *value <= info->max; ++*value) {
		length = choice_name(info, *value, &name);
		if (strlen(text) == length && !memcmp(text, name, length))
			return true;
	}
	return false;
}

/* Bytes to pages, rounded down. */
static bool size_in_pages(const char *text, u64 *pages)
{
	static const char units[] = "KMG";
	char *end;
	u64 bytes;
	unsigned int shift = 0;

	errno = 0;
	bytes = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || errno)
		return false;
	if (*end && strchr(units, *end))
		shift = 10 * (unsigned int)(strchr(units, *end++) - units + 1);
	if (*end || bytes > ~0ULL >> shift)
		return false;
	*pages = (bytes << shift) / PAGE_SIZE;
	return true;
}

static int set_value(struct knobs *k, enum knob knob, const char *arg, struct bench_error *err)
{
	const struct knob_info *info = &knobs[knob];
	u64 value = info->kind == SWITCH;

	switch (info->kind) {
	case SWITCH:
	case SWITCH_OFF:
		break;
	case NUMBER:
		if (!knobs_number(arg, &value) || value < info->min || value > info->max)
			return bench_fail(err, "--%s=%s: a number from %llu to %llu is needed",
					  info->option, arg, (unsigned long long)info->min,
					  (unsigned long long)info->max);
		value *= info->scale;
		break;
	case SIZE:
		if (!size_in_pages(arg, &value) || value < info->min || value > info->max)
			return bench_fail(err, "--%s=%s: a size from %lluK to %lluG is needed",
					  info->option, arg,
					  (unsigned long long)info->min * info->scale >> 10,
					  (unsigned long long)info->max * info->scale >> 30);
		break;
	case CHOICE:
		if (!choice_value(info, arg, &value))
			return bench_fail(err, "--%s=%s: %s is needed", info->option, arg, info->arg);
		break;
	}
	store(k, info, value);
	k->set[knob] = true;
	return 0;
}

static int set_preset(struct knobs *k, const char *name, struct bench_error *err)
{
	if (strcmp(name, "kernel"))
		return bench_fail(err, "--preset=%s: there is one, kernel", name);
	k->preset = true;
	for (enum knob i = 0; i < NR_KNOBS; i++) {
		if (knobs[i].kernel == KNOB_KEEP)
			continue;
		store(k, &knobs[i], knobs[i].kernel * knobs[i].scale);
		k->set[i] = true;
	}
	return 0;
}

int knobs_option(struct knobs *k, int opt, const char *arg, struct bench_error *err)
{
	if (opt == KNOB_OPT_PRESET)
		return set_preset(k, arg, err);
	return set_value(k, (enum knob)(opt - KNOB_OPT_FIRST), arg, err);
}

int knobs_check(const struct knobs *k, struct bench_error *err)
{
	static const enum knob with_reclaim[] = {
		KNOB_MIN_FRAMES, KNOB_LOW_FRAMES, KNOB_HIGH_FRAMES, KNOB_SWAP_SLOTS,
	};
	const struct world_config *c = &k->config;

	for (size_t i = 0; i < ARRAY_SIZE(with_reclaim); i++)
		if (k->set[with_reclaim[i]] && !c->reclaim)
			return bench_fail(err, "--%s does nothing without --reclaim",
					  knobs[with_reclaim[i]].option);
	if (c->nr_frames && (c->min_frames > c->nr_frames / 2 || c->low_frames > c->nr_frames ||
			     c->high_frames > c->nr_frames))
		return bench_fail(err, "watermarks beyond the machine's %llu frames: min at most half, low and high at most all of them",
				  (unsigned long long)c->nr_frames);
	if (c->charge_limit && c->nr_frames && c->charge_limit < 64)
		return bench_fail(err, "--charge-limit=%llu: no program gets by with fewer than 64 frames",
				  (unsigned long long)c->charge_limit);
	return 0;
}

/* --- telling --------------------------------------------------------------------------------- */

void knobs_help(FILE *out)
{
	fputs("\nThe simulated machine:\n"
	      "      --preset kernel       costs that user space lacks, by the order of what they\n"
	      "                            are in a kernel on bare metal; later options change it\n", out);
	for (enum knob i = 0; i < NR_KNOBS; i++) {
		const char *arg = knobs[i].arg, *line = knobs[i].meaning, *end;
		int used = fprintf(out, "      --%s%s%s", knobs[i].option, arg ? " " : "",
				   arg ? arg : "");

		for (; *line; line = *end ? end + 1 : end, used = 0) {
			end = strchrnul(line, '\n');
			fprintf(out, "%*s%.*s\n", used < 28 ? 28 - used : 1, "", (int)(end - line),
				line);
		}
	}
}

static bool same_field_later(const struct knobs *k, enum knob knob)
{
	for (enum knob i = knob + 1; i < NR_KNOBS; i++)
		if (k->set[i] && knobs[i].offset == knobs[knob].offset)
			return true;
	return false;
}

bool knobs_line(const struct knobs *k, FILE *out)
{
	bool any = false;

	for (enum knob i = 0; i < NR_KNOBS; i++) {
		const struct knob_info *info = &knobs[i];
		const char *name;
		int length;

		if (!k->set[i] || same_field_later(k, i))
			continue;
		any = true;
		if (is_switch(info))
			fprintf(out, " --%s", info->option);
		else if (info->kind == SIZE)
			fprintf(out, " --%s %lluK", info->option,
				(unsigned long long)(load(k, info) * info->scale >> 10));
		else if (info->kind != CHOICE)
			fprintf(out, " --%s %llu", info->option,
				(unsigned long long)(load(k, info) / info->scale));
		else {
			length = (int)choice_name(info, load(k, info), &name);
			fprintf(out, " --%s %.*s", info->option, length, name);
		}
	}
	return any;
}

#ifdef HAVE_JANSSON

static json_t *value_json(const struct knob_info *info, u64 value)
{
	const char *name;
	size_t length;

	if (is_switch(info))
		return json_boolean(value);
	if (info->kind != CHOICE)
		return json_u64(value);
	length = choice_name(info, value, &name);
	return json_stringn(name, length);
}

json_t *knobs_json(const struct knobs *k)
{
	json_t *j = json_object();

	json_put(j, "preset", k->preset ? json_text("kernel") : json_null());
	for (enum knob i = 0; i < NR_KNOBS; i++)
		if (knobs[i].key)
			json_put(j, knobs[i].key, value_json(&knobs[i], load(k, &knobs[i]) / knobs[i].scale));
	return j;
}

#endif
