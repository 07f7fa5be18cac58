# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines each test runs, and how long it takes: counted once by gcov, in a build of its own, and kept in a file.

Where a file has changed since, or a line is not a statement, each test that runs code of that file may cover it; of a file
that is not counted, any test.  Tests are counted as they were then: count again when some were added.
"""
import glob
import hashlib
import json
import os
import resource
import time

import build as builds
import sites
import which


def hash_of(path):
    with open(path, 'rb') as f:
        return hashlib.sha256(f.read()).hexdigest()


def ran(build, src):
    """{file: (lines that can run, lines that ran)} of the .gcda that lie in the build"""
    found = {}
    data = [os.path.relpath(p, build) for p in glob.glob(build + '/**/*.gcda', recursive=True)]
    for i in range(0, len(data), 50):
        _, out = builds.call(['gcov', '--json-format', '--stdout'] + data[i:i + 50], build)
        for line in out.split('\n'):
            for f in json.loads(line)['files'] if line.startswith('{') else ():
                path = os.path.relpath(os.path.join(build, f['file']), src)
                if not path.startswith(sites.FOLDERS):
                    continue
                can, did = found.setdefault(path, (set(), set()))
                can.update(x['line_number'] for x in f['lines'])
                did.update(x['line_number'] for x in f['lines'] if x['count'])
    return found


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Lines:
    def __init__(self, path, src):
        """@src: the sources as they are now"""
        self.path = path
        self.now = {f: hash_of(os.path.join(src, f)) for f in sites.sources(src, '')}
        self.tests, self.files, self.can = {}, {}, {}
        if os.path.exists(path):
            with open(path) as f:
                kept = json.load(f)
            self.tests, self.files = kept['tests'], kept['files']
            self.can = {f: set(n) for f, n in kept['can'].items()}
            for t in self.tests.values():
                t['did'] = {f: set(n) for f, n in t['did'].items()}

    def keep(self):
        as_lists = lambda sets: {f: sorted(n) for f, n in sets.items()}
        with open(self.path + '.tmp', 'w') as f:
            json.dump({'files': self.files, 'can': as_lists(self.can),
                       'tests': {name: dict(t, did=as_lists(t['did'])) for name, t in self.tests.items()}}, f)
        os.replace(self.path + '.tmp', self.path)

    def seconds(self, test):
        return self.tests[test.name]['seconds'] if test.name in self.tests else 0

    def cpu(self, test):
        """What it costs, on however busy a machine; of another scheme as of the first; None: not known."""
        name = test.name.replace(test.scheme, which.FOR_COMMON[0]) if test.name not in self.tests and test.scheme else test.name
        return self.tests[name]['cpu'] if name in self.tests else None

    def covers(self, test, m):
        if which.is_uncounted(test):
            return m.path.startswith(which.UNCOUNTED[test.command[0]]) if test.command[0] in which.UNCOUNTED else True
        if test.name not in self.tests:
            return True
        if m.path not in self.can:  # of a header's macros nothing is counted; a source file is in none of these programs
            return m.path.endswith('.h')
        did = self.tests[test.name]['did'].get(m.path, ())
        if m.line in self.can[m.path] and self.files[m.path] == self.now[m.path]:
            return m.line in did
        return bool(did)

    def count(self, build, plain):
        """
        Those tests that are not known yet; all, if a file has changed.  @build counts lines.  Scripts run in @plain: some
        limit the size of files, and the simulator is told of each count.
        """
        if self.files != self.now:
            self.tests, self.can, self.files = {}, {}, self.now
        for test in which.COVERED:
            if test.name in self.tests or test.scheme not in ('',) + which.FOR_COMMON:
                continue
            where = plain if which.is_script(test) else build
            where.make(test.targets)
            for path in glob.glob(build.build + '/**/*.gcda', recursive=True):
                os.unlink(path)
            began, cpu = time.time(), cpu_seconds()
            said = which.run(test, where.build, which.LIMIT)
            took, cpu = time.time() - began, cpu_seconds() - cpu
            if said:
                print(f'mutants: {test.name} fails where lines are counted, and is taken to cover all: {said}', flush=True)
                continue
            found = {} if where is plain else ran(build.build, build.src)
            for path, (can, _) in found.items():
                self.can.setdefault(path, set()).update(can)
            self.tests[test.name] = {'seconds': round(took, 1), 'cpu': round(cpu, 1), 'did': {path: did for path, (_, did) in found.items()}}
            print(f'mutants: {test.name}: {took:.1f} s ({cpu:.1f} of CPU), {sum(len(did) for _, did in found.values())} lines', flush=True)
            self.keep()
