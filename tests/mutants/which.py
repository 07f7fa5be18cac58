# SPDX-License-Identifier: GPL-2.0-or-later
"""Which tests a mutant is put to: those that cover its line (lines.py), what likely notices it soonest first.

A test is a program or a suite of one.  It ends at its first failure, and so does a script.
"""
import collections
import os
import re
import shutil
import subprocess
import threading

import build as builds

# name: what make makes for it, how it is run, and the scheme that it is about.
Test = collections.namedtuple('Test', 'name targets command scheme')

# The command, what it runs, and what tells the scripts whether that is there.
COMMAND = ['faultline', builds.HELPERS, 'bench/aa/aa', 'bench/stores/stores']
# Those of them that have code of bench/.
SCRIPTED = ['faultline', 'bench/simulated/simulated', 'bench/aa/aa', 'bench/aa/ratio']
EXPLORE = 'tests/explore/explore'
# Seconds of CPU: what takes longer than QUICK, or is more than BUDGET together, is for those that have survived the others.
QUICK, BUDGET = 5, 12
LIMIT = 120         # seconds for a test whose time is not known

# Of common/ these two, one with locks and one without.
FOR_COMMON = ('mmap_lock', 'rcu_everything')


def suite(path, pattern, scheme=''):
    return Test(f'{path} {pattern}', [path], [path, '--filter', pattern], scheme)


def suites(path, *names):
    return [suite(path, name + '/*') for name in names]


def program(path, *words):
    return Test(' '.join((path,) + words), [path], [path] + list(words), '')


def script(path):
    return Test(path, COMMAND, ['sh', os.path.join('..', path)], '')


# Programs that work in children of their own, which end at once and leave no counts: what they run.
UNCOUNTED = {'tests/host/host_calls': 'common/', 'tests/host/host_scripts': 'common/',
             'tests/host/host_traces': ('common/', 'bench/plan/', 'bench/replay/', 'bench/lib/')}


def is_script(test):
    return test.command[0] == 'sh'


def is_uncounted(test):
    return is_script(test) or test.command[0] in UNCOUNTED


def explore(scheme):
    return Test(f'{EXPLORE} {scheme}', [EXPLORE],
                [EXPLORE, '--scene', '*+*', '--strategy', 'random', '-n', '12', '--schemes', scheme], scheme)


PROTOTYPES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'prototypes')
with open(os.path.join(PROTOTYPES, 'schemes.list')) as listed:
    SPECS = [line.strip() for line in listed if not line.startswith('#')]
TRACES, CORE, SYNC = 'tests/bench/traces', 'tests/mm/core', 'tests/sync/sync'
COVERED = (
    [suite(path, spec + '/*', spec) for spec in SPECS for path in ('tests/conformance/conformance', 'tests/rules/rules', 'tests/mm/reclaim')] +
    suites('tests/conformance/conformance', 'switches', 'variants') + suites('tests/rules/rules', 'variants') +
    suites('tests/mm/reclaim', 'reclaim', 'swap') + [suite('tests/mm/vma_tree', '*')] +
    suites(CORE, 'cache', 'file', 'inject', 'page', 'spec', 'tlb', 'tlb_threads', 'world') +
    suites(SYNC, 'platform', 'platform_host', 'rwsem', 'rwsem_starve', 'seqcount', 'spinlock') +
    suites(TRACES, 'analysis', 'apart', 'calls', 'decode', 'figures', 'histogram', 'knobs', 'place', 'plan', 'record', 'stat', 'steps',
           'text', 'trace', 'trace_info', 'verdict', 'workload', 'zstd') +
    suites('tests/bench/replays', 'fork', 'sees') + [suite('tests/bench/replays', 'replay/sqlite*')] +
    [program('tests/host/' + name) for name in ('host_calls', 'host_places', 'host_scripts', 'host_traces')] +
    [program(path) for path in ('tests/mm/limits', 'tests/conformance/gfp_sites', 'tests/mm/stress_reclaim', 'tests/mm/stress_vma_tree',
                                'tests/sync/race_sync', 'tests/torture/torture', 'tests/fuzz/fuzz_ops', 'tests/fuzz/fuzz_trace',
                                'tests/fuzz/fuzz_sweep', 'tests/fuzz/fuzz_options')] +
    [script(f'tests/bench/{name}.sh') for name in ('figures', 'import', 'cli', 'schemas', 'place', 'report', 'stores', 'matrix', 'help', 'tasks')])


def programs(test):
    """In which what is measured by, or tested, may be another."""
    return SCRIPTED if is_script(test) else test.targets


PROGRAMS = sorted({p for t in COVERED for p in programs(t)})
# Not counted what they cover: scripts that run Python, and the explorer, whose copy of the core is hooked.
TOOLS = [script('tests/evidence/check-claims.sh'), script('tests/evidence/check-evidence-catches.sh'),
         script('tests/bench/figures.sh'), script('tests/evidence/check-evidence.sh')]
