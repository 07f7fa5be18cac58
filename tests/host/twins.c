// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Makes both sides alike, compares them, takes them down.
 */
#define _GNU_SOURCE
#include "tests/host/twins.h"
#include "common/mm/file.h"
#include "common/mm/vma.h"
#include "tests/support/check.h"
#include "tests/host/host_vma.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Room around a field that is compared too. */
#define SLACK		(300 * PAGE_SIZE)
#define NR_FRAMES	4096
/* In the comparison every shared memory has this number; inodes of the host are smaller. */
#define SHMEM_INODE	(~0ULL)

static const u64 file_pages[NR_FILES] = { 44, 24 };

bool twins_differ(struct twins *tw, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(tw->why, sizeof(tw->why), format, args);
	va_end(args);
	return false;
}

/* The same words in the real file as in ours. */
static void make_file(struct twins *tw, unsigned int i)
{
	struct stat st;
	char page[PAGE_SIZE];

	tw->file[i] = file_open(i + 1, false);
	check(tw->file[i], "no memory for a file");
	tw->file_pages[i] = file_pages[i];
	tw->file[i]->nr_pages = file_pages[i];
	tw->fd[i] = memfd_create("host_calls", MFD_CLOEXEC);
	check(tw->fd[i] >= 0 && !fstat(tw->fd[i], &st), "no temporary file: errno %d", errno);
	tw->inode[i] = st.st_ino;
	for (u64 p = 0; p < file_pages[i]; p++) {
		file_fill_page(tw->file[i], p, page);
		check(write(tw->fd[i], page, PAGE_SIZE) == (ssize_t)PAGE_SIZE, "errno %d", errno);
	}
}

/*
 * The puppet's break is where exec left it, perhaps with memory below in use.  Move both breaks to the
 * page after the next; nothing touches what is below.
 */
static void make_heap(struct twins *tw)
{
	struct puppet *p = &tw->there.one[0];
	unsigned long start = host_start_brk(p->pid);
	unsigned long brk = puppet_call(p, SYS_brk, 0, 0, 0, 0, 0, 0);
	unsigned long base = PAGE_ALIGN(brk) + PAGE_SIZE;
	struct host_vma vmas[HOST_VMAS_MAX];

	check_same(puppet_call(p, SYS_brk, base, 0, 0, 0, 0, 0), base, "the host's break");
	mm_set_brk(tw->task, tw->mm[0], start);
	check_same(mm_brk(tw->task, tw->mm[0], base), base, "our break");
	check_same(host_vmas(p->pid, start, base, vmas), 1, "VMAs of the host's heap");
	if (vmas[0].anonymous)
		check_same(access_write(tw->task, PAGE_ALIGN(start), 1), ACCESS_OK, "our heap");
	tw->field[FIELD_HEAP] = (struct field){ base, base + FIELD_UNITS * tw->unit };
}

void twins_begin(struct twins *tw, const struct features *features, const struct twins_config *c)
{
	struct world_config config = world_config_default(NR_FRAMES);
	char why[256];

	config.tlb = true;
	config.poison = true;
	config.no_zero_page = features->no_zero_page;
	if (c->wrap)
		config.seq_start = -16;
	memset(tw, 0, sizeof(*tw));
	tw->features = features;
	tw->unit = 1UL << c->unit_shift;
	check(!scheme_chain_parse(&tw->chain, c->spec, why, sizeof(why)), "%s", why);
	check(!world_create(&tw->world, &config, &tw->chain), "no world");
	tw->task = world_task(tw->world, 0);
	for (unsigned int i = 0; i < NR_FILES; i++)
		make_file(tw, i);
	puppets_begin(&tw->there, tw->fd);
	check(!mm_create(tw->task, &tw->mm[0]), "no memory for an mm");
	mm_attach(tw->task, tw->mm[0]);

	tw->field[FIELD_FREE] = (struct field){
		FIELD_START + SLACK, FIELD_START + SLACK + FIELD_UNITS * tw->unit,
	};
	tw->nr_fields = FIELD_FREE + 1;
	if (features->repeats) {
		make_heap(tw);
		tw->nr_fields = FIELD_HEAP + 1;
	}
}

