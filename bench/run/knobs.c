/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The table of knobs, and the operations on all of them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "bench/run/knobs.h"

#define SECOND	1000000000ULL

struct knob_info {
	struct option_entry option;	/* the field is in struct knobs: a bool, an unsigned int or a u64 */
	const char *key;		/* its name in JSON, with the unit; NULL: another knob sets the same */
	u64 scale;			/* the field holds this many of the option's unit */
};

static option_take_fn take_preset, take_size, take_us;

#define NUMBER(name, arg, field, min, max, help)	OPTION_NUMBER(0, name, arg, struct knobs, config.field, min, max, help)
#define FLAG(name, field, help)				OPTION_FLAG(0, name, struct knobs, config.field, help)
#define CHOICE(name, names, field, help)		OPTION_CHOICE(0, name, names, struct knobs, config.field, names, help)
#define OTHER(name_, arg_, field, fn, least, most, help) \
	OPTION_OTHER(0, name_, arg_, fn, help, OPTION_FIELD(struct knobs, config.field), .min = (least), .max = (most))

static const struct knob_info knobs[NR_KNOBS] = {
	[KNOB_FRAMES] = { NUMBER("frames", "N", nr_frames, 64, 1ULL << 28, "page frames of the machine"), "frames", 1 },
	[KNOB_MEMORY] = { OTHER("memory", "SIZE", nr_frames, take_size, 64, 1ULL << 28,
				"the same in bytes; K, M and G are understood"), NULL, PAGE_SIZE },
	[KNOB_NO_ZERO] = { OPTION_CLEAR(0, "no-zero", struct knobs, config.zero_pages,
					"do not clear pages: leaves what locking costs"), "page_zeroing", 1 },
	[KNOB_NO_ZERO_PAGE] = { FLAG("no-zero-page", no_zero_page,
				     "a read of untouched memory makes a page of its own"), "no_zero_page", 1 },
	[KNOB_FAULT_AROUND] = { NUMBER("fault-around", "PAGES", fault_around, 0, 512,
				       "resident pages of a file that a read fault maps"), "fault_around_pages", 1 },
	[KNOB_GFP] = { CHOICE("gfp", "argument|task", gfp, "how allocations under RCU are told not to sleep"), "gfp", 1 },
	[KNOB_ANON_POLICY] = { CHOICE("anon-policy", "trylock|lock|mmap", anon_policy,
				      "when a private mapping gets its anon_vma: at the first write fault by trylock of "
				      "mmap_lock, there under mmap_lock, or when it is mapped"), "anon_policy", 1 },
	[KNOB_KERNEL_FAULTS] = { CHOICE("kernel-faults", "mmap_lock|alike", kernel_faults,
					"where faults from kernel mode begin"), "kernel_faults", 1 },
	[KNOB_DONTNEED_LOCK] = { CHOICE("dontneed-lock", "mmap_lock|vma", dontneed_lock,
					"what MADV_DONTNEED within one VMA holds"), "dontneed_lock", 1 },
	[KNOB_PT_RECLAIM] = { FLAG("pt-reclaim", pt_reclaim,
				   "MADV_DONTNEED takes out the page tables that it has emptied whole, as Linux does since 6.14"),
			      "pt_reclaim", 1 },
	[KNOB_FORK_MARKS] = { CHOICE("fork-marks", "all|private-maywrite-or-anon", fork_marks,
				     "which VMAs fork keeps faults out of while it copies"), "fork_marks", 1 },
	[KNOB_ALONE] = { CHOICE("alone", "alike|mmap_lock", alone,
				"where faults begin in an address space of one thread"), "alone", 1 },
	[KNOB_IO] = { CHOICE("io", KNOBS_IO, io,
			     "what a fault with a lock held does to wait for a page: let go of it and begin again under "
			     "mmap_lock, as Linux does, or on the same rung; hold it; hold it for a file's page and, for one "
			     "that is swapped out, let go"), "io", 1 },
	[KNOB_SETTLE] = { FLAG("settle", settle,
			       "a fault that finds a VMA's mark over notes it in the VMA, so that later faults need not ask "
			       "the mm"), "settle", 1 },
	[KNOB_VMACACHE] = { FLAG("vmacache", vmacache,
				 "a fault looks among the VMAs that its thread found last, before it walks the tree under RCU"),
			    "vmacache", 1 },
	[KNOB_NOWAIT_FAILS] = { NUMBER("nowait-fails", "PERCENT", nowait_fails, 0, 100,
				       "of the pages that GFP_NOWAIT asks for, so many are refused, as if memory were short "
				       "just then"), "nowait_fails_percent", 1 },
	[KNOB_RECLAIM] = { FLAG("reclaim", reclaim,
				"memory that runs short is reclaimed, by the threads that need it and by one in the "
				"background"), "reclaim", 1 },
	[KNOB_MIN_FRAMES] = { NUMBER("min-frames", "N", min_frames, 0, 1ULL << 27,
				     "watermarks in free frames: below min GFP_NOWAIT fails and GFP_KERNEL reclaims,"),
			      "min_frames", 1 },
	[KNOB_LOW_FRAMES] = { NUMBER("low-frames", "N", low_frames, 0, 1ULL << 28,
				     "below low the background reclaimer is woken,"), "low_frames", 1 },
	[KNOB_HIGH_FRAMES] = { NUMBER("high-frames", "N", high_frames, 0, 1ULL << 28,
				      "up to high it works; 0: from the number of frames"), "high_frames", 1 },
	[KNOB_CHARGE_LIMIT] = { NUMBER("charge-limit", "N", charge_limit, 0, 1ULL << 28,
				       "frames in use at most, charged in batches as a memory group's; 0: no limit"),
				"charge_limit_frames", 1 },
	[KNOB_SWAP_SLOTS] = { NUMBER("swap-slots", "N", swap_slots, 0, 1ULL << 28, "pages that fit into the swap store"),
			      "swap_slots", 1 },
	[KNOB_SWAP_READ_NS] = { NUMBER("swap-read-ns", "NS", swap_read_ns, 0, SECOND,
				       "what reading a page from swap takes, asleep"), "swap_read_ns", 1 },
	[KNOB_SWAP_WRITE_NS] = { NUMBER("swap-write-ns", "NS", swap_write_ns, 0, SECOND, "what writing one takes, asleep"),
				 "swap_write_ns", 1 },
	[KNOB_FILE_READ_NS] = { NUMBER("file-read-ns", "NS", file_read_ns, 0, SECOND,
				       "what reading a page of a file takes, asleep"), "file_read_ns", 1 },
	[KNOB_FILE_WRITE_NS] = { NUMBER("file-write-ns", "NS", file_write_ns, 0, SECOND,
					"what writing one back takes, asleep"), "file_write_ns", 1 },
	[KNOB_TRAP_NS] = { NUMBER("trap-ns", "NS", trap_ns, 0, SECOND, "what entering and leaving a fault costs"),
			   "trap_ns", 1 },
	[KNOB_FLUSH_NS] = { NUMBER("flush-ns", "NS", flush_ns, 0, SECOND,
				   "what a TLB flush costs for each other thread of the address space"), "flush_ns", 1 },
	[KNOB_GRACE_PERIOD_US] = { OTHER("grace-period-us", "US", grace_period_ns, take_us, 0, 1000000,
					 "what an RCU grace period takes at least"), "grace_period_us", 1000 },
	[KNOB_NODES] = { NUMBER("nodes", "N", nr_nodes, 0, MAX_NUMNODES,
				"NUMA nodes, each with its share of the frames, and LRU lists; 0: as the machine has"), "nodes", 1 },
};

