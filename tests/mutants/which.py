# SPDX-License-Identifier: GPL-2.0-or-later
"""Which tests a mutant is put to: those that run code of its folder, the quick ones that are likely to notice it first.

Which lines each test runs is not asked: counting them takes longer than what is saved, since most mutants meet the
first tests of their list.  One that survives has passed all of them, whether or not they run the line.
"""
import collections
import os
import re
import time

import build as builds

# name: what make makes for it, and how it is run.
Test = collections.namedtuple('Test', 'name targets command')

COMMAND = ['faultline', 'bench/aa/aa', 'bench/aa/ratio', 'bench/stores/stores', 'bench/complexity/complexity']
EXPLORE = 'tests/explore/explore'
LIMIT = 120         # seconds for a test whose time is not known


def program(path, pattern=None):
    return Test(f'{path} {pattern}' if pattern else path, [path], [path] + (['--filter', pattern] if pattern else []))


def script(path):
    return Test(path, COMMAND, ['sh', os.path.join('..', path)])


def explore(scheme):
    return Test(f'{EXPLORE} {scheme}', [EXPLORE],
                [EXPLORE, '--scene', '*+*', '--strategy', 'random', '-n', '12', '--schemes', scheme])


CORE = [program('tests/conformance/conformance', 'mmap_lock/*'), program('tests/mm/core', '*'),
        program('tests/host/host_traces'), program('tests/mm/reclaim', '*'), program('tests/rules/rules', 'mmap_lock/*'), program('tests/host/host_calls'), program('tests/host/host_scripts')]
# Of the replays of whole programs one, and none of random ones: together these take minutes.
BENCH = [program('tests/host/host_traces'), script('tests/bench/figures.sh'), program('tests/bench/traces', '*')]
# Before those, where a file's path begins so.
FIRST = [('common/sync/', program('tests/sync/sync', '*')), ('common/platform/', program('tests/sync/sync', '*')),
         ('common/mm/vma_tree/', program('tests/mm/vma_tree', '*')),
         ('common/mm/reclaim', program('tests/mm/reclaim', '*')), ('common/mm/swap', program('tests/mm/reclaim', '*')),
         ('bench/lib/stat', program('tests/bench/traces', 'stat/*')),
         ('bench/lib/verdict', program('tests/bench/traces', 'verdict/*')),
         ('bench/lib/histogram', program('tests/bench/traces', 'histogram/*')),
         ('bench/plan/', program('tests/host/host_traces')), ('bench/plan/', program('tests/bench/traces', 'calls/*')),
         ('bench/plan/', program('tests/bench/traces', 'plan/*')), ('bench/replay/', program('tests/bench/replays', 'sees/*')),
         ('bench/replay/', program('tests/bench/traces', 'figures/*')),
         ('bench/work/', program('tests/bench/traces', 'workload/*')), ('bench/work/', program('tests/bench/traces', 'figures/*')),
         ('bench/run/', program('tests/bench/traces', 'figures/*')), ('bench/compare/', script('tests/bench/figures.sh'))]
# After those, for what has survived them.
CORE_MORE = [program('tests/sync/sync', '*'), program('tests/mm/vma_tree', '*'),
             program('tests/conformance/conformance', '*'),
             program('tests/rules/rules', '*'), program('tests/host/host_places'),
             program('tests/mm/limits'), program('tests/conformance/gfp_sites'), program('tests/fuzz/fuzz_ops'),
             program('tests/mm/stress_reclaim'), program('tests/mm/stress_vma_tree'), program('tests/torture/torture'),
             explore('mmap_lock'), explore('rcu_everything')]
BENCH_MORE = [program('tests/bench/replays', 'sees/*'), script('tests/bench/import.sh'), script('tests/bench/cli.sh'),
              script('tests/bench/schemas.sh'), script('tests/bench/place.sh'), script('tests/bench/report.sh'),
              script('tests/bench/stores.sh'), script('tests/bench/matrix.sh'), program('tests/fuzz/fuzz_trace'),
              program('tests/fuzz/fuzz_sweep'), program('tests/fuzz/fuzz_options'),
              program('tests/bench/replays', 'replay/sqlite*')]
TOOLS = [script('tests/evidence/check-claims.sh'), script('tests/evidence/check-evidence-catches.sh')]
TOOLS_MORE = [script('tests/bench/figures.sh'), script('tests/evidence/check-evidence.sh')]


def tests_of(path, more):
    """@more: also those that take long."""
    if path.startswith('ADR/'):
        return TOOLS + TOOLS_MORE * more
    if path.startswith('bench/'):
        rest = BENCH + BENCH_MORE * more
    elif path.startswith('prototypes/'):
        scheme = path.split('/')[1]
        rest = [program('tests/conformance/conformance', scheme + '/*'), program('tests/rules/rules', scheme + '/*')]
        rest += ([explore(scheme)] + CORE + [t for t in CORE_MORE if t.command[0] != EXPLORE]) * more
    else:
        rest = CORE + CORE_MORE * more
    first = [test for prefix, test in FIRST if path.startswith(prefix)]
    return first + [t for t in rest if t not in first]


def run(test, build, limit):
    """None: passed; else what it said."""
    environment = dict(os.environ, RUN_TIMEOUT=str(int(limit)), srcdir='..', builddir='.')
    if test.command[0] == EXPLORE:
        status, out = builds.call(['timeout', str(int(limit))] + test.command, build, limit + 30, environment)
        found = re.search(r'^Finding in .*\n(.*)', out, re.M)
        return None if status == 0 else found[1].strip() if found else builds.what_it_said(status, out)
    command = test.command
    if '--filter' in command:      # Criterion's: one test that hangs need not take the time of all
        command = command + ['--fail-fast', '--timeout', str(int(limit / 2))]
    status, out = builds.call(['sh', '../tests/support/run.sh'] + command, build, limit + 30, environment)
    if status == 0 and not re.search('^not ok', out, re.M):
        return None
    return builds.what_it_said(status, out)


class Known:
    """How long each test takes when it passes, and which ones fail without any mutant."""

    def __init__(self, build):
        self.build, self.seconds, self.left_out = build, {}, set()

    def is_left_out(self, test):
        return test.name in self.left_out

    def limit(self, test):
        return 20 + 6 * self.seconds[test.name] if test.name in self.seconds else LIMIT

    def passed(self, test, seconds):
        self.seconds.setdefault(test.name, seconds)

    def passes_without(self, test):
        """The build has no mutant now."""
        if test.name not in self.seconds:
            self.build.make(test.targets)
            began = time.time()
            said = run(test, self.build.build, LIMIT)
            if said:
                print(f'mutants: left out, since it fails without any mutant: {test.name}: {said}', flush=True)
                self.left_out.add(test.name)
                return False
            self.passed(test, time.time() - began)
        return True
