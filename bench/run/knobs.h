/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The settings of the simulated machine as options of the command line: one table for all subcommands.
 *
 * A command gives KNOBS_GROUP among its struct options, and names the values that it used in its
 * output (knobs_line(), knobs_json()).
 */
#ifndef BENCH_RUN_KNOBS_H
#define BENCH_RUN_KNOBS_H

#include <stdio.h>

#include "config.h"
#include "bench/cli/json.h"
#include "bench/cli/options.h"
#include "common/mm/world.h"

/** The settings, in the order of the table in knobs.c. */
enum knob {
	KNOB_FRAMES,
	KNOB_MEMORY,
	KNOB_NO_ZERO,
	KNOB_NO_ZERO_PAGE,
	KNOB_FAULT_AROUND,
	KNOB_GFP,
	KNOB_ANON_POLICY,
	KNOB_KERNEL_FAULTS,
	KNOB_DONTNEED_LOCK,
	KNOB_PT_RECLAIM,
	KNOB_FORK_MARKS,
	KNOB_ALONE,
	KNOB_IO,
	KNOB_SETTLE,
	KNOB_VMACACHE,
	KNOB_NOWAIT_FAILS,
	KNOB_RECLAIM,
	KNOB_MIN_FRAMES,
	KNOB_LOW_FRAMES,
	KNOB_HIGH_FRAMES,
	KNOB_CHARGE_LIMIT,
	KNOB_SWAP_SLOTS,
	KNOB_SWAP_READ_NS,
	KNOB_SWAP_WRITE_NS,
	KNOB_FILE_READ_NS,
	KNOB_FILE_WRITE_NS,
	KNOB_TRAP_NS,
	KNOB_FLUSH_NS,
	KNOB_GRACE_PERIOD_US,
	KNOB_NODES,
	NR_KNOBS
};

/** The values of --io, in the order of enum io_policy. */
#define KNOBS_IO "retry-mmap|retry-vma|hold|file-hold"

/** The settings, and which of them were given. */
struct knobs {
	/** nr_frames is 0 unless given; the command sets nr_tasks and, where it is 0, nr_nodes (knobs_nodes()). */
	struct world_config config;
	bool set[NR_KNOBS];	/**< on the command line or by a preset */
	bool preset;		/**< --preset kernel was given */
};

/** As without any option. */
void knobs_init(struct knobs *k);

/** The options: --preset, then one a knob. @return NULL: there are no more */
const struct option_entry *knobs_entry(unsigned int i);

/**
 * Set one option; if two set the same knob, presets included, the later one holds.
 * @param knobs	struct knobs
 * @return 0; -1: err says what is wrong with it
 */
int knobs_take(void *knobs, const struct option_entry *entry, const char *value, struct bench_error *err);

/** As many nodes as the machine has, unless --nodes gave a number. */
void knobs_nodes(struct world_config *config);

/** For the groups of a command's struct options; @a field of its settings is a struct knobs. */
#define KNOBS_GROUP(type, field) \
	{ .title = "The simulated machine:", .entry = knobs_entry, .take = knobs_take, .at = offsetof(type, field) }

/**
 * After the last option: do they fit together?
 * @return 0; -1: err
 */
int knobs_check(const struct knobs *k, struct bench_error *err);

/**
 * Print the options that were given in one line, each after a blank.
 * @return false: none was, nothing is written
 */
bool knobs_line(const struct knobs *k, FILE *out);

#ifdef HAVE_JANSSON
/** Each setting, given or not, under its key; frames 0: the command's choice. */
json_t *knobs_json(const struct knobs *k);
#endif

#endif /* BENCH_RUN_KNOBS_H */
