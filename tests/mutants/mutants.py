#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Change one operator, constant or statement, rebuild, and see whether a test notices; of many such places a seeded sample.

    mutants.py run [--seed S] [--count N] [--minutes M] [--folder F] [--log FILE]   into the log, beside what it has
    mutants.py list [--seed S] [--count N] [--folder F]     the sample, without running it
    mutants.py score [--log FILE]                           what the log comes to

Options: --srcdir, --builddir.  The same seed is the same sample, so a run goes on where the last one ended.

A mutant is put to the tests of its folder, the likeliest first, until one fails.  One that all of
them pass has survived: then a test is missing, or nothing that anybody could see has changed, which a person
has to say.  Mutants that do not compile are left out and not counted.  A line's tests are those of its
folder, not those that are known to run it.
"""
import argparse
import collections
import hashlib
import os
import random
import re
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'busted'))
import busted  # noqa: E402

LIMIT = 120         # seconds a test may take: one that hangs has noticed
SCHEME = '{scheme}'
CORE = ['tests/conformance/conformance --filter mmap_lock/*', 'tests/mm/core', 'tests/host/host_scripts',
        'tests/rules/rules --filter mmap_lock/*', 'tests/mm/reclaim', 'tests/conformance/conformance', 'tests/bench/traces',
        'tests/host/host_calls', 'tests/rules/rules', 'tests/torture/torture --seconds 10']
BENCH = ['tests/bench/traces', 'tests/bench/figures.sh', 'tests/bench/cli.sh', 'tests/bench/schemas.sh', 'tests/bench/report.sh',
         'tests/bench/place.sh', 'tests/evidence/check-claims.sh']
FOLDERS = {
    'common/mm': CORE,
    'common/sync': ['tests/sync/sync'] + CORE,
    'prototypes': [f'tests/conformance/conformance --filter {SCHEME}/*', f'tests/rules/rules --filter {SCHEME}/*',
                   'tests/conformance/conformance --filter variants/*', 'tests/conformance/check-each.sh', f'tests/torture/torture --seconds 10 --schemes {SCHEME}'],
    'bench/lib': BENCH, 'bench/plan': BENCH, 'bench/replay': BENCH, 'bench/compare': BENCH,
    'ADR/tools': ['tests/evidence/check-claims.sh', 'tests/evidence/check-evidence.sh', 'tests/evidence/check-evidence-catches.sh'],
}
# Lines of checks, hints and hooks: without them nothing else happens.
SPARED = re.compile(r'\b(BUG_ON|probe|might_sleep|assert|static_assert|prefetch|include|define|fprintf|printf|fputs)\b|^\s*(#|@|import|from)')
WORD = r'[\w)\]]'
C_SWAPS = [(r'(?<=\s)<=(?=\s)', '<'), (r'(?<=\s)<(?=\s)', '<='), (r'(?<=\s)>=(?=\s)', '>'), (r'(?<=\s)>(?=\s)', '>='),
           (r'(?<=\s)==(?=\s)', '!='), (r'(?<=\s)!=(?=\s)', '=='), (r'(?<=\s)&&(?=\s)', '||'), (r'(?<=\s)\|\|(?=\s)', '&&'),
           (rf'(?<={WORD}) \+ (?=[\w(])', ' - '), (rf'(?<={WORD}) - (?=[\w(])', ' + '), (rf'(?<={WORD}) \* (?=[\w(])', ' / '),
           (rf'(?<={WORD}) / (?=[\w(])', ' * '), (r'(?<=\s)\+=(?=\s)', '-='), (r'(?<=\s)-=(?=\s)', '+='),
           (rf'(?<={WORD}) & (?=[\w(~])', ' | '), (rf'(?<={WORD}) \| (?=[\w(])', ' & '),
           (r'(?<=[\s(!])!(?=[\w(])', ''), (r'(?<![\w.])0(?![\w.])', '1'), (r'(?<![\w.])1(?![\w.])', '2'),
           (r'\bmin_ul\b', 'max_ul'), (r'\bmax_ul\b', 'min_ul'), (r'\btrue\b', 'false'), (r'\bfalse\b', 'true'),
           (r'\bcontinue;', 'break;'), (r'\bbreak;', ';')]
PY_SWAPS = C_SWAPS[:6] + C_SWAPS[8:12] + [(r'\band\b', 'or'), (r'\bor\b', 'and'), (r'\bnot (?!in)', ''), (r'\bnot in\b', 'in'),
                                         (r'\bTrue\b', 'False'), (r'\bFalse\b', 'True'), (r'\bmin\(', 'max('), (r'\bmax\(', 'min('),
                                         (r'\ball\(', 'any('), (r'\bany\(', 'all('), (r'(?<![\w.])0(?![\w.])', '1'), (r'(?<![\w.])1(?![\w.])', '2')]
STATEMENT = re.compile(r'^\t+(?!return\b|break\b|continue\b|goto\b|case\b|default\b|else\b|struct\b|const\b|unsigned\b|u\d+ |int |bool |'
                       r'static\b|enum\b|double\b|size_t\b|char\b|json_t\b|FILE\b)[\w>.\-\[\]]+(\(.*\)| [-+|&]?= .*|\+\+|--);$')

Mutant = collections.namedtuple('Mutant', 'path line old new')


def sources(srcdir, folder):
    for top in FOLDERS:
        if folder and not top.startswith(folder.rstrip('/')) and not folder.startswith(top):
            continue
        for base, _, names in os.walk(os.path.join(srcdir, top)):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(base, name), srcdir)
                if name.endswith(('.c', '.h', '.py')) and (not folder or path.startswith(folder)):
                    yield path


def code_lines(path, text):
    """(number, line) of those that are code; strings are masked so that nothing in them is changed."""
    comment = doc = False
    for number, line in enumerate(text.split('\n'), 1):
        masked = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'', lambda m: m[0][0] + '\0' * (len(m[0]) - 2) + m[0][0], line)
        if path.endswith('.py'):
            if line.count('"""') % 2:
                doc = not doc
                continue
            masked = masked.split('#')[0]
            if doc or '"""' in line:
                continue
        else:
            masked = re.sub(r'/\*.*?\*/|//.*', lambda m: '\0' * len(m[0]), masked)
            if comment:
                comment = '*/' not in line
                continue
            if '/*' in masked:
                comment = True
                continue
        if masked.strip() and not SPARED.search(masked):
            yield number, line, masked