static const struct option_entry preset = {
	.name = "preset", .arg = "kernel", .values = "kernel", .take = take_preset, .bytes = sizeof(struct knobs),
	.help = "costs that user space lacks, by the order of what they are in a kernel on bare metal; later options change it",
};

/* What the preset sets, in the option's unit. */
static const struct {
	enum knob knob;
	u64 value;
} kernel[] = {
	{ KNOB_SWAP_READ_NS, 80000 }, { KNOB_SWAP_WRITE_NS, 20000 }, { KNOB_FILE_READ_NS, 80000 },
	{ KNOB_FILE_WRITE_NS, 20000 }, { KNOB_TRAP_NS, 200 }, { KNOB_FLUSH_NS, 1000 }, { KNOB_GRACE_PERIOD_US, 10000 },
};

static u64 load(const struct knobs *k, const struct knob_info *info)
{
	const void *field = (const char *)k + info->option.at;

	return info->option.bytes == sizeof(bool) ? *(const bool *)field :
	       info->option.bytes == sizeof(unsigned int) ? *(const unsigned int *)field : *(const u64 *)field;
}

void knobs_init(struct knobs *k)
{
	memset(k, 0, sizeof(*k));
	k->config = world_config_default(0);
	k->config.nr_nodes = 0;
}

void knobs_nodes(struct world_config *config)
{
	if (!config->nr_nodes)
		config->nr_nodes = (unsigned int)min_ul(platform_nr_nodes(), MAX_NUMNODES);
}