EXPLORED = [explore(spec) for spec in SPECS]
SYNC_EXPLORED = Test(f'{EXPLORE} sync/*', [EXPLORE], [EXPLORE, '--scene', 'sync/*', '--strategy', 'random', '-n', '1000'], '')


def quick_ones(m, tests, cost):
    """As many as BUDGET allows.  Nothing but figures.sh looks at what is in compare/."""
    left, chosen = BUDGET, []
    for t in tests:
        if m.path.startswith('bench/compare/') and t.name.endswith('figures.sh'):
            chosen.append(t)
        elif not is_script(t) and cost[t.name] <= QUICK and cost[t.name] <= left:
            chosen.append(t)
            left -= cost[t.name]
    return chosen


def tests_of(m, lines, caught, more):
    """
    @lines: what lines.py knows.  @caught: by name of a test, how many mutants of such files it has caught.
    @more: also those that take long.
    """
    if m.path.startswith('ADR/'):
        return TOOLS
    schemes = FOR_COMMON
    if m.path.startswith('prototypes/'):
        folder = m.path.split('/')[1]
        schemes = [s for s in SPECS if os.path.exists(os.path.join(PROTOTYPES, folder, s + '.c'))] or FOR_COMMON
    tests = [t for t in COVERED if (not t.scheme or t.scheme in schemes) and lines.covers(t, m)]
    if not m.path.startswith('bench/'):     # what scripts run of the core, others run
        tests = [t for t in tests if not is_script(t)]
    cost = {t.name: 2 * QUICK if lines.cpu(t) is None else lines.cpu(t) for t in tests}
    tests.sort(key=lambda t: (cost[t.name] + 0.5) / (0.2 + caught[t.name]))
    if not more:
        tests = quick_ones(m, tests, cost)
    if more and m.path.startswith(('common/', 'prototypes/')):
        tests += [t for t in EXPLORED if t.scheme in schemes]
    if more and m.path.startswith('common/sync/'):
        tests.append(SYNC_EXPLORED)
    return tests


def until_it_fails(command, cwd, limit, environment):
    """As builds.call(), but the first `not ok` ends it."""
    p = subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         stdin=subprocess.DEVNULL, start_new_session=True)
    over = threading.Timer(limit, builds.end_session, (p.pid,))
    over.start()
    out = []
    for line in p.stdout:
        out.append(line.decode(errors='replace'))
        if out[-1].startswith('not ok'):
            builds.end_session(p.pid)
            break
    status = p.wait()
    late = not over.is_alive()
    over.cancel()
    return 'hangs' if late else status, ''.join(out)


def environment_of(build):
    """What the Makefile gives its tests."""
    with open(os.path.join(build, 'Makefile')) as f:
        makefile = f.read()
    given = {name: re.search(rf'^{name} = *(.*)$', makefile, re.M)[1] for name in ('CC', 'SCHEMES')}
    tmp = os.path.join(build, 'tmp')    # a script that is killed leaves its folder there
    os.makedirs(tmp, exist_ok=True)
    return dict(os.environ, srcdir='..', builddir='.', TMPDIR=tmp, PYTHONDONTWRITEBYTECODE='1', **given)


def run(test, build, limit):
    """None: passed; else what it said."""
    environment = dict(environment_of(build), RUN_TIMEOUT=str(int(limit)))
    command = test.command
    if command[0] == EXPLORE:
        status, out = builds.call(['timeout', str(int(limit))] + command, build, limit + 30, environment)
        found = re.search(r'^Finding in .*\n(.*)', out, re.M)
        return None if status == 0 else found[1].strip() if found else builds.what_it_said(status, out)
    if is_script(test):
        status, out = until_it_fails(command, build, limit, environment)
        shutil.rmtree(environment['TMPDIR'], ignore_errors=True)
    else:
        if '--filter' in command:      # Criterion's: one test that hangs need not take the time of all
            command = command + ['--fail-fast', '--timeout', str(int(max(10, limit / 6)))]
        status, out = builds.call(['sh', '../tests/support/run.sh'] + command, build, limit + 30, environment)
    if status == 0 and re.search(r'^(ok|1\.\.0 # SKIP)', out, re.M) and not re.search('^not ok', out, re.M):
        return None
    return builds.what_it_said(status, out)


class Known:
    """How long each test takes when it passes, and which ones fail without any mutant."""

    def __init__(self, build, lines):
        self.build, self.lines, self.passed, self.left_out = build, lines, set(), set()

    def limit(self, test):
        seconds = self.lines.seconds(test)
        return 10 + 6 * seconds if seconds else LIMIT

    def passes_without(self, test, late):
        """The build has no mutant now.  @late: the machine may be too busy for its limit just now"""
        if test.name not in self.passed or late:
            self.build.make(test.targets)
            said = run(test, self.build.build, self.limit(test) if late else LIMIT)
            if said and late:
                return False
            if said:
                print(f'mutants: left out, since it fails without any mutant: {test.name}: {said}', flush=True)
                self.left_out.add(test.name)
                return False
            self.passed.add(test.name)
        return True
