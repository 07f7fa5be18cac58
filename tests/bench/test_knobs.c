/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The knobs: every option reaches its field and its key, and nonsense is refused by name.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "bench/run/knobs.h"

static int give(struct knobs *k, const char *option, const char *arg, struct bench_error *err)
{
	const struct option_entry *e;

	for (unsigned int i = 0; (e = knobs_entry(i)); i++)
		if (!strcmp(e->name, option))
			return knobs_take(k, e, arg, err);
	cr_assert_fail("there is no option --%s", option);
	return -1;
}

Test(knobs, every_option_reaches_its_field)
{
	struct bench_error err;
	struct knobs k;

	knobs_init(&k);
	cr_assert_eq(give(&k, "frames", "4096", &err), 0);
	cr_assert_eq(k.config.nr_frames, 4096);
	cr_assert_eq(give(&k, "memory", "64M", &err), 0);
	cr_assert_eq(k.config.nr_frames, 16384, "of two that set the same the later holds");
	cr_assert(k.config.zero_pages);
	cr_assert_eq(give(&k, "no-zero", NULL, &err), 0);
	cr_assert_not(k.config.zero_pages);
	cr_assert_eq(give(&k, "reclaim", NULL, &err), 0);
	cr_assert(k.config.reclaim);
	cr_assert_eq(give(&k, "fault-around", "0", &err), 0);
	cr_assert_eq(k.config.fault_around, 0);
	cr_assert_eq(k.config.max_map_count, 65530, "the field behind is as it was");
	cr_assert_eq(give(&k, "grace-period-us", "7", &err), 0);
	cr_assert_eq(k.config.grace_period_ns, 7000);
	cr_assert_eq(give(&k, "flush-ns", "11", &err), 0);
	cr_assert_eq(k.config.flush_ns, 11);
	cr_assert_eq(knobs_check(&k, &err), 0, "%s", err.line);
}

#ifdef HAVE_JANSSON
/* What the JSON says of an option: its key begins as the option does. */
static json_int_t told(const struct knobs *k, const char *option)
{
	json_t *all = knobs_json(k), *value;
	json_int_t is = -1;
	const char *key;
	char name[64];

	snprintf(name, sizeof(name), "%s", strcmp(option, "memory") ? option : "frames");
	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	json_object_foreach(all, key, value)
		if (!strncmp(key, name, strlen(name)) && json_is_integer(value))
			is = json_integer_value(value);
	json_decref(all);
	return is;
}

Test(knobs, the_json_has_the_number_that_was_asked_for)
{
	const struct option_entry *e;
	unsigned int numbers = 0;
	struct bench_error err;
	struct knobs k;

	for (unsigned int i = 0; (e = knobs_entry(i)); i++) {
		unsigned long want = 1;
		char text[24];

		/* The greatest of these that the option takes. */
		knobs_init(&k);
		for (unsigned long n = 2; e->arg && n <= 64; n *= 2) {
			snprintf(text, sizeof(text), "%lu", n);
			if (!knobs_take(&k, e, text, &err))
				want = n;
		}
		if (want == 1)
			continue;
		numbers++;
		cr_expect_eq(told(&k, e->name), want, "--%s %lu: the JSON says %lld", e->name, want, (long long)told(&k, e->name));
	}
	cr_expect_geq(numbers, 15);
}
#endif

/* Each option of the table alone: the output names that option, and it reads back. */
Test(knobs, each_is_told_as_it_was_asked_for)
{
	const struct option_entry *e;
	struct bench_error err;
	struct knobs k, again;

	for (unsigned int i = 0; (e = knobs_entry(i)); i++) {
		char *line = NULL, *value;
		size_t size;
		FILE *out = open_memstream(&line, &size);

		knobs_init(&k);
		cr_assert_not(knobs_line(&k, out), "no option was set");
		if (!strcmp(e->name, "preset")) {
			cr_assert_eq(knobs_take(&k, e, "kernel", &err), 0);
		} else if (e->arg && knobs_take(&k, e, "64", &err)) {
			const char *last = strrchr(err.line, '|');	/* a choice, a size, or a smaller number */

			last = last ? strndupa(last + 1, strcspn(last + 1, " ;")) : strstr(err.line, "size") ? "1G" : "1";
			cr_assert_eq(knobs_take(&k, e, last, &err), 0, "%s", err.line);
		} else if (!e->arg) {
			cr_assert_eq(knobs_take(&k, e, NULL, &err), 0);
		}
		cr_assert(knobs_line(&k, out));
		fclose(out);
		if (!strcmp(e->name, "preset")) {
			free(line);
			continue;
		}
		cr_assert(!strncmp(line + 3, e->name, strlen(e->name)), "'%s' for --%s", line, e->name);
		/* What is printed can be typed again, and is the same. */
		knobs_init(&again);
		value = strchr(line + 1, ' ');
		cr_assert_eq(knobs_take(&again, e, value ? value + 1 : NULL, &err), 0, "'%s': %s", line, err.line);
		cr_assert_eq(memcmp(&again.config, &k.config, sizeof(k.config)), 0, "'%s' is another setting", line);
		free(line);
	}
}

