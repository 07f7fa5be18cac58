# SPDX-License-Identifier: GPL-2.0-or-later
"""Which tests there are, which lines each of them runs, and how long it takes.

A build with --coverage runs each test once; GCOV_PREFIX keeps apart what each has counted, and gcov reads it.  Lines of
Python are not counted: all of their tests are said to run them.  Nor is what the explorer runs.
"""
import collections
import concurrent.futures
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import build as builds
import sites

# name: what make makes for it, and how it is run.
Test = collections.namedtuple('Test', 'name targets command')

# Of the core and the schemes, and of what measures: where a mutant stands decides which of the two it is put to.
CORE_BY_SUITE = ['tests/mm/core', 'tests/mm/reclaim', 'tests/mm/vma_tree', 'tests/sync/sync', 'tests/conformance/conformance', 'tests/rules/rules']
CORE_WHOLE = ['tests/host/host_calls', 'tests/host/host_scripts', 'tests/host/host_places', 'tests/mm/limits', 'tests/mm/stress_reclaim',
              'tests/mm/stress_vma_tree', 'tests/conformance/gfp_sites', 'tests/fuzz/fuzz_ops', 'tests/fuzz/fuzz_options',
              'tests/torture/torture']
BENCH_BY_SUITE = ['tests/bench/replays', 'tests/bench/traces']
BENCH_WHOLE = ['tests/fuzz/fuzz_options', 'tests/fuzz/fuzz_sweep', 'tests/fuzz/fuzz_trace']
COMMAND = ['faultline', 'bench/aa/aa', 'bench/aa/ratio', 'bench/stores/stores', 'bench/complexity/complexity']
SCRIPTS = ['tests/bench/cli.sh', 'tests/bench/figures.sh', 'tests/bench/schemas.sh', 'tests/bench/report.sh', 'tests/bench/place.sh',
           'tests/bench/stores.sh', 'tests/bench/matrix.sh']
OF_PYTHON = ['tests/evidence/check-claims.sh', 'tests/evidence/check-evidence.sh', 'tests/evidence/check-evidence-catches.sh',
             'tests/bench/figures.sh']
EXPLORE = 'tests/explore/explore'
LIMIT = 300         # seconds for a test whose time is not known


def script(path):
    return Test(path, COMMAND, ['sh', os.path.join('..', path)])


def suites(build, program):
    said = subprocess.run([os.path.join(build, program), '--list'], capture_output=True, text=True).stdout
    return re.findall(r'^(\w+): \d+ tests?$', said, re.M)


def programs_of(folder):
    """(by suite, whole, scripts) of what may stand in the folder."""
    core, bench = not folder.startswith(('bench', 'ADR')), not folder.startswith(('common', 'prototypes', 'ADR'))
    return CORE_BY_SUITE * core + BENCH_BY_SUITE * bench, CORE_WHOLE * core + BENCH_WHOLE * bench, SCRIPTS * bench


def all_tests(build, folder):
    """Those that coverage is counted for."""
    by_suite, whole, scripts = programs_of(folder)
    for program in by_suite:
        for suite in suites(build, program):
            yield Test(f'{program} {suite}', [program], [program, '--filter', suite + '/*'])
    for program in dict.fromkeys(whole):
        yield Test(program, [program], [program])
    for path in scripts:
        yield script(path)


def explorations(schemes):
    for scheme in schemes:
        yield Test(f'{EXPLORE} {scheme}', [EXPLORE],
                   [EXPLORE, '--scene', '*+*', '--strategy', 'random', '-n', '12', '--schemes', scheme])


def run(test, build, limit, **environment):
    """None: passed; else what it said."""
    environment = dict(os.environ, RUN_TIMEOUT=str(int(limit)), srcdir='..', builddir='.', **environment)
    if test.targets == [EXPLORE]:
        status, out = builds.call(['timeout', str(int(limit))] + test.command, build, limit + 30, environment)
        found = re.search(r'^Finding in .*\n(.*)', out, re.M)
        return None if status == 0 else found[1].strip() if found else builds.what_it_said(status, out)
    status, out = builds.call(['sh', '../tests/support/run.sh'] + test.command, build, limit + 30, environment)
    if status == 0 and not re.search('^not ok', out, re.M):
        return None
    return builds.what_it_said(status, out)


def counted(files, src):
    """(path, line) of what ran, by gcov's JSON."""
    ran = collections.defaultdict(set)
    out = subprocess.run(['gcov', '--json-format', '--stdout'] + files, capture_output=True, text=True, cwd=os.path.dirname(files[0])).stdout
    for line in out.splitlines():
        j = json.loads(line)
        for f in j['files']:
            path = os.path.relpath(os.path.join(j['current_working_directory'], f['file']), src)
            if path.startswith(sites.FOLDERS):
                ran[path].update(x['line_number'] for x in f['lines'] if x['count'])
    return ran


