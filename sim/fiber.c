// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * @file
 * @brief The switch: what the calling convention says a function must keep, and the stack pointer.
 *
 * Source of the convention: System V ABI, AMD64 supplement 1.0, 3.2.1; Procedure Call Standard
 * for the Arm 64-bit Architecture (2023Q3), 6.1.1 and 6.1.2.  Both require that the control words of the
 * floating point units are kept; no code here changes them.
 */
#include "sim/fiber.h"
#include "sim/hooks.h"

#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

/** Save the registers that must be kept, store the stack pointer to @a from, continue on @a to. */
void fiber_switch_stack(void **from, void *to);

#if defined(__x86_64__)
#define SAVED_WORDS	6	/* rbp, rbx, r12 .. r15; above them where to go on */
#define SAVED_FRAME	5	/* rbp, pushed first */
#define SAVED_PC	6
__asm__(
	".text\n"
	".globl fiber_switch_stack\n"
	".type fiber_switch_stack, @function\n"
	"fiber_switch_stack:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	".size fiber_switch_stack, . - fiber_switch_stack\n");
#elif defined(__aarch64__)
#define SAVED_WORDS	20	/* x19 .. x28, x29 and x30, d8 .. d15 */
#define SAVED_FRAME	10
#define SAVED_PC	11
__asm__(
	".text\n"
	".globl fiber_switch_stack\n"
	".type fiber_switch_stack, %function\n"
	"fiber_switch_stack:\n"
	"	sub sp, sp, #160\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	mov sp, x1\n"
	"	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #160\n"
	"	ret\n"
	".size fiber_switch_stack, . - fiber_switch_stack\n");
#else
#error "fibers are written for x86-64 and aarch64"
#endif

void fiber_init(struct fiber *f, void *stack, size_t size, void (*entry)(void))
{
	u64 *sp = (u64 *)((char *)stack + size) - 8;	/* 16-byte aligned, and no frame above */

#ifdef __SANITIZE_ADDRESS__
	/* A fiber that was abandoned while it ran left its frames poisoned. */
	__asan_unpoison_memory_region(stack, size);
#endif
	*f = (struct fiber){ .stack = stack, .size = size };
	__real_memset(sp, 0, 8 * sizeof(*sp));
#if defined(__x86_64__)
	/* Where a function begins, after a call, the stack pointer is 8 below a multiple of 16. */
	*--sp = 0;
	*--sp = (u64)(uintptr_t)entry;
	sp -= SAVED_WORDS;
	__real_memset(sp, 0, SAVED_WORDS * sizeof(*sp));
#else
	sp -= SAVED_WORDS;
	__real_memset(sp, 0, SAVED_WORDS * sizeof(*sp));
	sp[SAVED_PC] = (u64)(uintptr_t)entry;
#endif
	f->sp = sp;
}

void fiber_entered(struct fiber *from, struct fiber *self)
{
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_finish_switch_fiber(self->fake_stack, &from->bottom, &from->bottom_size);
#else
	(void)from;
	(void)self;
#endif
}

void fiber_switch(struct fiber *from, struct fiber *to, bool last)
{
#ifdef __SANITIZE_ADDRESS__
	const void *bottom = to->stack ? to->stack : to->bottom;
	size_t size = to->stack ? to->size : to->bottom_size;
	const void *was;
	size_t was_size;

	__sanitizer_start_switch_fiber(last ? NULL : &from->fake_stack, bottom, size);
	fiber_switch_stack(&from->sp, to->sp);
	__sanitizer_finish_switch_fiber(from->fake_stack, &was, &was_size);
#else
	(void)last;
	fiber_switch_stack(&from->sp, to->sp);
#endif
}

/* From one frame to the next above it, within the stack. */
static unsigned int walk(const u64 *frame, const void *low, const void *high, const void **pc, unsigned int nr,
			 unsigned int max)
{
	while (nr < max && (const void *)frame > low && (const void *)(frame + 2) <= high &&
	       !((uintptr_t)frame & 7)) {
		const u64 *next = (const u64 *)(uintptr_t)frame[0];

		if (next <= frame)
			break;	/* the fiber's first function has no caller */
		pc[nr++] = (const void *)(uintptr_t)frame[1];
		frame = next;
	}
	return nr;
}

/* We do not know the bounds of the system's own stack, so we follow no frames there. */
unsigned int fiber_backtrace(const struct fiber *f, const void **pc, unsigned int max)
{
	const u64 *saved = f->sp;

	if (!max || !saved || !f->stack)
		return 0;
	pc[0] = (const void *)(uintptr_t)saved[SAVED_PC];
	return walk((const u64 *)(uintptr_t)saved[SAVED_FRAME], f->sp, (const char *)f->stack + f->size, pc, 1, max);
}

unsigned int fiber_backtrace_here(const struct fiber *self, const void **pc, unsigned int max)
{
	const u64 *frame = __builtin_frame_address(0);

	return self->stack ? walk(frame, (const char *)frame - 1, (const char *)self->stack + self->size, pc, 0, max) : 0;
}
