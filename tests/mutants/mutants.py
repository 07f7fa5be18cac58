#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Change one operator, constant or statement, rebuild, and see whether a test notices; of many such places a seeded sample.

    mutants.py run [--seed S] [--count N] [--minutes M] [--folder F] [--jobs J] [--log FILE]
                                                            into the log, beside what it has
    mutants.py again [--minutes M] [--log FILE]             those that survived, to tests that take longer, too
    mutants.py lines                                        count again which lines each test runs
    mutants.py list [--seed S] [--count N] [--folder F]     the sample, without running it
    mutants.py score [--log FILE]                           what the log comes to

Options: --srcdir, --builddir: builds go to its folder mutants/.  The same seed is the same sample (sites.py), so a
run goes on where the last one ended.

A mutant is put to the tests that run its line (which.py, lines.py), until one fails, twice.  One that all of them pass has
survived.  If it does so again, when those that take longer have their turn, then a test is missing, or nothing that
anybody could see has changed, which a person has to say in the log's last field.  Mutants that do not compile are not
counted.
"""
import argparse
import collections
import os
import queue
import re
import sys
import threading
import time

import build as builds
import lines as line_counts
import sites
import which

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = '-O0 -g0'
OPTIMIZED = '-O2 -g0'
SAME = 'equivalent: to an optimizing compiler it is the same program'


def put_to(test, build, limit):
    """None if it passes, else what it said.  It has to fail twice: on a busy machine one that measures or waits may fail once."""
    return which.run(test, build, limit) and which.run(test, build, limit)


def notices(build, m, known, test):
    """What the test said if it fails with the mutant that is linked, or made, and passes without; else None."""
    said = put_to(test, build.build, known.limit(test))
    if not said:
        return None
    build.without_mutant()
    build.restore(m.path)
    return said if known.passes_without(test, re.search('out of time|hangs|timed out', said)) else None


def try_linked(build, m, known, tests):
    """Those tests whose program is linked anew.  @return the test and what it said, or None"""
    build.compile_mutant(m)
    try:
        for test in tests:
            build.link_mutant(m, which.programs(test))
            said = notices(build, m, known, test)
            if said:
                return test, said
        return None
    finally:
        build.without_mutant()


def try_made(build, m, known, tests):
    """The same by make."""
    try:
        for test in tests:
            build.plant(m)
            build.make(test.targets)
            said = notices(build, m, known, test)
            build.restore(m.path)
            if said:
                return test, said
        return None
    finally:
        build.restore(m.path)


def try_mutant(build, m, known, tests):
    """@known: which.Known of this build"""
    began = time.time()
    tests = [t for t in tests if t.name not in known.left_out]
    linked = [t for t in tests if (m.path, False) in build.compile and set(which.programs(t)) <= set(build.link)]
    try:
        found = linked and try_linked(build, m, known, linked) or try_made(build, m, known, [t for t in tests if t not in linked])
    except builds.DoesNotBuild as e:
        return ['no program', '-', '0', str(e)]
    took = '%.0f' % (time.time() - began)
    if found:
        return ['caught', found[0].name, took, found[1]]
    return ['survived', '-', took, f'{len(tests)} tests pass' if tests else 'no test runs the line']


HEAD = ('# name, place, what was there, what is there instead, caught or survived or no program, by, seconds, what it said, '
        'what a person says: "equivalent: why", or which test was written\n')


def read_log(path):
    if not os.path.exists(path):
        return {}
    with open(path) as f:
        return {row[0]: row for row in (line.rstrip('\n').split('\t') for line in f if not line.startswith('#'))}


def write_log(path, rows):
    with open(path + '.tmp', 'w') as out:
        out.write(HEAD)
        out.writelines('\t'.join(rows[k]) + '\n' for k in sorted(rows, key=lambda k: (rows[k][1], k)))
    os.replace(path + '.tmp', path)


def score(rows):
    counts = collections.Counter(r[4] for r in rows.values())
    equivalent = sum(r[4] == 'survived' and r[8].startswith('equivalent: ') for r in rows.values())
    looked_at = sum(r[4] == 'survived' and r[8] not in ('', '-') for r in rows.values())
    put = counts['caught'] + counts['survived']
    percent = lambda n: f'{100 * counts["caught"] / n:.0f} %' if n else '-'
    print(f"{put} mutants put to tests: {counts['caught']} caught, {percent(put)}; {counts['survived']} survived, "
          f"{looked_at} of these looked at: {equivalent} are equivalent, without which {percent(put - equivalent)} are caught; "
          f"{counts['no program']} did not compile")
    for folder in sites.FOLDERS:
        of = [r[4] for r in rows.values() if r[1].startswith(folder + '/')]
        if 'caught' in of or 'survived' in of:
            print(f"  {folder}: {of.count('caught')} of {of.count('caught') + of.count('survived')}")


def wanted(o, rows, kept):
    """(name, mutant) that are to be run."""
    all_of_them = sites.sample(kept, o.folder, o.seed)
    if o.command == 'again':
        return [(n, m) for n, m in all_of_them if rows.get(n, [''] * 5)[4] == 'survived']
    put, todo = 0, []
    for name, m in all_of_them:
        if put >= o.count:
            break
        if name not in rows:
            todo.append((name, m))
        put += rows.get(name, [''] * 5)[4] != 'no program'
    return todo


def like(path, other):
    """Are these of one folder, as far as tests care?"""
    return os.path.dirname(path) == os.path.dirname(other)


def run(o):
    rows, end = read_log(o.log), time.time() + 60 * o.minutes
    work = os.path.abspath(os.path.join(o.builddir, 'mutants'))
    kept = os.path.join(work, 'kept')       # work on the sources meanwhile changes nothing
    builds.mirror(os.path.abspath(o.srcdir), kept)
    configured = os.path.abspath(o.builddir)
    lines = line_counts.Lines(os.path.join(work, 'lines.json'), kept)
    if o.command == 'lines' or not lines.tests:
        lines.count(builds.Build(kept, configured, os.path.join(work, 'lines'), FLAGS + ' --coverage', os.cpu_count()),
                    builds.Build(kept, configured, os.path.join(work, '0'), FLAGS, os.cpu_count()))
    if o.command == 'lines':
        return
    plain = [builds.Build(kept, configured, os.path.join(work, str(i)), FLAGS, o.jobs) for i in range(o.jobs)]
    for build in plain:
        build.learn([p for p in sites.sources(kept, '') if p.endswith('.c')], which.PROGRAMS)
    optimized = builds.Build(kept, configured, os.path.join(work, 'optimized'), OPTIMIZED, 1, ['tests/support/schemes.h'])
    todo, lock, only, again = queue.SimpleQueue(), threading.Lock(), threading.Lock(), o.command == 'again'
    for item in wanted(o, rows, kept):
        todo.put(item)

    def worker(build):
        known = which.Known(build, lines)
        while time.time() < end:
            try:
                name, m = todo.get_nowait()
            except queue.Empty:
                return
            with lock:
                caught = collections.Counter(r[5] for r in rows.values() if r[4] == 'caught' and like(m.path, r[1]))
            tests = which.tests_of(m, lines, caught, again)
            row = [name, f'{m.path}:{m.line}', m.old.strip(), m.new.strip()] + try_mutant(build, m, known, tests)
            row = [re.sub(r'\s+', ' ', field) for field in row] + [rows[name][8] if name in rows else '-']
            with only:
                if again and row[4] == 'survived' and row[8] == '-' and optimized.is_same(m, plain[0]):
                    row[8] = SAME
            with lock:
                rows[name] = row
                write_log(o.log, rows)
                print('\t'.join(row[1:8]), flush=True)

    workers = [threading.Thread(target=worker, args=(b,)) for b in plain]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    score(rows)


def main():
    parser = argparse.ArgumentParser(prog='mutants.py', usage=__doc__, add_help=False)
    parser.add_argument('command', choices=['run', 'again', 'lines', 'list', 'score'])
    parser.add_argument('--seed', default='1')
    parser.add_argument('--count', type=int, default=400)
    parser.add_argument('--minutes', type=float, default=float('inf'))
    parser.add_argument('--folder', default='')
    parser.add_argument('--jobs', type=int, default=1)
    parser.add_argument('--log', default=os.path.join(HERE, 'log.tsv'))
    parser.add_argument('--srcdir', default='.')
    parser.add_argument('--builddir', default='build')
    o = parser.parse_args()
    if o.command == 'list':
        for _, m in sites.sample(o.srcdir, o.folder, o.seed)[:o.count]:
            print(f'{m.path}:{m.line}: {m.old.strip()}  ->  {m.new.strip()}')
    elif o.command == 'score':
        score(read_log(o.log))
    else:
        run(o)


if __name__ == '__main__':
    sys.exit(main())
