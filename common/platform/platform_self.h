/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What the platform's own files share: its data per thread, its count of threads.
 *
 * For common/platform only; the layers above keep nothing per thread or file.
 */
#ifndef COMMON_PLATFORM_PLATFORM_SELF_H
#define COMMON_PLATFORM_PLATFORM_SELF_H

#include "common/platform/platform.h"

/** The platform's data of one thread. */
struct platform_self {
	u64 spins;		/**< turns of platform_relax() */
	unsigned int slot;	/**< PLATFORM_MAX_SLOTS: none */
	unsigned int atomic;	/**< spinlocks held, plus one inside an RCU callback */
};

extern __thread struct platform_self platform_self
	__attribute__((tls_model("initial-exec")));

/** The machine's load; written when a thread starts or ends, otherwise only read. */
struct platform_load {
	unsigned int cpus;	/**< that this process may run on */
	unsigned int nodes;
	unsigned int live;	/**< threads with a slot; atomic */
} __attribute__((aligned(CACHELINE)));

extern struct platform_load platform_load;

/** By slot. */
extern struct spin_node platform_spin_nodes[PLATFORM_MAX_SLOTS];

/** The listener for waits and memory, or NULL; set while no other thread runs. */
extern const struct platform_listener *platform_listener;

/** Where RCU's order is shown to ThreadSanitizer; their addresses alone matter. */
extern const char platform_rcu_readers, platform_rcu_callbacks;

/* Functions as rare as a system call; their bodies are in platform.c and rcu_callbacks.c. */
u64 platform_native_now(void);
void platform_native_sleep(u64 ns);
void platform_native_park(u32 *word, u32 seen);
void platform_native_park_killable(u32 *word, u32 seen, u32 *killed);
void platform_native_unpark(u32 *word, unsigned int nr);
void platform_native_membarrier(void);
void platform_native_call_rcu(struct platform_rcu_head *head);
void platform_native_rcu_barrier(void);

/** Run one deferred call; like the kernel's, it must not sleep. */
PLATFORM_API void platform_rcu_run(struct platform_rcu_head *head);

unsigned int platform_native_node(void);
void *platform_native_alloc(size_t size, size_t align, enum platform_mem mem);
void platform_native_free(void *p, size_t size, enum platform_mem mem);

#endif /* COMMON_PLATFORM_PLATFORM_SELF_H */