def mutants_of(path, text):
    for number, line, masked in code_lines(path, text):
        if path.endswith('.h') and re.match(r'\S', line):
            continue    # declarations
        for pattern, new in PY_SWAPS if path.endswith('.py') else C_SWAPS:
            for m in re.finditer(pattern, masked):
                yield Mutant(path, number, line, line[:m.start()] + new + line[m.end():])
        m = re.match(r'^(\t+(?:\} else )?if \()(.*)(\)(?: \{)?)$', line)
        if m and not path.endswith('.py'):
            yield Mutant(path, number, line, f'{m[1]}!({m[2]}){m[3]}')
        if not path.endswith('.py') and STATEMENT.match(line):
            yield Mutant(path, number, line, re.match(r'\t+', line)[0] + ';')


def sample(srcdir, folder, seed):
    found = []
    for path in sources(srcdir, folder):
        with open(os.path.join(srcdir, path)) as f:
            found += mutants_of(path, f.read())
    found.sort()
    random.Random(seed).shuffle(found)
    return found


def name_of(m):
    return hashlib.sha256(repr(m).encode()).hexdigest()[:10]


def tests_of(m):
    top = max((f for f in FOLDERS if m.path.startswith(f + '/')), key=len)
    words = m.path.split('/')
    scheme = words[1] if top == 'prototypes' and len(words) > 2 else 'mmap_lock'
    return [t.replace(SCHEME, scheme) for t in FOLDERS[top]]


class Planted:
    """What busted.Build.restore() wants to know."""

    def __init__(self, path):
        self.files = [path]


def plant(build, m):
    path = os.path.join(build.src, m.path)
    build.began = time.time()
    lines = open(path).read().split('\n')
    assert lines[m.line - 1] == m.old
    lines[m.line - 1] = m.new
    with open(path, 'w') as f:
        f.write('\n'.join(lines))