Test(knobs, a_preset_and_what_changes_it)
{
	struct bench_error err;
	struct knobs k;

	knobs_init(&k);
	cr_assert_eq(give(&k, "trap-ns", "5", &err), 0);
	cr_assert_eq(give(&k, "preset", "kernel", &err), 0);
	cr_assert_neq(k.config.trap_ns, 5);
	cr_assert(k.config.flush_ns && k.config.grace_period_ns >= 1000000 && k.config.file_read_ns);
	cr_assert_eq(give(&k, "trap-ns", "0", &err), 0);
	cr_assert_eq(k.config.trap_ns, 0);
	cr_assert(k.preset);
}

Test(knobs, nonsense_is_refused_by_name)
{
	static const char *const wrong[][2] = {
		{ "frames", "63" }, { "frames", "" }, { "frames", "-1" }, { "frames", "1e3" },
		{ "frames", "99999999999999999999999" }, { "memory", "1T" }, { "memory", "12K" },
		{ "memory", "99999999999G" }, { "memory", "1 M" }, { "trap-ns", "fast" },
		{ "trap-ns", "1000000001" }, { "preset", "kernels" }, { "swap-slots", "0x10" },
	};
	struct bench_error err;
	struct knobs k, before;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		knobs_init(&k);
		before = k;
		cr_assert_eq(give(&k, wrong[i][0], wrong[i][1], &err), -1, "--%s=%s", wrong[i][0],
			     wrong[i][1]);
		cr_assert(strstr(err.line, wrong[i][0]) && strstr(err.line, wrong[i][1]), "%s", err.line);
		cr_assert_eq(memcmp(&before, &k, sizeof(k)), 0, "--%s=%s changed something",
			     wrong[i][0], wrong[i][1]);
	}
}

Test(knobs, what_does_not_fit_together_is_refused)
{
	struct bench_error err;
	struct knobs k;

	knobs_init(&k);
	cr_assert_eq(give(&k, "swap-slots", "10", &err), 0);
	cr_assert_eq(knobs_check(&k, &err), -1);
	cr_assert(strstr(err.line, "--swap-slots does nothing without --reclaim"), "%s", err.line);
	cr_assert_eq(give(&k, "reclaim", NULL, &err), 0);
	cr_assert_eq(knobs_check(&k, &err), 0, "%s", err.line);
	cr_assert_eq(give(&k, "frames", "100", &err), 0);
	cr_assert_eq(give(&k, "min-frames", "51", &err), 0);
	cr_assert_eq(knobs_check(&k, &err), -1);
	cr_assert(strstr(err.line, "100 frames"), "%s", err.line);
	/* Up to the bounds that it names. */
	cr_assert_eq(give(&k, "min-frames", "50", &err), 0);
	cr_assert_eq(give(&k, "low-frames", "100", &err), 0);
	cr_assert_eq(give(&k, "high-frames", "100", &err), 0);
	cr_assert_eq(knobs_check(&k, &err), 0, "%s", err.line);
	cr_assert_eq(give(&k, "low-frames", "101", &err), 0);
	cr_assert_eq(knobs_check(&k, &err), -1);
	cr_assert_eq(give(&k, "low-frames", "100", &err), 0);
	cr_assert_eq(give(&k, "high-frames", "101", &err), 0);
	cr_assert_eq(knobs_check(&k, &err), -1);
}
