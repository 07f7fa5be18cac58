/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief perf.data is read whole into memory; its records are sorted by time and decoded one after the other.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/import/perf_data.h"
#include "bench/import/sample.h"
#include "bench/record/decode.h"
#include "bench/record/known_calls.h"
#include "bench/record/save.h"
#include "bench/record/tracepoint.h"

/* Optional parts of the file, by number of their bit. */
enum { PART_TRACING = 1, PART_RELEASE = 4, PART_ARCH = 6, PART_CPUS = 7, NR_PARTS = 256 };

/* Records from here on are perf's own. */
#define RECORD_OF_PERF 64
#define RECORD_COMPRESSED 81
#define RECORD_COMPRESSED2 83
#define RECORD_AUXTRACE 71

struct section {
	u64 offset, size;
};

struct head {
	char magic[8];
	u64 size, attr_size;
	struct section attrs, data, event_types;
	u64 flags[NR_PARTS / 64];
};

struct event {
	struct perf_event_attr attr;
	struct section ids;
};

struct place {
	u64 time, offset;
};

struct perf_data {
	const char *path;
	struct bench_error *err;
	char *bytes;
	size_t size;
	struct head head;
	struct event *event;
	size_t nr_events;
	bool same_type;		/* all events' samples have the same fields */
	struct record_layout layout;
	struct place *place;	/* of the records, in order of time */
	size_t nr_places, max_places, next;
	u64 lost;
	char release[65];
	u32 cpus;
	/* A record as it is in the file, and rewritten. */
	union {
		struct perf_event_header header;
		char bytes[SAMPLE_BYTES];
	} raw, to;
};

/* --- the file ------------------------------------------------------------------------ */

static int read_whole(struct perf_data *d)
{
	FILE *in = fopen(d->path, "rb");
	size_t max = 1 << 20, got;
	char *more;
	int ret = -1;

	if (!in)
		return bench_fail(d->err, "%s: cannot be opened: %s", d->path, strerror(errno));
	do {
		max *= 2;
		more = realloc(d->bytes, max);
		if (!more) {
			bench_fail_memory(d->err, "reading what perf recorded");
			goto out;
		}
		d->bytes = more;
		got = fread(d->bytes + d->size, 1, max - d->size, in);
		d->size += got;
	} while (d->size == max);
	if (ferror(in)) {
		bench_fail(d->err, "%s: cannot be read: %s", d->path, strerror(errno));
		goto out;
	}
	ret = 0;
out:
	fclose(in);
	return ret;
}

static bool inside(const struct perf_data *d, const struct section *s)
{
	return s->offset <= d->size && s->size <= d->size - s->offset;
}

static int fail_cut(struct perf_data *d, const char *what, u64 at)
{
	return bench_fail(d->err, "%s: at byte %llu: %s: the file was cut, or is damaged", d->path, (unsigned long long)at, what);
}

static int read_head(struct perf_data *d)
{
	if (d->size < sizeof(d->head))
		return fail_cut(d, "the head does not end", d->size);
	memcpy(&d->head, d->bytes, sizeof(d->head));
	if (!d->head.data.size && !d->head.attrs.size)
		return bench_fail(d->err, "%s: was written to a pipe: record into a file (perf record -o FILE)", d->path);
	if (!d->head.data.size)
		return bench_fail(d->err, "%s: holds no records: perf was ended before it wrote them", d->path);
	if (!inside(d, &d->head.data))
		return fail_cut(d, "the records do not end", d->head.data.offset);
	if (!inside(d, &d->head.attrs) || d->head.attr_size < PERF_ATTR_SIZE_VER0 + sizeof(struct section))
		return fail_cut(d, "the list of events is broken", d->head.attrs.offset);
	return 0;
}

/* An optional part. @return 1; 0: there is none; -1: err */
static int part(struct perf_data *d, unsigned int wanted, struct section *s)
{
	u64 at = d->head.data.offset + d->head.data.size;

	for (unsigned int bit = 0; bit <= wanted; bit++) {
		bool there = d->head.flags[bit / 64] >> (bit % 64) & 1;

		if (bit == wanted && !there)
			return 0;
		if (bit < wanted) {
			at += there ? sizeof(*s) : 0;
			continue;
		}
		if (at > d->size || d->size - at < sizeof(*s))
			return fail_cut(d, "the list of parts does not end", at);
		memcpy(s, d->bytes + at, sizeof(*s));
		if (!inside(d, s))
			return fail_cut(d, "a part does not end", s->offset);
	}
	return 1;
}

