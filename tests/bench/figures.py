# SPDX-License-Identifier: GPL-2.0-or-later
"""Reckon what a comparison and a sweep say from the runs that they keep; print what differs.

    figures.py ADR/tools BUILD COMPARE.json WARNINGS SWEEP.json SWEEP.csv SWEEP.md

WARNINGS is what the comparison said on stderr.

Ratios and intervals come from bench/aa/ratio, given the runs pair by pair, and are held against a
second reckoning in tests/evidence/claims_test.py; all else is reckoned here.
"""
import csv
import itertools
import json
import re
import statistics
import sys

from held import title

sys.path.insert(0, sys.argv[1])
import claims  # noqa: E402

claims.BUILD = sys.argv[2]
wrong = []
CALLS = ('mmap', 'munmap', 'mprotect', 'mremap', 'brk', 'madvise', 'fork')


def same(got, want, what):
    if (got is None) != (want is None) or got is not None and abs(got - want) > 1e-6 * max(1, abs(want)):
        wrong.append(f'{what}: {got}, the runs say {want}')


class Ratio:
    """Of two lists of figures; there is none if a run of either lacks the figure."""
    def __init__(self, a, b):
        if None in a + b:
            self.none, self.value, self.low, self.high, self.p = True, None, None, None, 1
            return
        answer = claims.stat.ask(' '.join(map(repr, map(float, a))) + ' / ' + ' '.join(map(repr, map(float, b))))
        self.none = answer[0] == 'none'
        self.value, self.low, self.high, self.p = (None, None, None, 1) if self.none else map(float, answer)
        if not self.none:
            same(self.value, statistics.median(a) / statistics.median(b), 'the ratio of medians')

    def verdict(self, level):
        if self.none or self.p > level or self.low <= 1 <= self.high:
            return 'cannot tell'
        return 'faster' if self.high < 1 else 'slower'


def table_level(ratios):
    """Benjamini and Hochberg: the greatest p whose rank allows it."""
    p = sorted(r.p for r in ratios if not r.none)
    return max([x for i, x in enumerate(p, 1) if x <= 0.05 * i / len(p)], default=0)


def check_ratio(got, ratio, level, what):
    same(got['ratio'], ratio.value, f'{what}: ratio')
    same(got['low'], ratio.low, f'{what}: low')
    same(got['high'], ratio.high, f'{what}: high')
    same(got['p'], ratio.p, f'{what}: p')
    if got['verdict'] != ratio.verdict(level):
        wrong.append(f"{what}: {got['verdict']}, the runs say {ratio.verdict(level)} at {level:.3g}")


def runs_of(column, kind, figure):
    return [(r['all_faults'] if kind == 'all_faults' else r['kinds'].get(kind, {})).get(figure) for r in column['runs']]


def median(values):
    present = [v for v in values if v is not None]
    return statistics.median(present) if present else None


def figures(column, kind):
    return {f: runs_of(column, kind, f) for f in ('median_ns', 'mean_ns')}


def answer(samples, baseline, runs):
    """The answer of samples by scheme, another way than verdict.c: its name, the winners, and those slower than the baseline."""
    names = list(samples)
    pairs = len(names) * (len(names) - 1) // 2
    if 2 ** (1 - runs) > 0.05 / pairs or runs < 6:
        return 'too few runs', [], []
    best = min(names, key=lambda n: statistics.median(samples[n]))
    to_best = {n: Ratio(samples[n], samples[best]) for n in names if n != best}
    told = []
    for n in sorted(to_best, key=lambda n: to_best[n].p):
        if to_best[n].verdict(0.05 / (pairs - len(told))) != 'slower':
            break
        told.append(n)
    level = [n for n in names if n not in told]
    alpha = 0.05 / (pairs - len(told)) if len(told) < pairs else 0.05 / pairs
    to_baseline = {n: Ratio(samples[baseline], samples[n]).verdict(alpha) for n in names if n != baseline}
    wins = [n for n in level if to_baseline.get(n) == 'slower' or n == best and baseline in told]
    slower = [n for n in names if to_baseline.get(n) == 'faster']
    return ('win' if wins else 'nothing beats the baseline' if told or slower else 'no difference'), wins, slower


