// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The model's calls: loops over pages.
 */
#include "tests/fuzz/model.h"

#include "common/mm/file.h"
#include "common/mm/mm.h"

#include <errno.h>
#include <string.h>

static u64 on_disk(unsigned int file, unsigned int fpage)
{
	return file_word(file + 1, fpage, 0);
}

void model_init(struct model *m)
{
	memset(m, 0, sizeof(*m));
	for (unsigned int f = 0; f < MODEL_FILES; f++) {
		m->size[f] = MODEL_FILE_PAGES;
		for (unsigned int i = 0; i < MODEL_FILE_PAGES; i++)
			m->content[f][i] = on_disk(f, i);
	}
}

long model_map(struct model *m, unsigned int at, unsigned int nr, enum model_kind kind, int prot,
	       unsigned int file, unsigned int fpage)
{
	for (unsigned int i = 0; i < nr; i++)
		m->page[at + i] = (struct model_page){ .kind = kind, .prot = prot, .file = file,
						       .fpage = fpage + i };
	return 0;
}

long model_unmap(struct model *m, unsigned int at, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		m->page[at + i] = (struct model_page){ 0 };
	return 0;
}

/* Up to the first hole. */
long model_protect(struct model *m, unsigned int at, unsigned int nr, int prot)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (!m->page[at + i].kind)
			return -ENOMEM;
		m->page[at + i].prot = prot;
	}
	return 0;
}

/* A hole is reported, and the pages after it are handled all the same. */
long model_advise(struct model *m, unsigned int at, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!m->page[at + i].kind)
			return -ENOMEM;
	return 0;
}

long model_dontneed(struct model *m, unsigned int at, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		m->page[at + i].value = 0;
		m->page[at + i].own = m->page[at + i].lazy = false;
	}
	return model_advise(m, at, nr);
}

long model_free(struct model *m, unsigned int at, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (m->page[at + i].kind > MODEL_ANON)
			return -EINVAL;
		m->page[at + i].lazy = true;
	}
	return model_advise(m, at, nr);
}

long model_move(struct model *m, unsigned int from, unsigned int to)
{
	if (from == to)
		return -EINVAL;
	if (!m->page[from].kind) {
		/* The old mapping is gone by the time this error is found. */
		return -EFAULT;
	}
	m->page[to] = m->page[from];
	m->page[from] = (struct model_page){ 0 };
	return 0;
}

void model_truncate(struct model *m, unsigned int file, unsigned int size)
{
	m->size[file] = size;
	for (unsigned int i = size; i < MODEL_FILE_PAGES; i++)
		m->content[file][i] = on_disk(file, i);
	for (unsigned int i = 0; i < MODEL_PAGES; i++)
		if (m->page[i].kind > MODEL_ANON && m->page[i].file == file && m->page[i].fpage >= size)
			m->page[i].own = false;
}

static enum access_result may(const struct model *m, const struct model_page *p, int right)
{
	if (!p->kind || !(p->prot & right))
		return ACCESS_SIGSEGV;
	if (p->kind > MODEL_ANON && !p->own && p->fpage >= m->size[p->file])
		return ACCESS_SIGBUS;
	return ACCESS_OK;
}

enum access_result model_write(struct model *m, unsigned int at, u64 value)
{
	struct model_page *p = &m->page[at];
	enum access_result r = may(m, p, MM_PROT_WRITE);

	if (r != ACCESS_OK)
		return r;
	if (p->kind == MODEL_SHARED) {
		m->content[p->file][p->fpage] = value;
		return r;
	}
	p->own = p->kind == MODEL_PRIVATE;
	p->lazy = false;
	p->value = value;
	return r;
}

enum access_result model_read(struct model *m, unsigned int at)
{
	/* On x86 what may be written or executed may be read. */
	return may(m, &m->page[at], MM_PROT_READ | MM_PROT_WRITE | MM_PROT_EXEC);
}

bool model_holds(struct model *m, unsigned int at, u64 seen)
{
	struct model_page *p = &m->page[at];

	if (p->kind > MODEL_ANON && !p->own)
		return seen == m->content[p->file][p->fpage];
	if (p->lazy && !seen)
		p->value = 0;	/* and stays 0 */
	return seen == p->value;
}