bool twins_end(struct twins *tw)
{
	bool differed = tw->why[0];
	struct world_leaks l;

	puppets_end(&tw->there);
	for (unsigned int i = 0; i < NR_PUPPETS; i++) {
		if (!tw->mm[i])
			continue;
		twins_enter(tw, i);
		mm_destroy(tw->task, tw->mm[i]);
	}
	for (unsigned int i = 0; i < NR_FILES; i++) {
		file_put(tw->task, tw->file[i]);
		close(tw->fd[i]);
	}
	l = world_leaks(tw->world);
	if (!differed && (l.frames || l.tables || l.vmas || l.nodes || l.anon_vmas))
		twins_differ(tw, "in use at the end: %llu frames, %llu tables, %llu VMAs, %llu nodes, %llu anon_vmas",
			     (unsigned long long)l.frames, (unsigned long long)l.tables,
			     (unsigned long long)l.vmas, (unsigned long long)l.nodes,
			     (unsigned long long)l.anon_vmas);
	world_destroy(tw->world);
	return !tw->why[0];
}

void twins_enter(struct twins *tw, unsigned int who)
{
	if (tw->task->mm == tw->mm[who])
		return;
	if (tw->task->mm)
		mm_detach(tw->task);
	mm_attach(tw->task, tw->mm[who]);
}

unsigned int twins_alive(const struct twins *tw)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < NR_PUPPETS; i++)
		nr += tw->mm[i] != NULL;
	return nr;
}

/* --- VMAs --------------------------------------------------------------------------------- */

/* What of both sides is compared: the fields, with some room around. */
static bool in_fields(const struct twins *tw, const struct host_vma *vma)
{
	for (unsigned int i = 0; i < tw->nr_fields; i++) {
		unsigned long below = i == FIELD_HEAP ? PAGE_SIZE : SLACK;

		if (vma->end > tw->field[i].start - below && vma->start < tw->field[i].end + SLACK)
			return true;
	}
	return false;
}

/* As /proc would tell them, lowest first. */
static unsigned int our_vmas(struct twins *tw, unsigned int who, struct host_vma *out)
{
	unsigned long addr = 0;
	struct vma_info info;
	unsigned int nr = 0;

	while (mm_next_vma(tw->task, tw->mm[who], addr, &info)) {
		struct host_vma *vma = &out[nr++];

		check(nr <= HOST_VMAS_MAX, "too many VMAs");
		vma->start = info.start;
		vma->end = info.end;
		vma->flags = info.flags;
		vma->offset = info.inode ? info.pgoff << PAGE_SHIFT : 0;
		vma->inode = !info.inode ? 0 : info.inode <= NR_FILES ? tw->inode[info.inode - 1] : SHMEM_INODE;
		addr = info.end;
	}
	return nr;
}

static unsigned int their_vmas(struct twins *tw, unsigned int who, struct host_vma *out)
{
	const struct field *highest = &tw->field[tw->nr_fields - 1];
	unsigned int n = 0, nr;

	nr = host_vmas(tw->there.one[who].pid, FIELD_START, highest->end + SLACK, out);
	for (unsigned int i = 0; i < nr; i++) {
		bool known = !out[i].inode;

		if (!in_fields(tw, &out[i]))
			continue;	/* the puppet's own */
		for (unsigned int f = 0; f < NR_FILES; f++)
			known |= out[i].inode == tw->inode[f];
		out[n] = out[i];
		if (!known)
			out[n].inode = SHMEM_INODE;
		n++;
	}
	return n;
}

bool twins_same_vmas(struct twins *tw, unsigned int who)
{
	struct host_vma ours[HOST_VMAS_MAX], theirs[HOST_VMAS_MAX];
	unsigned int nr = our_vmas(tw, who, ours), n = their_vmas(tw, who, theirs);

	for (unsigned int i = 0; i < nr && i < n; i++)
		if (ours[i].start != theirs[i].start || ours[i].end != theirs[i].end ||
		    ours[i].flags != theirs[i].flags || ours[i].offset != theirs[i].offset ||
		    ours[i].inode != theirs[i].inode)
			return twins_differ(tw, "process %u: the VMA at %#lx differs", who, theirs[i].start);
	return n == nr || twins_differ(tw, "process %u has %u VMAs on the host, here %u", who, n, nr);
}

