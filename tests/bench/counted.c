/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Functions whose figures were counted by hand; counted.expected has them.
 *
 * The words of common/sync/ are declared here, so that this file parses alone.
 */
struct thing {
	unsigned long seq, flags;
	struct thing *next;
	struct {
		int depth;
	} inner;
};

#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define smp_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define fetch_add_relaxed(p, v) __atomic_fetch_add((p), (v), __ATOMIC_RELAXED)
#define rcu_dereference(p) smp_load_acquire(&(p))
#define for_each_thing(t, head) for (struct thing *t = (head); t; t = t->next)
#define CHECK(cond) do { if (!(cond)) stop(); } while (0)

void stop(void);
void spin_lock(struct thing *t);
void spin_unlock(struct thing *t);
_Bool mmap_read_trylock(struct thing *t);
void rcu_read_lock(void);
void rcu_read_unlock(void);

/* 11 words, 8 of them different: int ( { return + ; twice x.  11 * log2(8) */
int twice(int x) { return x + x; }

/* One && run inside one ||: 2; the second function has them apart. */
int logic(int a, int b, int c, int d)
{
	return (a && b && c) || d;
}

int more_logic(int a, int b, int c)
{
	int both = a && (b && c);

	return both && !(a || c);
}

/* if 1, nested loop 2, nested if 3, else 1 */
int nested(int n)
{
	int sum = 0;

	if (n > 0) {
		for (int i = 0; i < n; i++) {
			if (i & 1)
				sum += i;
			else
				sum -= i;
		}
	}
	return sum;
}

/* if 1, two else if 1 each, else 1: none deeper than the first */
int chain(int n)
{
	/*
	 * a comment
	 * is not a line */
	if (n == 0)
		return 1;
	else if (n == 1)
		return 2;
	else if (n == 2)
		return 3;
	else
		return 4;
}

/* switch 1; three labels; ?: inside it 2 */
int chosen(int n)
{
	switch (n) {
	case 0:
	case 1:
		return 1;
	case 2:
		return n ? 2 : 3;
	default:
		return 0;
	}
}

/* while 1, goto 1, do 1 */
int jumps(int n)
{
	while (n) {
		n--;
		goto out;
	}
	do
		n++;
	while (n < 3);
out:
	return n;
}

/* The head of a loop is a macro, its body is not: a loop.  CHECK() brings its own if: nothing. */
int macros(struct thing *head)
{
	int nr = 0;

	for_each_thing(t, head) {
		CHECK(t != head->next);
		nr++;
	}
	return nr;
}

/* Shared: thing.seq, thing.next, inner's depth.  Orderings: two acquires and a release. */
unsigned long shared(struct thing *t, unsigned long *local)
{
	unsigned long seq = smp_load_acquire(&t->seq);

	rcu_read_lock();
	t = rcu_dereference(t->next);
	seq += READ_ONCE(t->inner.depth) + READ_ONCE(*local);
	rcu_read_unlock();
	fetch_add_relaxed(&t->seq, 1);
	smp_store_release(&t->seq, seq);
	return seq;
}

/* A trylock, a lock, two unlocks. */
void locks(struct thing *t)
{
	if (!mmap_read_trylock(t))
		spin_lock(t);
	spin_unlock(t);
	mmap_read_trylock(t);
}
