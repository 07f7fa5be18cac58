// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief An op as a line of C, to be read and to be pasted.
 */
#define _GNU_SOURCE
#include "tests/host/op.h"

#include <stdio.h>
#include <sys/mman.h>

const char *const op_names[NR_OP_KINDS] = {
	[OP_MMAP] = "mmap", [OP_MUNMAP] = "munmap", [OP_MPROTECT] = "mprotect",
	[OP_MADVISE] = "madvise", [OP_MREMAP] = "mremap", [OP_BRK] = "brk",
	[OP_READ] = "read", [OP_WRITE] = "write", [OP_TRUNCATE] = "ftruncate",
	[OP_FORK] = "fork", [OP_EXIT] = "exit",
};

struct bit {
	int bit;
	const char *name;
};

static const struct bit prot_bits[] = {
	{ PROT_READ, "PROT_READ" }, { PROT_WRITE, "PROT_WRITE" }, { PROT_EXEC, "PROT_EXEC" }, { 0, NULL },
};

static const struct bit map_bits[] = {
	{ MAP_SHARED, "MAP_SHARED" }, { MAP_PRIVATE, "MAP_PRIVATE" }, { MAP_FIXED, "MAP_FIXED" },
	{ MAP_ANONYMOUS, "MAP_ANONYMOUS" }, { MAP_GROWSDOWN, "MAP_GROWSDOWN" },
	{ MAP_NORESERVE, "MAP_NORESERVE" }, { MAP_STACK, "MAP_STACK" },
	{ MAP_FIXED_NOREPLACE, "MAP_FIXED_NOREPLACE" }, { 0, NULL },
};

static const struct bit mremap_bits[] = {
	{ MREMAP_MAYMOVE, "MREMAP_MAYMOVE" }, { MREMAP_FIXED, "MREMAP_FIXED" },
	{ MREMAP_DONTUNMAP, "MREMAP_DONTUNMAP" }, { 0, NULL },
};

static void print_bits(int value, const struct bit *bits)
{
	const char *between = "";

	for (; bits->name; bits++) {
		if (!(value & bits->bit))
			continue;
		printf("%s%s", between, bits->name);
		value &= ~bits->bit;
		between = " | ";
	}
	if (value || !*between)
		printf("%s%#x", between, value);
}

void op_print(const struct op *op)
{
	char fd[16] = "-1";

	if (op->file >= 0)
		snprintf(fd, sizeof(fd), "file%d", op->file);
	printf("#   /* process %u */ ", op->who);
	switch (op->kind) {
	case OP_MMAP:
		printf("mmap((void *)%#lx, %#lx, ", op->addr, op->len);
		print_bits(op->prot, prot_bits);
		printf(", ");
		print_bits(op->flags, map_bits);
		printf(", %s, %#llx);\n", fd, (unsigned long long)op->offset);
		break;
	case OP_MUNMAP:
		printf("munmap((void *)%#lx, %#lx);\n", op->addr, op->len);
		break;
	case OP_MPROTECT:
		printf("mprotect((void *)%#lx, %#lx, ", op->addr, op->len);
		print_bits(op->prot, prot_bits);
		printf(");\n");
		break;
	case OP_MADVISE:
		printf("madvise((void *)%#lx, %#lx, %d);\n", op->addr, op->len, op->prot);
		break;
	case OP_MREMAP:
		printf("mremap((void *)%#lx, %#lx, %#lx, ", op->addr, op->len, op->to_len);
		print_bits(op->flags, mremap_bits);
		printf(", (void *)%#lx);\n", op->to);
		break;
	case OP_BRK:
		printf("syscall(SYS_brk, %#lx);\n", op->addr);
		break;
	case OP_READ:
		printf("(void)*(volatile long *)%#lx;\n", op->addr);
		break;
	case OP_WRITE:
		printf("*(volatile long *)%#lx = %#llx;\n", op->addr, (unsigned long long)op->offset);
		break;
	case OP_TRUNCATE:
		printf("ftruncate(%s, %llu * 4096);\n", fd, (unsigned long long)op->offset);
		break;
	case OP_FORK:
		printf("fork();	/* the child is the first process that there is not */\n");
		break;
	case OP_EXIT:
		printf("_exit(0);\n");
		break;
	case NR_OP_KINDS:
		break;
	}
}
