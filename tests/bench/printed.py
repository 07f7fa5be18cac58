# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold the CSV and the tables of a comparison to its JSON; print what differs.

    printed.py COMPARE.json COMPARE.csv COMPARE.md SHAPES.json SHAPES.md LAPS.json LAPS.md

All three, and the two of each other comparison, are of the same one on a simulated machine, where the same seeds are the
same times.  What the JSON has run by run is reckoned anew from the runs.  Then each figure of the tables is another for a
moment: that must be noticed.
"""
import csv
import json
import re
import statistics
import sys

from held import close, lines_of, not_noticed, rows_below, same, title, wrong

with open(sys.argv[1]) as f:
    document = json.load(f)
baseline = document['baseline']
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
    got, seen = {}, set()
    with open(path) as f:
        for row in csv.DictReader(f):
            at = tuple(row[key] for key in ('trace', 'scheme', 'run', 'metric'))
            if at in seen:
                wrong.append(f'CSV: {at} is there twice')
            seen.add(at)
            if row['run'].isdigit():
                got.setdefault(row['trace'], {})[row['scheme'], row['run'], row['metric']] = float(row['value'])
    for t in document['traces']:	# a run in recorded order, and one that times the lock
        for s in t['schemes']:
            aside = {at[2] for at in seen if at[:2] == (t['name'], s['scheme']) and not at[2].isdigit()}
            if aside != ({'verify', 'lock'} if 'lock_run' in s else {'verify'}):
                wrong.append(f"CSV: {t['name']} {s['scheme']}: {sorted(aside)} beside the runs")
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


def tables(lines):
    """{program: {'text': its first line, first word of a table's head: {first cell of a row: the others}}}"""
    found, program, rows = {}, None, None
    for line in lines:
        if line.startswith('## '):
            program = found.setdefault(line[3:].strip(), {'text': ''})
        if not line.startswith('|') or program is None:
            rows = None
            if program is not None and not line.startswith('## '):
                program['text'] = program['text'] or line.strip()
            continue
        cells = [x.strip() for x in line.strip().strip('|').split('|')]
        if rows is None:
            rows = program[cells[0]] = {'head': cells[1:]}
        elif not cells[0].startswith(':'):
            rows[cells[0]] = cells[1:]
    return found


def check_aligned(lines):
    """Columns of figures stand to the right."""
    table = []
    for line in lines + ['']:
        if line.startswith('|'):
            table.append([x.strip() for x in line.strip().strip('|').split('|')])
            continue
        for head, dashes, *column in zip(*table) if len(table) > 2 else ():
            if all(re.match(r'~?[\d,.]+( \(.*\))?$', cell) for cell in column) and not dashes.endswith(':'):
                wrong.append(f'{head or table[0][0]}: figures to the left: {column[:3]}')
        table = []


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
        wanted = over[kind].get('median_to_baseline') or of_trace(over[kind], 'median')
        close(ratio.lstrip('~'), wanted['ratio'], 2, f'{what} {kind}, ratio')
        if name != baseline:
            same(ratio.startswith('~'), wanted['verdict'] == 'cannot tell', f'{what} {kind}: {cell}')


def over_runs(column, figure, of):
    """The median of a figure of the runs; @of picks the times from a run."""
    return statistics.median(of(r).get(figure, 0) for r in column['runs'])


def all_faults(run):
    return run['all_faults']


def faults_of_work(run):
    return run['kinds'].get('fault', {})


def sum_of(column, *path):
    total = 0
    for value in column['runs']:
        for key in path:
            value = value[key]
        total += value
    return total


def check_rungs(row, s, what):
    """Which scheme handled which share of the faults; what was counted on the way, a run."""
    faults, runs = sum_of(s, 'counters', 'core', 'fault'), len(s['runs'])
    handled, why = [], []
    for rung, first in enumerate(s['runs'][0]['counters']['rungs']):
        counts = {name: sum_of(s, 'counters', 'rungs', rung, 'counters', name) for name in first['counters']}
        handled.append((first['scheme'], 100 * counts['done'] / faults))
        why += [(first['scheme'] if rung else '', name, n / runs) for name, n in counts.items() if n and name != 'done']
    got = re.findall(r'(\w+) ([\d.]+) %', row[0])
    if [name for name, _ in got] != [name for name, _ in handled]:
        wrong.append(f'{what}: {row[0]} is printed, the JSON has {handled}')
    for (_, share), (name, want) in zip(got, handled):
        close(share, want, 2, f'{what}: handled by {name}')
    got, rung = [], ''
    for part in re.split('[,;] ', row[1]) if row[1] != 'nothing' else []:
        at, reason, n = re.match(r'(?:(\w+): )?(\w+) ([\d.]+)$', part).groups()
        rung = at or rung
        got.append((rung, reason, n))
    if [x[:2] for x in got] != [x[:2] for x in why]:
        wrong.append(f'{what}: {row[1]} is printed, the JSON has {why}')
    for (_, reason, n), (_, _, want) in zip(got, why):
        close(n, want, 1 if want < 1 else 0, f'{what}: {reason}')


def check_locks(row, s, what):
    core = s['lock_run']['counters']['core']
    for way, at in (('write', 0), ('read', 3)):
        if int(row[at].replace(',', '')) != core[f'mmap_lock_{way}']:
            wrong.append(f'{what}: {way} lock {row[at]} times, the JSON has {core["mmap_lock_" + way]}')
        for figure, cell in (('wait', row[at + 1]), ('hold', row[at + 2])):
            close(cell, core[f'mmap_lock_{way}_{figure}_ns'] / 1e6, 2, f'{what}: {way} {figure}')
    for run in s['runs']:
        if (run['edge_waits'] > 0) != (run['edge_wait_ns'] > 0):
            wrong.append(f"{what}: {run['edge_waits']} waits for edges of {run['edge_wait_ns']} ns in all")
    close(row[6], statistics.mean(r['edge_wait_ns'] for r in s['runs']) / 1e6, 2, what + ': wait for edges')


def check_head(t, printed):
    """How many faults and calls there are, and how many VMAs are as recorded."""
    run, order = t['schemes'][0]['runs'][0], t['schemes'][0]['recorded_order']
    calls = sum(k['count'] for name, k in run['kinds'].items() if not name.endswith('fault'))
    checked = order['vmas_checked']
    want = [run['all_faults']['count'], calls, t['workers'], checked - order['vmas_mismatched'], checked]
    said = re.match(r'([\d,]+) faults?, ([\d,]+) calls?; \d+ threads? on (\d+) workers?; ([\d,]+) of ([\d,]+) VMAs', printed['text'])
    if not said or [int(x.replace(',', '')) for x in said.groups()] != want:
        wrong.append(f"{t['name']}: {printed['text']}: the JSON has {want}")


def check_trace(t, printed):
    check_head(t, printed)
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
        close(row[8], over_runs(s, 'p99_ns', all_faults), 0, what + ' p99')
        check_calls(printed['ns a call, median (ratio)'], name, s['over_runs'], what)
        check_rungs(printed['of all faults'][name], s, what)
        check_locks(printed['mmap_lock, ms'][name], s, what)


def check_work(w, name_of_case, printed):
    for c in w['columns']:
        name, what, over = c['name'], f"{name_of_case} {c['name']}", c['over_runs']['fault']
        row = printed['ns a fault'][name]
        for short, at in (('median', 0), ('mean', 4)):
            close(row[at], over[short + '_ns'], 0, f'{what} {short}')
            check_ratio(row[at + 1:at + 4], over[short + '_to_baseline'], name == baseline, f'{what} {short}')
        for tail, cell in zip(('p90_ns', 'p99_ns', 'p999_ns'), row[8:]):
            close(cell, over_runs(c, tail, faults_of_work), 0, f'{what} {tail}')
        first = sum_of(c, 'counters', 'rungs', 0, 'counters', 'done') / sum_of(c, 'counters', 'core', 'fault')
        close(row[11].rstrip(' %'), 100 * first, 2, what + ' on rung 0')
        check_calls(printed['ns a call, median (ratio)'], name, c['over_runs'], what)
        rate = statistics.median(1e9 * r['changes'] / r['wall_ns'] for r in c['runs'])
        close(printed['ns a call, median (ratio)'][name][-1], rate, 0, what + ' changes a second')


# --- shapes: a column against itself in another case -----------------------------------------------------------


def median_of(case, name, figure):
    column = next(c for c in case['columns'] if c['name'] == name)
    return over_runs(column, figure, faults_of_work)


def check_shape(cell, case, control, name, figure, key, what):
    """@key: what the JSON calls it, whose verdict the cell's mark is from; None if the JSON does not have it"""
    close(cell.lstrip('~'), median_of(case, name, figure) / median_of(control, name, figure), 2, what)
    column = next(c for c in case['columns'] if c['name'] == name)
    if not cell.startswith('~') and case is not control:
        wrong.append(f'{what}: {cell} of two runs, which tell nothing')
    if key and cell.startswith('~') != (column[key]['verdict'] == 'cannot tell'):
        wrong.append(f"{what}: {cell} is printed, the JSON says {column[key]['verdict']}")


def check_shapes(lines):
    """The two tables that come last."""
    cases = document_of_shapes['workloads']
    printed = list(tables(lines).values())[-1]
    for head, figures in (('mean fault beside the writer, against beside a spinner', True),
                          ('mean fault in one VMA for all, against one a thread', False)):
        rows = dict(printed[head])
        rows.pop('head')
        if set(rows) != {c['name'] for c in cases[0]['columns']}:
            wrong.append(f'{head}: of {sorted(rows)}')
        for name, row in rows.items():
            if not figures:
                own, one = (next(c for c in cases if c['name'] == w) for w in ('anon', 'anon-one-vma'))
                check_shape(row[0], one, own, name, 'mean_ns', None, f'{name}: {head}')
                continue
            idle, *others = [c for c in cases if c['has_writer']]
            if len(row) != len(others) + 1:
                wrong.append(f'{name}: {head}: {len(row)} cells of {len(others)} rates')
            for cell, case in zip(row, others):
                check_shape(cell, case, idle, name, 'mean_ns', 'mean_fault_to_idle_writer', f'{name}: {head}')
            check_shape(row[-1], others[-1], idle, name, 'p99_ns', 'p99_fault_to_idle_writer', f'{name}: p99, {head}')


def check_tables(lines):
    found = tables(lines)
    programs = document['traces'] + document['workloads']
    if len(found) != len(programs):
        wrong.append(f'tables: of {len(found)} programs, not {len(programs)}')
    for (name, printed), p in zip(found.items(), programs):
        same(name, title(p), 'the name of a table')
        if 'schemes' in p:
            check_trace(p, printed)
        else:
            check_work(p, name, printed)


# --- laps: what a fault takes more than the baseline's, in ns ----------------------------------------------------


def check_laps(lines):
    columns = document_of_laps['workloads'][0]['columns']
    at = next(i for i, line in enumerate(lines) if line.startswith('| ns a fault, by laps'))
    same(lines[at + 1], '|:--|--:|--:|:--|--:|:--|', 'figures stand right, intervals left')
    medians = {c['name']: over_runs(c, 'median_ns', faults_of_work) for c in columns}
    for row, c in zip(rows_below(lines, '| ns a fault, by laps'), columns):
        over, what = c['over_runs']['fault'], f"{c['name']}, by laps"
        low, high = row[3].split(' to ')
        low_ratio, high_ratio = row[5].split(' - ')
        same(row[0], c['name'], 'a row')
        for text, value, digits in ((row[1], medians[c['name']], 1), (row[2], medians[c['name']] - medians[baseline], 1),
                                    (low, over['median_over_baseline']['low_ns'], 1), (high, over['median_over_baseline']['high_ns'], 1),
                                    (row[4], medians[c['name']] / medians[baseline], 3), (low_ratio, over['median_to_baseline']['low'], 3),
                                    (high_ratio, over['median_to_baseline']['high'], 3)):
            close(text, value, digits, what)


check_csv(sys.argv[2])
comparison = lines_of(sys.argv[3])
check_tables(comparison)
shapes = lines_of(sys.argv[5])
with open(sys.argv[4]) as f:
    document_of_shapes = json.load(f)
check_shapes(shapes)
laps = lines_of(sys.argv[7])
with open(sys.argv[6]) as f:
    document_of_laps = json.load(f)
check_laps(laps)
for printed in comparison, shapes, laps:
    check_aligned(printed)
said = list(wrong)
if not said:
    said = not_noticed(check_tables, comparison, '## ', ('| ns',)) + not_noticed(check_shapes, shapes, '**beside', ('| mean fault',))
    said += not_noticed(check_laps, laps[:next(i for i, x in enumerate(laps) if x.startswith('**Calls'))], '| ns a fault, by laps', ('| ns',))
print('\n'.join(said[:20]))
sys.exit(bool(said))