def check_verdict(got, samples, baseline, runs, what):
    name, wins, slower = answer(samples, baseline, runs)
    if (got['answer'], got['wins'], got['slower_than_baseline']) != (name, wins, slower):
        wrong.append(f"{what}: {got}, the runs say {name}, {wins} win, {slower} are slower")
    for winner in got['wins']:
        if winner not in got['sentence']:
            wrong.append(f"{what}: {winner} wins, and the sentence does not name it")


def mm_ns(column):
    return [r['mm_ns'] / (r['all_faults']['count'] or 1) for r in column['runs']]


def check_trace(trace, baseline):
    by = {s['scheme']: s for s in trace['schemes']}
    samples = {name: mm_ns(s) for name, s in by.items()}
    check_verdict(trace['verdict'], samples, baseline, len(samples[baseline]), trace['name'])
    mm = {name: Ratio(x, samples[baseline]) for name, x in samples.items() if name != baseline}
    family = list(mm.values())
    for name in mm:
        for kind in by[name]['over_runs']:
            for short in ('median', 'mean') if kind == 'all_faults' else ('median',) if kind in CALLS else ():
                mine, base = figures(by[name], kind), figures(by[baseline], kind)
                family.append(Ratio(mine[short + '_ns'], base[short + '_ns']))
    level = table_level(family)
    for name, r in mm.items():
        check_ratio(by[name]['mm_per_fault'], r, level, f"{trace['name']} {name} in the mm")
    for scheme in by.values():
        for kind, got in scheme['over_runs'].items():
            mine, base = figures(scheme, kind), figures(by[baseline], kind)
            for short in ('median', 'mean'):
                what = f"{trace['name']} {scheme['scheme']} {kind} {short}"
                same(got[short + '_ns'], median(mine[short + '_ns']), what)
                r = Ratio(mine[short + '_ns'], base[short + '_ns'])
                if scheme['scheme'] == baseline:
                    same(got[short + '_ratio'], 1, what + ', to itself')
                    continue
                same(got[short + '_ratio'], r.value, what + ', ratio')
                same(got[short + '_ratio_low'], r.low, what + ', low')
                same(got[short + '_ratio_high'], r.high, what + ', high')
                if got.get(short + '_verdict', r.verdict(level)) != r.verdict(level):
                    wrong.append(f"{what}: {got[short + '_verdict']}, the runs say {r.verdict(level)}")


def column_name(column):
    return column['name']


def check_added(got, mine, base, what):
    if got is None or None in mine + base:
        return
    added = statistics.median(mine) - statistics.median(base)
    same(got['added_ns'], added, what)
    if not got['low_ns'] - 1e-6 <= added <= got['high_ns'] + 1e-6:
        wrong.append(f'{what}: {added} is not within {got}')


def check_case(case, baseline):
    columns = {column_name(c): c for c in case['columns']}
    ratios = {}
    for name, column in columns.items():
        for kind, over in column['over_runs'].items():
            for short in ('median', 'mean'):
                mine = runs_of(column, kind, short + '_ns')
                same(over[short + '_ns'], median(mine), f"{case['name']} {name} {kind} {short}")
                check_added(over.get(short + '_over_baseline'), mine, runs_of(columns[baseline], kind, short + '_ns'),
                            f"{case['name']} {name} {kind} {short}, over the baseline")
                if name != baseline:
                    ratios[name, kind, short] = Ratio(mine, runs_of(columns[baseline], kind, short + '_ns'))
    family = [r for (_, kind, short), r in ratios.items() if kind == 'fault' or kind in CALLS and short == 'median']
    level = table_level(family)
    samples = {name: runs_of(c, 'fault', 'mean_ns') for name, c in columns.items()}
    check_verdict(case['verdict'], samples, baseline, len(samples[baseline]), case['name'])
    for (name, kind, short), r in ratios.items():
        check_ratio(columns[name]['over_runs'][kind][short + '_to_baseline'], r, level, f"{case['name']} {name} {kind} {short}")


