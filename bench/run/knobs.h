/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The settings of the simulated machine as options of the command line: one table for all subcommands.
 *
 * A subcommand puts KNOB_OPTIONS into its `struct option` array, hands what getopt_long() returns
 * to knobs_option() when knobs_has() knows it, ends its --help with knobs_help(), and names
 * the values that it used in its output (knobs_line(), knobs_json()).
 */
#ifndef BENCH_KNOBS_H
#define BENCH_KNOBS_H

#include <stdio.h>

#include "config.h"
#include "bench/lib/error.h"
#include "bench/cli/json.h"
#include "common/mm/world.h"

/*
 * X(ID, kind, option, arg, key, field, min, max, scale, kernel, meaning)
 *
 * ID	 KNOB_ID is its number
 * kind	 SWITCH (sets the field), SWITCH_OFF (clears it), NUMBER, SIZE (bytes, kept as pages), CHOICE
 * arg	 what --help calls its value; NULL: it has none; a CHOICE's names, with '|' between, are the
 *	 field's values from 0 on
 * key	 its name in JSON, with the unit; the value there is the field's, in the option's unit
 * scale	 the field holds this many of the option's unit
 * kernel	 what --preset kernel makes of it, in the option's unit; KNOB_KEEP: nothing
 */
#define KNOBS(X) \
	X(FRAMES, NUMBER, "frames", "N", "frames", nr_frames, 64, 1ULL << 28, 1, KNOB_KEEP, \
	  "page frames of the machine") \
	X(MEMORY, SIZE, "memory", "SIZE", NULL, nr_frames, 64, 1ULL << 28, PAGE_SIZE, KNOB_KEEP, \
	  "the same in bytes; K, M and G are understood") \
	X(NO_ZERO, SWITCH_OFF, "no-zero", NULL, "page_zeroing", zero_pages, 0, 1, 1, KNOB_KEEP, \
	  "do not clear pages: leaves what locking costs") \
	X(NO_ZERO_PAGE, SWITCH, "no-zero-page", NULL, "no_zero_page", no_zero_page, 0, 1, 1, KNOB_KEEP, \
	  "a read of untouched memory makes a page of its own") \
	X(FAULT_AROUND, NUMBER, "fault-around", "PAGES", "fault_around_pages", fault_around, 0, 512, 1, KNOB_KEEP, \
	  "resident pages of a file that a read fault maps") \
	X(GFP, CHOICE, "gfp", "argument|task", "gfp", gfp, 0, 1, 1, KNOB_KEEP, \
	  "how allocations under RCU are told not to sleep") \
	X(ANON_POLICY, CHOICE, "anon-policy", "trylock|lock|mmap", "anon_policy", anon_policy, 0, 2, 1, KNOB_KEEP, \
	  "when a private mapping gets its anon_vma: at the\nfirst write fault by trylock of mmap_lock, there\nunder mmap_lock, or when it is mapped") \
	X(KERNEL_FAULTS, CHOICE, "kernel-faults", "mmap_lock|alike", "kernel_faults", kernel_faults, 0, 1, 1, KNOB_KEEP, \
	  "where faults from kernel mode begin") \
	X(DONTNEED_LOCK, CHOICE, "dontneed-lock", "mmap_lock|vma", "dontneed_lock", dontneed_lock, 0, 1, 1, KNOB_KEEP, \
	  "what MADV_DONTNEED within one VMA holds") \
	X(ALONE, CHOICE, "alone", "alike|mmap_lock", "alone", alone, 0, 1, 1, KNOB_KEEP, \
	  "where faults begin in an address space of one thread") \
	X(NOWAIT_FAILS, NUMBER, "nowait-fails", "PERCENT", "nowait_fails_percent", nowait_fails, 0, 100, 1, KNOB_KEEP, \
	  "of the pages that GFP_NOWAIT asks for, so many are\nrefused, as if memory were short just then") \
	X(RECLAIM, SWITCH, "reclaim", NULL, "reclaim", reclaim, 0, 1, 1, KNOB_KEEP, \
	  "memory that runs short is reclaimed, by who needs it\nand by a thread in the background") \
	X(MIN_FRAMES, NUMBER, "min-frames", "N", "min_frames", min_frames, 0, 1ULL << 27, 1, KNOB_KEEP, \
	  "watermarks in free frames: below min GFP_NOWAIT fails\nand GFP_KERNEL reclaims,") \
	X(LOW_FRAMES, NUMBER, "low-frames", "N", "low_frames", low_frames, 0, 1ULL << 28, 1, KNOB_KEEP, \
	  "below low the background reclaimer is woken,") \
	X(HIGH_FRAMES, NUMBER, "high-frames", "N", "high_frames", high_frames, 0, 1ULL << 28, 1, KNOB_KEEP, \
	  "up to high it works; 0: from the number of frames") \
	X(CHARGE_LIMIT, NUMBER, "charge-limit", "N", "charge_limit_frames", charge_limit, 0, 1ULL << 28, 1, KNOB_KEEP, \
	  "frames in use at most, charged in batches as a\nmemory group's; 0: no limit") \
	X(SWAP_SLOTS, NUMBER, "swap-slots", "N", "swap_slots", swap_slots, 0, 1ULL << 28, 1, KNOB_KEEP, \
	  "pages that fit into the swap store") \
	X(SWAP_READ_NS, NUMBER, "swap-read-ns", "NS", "swap_read_ns", swap_read_ns, 0, KNOB_SECOND, 1, 80000, \
	  "what reading a page from swap takes, asleep") \
	X(SWAP_WRITE_NS, NUMBER, "swap-write-ns", "NS", "swap_write_ns", swap_write_ns, 0, KNOB_SECOND, 1, 20000, \
	  "what writing one takes, asleep") \
	X(FILE_READ_NS, NUMBER, "file-read-ns", "NS", "file_read_ns", file_read_ns, 0, KNOB_SECOND, 1, 80000, \
	  "what reading a page of a file takes, asleep") \
	X(FILE_WRITE_NS, NUMBER, "file-write-ns", "NS", "file_write_ns", file_write_ns, 0, KNOB_SECOND, 1, 20000, \
	  "what writing one back takes, asleep") \
	X(TRAP_NS, NUMBER, "trap-ns", "NS", "trap_ns", trap_ns, 0, KNOB_SECOND, 1, 200, \
	  "what entering and leaving a fault costs") \
	X(FLUSH_NS, NUMBER, "flush-ns", "NS", "flush_ns", flush_ns, 0, KNOB_SECOND, 1, 1000, \
	  "what a TLB flush costs for each other thread\nof the address space") \
	X(GRACE_PERIOD_US, NUMBER, "grace-period-us", "US", "grace_period_us", grace_period_ns, 0, \
	  1000000, 1000, 10000, \
	  "what an RCU grace period takes at least")