def run_test(build, test):
    """None: passed; else what it said.  Raises ValueError where the mutant does not compile."""
    words = test.split()
    target = ['all'] if words[0].endswith('.sh') else [words[0]]
    status, out = busted.call(['make', '-s', 'WARN_CFLAGS=-w'] + target, build.build)
    if status:
        raise ValueError(out.strip().split('\n')[-1])
    script = ['sh', os.path.join(build.src, words[0])] + words[1:] if words[0].endswith('.sh') else words
    status, out = busted.call(['sh', os.path.join(build.src, 'tests/support/run.sh')] + script, build.build, LIMIT + 30,
                              dict(os.environ, RUN_TIMEOUT=str(LIMIT), srcdir=build.src, builddir='.'))
    if status == 0 and not re.search('^not ok', out, re.M):
        return None
    return re.sub(r'\s+', ' ', busted.what_it_said(status, out))


def try_mutant(build, m):
    began = time.time()
    plant(build, m)
    try:
        for test in tests_of(m):
            said = run_test(build, test)
            if said:
                return ['caught', test, '%.0f' % (time.time() - began), said]
        return ['survived', '-', '%.0f' % (time.time() - began), '-']
    except ValueError as e:
        return ['no program', '-', '0', str(e)]
    finally:
        build.restore(Planted(m.path))


HEAD = '# name, place, what was there, what is there instead, caught or survived or no program, by, seconds, what it said, what a person says\n'


def read_log(path):
    if not os.path.exists(path):
        return {}
    return {f[0]: f for f in (line.rstrip('\n').split('\t') for line in open(path) if not line.startswith('#'))}


def write_log(path, rows):
    with open(path + '.tmp', 'w') as out:
        out.write(HEAD)
        out.writelines('\t'.join(rows[k]) + '\n' for k in sorted(rows, key=lambda k: rows[k][1]))
    os.replace(path + '.tmp', path)


def score(rows):
    counts = collections.Counter(r[4] for r in rows.values())
    looked_at = sum(1 for r in rows.values() if r[4] == 'survived' and len(r) > 8 and r[8] not in ('', '-'))
    put = counts['caught'] + counts['survived']
    percent = f", {100 * counts['caught'] / put:.0f} %" if put else ''
    print(f"{put} mutants put to tests: {counts['caught']} caught{percent}; {counts['survived']} survived, "
          f"{looked_at} of these looked at by a person; {counts['no program']} did not compile")
    for folder in sorted({r[1].split('/')[0] + '/' + r[1].split('/')[1] for r in rows.values()}):
        of = [r[4] for r in rows.values() if r[1].startswith(folder)]
        print(f"  {folder}: {of.count('caught')} of {of.count('caught') + of.count('survived')}")


def run(o):
    rows, end, done = read_log(o.log), time.time() + 60 * o.minutes, 0
    with tempfile.TemporaryDirectory() as work:
        # Copied twice: work on the sources meanwhile changes neither what is restored nor what is built.
        kept = busted.Build(os.path.abspath(o.srcdir), os.path.abspath(o.builddir), os.path.join(work, 'kept'))
        build = busted.Build(kept.src, kept.build, os.path.join(work, 'at'))
        for m in sample(o.srcdir, o.folder, o.seed):
            if done == o.count or time.time() > end:
                break
            name = name_of(m)
            row = rows.get(name)
            if not row:
                row = [name, f'{m.path}:{m.line}', m.old.strip(), m.new.strip()] + try_mutant(build, m) + ['-']
                rows[name] = [re.sub(r'[\t\n]', ' ', field) for field in row]
                write_log(o.log, rows)
                print('\t'.join(row[1:7]), flush=True)
            done += row[4] != 'no program'
    score(rows)


def main():
    parser = argparse.ArgumentParser(prog='mutants.py', usage=__doc__, add_help=False)
    parser.add_argument('command', choices=['run', 'list', 'score'])
    parser.add_argument('--seed', default='1')
    parser.add_argument('--count', type=int, default=400)
    parser.add_argument('--minutes', type=float, default=float('inf'))
    parser.add_argument('--folder', default='')
    parser.add_argument('--log', default=os.path.join(HERE, 'log.tsv'))
    parser.add_argument('--srcdir', default='.')
    parser.add_argument('--builddir', default='build')
    o = parser.parse_args()
    if o.command == 'list':
        for m in sample(o.srcdir, o.folder, o.seed)[:o.count]:
            print(f'{m.path}:{m.line}: {m.old.strip()}  ->  {m.new.strip()}')
    elif o.command == 'score':
        score(read_log(o.log))
    else:
        run(o)


if __name__ == '__main__':
    main()