def lines_of(test, build, src, work):
    """(seconds, {path: lines}, what it said if it failed) of one run."""
    with tempfile.TemporaryDirectory(dir=work) as prefix:
        began = time.time()
        said = run(test, build, LIMIT, GCOV_PREFIX=prefix)
        seconds = time.time() - began
        here = prefix + os.path.abspath(build)
        files = []
        for top in sites.FOLDERS + ('tests/support',):
            files += glob.glob(f'{here}/{top}/**/*.gcda', recursive=True)
        for f in files:
            note = f[:-len('.gcda')] + '.gcno'
            os.symlink(os.path.join(build, os.path.relpath(note, here)), note)
        ran = collections.defaultdict(set)
        for folder in sorted({os.path.dirname(f) for f in files}):
            for path, lines in counted([f for f in files if os.path.dirname(f) == folder], src).items():
                ran[path] |= lines
    return seconds, ran, said


class Map:
    """Which tests run a line, the quickest first."""

    def __init__(self, tests, seconds, ran, explored):
        self.tests, self.seconds, self.ran, self.explored = tests, seconds, ran, explored

    def save(self, path, digest):
        ran = {t: {p: sorted(lines) for p, lines in self.ran[t].items()} for t in self.ran}
        with open(path, 'w') as f:
            json.dump({'digest': digest, 'tests': list(self.tests.values()), 'seconds': self.seconds, 'ran': ran, 'explored': self.explored}, f)

    @classmethod
    def load(cls, path, digest):
        """None: there is none of these sources."""
        if not os.path.exists(path):
            return None
        with open(path) as f:
            j = json.load(f)
        return cls({t[0]: Test(*t) for t in j['tests']}, j['seconds'], j['ran'], j['explored']) if j['digest'] == digest else None

    def of(self, m):
        if m.path.endswith('.py'):
            names = [t for t in self.tests if t in OF_PYTHON]
        else:
            by_suite, whole, scripts = programs_of(m.path)
            names = [t for t in self.ran if m.line in self.ran[t].get(m.path, ()) and t.split()[0] in by_suite + whole + scripts]
        if m.path.startswith(('common/', 'prototypes/')):
            words = m.path.split('/')
            own = f'{EXPLORE} {words[1]}'
            names += [own] if words[0] == 'prototypes' and own in self.explored else self.explored if words[0] == 'common' else []
        return [self.tests[n] for n in sorted(names, key=lambda n: self.seconds[n])]


def digest_of(src):
    """Of all that decides which test runs which line."""
    sha = hashlib.sha256()
    for path in sorted(builds.files_of(src)):
        if path.startswith(sites.FOLDERS + ('bench', 'tests')) and path.endswith(('.c', '.h', '.py', '.sh')):
            with open(os.path.join(src, path), 'rb') as f:
                sha.update(path.encode() + b'\0' + f.read())
    return sha.hexdigest()


def make_map(cover, plain, work, jobs, folder):
    """Of a build with --coverage and of one without."""
    by_suite, whole, _ = programs_of(folder)
    cover.make(by_suite + whole + COMMAND)
    tests = list(all_tests(cover.build, folder))
    explores = not folder.startswith(('bench', 'ADR'))
    if explores:
        plain.make([EXPLORE])
    schemes = subprocess.run(['sh', 'prototypes/schemes.sh', 'names', '.'], cwd=cover.src, capture_output=True, text=True).stdout.split()
    explored = list(explorations(schemes)) if explores else []
    seconds, ran, known = {}, {}, {}

    def one(test):
        if test.targets == [EXPLORE] or test.name in OF_PYTHON:
            began = time.time()
            said = run(test, plain.build, LIMIT)
            return test, time.time() - began, {}, said
        return (test,) + lines_of(test, cover.build, cover.src, work)

    if not folder or folder.startswith('ADR'):
        plain.make(COMMAND)
    others = [script(p) for p in OF_PYTHON if p not in [t.name for t in tests]] if not folder or folder.startswith('ADR') else []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for test, took, lines, said in pool.map(one, tests + others + explored):
            if said:
                print(f'mutants: left out, since it fails without any mutant: {test.name}: {said}', file=sys.stderr)
                continue
            known[test.name], seconds[test.name] = test, took
            if lines:
                ran[test.name] = lines
    return Map(known, seconds, ran, [t.name for t in explored if t.name in known])