def check_shapes(cases):
    """Beside a writer against beside a spinner: the case of the same workload whose rate is 0."""
    found = []
    for case in cases:
        idle = [c for c in cases if c['name'] == case['name'] and c.get('case', '').startswith('idle')]
        if not idle or idle[0] is case:
            continue
        for column in case['columns']:
            base = [c for c in idle[0]['columns'] if column_name(c) == column_name(column)][0]
            for key, figure in (('median_fault_to_idle_writer', 'median_ns'), ('mean_fault_to_idle_writer', 'mean_ns'),
                                ('p99_fault_to_idle_writer', 'p99_ns')):
                if key in column:
                    found.append((column[key], Ratio(runs_of(column, 'fault', figure), runs_of(base, 'fault', figure)),
                                  f"{case['name']} {column_name(column)} {key}"))
    level = table_level([r for _, r, _ in found])
    for got, r, what in found:
        check_ratio(got, r, level, what)
    return len(found)


def check_compare(path):
    j = json.load(open(path))
    baseline = 'per_vma_refcount'
    for trace in j['traces']:
        check_trace(trace, baseline)
    for case in j['workloads']:
        check_case(case, baseline)
    if not check_shapes(j['workloads']):
        wrong.append('no case beside a writer was looked at')


# --- warnings: whose runs differ, and by how much; and page faults of the host -------------------------------


def spread(values):
    """Between the quartiles, as a share of the median."""
    low, middle, high = statistics.quantiles(values, n=4, method='inclusive')
    return (high - low) / middle


def check_warnings(document, path):
    with open(path) as f:
        said = re.findall(r'^faultline: warning: (.*): (runs differ by|the host took up to) (\d+) (?:%.*, (\S+)\):|page faults)', f.read(), re.M)
    want = []
    for p in document['traces'] + document['workloads']:
        kind, columns = ('all_faults', p['schemes']) if 'schemes' in p else ('fault', p['columns'])
        name = lambda c: c.get('scheme') or c['name']
        apart = max(columns, key=lambda c: spread(runs_of(c, kind, 'median_ns')))
        differ = spread(runs_of(apart, kind, 'median_ns'))
        if differ > 0.1:
            want.append((title(p), 'runs differ by', f'{100 * differ:.0f}', name(apart)))
        host = max(r['host_faults'] for c in columns for r in c['runs'])
        if 100 * host > (p['faults'] if 'faults' in p else columns[0]['runs'][0]['all_faults']['count']):
            want.append((title(p), 'the host took up to', str(host), ''))
    if sorted(said) != sorted(want):
        wrong.append(f'warnings: {said}, the runs say {want}')


def check_cell(cell, names, level, baseline):
    columns = {c['scheme']: c['mm_ns_per_fault'] for c in cell['columns']}
    for c in cell['columns']:
        if c['scheme'] != baseline:
            check_ratio(c['to_baseline'], Ratio(c['mm_ns_per_fault'], columns[baseline]), level, f"{c['scheme']} to baseline")
    best = min(names, key=lambda n: statistics.median(columns[n]))
    if cell['winner']['best'] != best:
        wrong.append(f"best: {cell['winner']['best']}, the runs say {best}")
    pairs, told = len(names) * (len(names) - 1) // 2, []
    others = sorted((Ratio(columns[n], columns[best]).p, n) for n in names if n != best)
    for p, n in others:		# Holm's method, over all pairs
        if Ratio(columns[n], columns[best]).verdict(0.05 / (pairs - len(told))) != 'slower':
            break
        told.append(n)
    level_ones = sorted(n for n in names if n != best and n not in told)
    if sorted(cell['winner']['cannot_be_told_from']) != level_ones:
        wrong.append(f"not told from the best: {cell['winner']['cannot_be_told_from']}, the runs say {level_ones}")


def check_sweep(path):
    j = json.load(open(path))
    names, baseline = j['parameters']['schemes'], j['parameters']['baseline']
    ratios = [Ratio(c['mm_ns_per_fault'], b['mm_ns_per_fault'])
              for cell in j['cells'] for c, b in itertools.product(cell['columns'], cell['columns'])
              if b['scheme'] == baseline and c['scheme'] != baseline]
    for cell in j['cells']:
        check_cell(cell, names, table_level(ratios), baseline)


