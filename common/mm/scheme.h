/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief What a scheme promises the core, and when the core calls it.
 *
 * A scheme is the bracket around the three steps of a fault (fault.h) and, where writers must wait for
 * faults or tell them something, the hooks around a change.  Schemes are chained by instance: a fault
 * that a scheme cannot finish goes to the one below, the last of every chain is mmap_lock.  The core lays
 * out the bytes of all links of a chain in each mm and VMA, and calls the hooks of every link.
 *
 *	change:	mmap_write_lock -> vma_mark* -> marks_done -> edits -> flush
 *		-> write_end -> unlock, or downgrade -> ...
 */
#ifndef COMMON_MM_SCHEME_H
#define COMMON_MM_SCHEME_H

#include "common/mm/cache.h"
#include "common/mm/stats.h"
#include "common/sync/park.h"

struct fault;
struct mm;
struct vma;
struct scheme_inst;

/** How a fault ends.  Nothing is held in any case. */
enum fault_result {
	FAULT_DONE,		/**< the access may be tried again */
	FAULT_SIGSEGV,
	FAULT_SIGBUS,
	FAULT_OOM,
};

/** What an event says of the fault that it counts. */
enum counter_kind {
	COUNTS_EVENT,		/**< something on the way; the fault is also counted where it ends or falls */
	COUNTS_DONE,		/**< the fault was handled on this rung; the first counter of each scheme */
	COUNTS_FELL,		/**< a reason why the fault left for the rung below */
	COUNTS_AGAIN,		/**< a reason why it began this rung anew */
};

/** One of a scheme's own events. */
struct scheme_counter {
	const char *name;	/**< lower case with '_' */
	enum counter_kind kind;
	const char *meaning;	/**< one line */
};

/** What a fault leans on when it commits: its copy of the VMA holds by then, because... */
enum scheme_valid {
	VALID_BY_MMAP_LOCK,	/**< it holds mmap_lock, and a change waits for it there, before it marks anything */
	VALID_BY_VMA_LOCK,	/**< it holds the VMA, and a change waits for it once its marks are stored, before its first edit */
	VALID_BY_GRACE,		/**< it is in RCU, and a change waits there for a grace period */
	VALID_BY_VMA_SEQ,	/**< it checks the VMA's number; no change waits for it */
	VALID_BY_MM_SEQ,	/**< it checks the mm's number; no change waits for it */
};

/** What a fault does where it would have to sleep. */
enum scheme_sleep {
	SLEEPS_HERE,		/**< it sleeps, holding a lock or nothing: it never allocates with GFP_NOWAIT */
	SLEEPS_BELOW,		/**< it allocates with GFP_NOWAIT, and falls if that fails; the rung below begins from scratch */
	SLEEPS_BELOW_KEEPING,	/**< the same, with what was made by then */
	SLEEPS_WITH_VMA_LOCK,	/**< the same, and takes the VMA's lock and goes on */
	SLEEPS_AFTER_RCU,	/**< the same, and leaves RCU, makes what is missing and comes back */
};

#define SCHEME_MAX_BELOW	4
/** Size of a spec, terminating 0 included. */
#define SCHEME_SPEC_SIZE	192

struct scheme {
	const char *name;		/**< names the file, --scheme and, for a folder's first page, folder and ADR */
	const char *summary;		/**< one line for `faultline list` */
	/**
	 * Names of the schemes that may stand one rung down; only mmap_lock has none.  The spec may name
	 * one of them; else the first that was built is used.
	 */
	const char *below[SCHEME_MAX_BELOW];
	unsigned int adr;		/**< number of the ADR that argues for it */
	const struct scheme_counter *counters;	/**< ends with a NULL name */
	enum scheme_valid valid;	/**< the promises that tests hold it to */
	enum scheme_sleep sleep;
	size_t mm_bytes, vma_bytes;	/**< appended by the core; multiples of 8 */
	enum freeing freeing;		/**< when VMAs may be reused */
	bool vma_lock_attached;		/**< vma_tryread() is for tasks attached to the mm: a change looks at no others */

	/** Constructs the scheme's bytes of an mm.  Cannot fail. */
	void (*mm_init)(const struct scheme_inst *si, struct mm *mm);
	/** Constructs the scheme's bytes of a VMA object, once, when its memory is obtained. */
	void (*vma_ctor)(const struct scheme_inst *si, struct vma *vma);
	/** At each birth, before the mark; the core never clears a reused VMA. */
	void (*vma_init)(const struct scheme_inst *si, struct vma *vma);

	/**
	 * Handle @a f; falls to the next rung by `return fault_below(si, f);`.
	 * @context no lock held, may sleep; returns with nothing held
	 */
	enum fault_result (*fault)(const struct scheme_inst *si, struct fault *f);