/* A text of a part, ended by a NUL; empty if there is none. */
static int text_part(struct perf_data *d, unsigned int wanted, char *to, size_t size)
{
	struct section s;
	u32 len;
	int there = part(d, wanted, &s);

	to[0] = '\0';
	if (there <= 0)
		return there;
	if (s.size < sizeof(len))
		return fail_cut(d, "a text does not end", s.offset);
	memcpy(&len, d->bytes + s.offset, sizeof(len));
	if (len > s.size - sizeof(len))
		return fail_cut(d, "a text does not end", s.offset);
	snprintf(to, size, "%.*s", (int)(len < size ? len : size - 1), d->bytes + s.offset + sizeof(len));
	return 0;
}

static int read_machine(struct perf_data *d)
{
	struct section s;
	char arch[16];
	int there;

	if (text_part(d, PART_ARCH, arch, sizeof(arch)) || text_part(d, PART_RELEASE, d->release, sizeof(d->release)))
		return -1;
	if (arch[0] && strcmp(arch, "x86_64"))
		return bench_fail(d->err, "%s: was recorded on %s; only x86_64 has these tracepoints with these numbers", d->path, arch);
	there = part(d, PART_CPUS, &s);
	if (there < 0)
		return -1;
	if (there && s.size >= sizeof(d->cpus))
		memcpy(&d->cpus, d->bytes + s.offset, sizeof(d->cpus));
	return 0;
}

/* --- its events ------------------------------------------------------------------------ */

static int read_events(struct perf_data *d, struct import_outcome *outcome)
{
	size_t each = d->head.attr_size, own = each - sizeof(struct section);
	bool data_mappings = false;
	const char *why;

	d->nr_events = d->head.attrs.size / each;
	if (!d->nr_events)
		return bench_fail(d->err, "%s: names no event", d->path);
	d->event = calloc(d->nr_events, sizeof(*d->event));
	if (!d->event)
		return bench_fail_memory(d->err, "reading what perf recorded");
	d->same_type = true;
	for (size_t i = 0; i < d->nr_events; i++) {
		const char *at = d->bytes + d->head.attrs.offset + i * each;
		struct event *e = &d->event[i];

		memcpy(&e->attr, at, own < sizeof(e->attr) ? own : sizeof(e->attr));
		memcpy(&e->ids, at + own, sizeof(e->ids));
		if (!inside(d, &e->ids))
			return fail_cut(d, "an event's ids do not end", e->ids.offset);
		why = sample_type_refused(e->attr.sample_type, e->attr.type == PERF_TYPE_TRACEPOINT);
		if (!why && !e->attr.sample_id_all)
			why = "its records of mappings and threads have no time";
		if (why)
			return bench_fail(d->err, "%s: %s", d->path, why);
		d->same_type &= e->attr.sample_type == d->event[0].attr.sample_type;
		data_mappings |= e->attr.mmap_data;
	}
	for (size_t i = 0; !d->same_type && i < d->nr_events; i++)
		if (!(d->event[i].attr.sample_type & PERF_SAMPLE_IDENTIFIER))
			return bench_fail(d->err, "%s: its events' samples differ, and do not say of which event they are", d->path);
	outcome->exec_only = !data_mappings;
	return 0;
}

/* Of which event is a record?  By its id, where that makes a difference. */
static u64 sample_type_of(const struct perf_data *d, const struct perf_event_header *raw)
{
	u64 id, other;

	if (d->same_type || !sample_id(raw, PERF_SAMPLE_IDENTIFIER, &id))
		return d->event[0].attr.sample_type;
	for (size_t i = 0; i < d->nr_events; i++) {
		const struct section *s = &d->event[i].ids;

		for (u64 at = 0; s->size - at >= sizeof(other); at += sizeof(other)) {
			memcpy(&other, d->bytes + s->offset + at, sizeof(other));
			if (other == id)
				return d->event[i].attr.sample_type;
		}
	}
	return d->event[0].attr.sample_type;
}

/* The kernel's descriptions of tracepoints stand in the file as tracefs has them, one after the other. */
static int description(const void *from, const char *name, char *text, struct bench_error *err)
{
	const struct perf_data *d = from;
	char begin[64];
	struct section s;
	const char *at, *end;
	size_t n;
	int there = part((struct perf_data *)d, PART_TRACING, &s);

	if (there < 0)
		return -1;
	n = (size_t)snprintf(begin, sizeof(begin), "name: %s\n", strchr(name, '/') + 1);
	at = there ? memmem(d->bytes + s.offset, s.size, begin, n) : NULL;
	if (!at)
		return bench_fail(err, "%s: the tracepoint %s is not in it: record it by perf record -e", d->path, name);
	end = memmem(at + n, (size_t)(d->bytes + s.offset + s.size - at) - n, "\nname: ", 7);
	if (!end)
		end = d->bytes + s.offset + s.size;
	n = (size_t)(end - at) < TRACEPOINT_MAX_FORMAT ? (size_t)(end - at) : TRACEPOINT_MAX_FORMAT - 1;
	memcpy(text, at, n);
	text[n] = '\0';
	return 0;
}