/* --- taking ---------------------------------------------------------------------------------- */

const struct option_entry *knobs_entry(unsigned int i)
{
	return !i ? &preset : i <= NR_KNOBS ? &knobs[i - 1].option : NULL;
}

int knobs_take(void *to, const struct option_entry *e, const char *value, struct bench_error *err)
{
	struct knobs *k = to;

	if (e->take(e, (char *)to + e->at, value, err))
		return -1;
	if (e != &preset)
		k->set[container_of(e, const struct knob_info, option) - knobs] = true;
	return 0;
}

static int take_preset(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	struct knobs *k = to;

	if (strcmp(value, "kernel"))
		return bench_fail(err, "--%s=%s: the one preset is kernel", e->name, value);
	k->preset = true;
	for (size_t i = 0; i < ARRAY_SIZE(kernel); i++) {
		const struct knob_info *info = &knobs[kernel[i].knob];

		*(u64 *)((char *)k + info->option.at) = kernel[i].value * info->scale;
		k->set[kernel[i].knob] = true;
	}
	return 0;
}

static int take_us(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	u64 us;

	if (options_number_in(e->name, value, e->min, e->max, &us, err))
		return -1;
	*(u64 *)to = us * 1000;
	return 0;
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

static int take_size(const struct option_entry *e, void *to, const char *value, struct bench_error *err)
{
	u64 pages;

	if (!size_in_pages(value, &pages) || pages < e->min || pages > e->max)
		return bench_fail(err, "--%s=%s: the value must be a size from %lluK to %lluG", e->name, value,
				  (unsigned long long)e->min * PAGE_SIZE >> 10,
				  (unsigned long long)e->max * PAGE_SIZE >> 30);
	*(u64 *)to = pages;
	return 0;
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
					  knobs[with_reclaim[i]].option.name);
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

static bool same_field_later(const struct knobs *k, enum knob knob)
{
	for (enum knob i = knob + 1; i < NR_KNOBS; i++)
		if (k->set[i] && knobs[i].option.at == knobs[knob].option.at)
			return true;
	return false;
}

bool knobs_line(const struct knobs *k, FILE *out)
{
	bool any = false;

	for (enum knob i = 0; i < NR_KNOBS; i++) {
		const struct option_entry *e = &knobs[i].option;
		u64 value = load(k, &knobs[i]);
		const char *name;
		int length;

		if (!k->set[i] || same_field_later(k, i))
			continue;
		any = true;
		fprintf(out, " --%s", e->name);
		length = e->values ? (int)options_choice(e->values, value, &name) : 0;
		if (length)
			fprintf(out, " %.*s", length, name);
		else if (i == KNOB_MEMORY)
			fprintf(out, " %lluK", (unsigned long long)(value * PAGE_SIZE >> 10));
		else if (e->arg)
			fprintf(out, " %llu", (unsigned long long)(value / knobs[i].scale));
	}
	return any;
}

#ifdef HAVE_JANSSON

static json_t *value_json(const struct knob_info *info, u64 value)
{
	const char *name;
	size_t length;

	if (!info->option.arg)
		return json_boolean(value);
	if (!info->option.values)
		return json_u64(value);
	length = options_choice(info->option.values, value, &name);
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
