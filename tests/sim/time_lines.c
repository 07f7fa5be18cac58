/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief The simulated machine against closed forms.
 *
 *	time_lines			the tests, in TAP
 *	time_lines MACHINE KERNEL N,...	ns an operation, for a look
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/bench_kernel.h"
#include "tests/support/check.h"

static const struct {
	const char *name;
	kernel_fn *kernel;
} kernels[] = {
	{ "add", kernel_add }, { "own", kernel_own }, { "store", kernel_store },
	{ "ticket", kernel_ticket }, { "ttas", kernel_ttas }, { "mcs", kernel_mcs },
	{ "spin", kernel_spin }, { "cas", kernel_cas },
};

static struct machine *open_machine(const char *name)
{
	struct machine_error err;
	struct machine *m = machine_open(name, &err);

	check(m, "%s", err.line);
	return m;
}

static void look(int argc, char **argv)
{
	struct machine *m = open_machine(argv[1]);

	for (size_t k = 0; k < ARRAY_SIZE(kernels); k++) {
		char *list;

		if (strcmp(argv[2], kernels[k].name))
			continue;
		for (list = argv[3]; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL) {
			struct kernel_run run = { .kernel = kernels[k].kernel, .threads = (unsigned int)atoi(list),
						  .ns = 100000, .seed = 1, .lookahead_ps = argc > 4 ? strtoull(argv[4], NULL, 10) : TIME_LOOKAHEAD,
						  .placement = argc > 5 ? (unsigned int)atoi(argv[5]) : 0 };
			double ns = kernel_run(&run, m);
			u64 least = ~0ULL, most = 0;

			for (unsigned int i = 0; i < run.threads; i++) {
				least = run.times[i] < least ? run.times[i] : least;
				most = run.times[i] > most ? run.times[i] : most;
			}
			printf("%s %s %u: %.3f ns an operation, threads %llu to %llu; accesses %llu l1 misses %llu transfers %llu switches %llu\n", m->name, argv[2], run.threads, ns,
			       (unsigned long long)least, (unsigned long long)most,
			       (unsigned long long)time_counts.accesses, (unsigned long long)time_counts.l1_misses, (unsigned long long)time_counts.transfers, (unsigned long long)time_counts.switches);
		}
	}
	machine_free(m);
}

/* --- the tests --------------------------------------------------------------------------------- */

static unsigned int tests;

