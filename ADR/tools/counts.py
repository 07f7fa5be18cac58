# SPDX-License-Identifier: GPL-2.0-or-later
"""What ADRs claim of the sources and of committed tables, counted; JSON on stdout.

    counts.py rules SOURCE      ADR-0006: planted bugs that no test notices, torture of each scheme, and functions
                                that docs/rules.md names
    counts.py gfp SOURCE        ADR-0011: call sites that may not sleep, from the table that make check compares
"""
import fnmatch
import json
import os
import re
import sys


def read(*path):
    with open(os.path.join(*path), encoding='utf-8') as f:
        return f.read()


def torture(source):
    """What the torture's log says of the schemes as they are by default, over all its revisions."""
    log = read(source, 'tests', 'torture', 'log.txt')
    wanted = re.findall(r'^LAB_SCHEME\(\[(\w+)\]', read(source, 'prototypes', 'schemes.m4'), re.M)
    seconds = {name: 0 for name in wanted}
    for name, s in re.findall(r'^ok (\w+) # (\d+) s,', log, re.M):
        seconds[name] += int(s)
    return {'schemes': len(wanted), 'seconds_least': min(seconds.values()),
            'failures': len(re.findall(r'^not ok', log, re.M))}


def rules(source):
    folder = os.path.join(source, 'tests', 'busted')
    log = [line.split('\t') for line in read(folder, 'log.tsv').split('\n') if line and line[0] != '#']
    reasons = read(source, 'docs', 'races.md').split('## What is open, and why')[1]
    told = {name for row in re.findall(r'^\| (`[^|]*) \|', reasons, re.M) for name in re.findall(r'`([^`]+)`', row)}
    of_the_rules = [row for row in log
                    if re.search(r'^Rule: (F[12]|O)\b', read(folder, 'patches', row[0] + '.patch'), re.M)]
    opened = [row[0] for row in of_the_rules if row[2] == 'open']
    silent = [name for name in opened if not any(fnmatch.fnmatch(name, t) for t in told)]
    page = read(source, 'docs', 'rules.md')
    code = ''.join(read(at, n) for top in ('common', 'prototypes') for at, _, names in os.walk(os.path.join(source, top))
                   for n in names if n.endswith(('.c', '.h')))
    named = set(re.findall(r'`(\w+)\(\)`', ''.join(line for line in page.split('\n') if line.startswith('| '))))
    absent = sorted(n for n in named if not re.search(rf'\b{n}\(', code))
    return {'planted': {'all': len(of_the_rules), 'caught': len(of_the_rules) - len(opened), 'open': len(opened),
                        'open_without_reason': len(silent)},
            'torture': torture(source),
            'functions': {'named': len(named), 'absent': len(absent)}}


def gfp(source):
    rows = [[c.strip() for c in line.strip('|').split('|')]
            for line in read(source, 'ADR', 'evidence', '0011-sites.md').split('\n') if line.startswith('| `')]
    def nr(cell):
        return int(re.match(r'\d*', cell)[0] or 0)
    ways = [row[2:5] for row in rows]
    headers = ''.join(read(source, 'common', 'mm', n) for n in sorted(os.listdir(os.path.join(source, 'common', 'mm')))
                      if n.endswith('.h'))
    takers = set(re.findall(r'^(?!static|typedef)[\w *]*\b(\w+)\([^;{)]*\bgfp_t \w+[^;{)]*\);', headers, re.M))
    return {'sites': {'all': len(rows),
                      'differ': sum(nr(a) != nr(t) for a, t, _ in ways),
                      'told_in_a_fault': sum('told' in a + t for a, t, _ in ways),
                      'only_with_the_flag': sum(not nr(a) and nr(o) > 0 for a, _, o in ways),
                      'more_with_the_flag': sum(0 < nr(a) < nr(o) for a, _, o in ways),
                      'neither_done_nor_told': sum(not re.fullmatch(r'-|\d+: (\d+ )?(done|told)(, \d+ (done|told))?', c)
                                                   for w in ways for c in w)},
            'functions': {'taking_gfp': len(takers)}}


RUNS = {'rules': rules, 'gfp': gfp}

if __name__ == '__main__':
    print(json.dumps({'schema': 'faultline/counts/1', **RUNS[sys.argv[1]](sys.argv[2])}))
