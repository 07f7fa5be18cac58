// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief Which VMAs become one, drawn as pictures.
 *
 * A letter is a page: w read-write, r read-only, n no access, x read-write-execute,
 * f a private file (its offset is the page's number); upper case: written, so that
 * its VMA has an anon rmap object; blank: nothing.  '|' stands between two VMAs
 * that touch.  A case begins with a picture that is mapped run by run, goes through
 * steps, and must look like the last picture.  In a step, a letter changes: w r n x
 * are mprotect, '*' maps anonymous memory, 'F' maps the file, '-' unmaps, '!' writes,
 * 's' and 'm' advise sequential and normal access (shown as nothing but the cut).
 *
 * In the spirit of the kernel's tools/testing/vma; the rule is that of 6.18.
 */
#include <criterion/criterion.h>

#include "common/mm/file.h"
#include "tests/support/mm_test.h"

#include <ctype.h>
#include <string.h>

#define A	0x40000000UL
#define P	PAGE_SIZE
#define STEPS	4

static const struct picture {
	const char *before, *step[STEPS], *after;
} pictures[] = {
	/* A new mapping: with what is left, right, both of it. */
	{ "ww",		{ "  **" },		"wwww" },
	{ "  ww",	{ "**" },		"wwww" },
	{ "ww  ww",	{ "  **" },		"wwwwww" },
	{ "rr",		{ "  **" },		"rr|ww" },
	{ "rr  ww",	{ "  **" },		"rr|wwww" },
	{ "ww",		{ "   *" },		"ww w" },
	{ "nn",		{ "  *" },		"nn|w" },
	/* The anon rule: one object or none on each pair of sides. */
	{ "WW",		{ "  **" },		"WWWW" },
	{ "  WW",	{ "**" },		"WWWW" },
	{ "WW  ww",	{ "  **" },		"WWWWWW" },
	{ "ww  WW",	{ "  **" },		"WWWWWW" },
	{ "WW  WW",	{ "  **" },		"WWWW|WW" },
	/* Over what was there. */
	{ "wwwwww",	{ "  **" },		"wwwwww" },
	{ "WWWWWW",	{ "  **" },		"WWWWWW" },
	{ "wrrw",	{ " **" },		"wwww" },
	{ "WrrW",	{ " **" },		"WWW|W" },
	{ "rrrr",	{ " ** " },		"r|ww|r" },
	/* Unmapping cuts, and merges nothing. */
	{ "wwww",	{ " --" },		"w  w" },
	{ "WWWW",	{ "--" },		"  WW" },
	{ "WWWW",	{ "  --" },		"WW" },
	{ "wrxw",	{ " --" },		"w  w" },
	{ "wwww",	{ " --", " **" },	"wwww" },
	{ "WWWW",	{ " --", " **" },	"WWWW" },	/* the same object on both sides */
	/* Rights: cut, and merged again. */
	{ "wwww",	{ " rr" },		"w|rr|w" },
	{ "WWWW",	{ " rr" },		"W|RR|W" },
	{ "wwww",	{ "rr" },		"rr|ww" },
	{ "wwww",	{ " r", " w" },		"wwww" },
	{ "WWWW",	{ " r", " w" },		"WWWW" },
	{ "wwww",	{ "rrrr" },		"rrrr" },
	{ "wwrr",	{ "  w" },		"www|r" },
	{ "wwrr",	{ " r" },		"w|rrr" },
	{ "WWrr",	{ " r" },		"W|R|rr" },	/* after a write it stays accounted */
	{ "wwww",	{ " r", "  n", "rrrr" }, "rrrr" },
	{ "wwww",	{ "n", " n", "  n", "   n" }, "nnnn" },
	{ "xxxx",	{ " w" },		"x|w|xx" },
	/* Rights and the anon rule. */
	{ "WrW",	{ " w" },		"WW|W" },
	{ "Wrw",	{ " w" },		"WWW" },
	{ "wrW",	{ " w" },		"WWW" },
	/* A first write takes the neighbour's object where only rights keep the two apart. */
	{ "WX",		{ " w" },		"WW" },
	{ "Wx",		{ " !", " w" },		"WW" },
	{ "xW",		{ "!", "w" },		"WW" },
	{ "WxW",	{ " !", " w" },		"W|WW" },	/* the next neighbour is tried first */
	{ "W X",	{ " *", " x" },		"W|X|X" },
	/* Files: the offset must go on. */
	{ "ff  ff",	{ "  FF" },		"ffffff" },
	{ "ff",		{ "  FF" },		"ffff" },
	{ "ffff",	{ " --", " FF" },	"ffff" },
	{ "ff",		{ "  **" },		"ff|ww" },
	{ "ffff",	{ " r", " w" },		"ffff" },
	{ "ffff",	{ " !", " r" },		"F|R|FF" },	/* R: read-only, of the file */
	/* Advice that changes flags. */
	{ "wwww",	{ " ss" },		"w|ww|w" },
	{ "wwww",	{ " ss", " mm" },	"wwww" },
	{ "wwww",	{ "ss", "  ss" },	"wwww" },
	{ "WWWW",	{ " s", " m" },		"WWWW" },
	{ "w ww",	{ "s ss", " *" },	"w|w|ww" },
};

static int prot_of(char c)
{
	switch (tolower(c)) {
	case 'r': return PROT_R;
	case 'x': return PROT_RW | PROT_X;
	case 'n': return 0;
	default: return PROT_RW;
	}
}

static void map_run(struct mm_test *m, struct file *file, unsigned long at, unsigned long n, char c)
{
	bool is_file = tolower(c) == 'f';
	unsigned long addr = A + at * P;

	check_same(mm_mmap(m->task, m->mm, addr, n * P, prot_of(c),
			   is_file ? MM_MAP_PRIVATE | MM_MAP_FIXED : MAP_ANON_FIXED,
			   is_file ? file : NULL, is_file ? at * P : 0), addr, "mmap");
}

static void change_run(struct mm_test *m, struct file *file, unsigned long at, unsigned long n, char c)
{
	unsigned long addr = A + at * P;

	switch (c) {
	case '*':
		map_run(m, file, at, n, 'w');
		break;
	case 'F':
		map_run(m, file, at, n, 'f');
		break;
	case '-':
		check_same(mm_munmap(m->task, m->mm, addr, n * P), 0, "munmap");
		break;
	case '!':
		must_write(m, addr, 1);
		break;
	case 's':
	case 'm':
		check_same(mm_madvise(m->task, m->mm, addr, n * P, c == 's' ? ADV_SEQUENTIAL : ADV_NORMAL),
			   0, "madvise");
		break;
	default:
		check_same(mm_mprotect(m->task, m->mm, addr, n * P, prot_of(c)), 0, "mprotect");
	}
}

/* Call @a act for each run of one letter. */
static void for_runs(struct mm_test *m, struct file *file, const char *picture,
		     void (*act)(struct mm_test *m, struct file *file, unsigned long at,
				 unsigned long n, char c))
{
	for (unsigned long at = 0, n; picture[at]; at += n) {
		for (n = 1; picture[at + n] == picture[at]; n++)
			;
		if (picture[at] != ' ')
			act(m, file, at, n, picture[at]);
	}
}

static void write_run(struct mm_test *m, struct file *file, unsigned long at, unsigned long n, char c)
{
	(void)file;
	(void)n;
	if (isupper(c))
		must_write(m, A + at * P, 1);
}

/* What the mm looks like. */
static void draw(struct mm_test *m, char *out)
{
	unsigned long end = A, addr = 0;
	struct vma_info info;

	for (; mm_next_vma(m->task, m->mm, addr, &info); addr = end) {
		bool w = info.flags & VM_WRITE, x = info.flags & VM_EXEC;
		char c = x ? 'x' : w ? (info.inode ? 'f' : 'w') : info.flags & VM_READ ? 'r' : 'n';

		if (addr && info.start == end)
			*out++ = '|';
		for (; end < info.start; end += P)
			*out++ = ' ';
		for (; end < info.end; end += P)
			*out++ = info.has_anon ? (char)toupper(c) : c;
	}
	*out = '\0';
}

SCHEME_TEST(merging)
{
	char seen[64];

	for (unsigned int i = 0; i < ARRAY_SIZE(pictures); i++) {
		const struct picture *p = &pictures[i];

		struct file *file = file_open(9, false);

		check(file, "no file");
		check_context("picture \"%s\" \"%s\" \"%s\"", p->before, p->step[0], p->step[1] ?: "");
		for_runs(m, file, p->before, map_run);
		for_runs(m, file, p->before, write_run);
		for (unsigned int s = 0; s < STEPS && p->step[s]; s++)
			for_runs(m, file, p->step[s], change_run);
		draw(m, seen);
		check(!strcmp(seen, p->after), "is \"%s\", should be \"%s\"", seen, p->after);
		/* The file is freed with its last VMA, and its pages with it. */
		file_put(m->task, file);
		mm_test_renew(m);
	}
}
