#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Is each rule of seam-rules.sh broken by what it forbids, and by nothing else?  The real platform and
# locks under a small core and one scheme, and one planted violation after the other.
set -u
. "${srcdir:=.}/tests/source/catches.sh"
KEPT=$work/kept
export KEPT
mkdir "$KEPT"

fresh()
{
	rm -rf "$work/tree"
	mkdir -p "$work/tree/common/mm" "$work/tree/prototypes/fast" "$work/tree/bench" "$work/tree/tests"
	cd "$work/tree" || exit 1
	cp -r "$src/common/platform" "$src/common/sync" common
	chmod -R u+w common
	echo fast >prototypes/schemes.list
	: >bench/bench.h
	cat >common/mm/core.h <<-'END'
		#include "common/sync/rwsem.h"
		struct core {
			struct rw_semaphore lock;
			u32 words[2];	/* not a bit-field: it says u32 a : 1; asm, pthread_t, __thread */
		};
		extern const char *const core_names[];
		int core_do(struct core *core, int what);
	END
	cat >common/mm/core.c <<-'END'
		#include <errno.h>
		#include <string.h>
		#include "common/mm/core.h"
		static const int fives[] = { 5, 5 };
		const char *const core_names[] = { "asm goto", "__sync_synchronize()" };	// urcu_memb_read_lock()
		int core_do(struct core *core, int what)
		{
			static const char *const texts[] = { "pthread_create", "errno" };
			int ret = what ? what : fives[0];

			down_read(&core->lock);
			switch (what) {
			case 1: ret = (int)strlen(texts[0]); break;
			case 2: goto out;
			default: WRITE_ONCE(core->words[0], 1);
			}
			memset(core->words, 0, sizeof(core->words));
		out: up_read(&core->lock);
			return ret ? ret : -EINVAL;
		}
	END
	cat >prototypes/fast/fast.c <<-'END'
		#include "common/mm/core.h"
		int fast_fault(struct core *core);
		int fast_fault(struct core *core)
		{
			return core_do(core, platform_oversubscribed());
		}
	END
}

# expect RULES WHAT NAMED...: exactly these rules (their numbers) fail, and each NAMED is in the message.
expect()
{
	out=$(sh "$src/tests/source/seam-rules.sh" "$work/tree")
	status=$?
	rules=$1
	what=$2
	shift 2
	[ -n "$rules" ] && want=1 || want=0
	wrong=$(wrong_rules "$out" "$rules" "$@")
	[ $status = $want ] || wrong="$wrong; status $status"
	verdict "$wrong" "$what" "$out"
	fresh
}

core=common/mm/core.c		# 20 lines
coreh=common/mm/core.h		# 7 lines
fast=prototypes/fast/fast.c	# 6 lines
echo 1..13
fresh
expect "" "a small tree that keeps to every rule, and names in comments and strings what it must not use" "ok 10"

rm -r common/sync common/mm prototypes/fast
expect "1" "no source at all" "nothing to compile"

echo "int broken(void) { return nothing; }" >>$core
expect "1 2" "a file that does not compile" "core.c:21: compiles: error:"

cat >>$core <<'END'
void *malloc(size_t n); void *grab(void) { return malloc(8); }
long double slow(long double x); long double use(long double x) { return slow(x); }
END
echo 'int printf(const char *f, ...); int say(void) { return printf("%d", 1); }' >>$fast
expect "2" "memory and printing from libc, a function that nobody defines" \
	"core.c:21: symbols: malloc" "core.c:22: symbols: slow" "fast.c:7: symbols: printf"

cat >>$core <<'END'
int global;
static int valued = 1; int *where(void) { return &valued; }
static const char *names[] = { "a" }; const char **which(void) { return names; }
END
echo "int next(void) { static int inside; return inside++; }" >>$fast
expect "3" "a global, a static, a table that is not const itself, a static inside a function" \
	"core.c:21: data: global" "core.c:22: data: valued" "core.c:23: data: names" "fast.c:7: data: inside"

echo "static __thread int mine; int *where(void) { return &mine; }" >>$core
echo "#define OWN _Thread_local" >>$coreh
expect "4" "a thread-local, and one waiting in a macro" \
	"core.c:21: tls: mine" "core.h:8: tls: #define OWN _Thread_local"

echo 'void stop(void) { __asm__ volatile ("" ::: "memory"); }' >>$core
echo '#define STOP() asm("")' >>$coreh
expect "5" "inline assembly, and some waiting in a macro" "core.c:21: assembly:" "core.h:8: assembly:"

printf 'struct flags {\n\tunsigned int dirty : 1, young:1;\n};\n' >>$coreh
printf 'struct hidden {\n\tunsigned long bits:3;\n};\n' >>$fast
expect "6" "bit-fields" "core.h:9: bit-fields:" "fast.c:8: bit-fields:"

sed -i '1i #include <pthread.h>' common/sync/rwsem.c
echo "#include <urcu/uatomic.h>" >>$core
echo "#define bump(p) uatomic_inc(p)" >>$coreh
echo "#define barrier() cmm_barrier()" >>$fast
expect "7" "threads and liburcu by include and in macros" \
	"rwsem.c:1: foreign: includes <pthread.h>" "core.c:21: foreign: includes <urcu/uatomic.h>" \
	"core.h:8: foreign:" "fast.c:7: foreign:"

echo "int failed(void) { return errno != 0; }" >>$core
expect "2 7" "errno" "core.c:21: foreign: int failed" "symbols: __errno_location"

echo "void fence(void) { __atomic_thread_fence(5); }" >>$core
echo "u32 add(u32 *p); u32 add(u32 *p) { return __sync_fetch_and_add(p, 1); }" >>$fast
expect "8" "atomic builtins" "core.c:21: atomics:" "fast.c:7: atomics:"

echo '#include "common/mm/core.h"' >>common/sync/seqcount.h
echo '#include "bench/bench.h"' >>$fast
: >config.h
echo '#include "config.h"' >>$core
echo '#include "core.h"' >common/mm/other.h
echo '#include "tests/test.h"' >>bench/bench.h
: >tests/test.h
expect "9" "imports that point up, and one whose floor cannot be seen" \
	"common/mm/core.h is above" "fast.c:7: imports: bench/bench.h is above" "core.c:21: imports: config.h is above" \
	"other.h:1: imports: \"core.h\" is on no floor" "bench.h:1: imports: tests/test.h is above"

echo "/* fast looks here without a lock */" >>$coreh
expect "10" "the core names a scheme" "core.h:8: scheme-names: knows the scheme fast"
