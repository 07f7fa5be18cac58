# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold what a comparison says against an earlier one to the runs of both; print what differs.

    against.py OLD.json NEW.json    NEW was made with --against OLD, and with as many runs
"""
import itertools
import json
import statistics
import sys

with open(sys.argv[1]) as f:
    old = json.load(f)
with open(sys.argv[2]) as f:
    new = json.load(f)
base, said, wrong = new['baseline'], new['against'], []


def same(got, want, what):
    if abs(got - want) > 1e-6 * max(1, abs(want)):
        wrong.append(f'{what}: {got}, the runs say {want}')


def samples_of(document):
    """{(program or case, scheme): the time of a fault in each run}"""
    found = {}
    for t in document['traces']:
        for s in t['schemes']:
            found[t['name'], s['scheme']] = [r['mm_ns'] / r['all_faults']['count'] for r in s['runs']]
    for w in document.get('workloads', ()):
        for c in w['columns']:
            found[w['name'], c['name']] = [r['kinds']['fault']['mean_ns'] for r in c['runs']]
    return found


def multiples(samples, program, scheme):
    return [x / y for x, y in zip(samples[program, scheme], samples[program, base])]


def chance(na, nb, most):
    """Of all orders of the two sets of runs, how many have at most so many pairs in which the first is the greater."""
    orders = list(itertools.combinations(range(na + nb), na))
    return sum(sum(place - i for i, place in enumerate(order)) <= most for order in orders) / len(orders)


samples = {'before': samples_of(old), 'now': samples_of(new)}
rows = 0
for case in said['cases']:
    program = case['name'].split(',')[0]
    told = []
    for row in case['schemes']:
        what = f"{case['name']} {row['scheme']}"
        before, now = (multiples(samples[when], program, row['scheme']) for when in ('before', 'now'))
        pairs = [x / y for x in now for y in before]
        same(row['before_to_baseline'], statistics.median(before), what + ' before')
        same(row['now_to_baseline'], statistics.median(now), what + ' now')
        same(row['now_to_before'], statistics.median(now) / statistics.median(before), what + ' ratio')
        same(row['p'], min(1, 2 * chance(len(now), len(before), min(sum(p <= 1 for p in pairs), sum(p >= 1 for p in pairs)))), what + ' p')
        if not min(pairs) <= row['low'] <= row['now_to_before'] <= row['high'] <= max(pairs):
            wrong.append(f'{what}: interval {row["low"]} to {row["high"]}')
        if row['verdict'] in ('faster', 'slower'):
            ratio = row['now_to_before']
            told.append(f"{row['scheme']} is faster than before, {1 / ratio:.2f} times as fast" if row['verdict'] == 'faster' else
                        f"{row['scheme']} is slower than before, {ratio:.2f} times as long")
        rows += 1
    sentence = '; '.join(told) if told else 'the runs show no change'
    sentence += '; of the others the runs show no change.' if told and len(told) < len(case['schemes']) else '.'
    if case['sentence'] != f"{case['name']}, against {sys.argv[1]}: {sentence}":
        wrong.append(f"{case['sentence']}: the rows say {sentence}")
if rows != sum(scheme != base for _, scheme in samples['now']) or said['file'] != sys.argv[1]:
    wrong.append(f"{rows} rows against {said['file']}")
print('\n'.join(wrong))
sys.exit(bool(wrong))