static void print_vmas(const char *whose, const struct host_vma *vmas, unsigned int nr)
{
	printf("# %s:\n", whose);
	for (unsigned int i = 0; i < nr; i++)
		printf("#   %lx-%lx flags %lx offset %llx inode %llx\n", vmas[i].start, vmas[i].end,
		       vmas[i].flags, (unsigned long long)vmas[i].offset,
		       (unsigned long long)vmas[i].inode);
}

void twins_print(struct twins *tw, unsigned int who)
{
	struct host_vma vmas[HOST_VMAS_MAX];

	if (!tw->mm[who])
		return;
	printf("# process %u\n", who);
	print_vmas("the host's VMAs", vmas, their_vmas(tw, who, vmas));
	print_vmas("ours", vmas, our_vmas(tw, who, vmas));
}

/* --- contents ------------------------------------------------------------------------------ */

static const char *access_name(enum access_result result)
{
	static const char *const names[] = { "done", "SIGSEGV", "SIGBUS", "out of memory" };

	return names[result];
}

static bool same_word(struct twins *tw, unsigned int who, unsigned long addr,
		      enum access_result there, u64 their)
{
	enum access_result here;
	u64 our = 0;

	here = access_read(tw->task, addr, &our);
	tw->access = here;
	tw->refused = here != ACCESS_OK;
	if (here != there)
		return twins_differ(tw, "process %u reads %#lx: on the host %s, here %s", who, addr,
				    access_name(there), access_name(here));
	if (here == ACCESS_OK && our != their)
		return twins_differ(tw, "process %u reads %#lx: on the host %#llx, here %#llx", who, addr,
				    (unsigned long long)their, (unsigned long long)our);
	return true;
}

bool twins_read(struct twins *tw, unsigned int who, unsigned long addr, unsigned long step,
		unsigned int nr)
{
	struct puppet_words words;

	twins_enter(tw, who);
	puppet_read(&tw->there.one[who], addr, step, nr, &words);
	for (unsigned int i = 0; i < nr; i++)
		if (!same_word(tw, who, addr + i * step, words.result[i], words.value[i]))
			return false;
	return true;
}

bool twins_write(struct twins *tw, unsigned int who, unsigned long addr, u64 value)
{
	enum access_result here, there;

	twins_enter(tw, who);
	there = puppet_write(&tw->there.one[who], addr, value);
	here = access_write(tw->task, addr, value);
	if (here != there)
		return twins_differ(tw, "process %u writes %#lx: on the host %s, here %s", who, addr,
				    access_name(there), access_name(here));
	tw->access = here;
	tw->refused = here != ACCESS_OK;
	return true;
}

/* The first and the last word of each page; of large units those of two pages. */
static bool same_contents_of(struct twins *tw, unsigned int who, const struct field *field)
{
	unsigned long step = tw->unit == PAGE_SIZE ? PAGE_SIZE : tw->unit / 2;
	unsigned long addr = field->start, last = PAGE_SIZE - sizeof(u64);
	struct vma_info info;
	unsigned int nr;

	while (mm_next_vma(tw->task, tw->mm[who], addr, &info) && info.start < field->end) {
		addr = max_ul(info.start, field->start);
		for (; addr < info.end; addr += nr * step) {
			nr = min_ul((info.end - addr + step - 1) / step, PUPPET_WORDS);
			if (!twins_read(tw, who, addr, step, nr) ||
			    !twins_read(tw, who, addr + last, step, nr))
				return false;
		}
		addr = info.end;
	}
	return true;
}

bool twins_same_contents(struct twins *tw)
{
	for (unsigned int who = 0; who < NR_PUPPETS; who++) {
		if (!tw->mm[who])
			continue;
		for (unsigned int field = 0; field < tw->nr_fields; field++)
			if (!same_contents_of(tw, who, &tw->field[field]))
				return false;
		if (!twins_same_vmas(tw, who))
			return false;
	}
	return true;
}