# --- what is printed of a sweep: the CSV and the table that merge makes of the same file ------------


def check_csv(sweep, path):
    """Each run's figure, to the six digits that are printed, and no row too few or too many."""
    rows = {}
    with open(path) as f:
        for row in csv.DictReader(f):
            rows[row['cell'], row['scheme'], row['run'], row['metric']] = float(row['value'])
    wanted = {}
    for cell in sweep['cells']:
        for c in cell['columns']:
            key = str(cell['cell']), c['scheme']
            for metric in ('mm_ns_per_fault', 'fault_mean_ns'):
                wanted.update({key + (str(run), metric): x for run, x in enumerate(c[metric], 1)})
            wanted.update({key + ('all', metric): c[metric] for metric in ('failed_per_fault', 'fell_share')})
    if rows.keys() != wanted.keys():
        wrong.append(f'CSV: {len(rows)} rows, the file has {len(wanted)}: {sorted(rows.keys() ^ wanted.keys())[:3]}')
    for key in rows.keys() & wanted.keys():
        if abs(rows[key] - wanted[key]) > 1e-5 * max(1e-9, abs(wanted[key])):
            wrong.append(f'CSV: {key}: {rows[key]}, the file has {wanted[key]}')


def rows_below(lines, begin):
    """The cells of a table's rows, without its head."""
    at = next(i for i, line in enumerate(lines) if line.startswith(begin)) + 4
    while at < len(lines) and lines[at].startswith('|'):
        yield [x.strip() for x in lines[at].strip('|').split('|')]
        at += 1


def check_table(sweep, path):
    """Medians, ratios and who wins."""
    with open(path) as f:
        lines = f.read().split('\n')
    names, baseline = sweep['parameters']['schemes'], sweep['parameters']['baseline']
    cells = sorted(sweep['cells'], key=lambda c: (c['pressure'], c['changes_per_fault']))
    for cell, row in itertools.zip_longest(cells, rows_below(lines, f'**Against {baseline}**')):
        for c, got in itertools.zip_longest(cell['columns'], row[2:]):
            r = c['to_baseline']
            doubt = '~' if c['scheme'] != baseline and r['verdict'] == 'cannot tell' else ''
            want = f"{statistics.median(c['mm_ns_per_fault']):.0f} ({doubt}{r['ratio']:.2f})"
            if got != want and abs(float(got.split()[0]) - float(want.split()[0])) > 1 or got.split()[1] != want.split()[1]:
                wrong.append(f"table: cell {cell['cell']} {c['scheme']}: {got}, wanted {want}")
    printed = [x for row in rows_below(lines, '**The fastest') for x in row[1:]]
    for cell, got in itertools.zip_longest(cells, printed):
        winner = cell['winner']
        first = [winner['best']] + winner['cannot_be_told_from']
        letters = {chr(ord('A') + names.index(n)) for n in first}
        want = 'cannot tell' if len(first) == len(names) else letters
        got_letters = got if got == 'cannot tell' else set(got.split()[0].split('='))
        if got_letters != want or want is letters and got[0] != chr(ord('A') + names.index(winner['best'])):
            wrong.append(f"table: cell {cell['cell']}: the fastest is {got}, wanted {want}")
        if want is letters:
            check_next(cell, first, got.split()[1])


def check_next(cell, first, behind):
    """Of those that are told from the best, the one with the least median; and how far it is behind."""
    medians = {c['scheme']: statistics.median(c['mm_ns_per_fault']) for c in cell['columns']}
    told = [n for n in medians if n not in first]
    if cell['winner']['next'] != min(told, key=medians.get):
        wrong.append(f"cell {cell['cell']}: the next is {cell['winner']['next']}")
    same(float(behind), round(medians[min(told, key=medians.get)] / medians[first[0]], 2), f"cell {cell['cell']}: how far the next is behind")


check_compare(sys.argv[3])
check_warnings(json.load(open(sys.argv[3])), sys.argv[4])
check_sweep(sys.argv[5])
check_csv(json.load(open(sys.argv[5])), sys.argv[6])
check_table(json.load(open(sys.argv[5])), sys.argv[7])
print('\n'.join(wrong[:20]))
sys.exit(bool(wrong))