#define KNOB_SECOND	1000000000ULL
#define KNOB_KEEP	(~0ULL)

enum knob {
#define X(ID, ...) KNOB_##ID,
	KNOBS(X)
#undef X
	NR_KNOBS
};

/** What getopt_long() returns for them: beyond every character and every subcommand's own. */
#define KNOB_OPT_FIRST	0x1000
#define KNOB_OPT_PRESET	(KNOB_OPT_FIRST + NR_KNOBS)

#define KNOB_ARG_SWITCH		no_argument
#define KNOB_ARG_SWITCH_OFF	no_argument
#define KNOB_ARG_NUMBER		required_argument
#define KNOB_ARG_SIZE		required_argument
#define KNOB_ARG_CHOICE		required_argument
#define KNOB_OPTION(ID, kind, option, ...) \
	{ option, KNOB_ARG_##kind, NULL, KNOB_OPT_FIRST + KNOB_##ID },

/** For a subcommand's array of `struct option` (getopt.h). */
#define KNOB_OPTIONS \
	{ "preset", required_argument, NULL, KNOB_OPT_PRESET }, KNOBS(KNOB_OPTION)

/** The settings, and which of them were asked for. */
struct knobs {
	/** nr_frames is 0 unless asked for; nr_tasks is the subcommand's to set. */
	struct world_config config;
	bool set[NR_KNOBS];	/**< on the command line or by a preset */
	bool preset;		/**< --preset kernel was given */
};

/** As without any option. */
void knobs_init(struct knobs *k);

/** Is this one of getopt_long()'s results ours? */
static inline bool knobs_has(int opt)
{
	return opt >= KNOB_OPT_FIRST && opt <= KNOB_OPT_PRESET;
}

/**
 * Take one option over; of two that set the same, a preset among them, the later holds.
 * @param arg	optarg
 * @return 0; -1: err says what is wrong with it
 */
int knobs_option(struct knobs *k, int opt, const char *arg, struct bench_error *err);

/**
 * After the last option: do they fit together?
 * @return 0; -1: err
 */
int knobs_check(const struct knobs *k, struct bench_error *err);

/** The part of a subcommand's --help. */
void knobs_help(FILE *out);

/**
 * Those that were asked for, as options in one line, each after a blank.
 * @return false: none was, nothing is written
 */
bool knobs_line(const struct knobs *k, FILE *out);

#ifdef HAVE_JANSSON
/** Each setting, whether asked for or not, under its key; frames 0: the subcommand's choice. */
json_t *knobs_json(const struct knobs *k);
#endif

/** A number in decimal, all of @a text.  @return false: it is none */
bool knobs_number(const char *text, u64 *out);

#endif /* BENCH_KNOBS_H */
