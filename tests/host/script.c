// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Reads scripts.
 */
#define _GNU_SOURCE
#include "tests/host/script.h"
#include "tests/host/twins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct script_file {
	FILE *in;
	const char *path;
	unsigned int line;
	char ahead[512];	/* the head of the next script, or empty */
};

static void senseless(const char *path, unsigned int line, const char *what, const char *of)
{
	fprintf(stderr, "%s:%u: %s '%s'\n", path, line, what, of);
	exit(2);
}

struct script_file *script_open(const char *path)
{
	struct script_file *file = calloc(1, sizeof(*file));

	if (file)
		file->in = fopen(path, "re");
	if (!file || !file->in) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(2);
	}
	file->path = path;
	return file;
}

void script_close(struct script_file *file)
{
	fclose(file->in);
	free(file);
}

/* The next line that is neither empty nor a remark.  @return false: none */
static bool next_line(struct script_file *file, char *line, size_t size)
{
	do {
		if (!fgets(line, (int)size, file->in))
			return false;
		file->line++;
		line[strcspn(line, "\n")] = '\0';
	} while (!line[0] || line[0] == '#');
	return true;
}

static void add_line(struct script_file *file, struct script *s, const char *line)
{
	if (s->nr == SCRIPT_LINES || strlen(line) >= sizeof(s->line[0]))
		senseless(file->path, file->line, "too long:", line);
	strcpy(s->line[s->nr], line);
	s->number[s->nr++] = file->line;
	s->heap |= strstr(line, " h") != NULL;
	s->many |= strstr(line, "limit_maps") != NULL;
}

bool script_next(struct script_file *file, struct script *s)
{
	char line[512];

	memset(s, 0, sizeof(*s));
	if (!file->ahead[0] && !next_line(file, file->ahead, sizeof(file->ahead)))
		return false;
	if (strncmp(file->ahead, "== ", 3))
		senseless(file->path, file->line, "a script begins with '== NAME':", file->ahead);
	snprintf(s->name, sizeof(s->name), "%s", file->ahead + 3);
	file->ahead[0] = '\0';
	while (next_line(file, line, sizeof(line))) {
		if (!strncmp(line, "== ", 3)) {
			strcpy(file->ahead, line);
			break;
		}
		if (!strncmp(line, "differs: ", 9))
			snprintf(s->differs, sizeof(s->differs), "%.255s", line + 9);
		else
			add_line(file, s, line);
	}
	return true;
}

/* --- a line ---------------------------------------------------------------------------- */

struct words {
	char text[96];
	char *word[SCRIPT_WORDS];
	unsigned int nr, at;
	const struct script *script;
	unsigned int line;
};

static void split(struct words *w, const struct script *script, unsigned int i)
{
	char *rest = NULL;

	memset(w, 0, sizeof(*w));
	w->script = script;
	w->line = script->number[i];
	strcpy(w->text, script->line[i]);
	for (char *word = strtok_r(w->text, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (w->nr == SCRIPT_WORDS)
			senseless(script->name, w->line, "too many words:", word);
		w->word[w->nr++] = word;
	}
}

/* N, Np (pages), @N (page N of the field), hN (of the heap), each with +BYTES behind; 0 where there is none. */
static unsigned long value(struct words *w, const struct twins *tw)
{
	const char *word = w->at < w->nr ? w->word[w->at++] : "0", *digits = word;
	unsigned long base = 0, n;
	bool pages = false;
	char *end;

	if (*word == '@' || *word == 'h') {
		base = tw->field[*word == '@' ? FIELD_FREE : FIELD_HEAP].start;
		pages = true;
		digits++;
	}
	n = strtoul(digits, &end, 0);
	if (end != digits && *end == 'p') {
		pages = true;
		end++;
	}
	n = base + (pages ? n * PAGE_SIZE : n);
	if (end != digits && *end == '+')
		n += strtoul(end + 1, &end, 0);
	if (end == digits || *end)
		senseless(w->script->name, w->line, "no number:", word);
	return n;
}

static enum op_kind kind_of(struct words *w, const char *word)
{
	for (unsigned int kind = 0; kind < NR_OP_KINDS; kind++)
		if (!strcmp(op_names[kind], word))
			return kind;
	senseless(w->script->name, w->line, "no such call:", word);
	return NR_OP_KINDS;
}

static void arguments(struct words *w, const struct twins *tw, struct op *op)
{
	switch (op->kind) {
	case OP_MMAP:
		op->addr = value(w, tw);
		op->len = value(w, tw);
		op->prot = (int)value(w, tw);
		op->flags = (int)value(w, tw);
		op->file = w->at < w->nr ? (int)value(w, tw) : -1;
		op->offset = value(w, tw);
		break;
	case OP_MUNMAP:
	case OP_MPROTECT:
	case OP_MADVISE:
		op->addr = value(w, tw);
		op->len = value(w, tw);
		op->prot = (int)value(w, tw);
		break;
	case OP_MREMAP:
		op->addr = value(w, tw);
		op->len = value(w, tw);
		op->to_len = value(w, tw);
		op->flags = (int)value(w, tw);
		op->to = value(w, tw);
		break;
	case OP_BRK:
	case OP_READ:
		op->addr = value(w, tw);
		break;
	case OP_WRITE:
		op->addr = value(w, tw);
		op->offset = value(w, tw);
		break;
	case OP_TRUNCATE:
		op->file = (int)value(w, tw);
		op->offset = value(w, tw);
		break;
	default:
		break;
	}
}

void script_step(const struct script *script, unsigned int i, const struct twins *tw, struct step *step)
{
	struct words w;
	char *word;

	memset(step, 0, sizeof(*step));
	step->op.file = -1;
	split(&w, script, i);
	word = w.word[w.at++];
	if (word[0] >= '0' && word[0] < '0' + NR_PUPPETS && !strcmp(word + 1, ":")) {
		step->op.who = (unsigned int)(word[0] - '0');
		word = w.at < w.nr ? w.word[w.at++] : "";
	}
	if (!strcmp(word, "limit_as") || !strcmp(word, "limit_maps")) {
		step->kind = word[6] == 'a' ? STEP_LIMIT_AS : STEP_LIMIT_MAPS;
		step->number = (long)value(&w, tw);
	} else {
		step->op.kind = kind_of(&w, word);
		arguments(&w, tw, &step->op);
	}
	if (w.at < w.nr)
		senseless(script->name, w.line, "one word too many:", w.word[w.at]);
}
