/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The order of fields is that of perf_event_open(2), PERF_RECORD_SAMPLE and struct sample_id.
 */
#include <string.h>

#include "bench/import/sample.h"

/* What of a record is known. */
struct found {
	u32 pid, tid;
	u64 time, id;
	const char *raw;
	u32 raw_size;
};

struct cursor {
	const char *at;
	size_t left;
};

static bool take(struct cursor *c, void *to, size_t bytes)
{
	if (c->left < bytes)
		return false;
	if (to)
		memcpy(to, c->at, bytes);
	c->at += bytes;
	c->left -= bytes;
	return true;
}

static bool skip_callchain(struct cursor *c)
{
	u64 nr;

	return take(c, &nr, sizeof(nr)) && nr <= c->left / sizeof(u64) && take(c, NULL, nr * sizeof(u64));
}

static bool read_sample(const struct perf_event_header *raw, u64 type, struct found *f)
{
	struct cursor c = { (const char *)(raw + 1), raw->size - sizeof(*raw) };

	if ((type & PERF_SAMPLE_IDENTIFIER && !take(&c, &f->id, 8)) ||
	    (type & PERF_SAMPLE_IP && !take(&c, NULL, 8)) ||
	    (type & PERF_SAMPLE_TID && (!take(&c, &f->pid, 4) || !take(&c, &f->tid, 4))) ||
	    (type & PERF_SAMPLE_TIME && !take(&c, &f->time, 8)) ||
	    (type & PERF_SAMPLE_ADDR && !take(&c, NULL, 8)) ||
	    (type & PERF_SAMPLE_ID && !take(&c, &f->id, 8)) ||
	    (type & PERF_SAMPLE_STREAM_ID && !take(&c, NULL, 8)) ||
	    (type & PERF_SAMPLE_CPU && !take(&c, NULL, 8)) ||
	    (type & PERF_SAMPLE_PERIOD && !take(&c, NULL, 8)) ||
	    (type & PERF_SAMPLE_CALLCHAIN && !skip_callchain(&c)))
		return false;
	if (type & PERF_SAMPLE_RAW) {
		if (!take(&c, &f->raw_size, 4) || f->raw_size > c.left)
			return false;
		f->raw = c.at;
	}
	return true;
}

/* Bytes at the end of a record other than a sample. */
static size_t trailer_bytes(u64 type)
{
	static const u64 fields = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID |
				  PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER;

	return 8 * (size_t)__builtin_popcountll(type & fields);
}

static bool read_trailer(const struct perf_event_header *raw, u64 type, struct found *f)
{
	size_t bytes = trailer_bytes(type);
	struct cursor c = { (const char *)raw + raw->size - bytes, bytes };

	if (raw->size < sizeof(*raw) + bytes)
		return false;
	return !((type & PERF_SAMPLE_TID && (!take(&c, &f->pid, 4) || !take(&c, &f->tid, 4))) ||
		 (type & PERF_SAMPLE_TIME && !take(&c, &f->time, 8)) ||
		 (type & PERF_SAMPLE_ID && !take(&c, &f->id, 8)) ||
		 (type & PERF_SAMPLE_STREAM_ID && !take(&c, NULL, 8)) ||
		 (type & PERF_SAMPLE_CPU && !take(&c, NULL, 8)) ||
		 (type & PERF_SAMPLE_IDENTIFIER && !take(&c, &f->id, 8)));
}

static bool read_record(const struct perf_event_header *raw, u64 type, struct found *f)
{
	memset(f, 0, sizeof(*f));
	return raw->type == PERF_RECORD_SAMPLE ? read_sample(raw, type, f) : read_trailer(raw, type, f);
}

bool sample_id(const struct perf_event_header *raw, u64 type, u64 *id)
{
	struct found f;
	bool whole = read_record(raw, type, &f);

	*id = f.id;
	return whole;
}

bool sample_time(const struct perf_event_header *raw, u64 type, u64 *time)
{
	struct found f;
	bool whole = read_record(raw, type, &f);

	*time = whole ? f.time : 0;
	return whole;
}

static char *put(char *to, const void *from, size_t bytes)
{
	memcpy(to, from, bytes);
	return to + bytes;
}

void sample_rewrite(const struct perf_event_header *raw, u64 type, struct perf_event_header *to)
{
	char *at = (char *)(to + 1);
	struct found f;

	*to = *raw;
	if (!read_record(raw, type, &f)) {
		to->size = sizeof(*to);		/* too short for any kind */
		return;
	}
	if (raw->type == PERF_RECORD_SAMPLE) {
		at = put(at, &f.pid, 4);
		at = put(at, &f.tid, 4);
		at = put(at, &f.time, 8);
		at = put(at, &f.raw_size, 4);
		if (f.raw_size)
			at = put(at, f.raw, f.raw_size);
	} else {
		at = put(at, raw + 1, raw->size - sizeof(*raw) - trailer_bytes(type));
		at = put(at, &f.pid, 4);
		at = put(at, &f.tid, 4);
		at = put(at, &f.time, 8);
	}
	to->size = at - (char *)to > 0xffff ? (u16)sizeof(*to) : (u16)(at - (char *)to);
}

const char *sample_type_refused(u64 type, bool tracepoint)
{
	if (!(type & PERF_SAMPLE_TID) || !(type & PERF_SAMPLE_TIME))
		return "its samples have no thread or no time";
	if (tracepoint && !(type & PERF_SAMPLE_RAW))
		return "its samples have no raw data, which is where tracepoints have their fields";
	if (type & PERF_SAMPLE_READ)
		return "its samples hold counts of groups, which are not read here: record the events without braces";
	return NULL;
}
