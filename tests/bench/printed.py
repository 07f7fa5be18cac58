# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold the CSV and the tables of a comparison to its JSON; print what differs.

    printed.py COMPARE.json COMPARE.csv COMPARE.md

All three are of the same comparison on a simulated machine, where the same seeds are the same times.
"""
import csv
import json
import re
import sys

with open(sys.argv[1]) as f:
    document = json.load(f)
baseline = document['baseline']
wrong = []
TIMES = ('median_ns', 'mean_ns', 'p90_ns', 'p99_ns', 'p999_ns', 'max_ns')


# --- CSV: each figure of each run, no row too few or too many ------------------------------------------


def times(kind, t):
    if t.get('count'):
        yield f'{kind}_count', t['count']
        for figure in TIMES:
            yield f'{kind}_{figure}', t[figure]


def rows_of(run, whole):
    """(metric, value); @whole: of a recorded program"""
    names = ('wall_ns', 'mm_ns', 'edge_wait_ns', 'pace_wait_ns', 'edge_waits', 'refaults', 'host_faults') if whole else ('wall_ns', 'mm_ns', 'changes')
    for name in names:
        yield name, run[name]
    for kind, t in ([('all_faults', run['all_faults'])] if whole else []) + list(run['kinds'].items()):
        yield from times(kind, t)
    for name, value in run['counters']['core'].items():
        if value:
            yield name, value
    for rung in run['counters']['rungs'] if whole else []:
        for name, value in rung['counters'].items():
            yield f"{rung['scheme']}.{name}", value


def check_csv(path):
    got = {}
    with open(path) as f:
        for row in csv.DictReader(f):
            if row['run'].isdigit():
                got.setdefault(row['trace'], {})[row['scheme'], row['run'], row['metric']] = float(row['value'])
    programs = [(t['schemes'], 'scheme', True) for t in document['traces']] + [(w['columns'], 'name', False) for w in document['workloads']]
    if len(got) != len(programs):
        wrong.append(f'CSV: {len(got)} programs, not {len(programs)}')
    for (name, rows), (columns, key, whole) in zip(got.items(), programs):
        want = {(c[key], str(n), metric): value for c in columns for n, run in enumerate(c['runs'], 1) for metric, value in rows_of(run, whole)}
        if rows.keys() != want.keys():
            wrong.append(f'CSV: {name}: {sorted(rows.keys() ^ want.keys())[:3]}')
        for at in rows.keys() & want.keys():
            if abs(rows[at] - want[at]) > 1e-8 * max(1, abs(want[at])):
                wrong.append(f'CSV: {name} {at}: {rows[at]}, the JSON has {want[at]}')


# --- the tables ---------------------------------------------------------------------------------------------


def tables(path):
    """{program: {first word of a table's head: {first cell of a row: the others}}}"""
    found, program, rows = {}, None, None
    with open(path) as f:
        for line in f:
            if line.startswith('## '):
                program = found.setdefault(line[3:].strip(), {})
            if not line.startswith('|') or program is None:
                rows = None
                continue
            cells = [x.strip() for x in line.strip().strip('|').split('|')]
            if rows is None:
                rows = program[cells[0]] = {'head': cells[1:]}
            elif not cells[0].startswith(':'):
                rows[cells[0]] = cells[1:]
    return found


def close(text, value, digits, what):
    if abs(float(text) - value) > 0.5 * 10 ** -digits + 1e-9:
        wrong.append(f'{what}: {text} is printed, the JSON has {value}')


def check_ratio(cells, ratio, is_baseline, what):
    """ratio, interval, verdict"""
    close(cells[0].lstrip('~'), ratio['ratio'], 2, what)
    if is_baseline:
        if cells[1:] != ['baseline', '-']:
            wrong.append(f'{what}: {cells[1:]} of the baseline')
        return
    low, high = cells[1].split(' - ')
    close(low, ratio['low'], 2, what + ', low')
    close(high, ratio['high'], 2, what + ', high')
    if cells[2] != ratio['verdict']:
        wrong.append(f"{what}: {cells[2]} is printed, the JSON has {ratio['verdict']}")


def of_trace(over, short):
    return {'ratio': over[short + '_ratio'], 'low': over[short + '_ratio_low'], 'high': over[short + '_ratio_high'], 'verdict': over.get(short + '_verdict')}


def check_calls(rows, name, over, what):
    for kind, cell in zip(rows['head'], rows[name]):
        if kind == 'changes/s':
            continue
        ns, ratio = re.match(r'(\d+) \((.*)\)$', cell).groups()
        close(ns, over[kind]['median_ns'], 0, f'{what} {kind}')
        wanted = over[kind]['median_ratio'] if 'median_ratio' in over[kind] else over[kind]['median_to_baseline']['ratio']
        close(ratio.lstrip('~'), wanted, 2, f'{what} {kind}, ratio')


def check_trace(t, printed):
    for s in t['schemes']:
        name, what = s['scheme'], f"{t['name']} {s['scheme']}"
        row = printed['ns in the mm, calls too, a fault'][name]
        close(row[0], s['mm_per_fault']['median_ns'], 0, what + ' in the mm')
        check_ratio(row[1:], s['mm_per_fault'] if name != baseline else {'ratio': 1}, name == baseline, what + ' in the mm')
        over = s['over_runs']['all_faults']
        row = printed['ns a fault'][name]
        for short, at in (('median', 0), ('mean', 4)):
            close(row[at], over[short + '_ns'], 0, f'{what} {short}')
            check_ratio(row[at + 1:at + 4], of_trace(over, short), name == baseline, f'{what} {short}')
        check_calls(printed['ns a call, median (ratio)'], name, s['over_runs'], what)


def check_work(w, name_of_case, printed):
    for c in w['columns']:
        name, what, over = c['name'], f"{name_of_case} {c['name']}", c['over_runs']['fault']
        row = printed['ns a fault'][name]
        for short, at in (('median', 0), ('mean', 4)):
            close(row[at], over[short + '_ns'], 0, f'{what} {short}')
            check_ratio(row[at + 1:at + 4], over[short + '_to_baseline'], name == baseline, f'{what} {short}')
        check_calls(printed['ns a call, median (ratio)'], name, c['over_runs'], what)
        close(printed['ns a call, median (ratio)'][name][-1], c['changes_per_s'], 0, what + ' changes a second')


def check_tables(path):
    found = tables(path)
    programs = document['traces'] + document['workloads']
    if len(found) != len(programs):
        wrong.append(f'tables: of {len(found)} programs, not {len(programs)}')
    for (name, printed), p in zip(found.items(), programs):
        if 'schemes' in p:
            check_trace(p, printed)
        else:
            check_work(p, name, printed)


check_csv(sys.argv[2])
check_tables(sys.argv[3])
print('\n'.join(wrong[:20]))
sys.exit(bool(wrong))