	/**
	 * lock_seq of @a vma is stored; wait here for faults that are using the VMA.
	 * @param killed	the wait may end when this word is not 0 (platform_park_killable()); NULL: it must not
	 * @return 0; -EINTR: killed before all were out.  This write section edits nothing more then
	 * @context mmap_lock held for writing; may sleep
	 */
	int (*vma_mark)(const struct scheme_inst *si, struct vma *vma, u32 *killed);
	/**
	 * All marks of this step are stored and their faults waited for; nothing is edited yet.  It is not called
	 * where one of them failed.
	 * @return as vma_mark
	 * @context as vma_mark
	 */
	int (*marks_done)(const struct scheme_inst *si, struct mm *mm, u32 *killed);
	/** The VMA is marked and about to be stored in the tree. */
	void (*vma_attach)(const struct scheme_inst *si, struct vma *vma);
	/** The VMA has left the tree and is GONE. */
	void (*vma_detach)(const struct scheme_inst *si, struct vma *vma);
	/**
	 * Lock @a vma against marks without waiting, then check, with the lock held, that it is
	 * of this mm, in the tree, at rest, and holds @a addr (F2.9).  Returns 0: a section that marks it
	 * from here on waits in vma_mark until vma_endread; else the counter that names what was in the
	 * way.  The hook is NULL in a scheme without a VMA lock.
	 * @context inside RCU, @a vma found in this section, or cached and checked (vmacache.h); nothing
	 * is held unless 0
	 */
	unsigned int (*vma_tryread)(const struct scheme_inst *si, struct mm *mm, struct vma *vma,
				    unsigned long addr);
	/** Release that lock.  @context any; the VMA may be freed from here on */
	void (*vma_endread)(const struct scheme_inst *si, struct vma *vma);
	/** Called once per write section: marks have ended, mmap_lock is not yet released or downgraded. */
	void (*write_end)(const struct scheme_inst *si, struct mm *mm);
};

/** A scheme's place in one chain.  Constant once the chain was laid out. */
struct scheme_inst {
	const struct scheme *scheme;
	const struct scheme_inst *below;	/**< NULL: the last rung */
	unsigned int rung;			/**< 0 is the first to handle a fault */
	size_t mm_offset, vma_offset;		/**< of its bytes, from the start of the object */
};

/** A whole chain, top rung first. */
struct scheme_chain {
	unsigned int nr;
	struct scheme_inst inst[STATS_MAX_RUNGS];
	size_t mm_bytes, vma_bytes;	/**< of an mm and a VMA with all schemes' bytes */
	enum freeing freeing;		/**< the strictest of the links */
	const struct scheme_inst *vma_lock;	/**< the first link that has a VMA lock, or NULL */
	/**
	 * Its canonical spec: the top scheme, and the rungs below, down to the last that differs from
	 * the default.
	 */
	char name[SCHEME_SPEC_SIZE];
};

/**
 * Every scheme that was built, baseline first, ends with NULL.  Generated from
 * prototypes/schemes.list.
 */
extern const struct scheme *const schemes[];
/** Of them those in their published form; the others each answer an open question of one. */
extern const struct scheme *const schemes_published[];

/** @return the scheme of that name, or NULL */
const struct scheme *scheme_find(const char *name);

/** @return the scheme that @a scheme falls back to where the spec names none, or NULL */
const struct scheme *scheme_below(const struct scheme *scheme);

/** An empty chain. */
void scheme_chain_begin(struct scheme_chain *chain);
/** Add @a scheme as the lowest rung and lay out its bytes.  @return false: too many rungs, or counters */
bool scheme_chain_add(struct scheme_chain *chain, const struct scheme *scheme);

/**
 * Lay out the chain that begins with @a top, with the default rungs below.
 * @return 0; -ENOENT: what is below is not built in; -EINVAL: too long, or too many counters
 */
int scheme_chain_build(struct scheme_chain *chain, const struct scheme *top);

/**
 * Lay out the chain that a spec describes: `NAME[:BELOW]...`, rung by rung from the top; rungs that it
 * does not name are the defaults.  The links of a chain point to each other: do not copy it.
 *
 * @param why	one line on what is wrong, cut to @a why_size
 * @return 0; -ENOENT: no such scheme, or it is not built in; -EINVAL: anything else
 */
int scheme_chain_parse(struct scheme_chain *chain, const char *spec, char *why, size_t why_size);

/** Like scheme_chain_parse() for a spec whose first scheme is @a top, which may be in no registry. */
int scheme_chain_parse_top(struct scheme_chain *chain, const struct scheme *top, const char *spec,
			   char *why, size_t why_size);

/** A scheme's own bytes in @a object (an mm or a VMA). */
static inline void *scheme_mm_data(const struct scheme_inst *si, struct mm *mm)
{
	return (char *)mm + si->mm_offset;
}

static inline void *scheme_vma_data(const struct scheme_inst *si, struct vma *vma)
{
	return (char *)vma + si->vma_offset;
}

#endif /* COMMON_MM_SCHEME_H */