/* --- its records ------------------------------------------------------------------------ */

static int add_place(struct perf_data *d, u64 time, u64 offset)
{
	if (d->nr_places == d->max_places) {
		size_t max = d->max_places ? 2 * d->max_places : 4096;
		struct place *place = realloc(d->place, max * sizeof(*place));

		if (!place)
			return bench_fail_memory(d->err, "reading what perf recorded");
		d->place = place;
		d->max_places = max;
	}
	d->place[d->nr_places++] = (struct place){ time, offset };
	return 0;
}

static void fetch(struct perf_data *d, u64 offset)
{
	memcpy(&d->raw.header, d->bytes + offset, sizeof(d->raw.header));
	memcpy(&d->raw, d->bytes + offset, d->raw.header.size);
}

static int find_records(struct perf_data *d)
{
	u64 at = d->head.data.offset, end = at + d->head.data.size, time;
	struct perf_event_header h;

	for (; at < end; at += h.size) {
		if (end - at < sizeof(h))
			return fail_cut(d, "a record does not end", at);
		memcpy(&h, d->bytes + at, sizeof(h));
		if (h.size < sizeof(h) || h.size > end - at)
			return fail_cut(d, "a record does not end", at);
		if (h.type == RECORD_COMPRESSED || h.type == RECORD_COMPRESSED2)
			return bench_fail(d->err, "%s: its records are compressed: record without -z", d->path);
		if (h.type == RECORD_AUXTRACE)
			return bench_fail(d->err, "%s: holds what a processor traced by itself: record only the tracepoints", d->path);
		if (h.type >= RECORD_OF_PERF)
			continue;
		fetch(d, at);
		/* What has no time is for the decoder to count. */
		sample_time(&d->raw.header, sample_type_of(d, &d->raw.header), &time);
		if (add_place(d, time, at))
			return -1;
	}
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->offset < y->offset ? -1 : 1;
}

static void decode_at(struct perf_data *d, const struct place *p, struct record *r)
{
	const struct known_call *call;

	fetch(d, p->offset);
	sample_rewrite(&d->raw.header, sample_type_of(d, &d->raw.header), &d->to.header);
	decode(&d->layout, &d->to.header, r);
	if (r->kind == RECORD_ENTER || r->kind == RECORD_LEAVE) {
		call = known_call_x86(r->call.nr);
		r->call.nr = call ? call->nr : KNOWN_CALL_NONE;
	}
}

static int next_record(void *from, struct record *r, struct bench_error *err)
{
	struct perf_data *d = from;

	(void)err;
	if (d->next == d->nr_places)
		return 0;
	decode_at(d, &d->place[d->next++], r);
	return 1;
}

static void count_lost(struct perf_data *d)
{
	struct record r;

	for (size_t i = 0; i < d->nr_places; i++) {
		decode_at(d, &d->place[i], &r);
		if (r.kind == RECORD_LOST)
			d->lost += r.lost;
	}
}

int perf_data_import(const char *input, const char *output, struct import_outcome *outcome, struct bench_error *err)
{
	struct perf_data *d = calloc(1, sizeof(*d));
	struct convert_head head = { .err_known = true };
	int ret = -1;

	if (!d)
		return bench_fail_memory(err, "reading what perf recorded");
	d->path = input;
	d->err = err;
	if (read_whole(d) || read_head(d) || read_machine(d) || read_events(d, outcome) ||
	    tracepoint_layout_from(description, d, &d->layout, err) || find_records(d))
		goto out;
	if (d->nr_places)
		qsort(d->place, d->nr_places, sizeof(*d->place), by_time);
	count_lost(d);
	head.lost = outcome->lost = d->lost;
	head.release = d->release[0] ? d->release : "unknown";
	head.cpus = d->cpus;
	ret = save_records(output, &head, next_record, d,
			   "no program begins in what perf recorded: it must start the program (perf record ... -- COMMAND)",
			   &outcome->result, err);
out:
	free(d->place);
	free(d->event);
	free(d->bytes);
	free(d);
	return ret;
}