static void ok(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void ok(const char *format, ...)
{
	va_list ap;

	printf("ok %u - ", ++tests);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

static double run(const struct machine *m, kernel_fn *kernel, unsigned int threads, u64 lookahead)
{
	struct kernel_run r = { .kernel = kernel, .threads = threads, .ns = 1000000, .seed = 1,
				.lookahead_ps = lookahead };

	return kernel_run(&r, m);
}

static double number(const struct machine *m, enum machine_number n)
{
	return m->number[n].value;
}

/* Mean of ceil(h / c) for h spread evenly over a quarter more or less than @a hold: what fits into a visit. */
static double in_a_visit(double hold, double c)
{
	double sum = 0;

	for (unsigned int i = 0; i < 1000; i++)
		sum += ceil(hold * (0.75 + (i + 0.5) / 2000) / c);
	return sum / 1000;
}

/*
 * A line that is always wanted moves once a transfer time T; its owner works on it for the first hold_share of
 * the next transfer, beginning with the operation that it came for: T / visits(hold_share * T) ns an operation.
 * hold_share is set here, from no work beyond the first operation to nearly always.
 */
static void one_contended_line(void)
{
	static const double holds[] = { 0, 0.1, 0.3, 0.7 };
	struct machine *m = open_machine("graviton2-64c");
	double c = number(m, MACHINE_ACCESS) + number(m, MACHINE_RMW), t = number(m, MACHINE_TO_L3);

	for (size_t i = 0; i < ARRAY_SIZE(holds); i++)
		for (unsigned int n = 2; n <= 64; n *= 2) {
			double visits = holds[i] ? in_a_visit(holds[i] * t, c) : 1, got, want = t / visits;

			m->number[MACHINE_HOLD].value = holds[i];
			got = run(m, kernel_add, n, TIME_LOOKAHEAD);
			check(fabs(got / want - 1) <= 0.02, "hold %g, %u threads: %g ns, the closed form says %g",
			      holds[i], n, got, want);
		}
	machine_free(m);
	ok("one contended line: T and hold give its throughput to 2 %%, 2 to 64 threads, four holds");
}

static void private_lines(void)
{
	struct machine *m = open_machine("graviton2-64c");
	double alone = run(m, kernel_own, 1, TIME_LOOKAHEAD);

	for (unsigned int n = 2; n <= 64; n *= 2) {
		double got = run(m, kernel_own, n, TIME_LOOKAHEAD) * n;

		check(fabs(got / alone - 1) <= 0.01, "%u threads: %g ns, alone %g", n, got, alone);
	}
	machine_free(m);
	ok("private lines: throughput is linear in threads to 1 %%");
}

/* Neighbouring lines of two threads, where a miss brings the pair: 128 bytes are shared falsely. */
static void pairs(void)
{
	struct machine *m = open_machine("graviton2-64c");
	double apart = run(m, kernel_own, 16, TIME_LOOKAHEAD), together;

	m->pairs = true;
	together = run(m, kernel_own, 16, TIME_LOOKAHEAD);
	check(together > 1.2 * apart, "pairs: %g ns, single lines %g", together, apart);
	machine_free(m);
	ok("lines that come in pairs are shared falsely by neighbours");
}

/* The store buffer hides a contended line from plain increments: tens of times cheaper than atomic ones. */
static void plain_stores(void)
{
	struct machine *m = open_machine("xeon-8176-8s");
	double atomic = run(m, kernel_add, 16, TIME_LOOKAHEAD), plain = run(m, kernel_store, 16, TIME_LOOKAHEAD);

	check(plain * 10 < atomic, "plain %g ns, atomic %g", plain, atomic);
	machine_free(m);
	ok("plain increments of a contended line are more than ten times cheaper than atomic ones");
}

static void locks(void)
{
	struct machine *m = open_machine("graviton2-64c");
	double mcs4 = run(m, kernel_mcs, 4, TIME_LOOKAHEAD), ttas_before = 0, mcs, ttas, ticket;

	for (unsigned int n = 4; n <= 64; n *= 2) {
		mcs = run(m, kernel_mcs, n, TIME_LOOKAHEAD);
		ttas = run(m, kernel_ttas, n, TIME_LOOKAHEAD);
		check(fabs(mcs / mcs4 - 1) <= 0.05, "MCS, %u threads: %g ns, with 4 %g", n, mcs, mcs4);
		check(ttas > 1.1 * ttas_before, "TTAS, %u threads: %g ns, with half of them %g", n, ttas, ttas_before);
		ttas_before = ttas;
	}
	ticket = run(m, kernel_ticket, 64, TIME_LOOKAHEAD);
	check(mcs < ticket && ticket < ttas, "64 threads: MCS %g ns, ticket %g, TTAS %g", mcs, ticket, ttas);
	machine_free(m);
	ok("locks: MCS is flat within 5 %% from 4 threads on, TTAS falls, a ticket lock lies between at 64");
}

/*
 * The core's spinlock: its queue keeps it flat, and every thread gets as many turns.  Past two threads it costs at most
 * half more than MCS, whose waiters never touch the lock's own line.
 */
static void core_spinlock(void)
{
	struct machine *m = open_machine("graviton2-64c");
	double with4 = run(m, kernel_spin, 4, TIME_LOOKAHEAD);

	for (unsigned int n = 8; n <= 64; n *= 2) {
		struct kernel_run r = { .kernel = kernel_spin, .threads = n, .ns = 1000000, .seed = 1,
					.lookahead_ps = TIME_LOOKAHEAD };
		double got = kernel_run(&r, m), mcs = run(m, kernel_mcs, n, TIME_LOOKAHEAD);
		u64 least = ~0ULL, most = 0;

		for (unsigned int t = 0; t < n; t++) {
			least = min_ul(least, r.times[t]);
			most = max_ul(most, r.times[t]);
		}
		check(fabs(got / with4 - 1) <= 0.08, "%u threads: %g ns, with 4 %g", n, got, with4);
		check(got < 1.5 * mcs, "%u threads: %g ns, MCS %g", n, got, mcs);
		check(most - least <= 2, "%u threads: from %llu to %llu turns each", n, (unsigned long long)least,
		      (unsigned long long)most);
	}
	machine_free(m);
	ok("the core's spinlock is flat within 8 %% from 4 threads on, and served in order");
}

static void lookahead(void)
{
	static const char *const names[] = { "graviton2-64c", "zen5-2s-128c", "xeon-8176-8s" };
	kernel_fn *const each[] = { kernel_add, kernel_own, kernel_store, kernel_ticket, kernel_mcs };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct machine *m = open_machine(names[i]);

		for (size_t k = 0; k < ARRAY_SIZE(each); k++) {
			double exact = run(m, each[k], 28, 0), ahead = run(m, each[k], 28, TIME_LOOKAHEAD);

			check(fabs(ahead / exact - 1) <= 0.03, "%s, loop %zu: %g ns, in exact order %g", names[i], k, ahead, exact);
		}
		machine_free(m);
	}
	ok("lookahead changes nothing by more than 3 %% against exact order: three machines, five loops");
}

/*
 * Local-first, eight threads in each of so many L3 domains that always want the line: it visits all eight before it
 * leaves, so that a visit of a domain takes seven near transfers and a far one, and each is followed by its hold.
 */
static void visits_of_domains(void)
{
	struct machine *m = open_machine("zen5-2s-128c");
	double c = number(m, MACHINE_ACCESS) + number(m, MACHINE_RMW), hold = number(m, MACHINE_HOLD);
	double near = number(m, MACHINE_TO_L3), far = m->between[0][0];
	double want = (7 * near + far) / (7 * in_a_visit(hold * near, c) + in_a_visit(hold * far, c));

	for (unsigned int n = 16; n <= 128; n *= 2) {
		double got = run(m, kernel_add, n, TIME_LOOKAHEAD);

		check(fabs(got / want - 1) <= 0.03, "%u threads: %g ns, the closed form says %g", n, got, want);
	}
	machine_free(m);
	ok("local-first: near and far transfers and their holds give the throughput to 3 %%, 2 to 16 L3 domains");
}

/*
 * By turns: a thread that reads what another wrote, and then writes, waits for two transfers, or for one where the read takes
 * the line; and what nobody has written since is shared.
 */
static void migratory_turns(struct machine *m)
{
	double t = number(m, MACHINE_TO_L3), hit = number(m, MACHINE_ACCESS), rmw = hit + number(m, MACHINE_RMW);
	struct kernel_run r = { .kernel = kernel_turns, .threads = 2, .ns = 1, .seed = 1, .lookahead_ps = TIME_LOOKAHEAD };
	double read, write, again, last;

	kernel_run(&r, m);
	read = (double)(r.times[1] >> 32) / 1000;
	write = (double)(u32)r.times[1] / 1000;
	again = (double)(r.times[0] >> 32) / 1000;
	last = (double)(u32)r.times[0] / 1000;
	check(fabs(read - hit - t) <= t / 8, "a read of what another wrote: %g ns, a transfer takes %g", read, t);
	if (m->migratory)
		check(fabs(write - rmw) < 0.01, "a write behind it: %g ns, the line should be there (%g)", write, rmw);
	else
		check(fabs(write - rmw - t) <= t / 8, "a write behind it: %g ns, a transfer takes %g", write, t);
	check(fabs(again - hit - t) <= t / 8, "the first one reads: %g ns, a transfer takes %g", again, t);
	check(fabs(last - hit) < 0.01, "it reads again after another did: %g ns, a copy should be there (%g)", last, hit);
}

/*
 * Always wanted: where a read takes the line, so many rounds of load and exchange fit into a visit; the last may lose the line
 * between the two, and its exchange then fails once.  Where a read takes a copy, each exchange behind one asks for the line anew.
 */
static void migratory_reads(void)
{
	struct machine *m = open_machine("graviton2-64c");
	/* Alone, since how many accesses a round has depends on how it was compiled. */
	double t = number(m, MACHINE_TO_L3), c = run(m, kernel_cas, 1, TIME_LOOKAHEAD), copies[65], got;
	double want = t / in_a_visit(0.3 * t, c);

	m->number[MACHINE_HOLD].value = 0.3;
	for (unsigned int n = 4; n <= 64; n *= 4)
		copies[n] = run(m, kernel_cas, n, TIME_LOOKAHEAD);
	migratory_turns(m);
	m->migratory = true;
	migratory_turns(m);
	for (unsigned int n = 4; n <= 64; n *= 4) {
		got = run(m, kernel_cas, n, TIME_LOOKAHEAD);
		check(got >= want && got <= 1.15 * want, "%u threads: %g ns, the closed form says %g", n, got, want);
		check(copies[n] > 1.5 * got, "%u threads: %g ns, where reads take copies %g", n, got, copies[n]);
	}
	machine_free(m);
	ok("migratory reads: load and exchange take one transfer, not two; what nobody writes is shared");
}

/* A line that came to an L3 domain leaves it less often, but no core waits for ever. */
static void grant_rules(void)
{
	struct machine *m = open_machine("zen5-2s-128c");
	struct kernel_run r = { .kernel = kernel_mcs, .threads = 64, .ns = 2000000, .seed = 1, .lookahead_ps = TIME_LOOKAHEAD };
	double local, fifo;
	u64 least = ~0ULL;

	r.kernel = kernel_ttas;
	local = kernel_run(&r, m);
	for (unsigned int i = 0; i < r.threads; i++)
		least = r.times[i] < least ? r.times[i] : least;
	check(least, "local-first starves a thread");
	m->local_first = false;
	fifo = kernel_run(&r, m);
	check(local < 0.9 * fifo, "local-first %g ns, fifo %g", local, fifo);
	machine_free(m);
	ok("local-first keeps a line in its L3 domain, and nobody starves");
}

/* Two threads a CPU: each gets half of it, and slices alternate. */
static void run_queue(void)
{
	struct machine *m = open_machine("skylake-client-4c");
	struct kernel_run r = { .kernel = kernel_own, .threads = 16, .ns = 40000000, .seed = 1, .lookahead_ps = TIME_LOOKAHEAD };
	double all, queued;

	m->pairs = false;
	m->number[MACHINE_SLICE].value = 1000;
	all = run(m, kernel_own, 8, TIME_LOOKAHEAD);
	queued = kernel_run(&r, m);
	check(fabs(queued / all - 1) <= 0.05, "16 threads on 8 CPUs: %g ns, 8 threads %g", queued, all);
	check(time_counts.preemptions >= 8 * 30, "%llu preemptions in 40 slices of 8 CPUs",
	      (unsigned long long)time_counts.preemptions);
	for (unsigned int i = 0; i < 16; i++)
		check(fabs((double)r.times[i] * 16 * queued / (double)r.ns - 1) <= 0.1, "thread %u: %llu rounds", i,
		      (unsigned long long)r.times[i]);
	machine_free(m);
	ok("threads that outnumber CPUs share them by slices");
}

/* Waking costs the waker time, in which others park and wake; each that parked is woken in the end. */
static void no_wake_is_lost(void)
{
	struct machine *m = open_machine("skylake-2s-56c");
	struct kernel_run r = { .kernel = kernel_park, .threads = 20, .ns = 1000000, .seed = 1, .lookahead_ps = TIME_LOOKAHEAD };

	kernel_run(&r, m);
	for (unsigned int i = 0; i < r.threads; i++)
		check(r.times[i] > 10, "thread %u was woken %llu times", i, (unsigned long long)r.times[i]);
	machine_free(m);
	ok("threads that park on two words, each woken once by its leader, are all woken");
}

/* A callback runs where it was queued: it and the CPU's own thread may both wait for the store buffer. */
static void callbacks_beside_a_thread(void)
{
	struct machine *m = open_machine("skylake-client-4c");
	struct kernel_run r = { .kernel = kernel_callbacks, .threads = 8, .ns = 300000, .seed = 1, .lookahead_ps = TIME_LOOKAHEAD };

	m->number[MACHINE_GRACE].value = 1;
	kernel_run(&r, m);
	for (unsigned int i = 0; i < r.threads; i++)
		check(r.times[i] > 100, "thread %u came round %llu times", i, (unsigned long long)r.times[i]);
	machine_free(m);
	ok("callbacks of RCU and the thread beside them both get through the store buffer");
}

/* What runs on a CPU loses the time of each interrupt; a thread that spins there would only have looked at its word. */
static void interrupts(void)
{
	struct machine *m = open_machine("zen5-2s-128c");
	struct kernel_run r = { .kernel = kernel_flushed, .threads = 3, .ns = 1, .seed = 1, .lookahead_ps = TIME_LOOKAHEAD };
	double each = number(m, MACHINE_FLUSH_STOLEN), spins, works;

	kernel_run(&r, m);
	spins = (double)r.times[1] / 1000;
	works = (double)r.times[2] / 1000 / FLUSHES;
	check(spins < each, "the thread that spun goes on after %g ns, an interrupt takes %g", spins, each);
	check(works > each && works < 1.2 * each, "%g ns an interrupt of the thread that worked, not %g", works, each);
	machine_free(m);
	ok("interrupts take their time from a thread that works, and none from one that spins");
}

static double miss_ns(struct machine *m, kernel_fn *kernel, double ahead)
{
	struct kernel_run r = { .kernel = kernel, .threads = 1, .ns = 1, .seed = 1, .lookahead_ps = TIME_LOOKAHEAD };

	m->number[MACHINE_AHEAD].value = ahead;
	kernel_run(&r, m);
	return (double)r.times[0] / 1000 / MISSES;
}

/* ahead_ns of the work behind a load costs nothing, as far as there is work, and no more than the load waits. */
static void work_behind_a_load(void)
{
	struct machine *m = open_machine("graviton2-64c");
	double none = miss_ns(m, kernel_load_miss, 0), some = miss_ns(m, kernel_load_miss, 2), all = miss_ns(m, kernel_load_miss, 1000);
	double memory = number(m, MACHINE_DRAM);

	check(none > memory + 16 * number(m, MACHINE_ACCESS), "%g ns a round, of which memory is %g", none, memory);
	check(fabs(none - some - 2) < 0.02, "2 ns ahead save %g", none - some);
	check(fabs(all / memory - 1) < 0.02, "%g ns a round, where all but memory's %g is done ahead", all, memory);
	m->number[MACHINE_DRAM].value = 1;
	m->number[MACHINE_DRAM_FAR].value = 1;
	some = miss_ns(m, kernel_load_miss, 0) - miss_ns(m, kernel_load_miss, 1000);
	check(fabs(some - 1) < 0.02, "a load that waits for 1 ns saves %g", some);
	check(miss_ns(m, kernel_atomic_miss, 0) == miss_ns(m, kernel_atomic_miss, 1000), "an atomic operation hides work, too");
	machine_free(m);
	ok("a core does ahead_ns of work while a load waits, and none while an atomic operation does");
}

static void seeds(void)
{
	struct machine *m = open_machine("zen5-2s-128c");
	struct kernel_run r = { .kernel = kernel_ttas, .threads = 32, .ns = 200000, .seed = 7, .lookahead_ps = TIME_LOOKAHEAD,
				.placement = TIME_RANDOM };
	struct kernel_run again = r, other = r;
	double first = kernel_run(&r, m), second = kernel_run(&again, m);

	other.seed = 8;
	kernel_run(&other, m);
	check(first == second && !memcmp(r.times, again.times, sizeof(r.times)), "the same seed, another result");
	check(memcmp(r.times, other.times, sizeof(r.times)), "another seed, the same result in every thread");
	machine_free(m);
	ok("a seed decides everything, and something");
}

int main(int argc, char **argv)
{
	if (argc > 3) {
		look(argc, argv);
		return 0;
	}
	check_watchdog(120);
	one_contended_line();
	private_lines();
	pairs();
	plain_stores();
	locks();
	core_spinlock();
	lookahead();
	visits_of_domains();
	migratory_reads();
	grant_rules();
	run_queue();
	no_wake_is_lost();
	callbacks_beside_a_thread();
	interrupts();
	work_behind_a_load();
	seeds();
	printf("1..%u\n", tests);
	return 0;
}
