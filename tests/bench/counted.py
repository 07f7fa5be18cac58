# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold what `faultline trace info`, `scale`, `stores` and `place` print to what they are made of; print what differs.

    counted.py info TRACE INFO.csv INFO.txt                  the trace itself, line by line
    counted.py scale SCALE.json SCALE.md SCALE.csv           runs of a simulated machine, where seeds are times
    counted.py stores STORES.json STORES.csv STORES.md       stores by field
    counted.py place PLACE.json PLACE.md PLACE.csv TRACE     runs of a simulated machine, and what is timed of a recording

Then each printed figure is another for a moment: that must be noticed.
"""
import csv
import json
import re
import statistics
import sys

from held import close, lines_of, not_noticed, rows_below, same, wrong

PAGE = 4096


# --- trace info ---------------------------------------------------------------------------------------------


class Space:
    """An address space: [start, end, place] of each mapping, in no order."""

    def __init__(self, ranges=(), brk=0):
        self.ranges, self.brk, self.threads = [list(r) for r in ranges], brk, set()

    def clear(self, start, end):
        kept = []
        for a, b, place in self.ranges:
            kept += [r for r in ([a, min(b, start), place], [max(a, end), b, place]) if r[0] < r[1]]
        self.ranges = kept

    def place(self, addr):
        for a, b, place in self.ranges:
            if a <= addr < b:
                return place
        above = min((r for r in self.ranges if r[0] > addr), default=None)
        return 'stack' if above and above[2] == 'stack' else 'no_mapping'


def place_of(words):
    prot, inode, name = words[6], words[7], words[8]
    if inode == '0' and name.startswith('['):
        if name == '[stack]':
            return 'stack'
        if name != '[heap]' and not name.startswith('[anon'):
            return 'special'
    return 'shared' if prot[3] == 's' else 'file' if inode != '0' else 'anonymous'


def up(n):
    return (n + PAGE - 1) // PAGE * PAGE


class Count:
    def __init__(self):
        self.n, self.at = dict.fromkeys('FKmuprbaXV', 0), {}
        self.failed = self.written = self.fetched = self.cow = self.changes = self.lost = 0
        self.spaces, self.of, self.processes, self.threads = {}, {}, 0, 0
        self.most = {'processes': 0, 'threads': 0, 'vmas': 0}
        self.last = self.sampled = 0

    def begin(self, tid, process, space):
        new = process not in self.spaces
        self.spaces.setdefault(process, space).threads.add(tid)
        self.of[tid] = process
        self.threads += 1
        self.processes += new
        self.most['processes'] = max(self.most['processes'], len(self.spaces))
        self.most['threads'] = max(self.most['threads'], len(self.spaces[process].threads))

    def fault(self, space, addr, err):
        place = space.place(addr)
        self.at[place] = self.at.get(place, 0) + 1
        self.written += bool(err & 2)
        self.fetched += bool(err & 16)
        self.cow += err & 3 == 3 and place != 'shared'

    def call(self, space, op, w):
        """@w: from the letter on"""
        ret = int(w[-2], 16)
        if w[-1] == '-' or ret > 2 ** 64 - 4096:
            self.failed += 1
        elif op == 'b':
            old, space.brk = space.brk, ret
            if old and old != ret:
                self.changes += 1
                space.clear(up(ret), up(old))
        elif op != 'a':
            self.changes += 1
            addr, length = int(w[1], 16), int(w[2], 16)
            if op == 'u':
                space.clear(addr, addr + up(length))
            elif op == 'r':
                place = next((r[2] for r in space.ranges if r[0] <= addr < r[1]), 'anonymous')
                if not int(w[4], 16) & 4:
                    space.clear(addr, addr + up(length))
                space.clear(ret, ret + up(int(w[3], 16)))
                space.ranges.append([ret, ret + up(int(w[3], 16)), place])

    def line(self, w):
        if w[0] == '#':
            if w[1:2] == ['lost']:
                self.lost = int(w[2])
            if w[1:2] == ['maps']:
                self.sampled = max(self.sampled, int(w[3]))
            return
        self.last, tid, op = int(w[0]), w[1], w[2]
        if tid not in self.of:
            self.begin(tid, tid, Space())
        space = self.spaces[self.of[tid]]
        if op in self.n:
            self.n[op] += 1
        if op == 'X':
            space.ranges, space.brk = [], 0
        elif op == 'C':
            child, process = w[3], w[4]
            self.begin(child, process, Space(space.ranges, space.brk))
        elif op == 'E':
            space.threads.discard(tid)
            if not space.threads:
                del self.spaces[self.of[tid]]
            del self.of[tid]
        elif op == 'V':
            start, end = int(w[3], 16), int(w[3], 16) + int(w[4], 16)
            space.clear(start, end)
            space.ranges.append([start, end, place_of(w)])
            self.most['vmas'] = max(self.most['vmas'], len(space.ranges))
        elif op in 'FK':
            self.fault(space, int(w[3], 16), int(w[-1], 16))
        elif op in 'muprba':
            self.call(space, op, w[2:])

    def figures(self):
        faults = self.n['F'] + self.n['K']
        of_faults = lambda n: 100 * n / faults
        seconds = self.last / 1e9
        yield 'duration_s', seconds
        yield from (('user_faults', self.n['F']), ('kernel_faults', self.n['K']), ('mmap', self.n['m']), ('munmap', self.n['u']),
                    ('mprotect', self.n['p']), ('mremap', self.n['r']), ('brk', self.n['b']), ('madvise', self.n['a']),
                    ('failed_calls', self.failed), ('exec', self.n['X']), ('vma_lines', self.n['V']), ('lost', self.lost))
        for place in ('anonymous', 'stack', 'file', 'shared', 'special', 'no_mapping'):
            yield place + '_faults_percent', of_faults(self.at.get(place, 0))
        yield from (('kernel_faults_percent', of_faults(self.n['K'])), ('write_faults_percent', of_faults(self.written)),
                    ('fetch_faults_percent', of_faults(self.fetched)), ('copy_on_write_faults', self.cow),
                    ('changes', self.changes), ('faults_per_change', faults / (self.changes or 1)),
                    ('faults_per_s', faults / seconds), ('changes_per_s', self.changes / seconds),
                    ('processes', self.processes), ('processes_at_peak', self.most['processes']), ('threads', self.threads),
                    ('threads_at_peak', self.most['threads']), ('vmas_at_peak', self.most['vmas']),
                    ('vmas_sampled', self.sampled))


def check_info(trace, csv_lines, text):
    count = Count()
    for line in lines_of(trace):
        if line:
            count.line(line.split(' '))
    figures = dict(count.figures())

    def check_csv(lines):
        got = {row['metric']: row['value'] for row in csv.DictReader(lines)}
        same(sorted(got), sorted(figures), 'figures')
        for key, value in figures.items():
            close(got[key], value, 6, key)

    def check_text(lines):
        rows = [re.match(r'  .*?  +([\d.]+)$', line) for line in lines[1:]]
        values = [m[1] for m in rows if m]
        same(len(values), len(figures), 'lines')
        for value, (key, want) in zip(values, figures.items()):
            digits = 0 if isinstance(want, int) else 3 if 0 < want < 1 else 1
            same(value, f'{want:.{digits}f}', key)

    check_csv(csv_lines)
    check_text(text)
    return list(wrong)


# --- scale --------------------------------------------------------------------------------------------------


def nominal(point, figure):
    return statistics.median(r[figure] for r in point['runs'] if r['latencies'] == 1)


def ahead(a, b):
    """Is each run of a's faster than each of b's at the same latencies, by more than 3 %?"""
    return all(x['faults_per_s'] > 1.03 * y['faults_per_s'] for x in a['runs'] for y in b['runs'] if x['latencies'] == y['latencies'])


def knee(points):
    """Index of the last point before the first at which a CPU brings less than half of what one brought at first; or None."""
    rate = [nominal(p, 'faults_per_s') for p in points]
    each = rate[0] / points[0]['cpus']
    for i in range(1, len(points)):
        if (rate[i] - rate[i - 1]) / (points[i]['cpus'] - points[i - 1]['cpus']) < each / 2:
            return i - 1
    return None


def share(point, which):
    return 100 * point['waits'][0][which] if point['waits'] else 0


def winner(curves, i):
    return next((c['scheme'] for c in curves if len(curves) > 1 and all(ahead(c['points'][i], o['points'][i]) for o in curves if o is not c)), None)


def check_scale(document, table, csv_lines):
    source = document['workloads'][0]
    curves = source['curves']
    for c in curves:
        rates = [nominal(p, 'faults_per_s') for p in c['points']]
        k = knee(c['points'])
        same(c['peak_cpus'], c['points'][rates.index(max(rates))]['cpus'], c['scheme'] + ' peak')
        same(c['knee_cpus'], None if k is None else c['points'][k]['cpus'], c['scheme'] + ' knee')
        for p, rate in zip(c['points'], rates):
            close(p['faults_per_s'], rate, 3, f"{c['scheme']} on {p['cpus']}")
            close(p['ns_per_fault'], nominal(p, 'ns_per_fault'), 6, f"{c['scheme']} on {p['cpus']}: ns")
            same([w['ns'] for w in p['waits']], sorted((w['ns'] for w in p['waits']), reverse=True), 'the greatest wait is first')
            for w in p['waits']:    # all have the same whole
                same(round(w['share_of_time'] / p['waits'][0]['share_of_time'], 9), round(w['ns'] / p['waits'][0]['ns'], 9), 'shares of time')
                same(round(w['share_of_waiting'] / p['waits'][0]['share_of_waiting'], 9), round(w['ns'] / p['waits'][0]['ns'], 9), 'shares of waiting')
            of_time = sum(w['share_of_time'] for w in p['waits'])
            if of_time > 1 + 1e-9 or sum(w['share_of_waiting'] for w in p['waits']) > 1 + 1e-9:
                wrong.append(f"{c['scheme']} on {p['cpus']}: shares beyond the whole")
    same(source['ahead'], [winner(curves, i) for i in range(len(curves[0]['points']))], 'ahead')

    def check_table(lines):
        for c in curves:
            line = next(x for x in lines if x.startswith(f"- {c['scheme']}: "))
            rates, k = [p['faults_per_s'] for p in c['points']], knee(c['points'])
            limited = c['points'][-1 if k is None else k + 1]
            got = re.findall(r'(?<![\w.])\d+(?:\.\d+)?', line.split(': ', 1)[1])
            want = [f'{max(rates) / 1e6:.3g}', str(c['peak_cpus'])]
            want += [str(limited['cpus'])] if k is None else [str(c['points'][k]['cpus']), str(limited['cpus'])]
            if limited['waits']:
                want += [f"{share(limited, 'share_of_waiting'):.0f}", f"{share(limited, 'share_of_time'):.0f}"]
                same(limited['waits'][0]['name'] in line, True, line)
            same(got, want, line)
        for i, row in enumerate(rows_below(lines, 'M faults a second')):
            same(row[0], str(curves[0]['points'][i]['cpus']), 'CPUs')
            for c, cell in zip(curves, row[1:]):
                p = c['points'][i]
                same(cell, f"{nominal(p, 'faults_per_s') / 1e6:.3f} ({nominal(p, 'ns_per_fault'):.0f} ns)", f"{c['scheme']} on {row[0]}")
            same(row[-1], winner(curves, i) or '~', f'ahead on {row[0]}')
        limits = [(c, p) for c in curves for p in c['points']]
        rows = list(rows_below(lines, 'What threads wait for most'))
        same(len(rows), len(limits), 'rows of limits')
        for row, (c, p) in zip(rows, limits):
            first = p['waits'][0] if p['waits'] else {'name': 'nothing', 'kind': '-'}
            same(row[1:], [str(p['cpus']), first['name'], first['kind'], f"{share(p, 'share_of_waiting'):.0f} %", f"{share(p, 'share_of_time'):.0f} %"],
                 f"{c['scheme']} on {p['cpus']}")

    def check_csv(lines):
        rows = [tuple(x) for x in csv.reader(lines[1:]) if x]
        want = [(source['name'], c['scheme'], str(p['cpus']), str(r['seed']), f"{r['latencies']:g}", f"{r['faults_per_s']:.0f}",
                 f"{r['ns_per_fault']:.2f}") + (('', '', '', '') if n else (p['waits'][0]['name'], p['waits'][0]['kind']) if p['waits']
                                                 else ('nothing', ''))
                for c in curves for p in c['points'] for n, r in enumerate(p['runs'])]
        same([row[2:9] for row in rows], [x[:7] for x in want], 'CSV')
        same([row[9:11] for row in rows], [x[7:9] for x in want], 'CSV, limits')
        shares = [(row[11], row[12]) for row in rows if row[9]]
        same(shares, [(f"{share(p, 'share_of_waiting') / 100:.4f}", f"{share(p, 'share_of_time') / 100:.4f}") for c in curves for p in c['points']],
             'CSV, shares')

    check_table(table)
    check_csv(csv_lines)
    return list(wrong) or not_noticed(check_table, table, 'M faults', ('| scheme', '| CPUs'))


# --- stores -------------------------------------------------------------------------------------------------


def check_stores(document, csv_lines, table):
    faults = {}

    def check_csv(lines):
        got = {}
        for row in csv.DictReader(lines):
            got.setdefault(row['scheme'], {})[row['field']] = int(row['stores'])
            faults[row['scheme']] = int(row['faults'])
        for s in document['schemes']:
            fields = {f['field']: f['stores'] for f in s['fields']}
            same(got[s['scheme']], dict(fields, all=sum(fields.values())), s['scheme'])
            same(s['stores'], sum(fields.values()), s['scheme'] + ' stores')
            same(faults[s['scheme']], s['faults'], s['scheme'] + ' faults')
            same(s['stores_per_fault'], s['stores'] / s['faults'], s['scheme'] + ' stores a fault')
            same(s['lines_per_fault'], s['lines'] / s['faults'], s['scheme'] + ' lines a fault')

    def check_table(lines):
        want = []
        for s in document['schemes']:
            of = [(f['stores'], f['field']) for f in s['fields']] or [(0, '-')]
            want += [['' if i else s['scheme'], '' if i else f"{s['lines'] / s['faults']:.3g}", f"{n / s['faults']:.3g}", name]
                     for i, (n, name) in enumerate(of)]
        same(list(rows_below(lines, '| scheme')), want, 'stores')

    check_csv(csv_lines)
    check_table(table)
    return list(wrong) or not_noticed(check_table, table, '| scheme')


# --- place --------------------------------------------------------------------------------------------------


def stands(a, b):
    """How a stands to b: '<' faster, '>' slower, '=' too near to tell, each in every run; else '?'."""
    signs = {'<' if 1.03 * x['mm_ns'] < y['mm_ns'] else '>' if x['mm_ns'] > 1.03 * y['mm_ns'] else '='
             for x in a['runs'] for y in b['runs'] if x['latencies'] == y['latencies']}
    return signs.pop() if len(signs) == 1 else '?'


def winners(points, base):
    best = min(points, key=lambda s: nominal(points[s], 'mm_ns'))
    return [s for s in points if stands(points[s], points[base]) == '<' and (s == best or stands(points[best], points[s]) != '<')]


def part_of(trace, events):
    """Faults and calls of the part of a recording of one process, in which all calls take effect at their line."""
    timed = [line.split(' ') for line in trace if line and line[0] != '#' and line.split(' ')[2] in 'FKmuprba']
    met = [i > 0 and timed[i][1] != timed[i - 1][1] for i in range(len(timed))]
    starts = range(len(timed) - events + 1)
    start = max(starts, key=lambda i: (sum(met[i:i + events]), -abs(i - (len(timed) - events) // 2)))
    return timed[start:start + events], sum(met[start:start + events]), sum(x[2] in 'FK' for x in timed)


def check_place(document, table, csv_lines, trace):
    machine, base = document['machines'][0], document['baseline']
    program = machine['programs'][0]
    timed, met, all_faults = part_of(trace, int(document['argv'][document['argv'].index('--events') + 1]))
    faults = sum(x[2] in 'FK' for x in timed)
    same(program['timed'], {'faults': faults, 'calls': len(timed) - faults, 'meetings': met, 'threads': len({x[1] for x in timed}),
                            'begins_ns': int(timed[0][0]), 'ends_ns': int(timed[-1][0])}, 'what is timed')
    same(program['faults'], all_faults, 'faults')
    paces = {p['pace']: {s['scheme']: s['points'] for s in p['schemes']} for p in program['paces']}
    names, cpus = list(paces['own']), [p['cpus'] for p in paces['own'][base]]
    span = max(1, program['timed']['ends_ns'] - program['timed']['begins_ns'])
    at = {pace: [{s: points[s][i] for s in names} for i in range(len(cpus))] for pace, points in paces.items()}
    won = {pace: [winners(points, base) for points in at[pace]] for pace in at}
    for p in program['paces']:
        for i, v in enumerate(p['verdicts']):
            points = at[p['pace']][i]
            to_base = [stands(points[s], points[base]) for s in names]
            pairs = [stands(points[a], points[b]) for k, a in enumerate(names) for b in names[k + 1:]]
            want = 'win' if won[p['pace']][i] else 'cannot tell' if '?' in to_base else 'nothing beats the baseline' if '>' in to_base else 'no difference'
            same(v, {'cpus': cpus[i], 'outcome': want, 'wins': won[p['pace']][i],
                     'pairs': {'in_order': pairs.count('<') + pairs.count('>'), 'level': pairs.count('='), 'cannot_tell': pairs.count('?')}},
                 f"{p['pace']} on {cpus[i]}")
        for s in p['schemes']:
            for point in s['points']:
                close(point['mm_ns'], nominal(point, 'mm_ns'), 1, s['scheme'])
                close(point['late_ns'], nominal(point, 'late_ns'), 1, s['scheme'] + ' late')
                for w in point['waits']:
                    close(w['share_of_mm'], w['ns'] / point['runs'][0]['mm_ns'], 9, s['scheme'] + ' waits')

    def check_sentences(lines):
        stable = next(x for x in lines if x.startswith('- How stable that is: '))
        own, asap = (p['verdicts'][-1]['pairs'] for p in program['paces'])
        same(f"on {machine['machine']['name']} with all latencies times 0.7 and 1.3, of {len(names) * (len(names) - 1) // 2} pairs of schemes on {cpus[-1]} CPUs "
             f"{own['in_order']} keep their order, {own['level']} are within 3 %, {own['cannot_tell']} cannot be told; "
             f"as soon as possible {asap['in_order']}, {asap['level']} and {asap['cannot_tell']}." in stable, True, stable)
        for pace, begin in (('own', ', at its own pace: '), ('asap', ', as soon as possible, an upper bound of contention: ')):
            line = next(x for x in lines if x.startswith('- ' + program['name'] + begin))
            last, points = won[pace][-1], at[pace][-1]
            if not last:
                same(' win' in line, False, line)
                continue
            since = lambda s: next(i for i in range(len(cpus)) if all(s in w for w in won[pace][i:]))
            said = line.split(begin)[1].split(' win')[0]
            same(said.replace(' and ', ', ').split(', '), last, line)
            if max(map(since, last)) < len(cpus) - 1:
                same(f'from {cpus[max(map(since, last))]} CPU' in line, True, line)
            times = [nominal(points[base], 'mm_ns') / nominal(points[s], 'mm_ns') for s in last]
            factors = ' to '.join(dict.fromkeys((f'{min(times):.2f}', f'{max(times):.2f}')))
            same(f'{factors} times as fast in the mm as {base}' in line, True, f'{factors}: {line}')
            saved = 100 * (nominal(points[base], 'mm_ns') - min(nominal(points[s], 'mm_ns') for s in last)) / span
            if pace == 'own' and nominal(points[base], 'late_ns') > span / 10:
                same(f"it ends {nominal(points[base], 'late_ns') / 1e6:.3g} ms behind" in line, True, line)
            elif pace == 'own':
                same(f'saves its threads, all together, {saved:.1f} % of' in line or (saved < 0.095 and 'less than 0.1 %' in line), True, line)
            first = points[base]['waits'][0]
            if first['share_of_mm'] >= 0.01:
                same(first['name'] in line and f"{100 * first['share_of_mm']:.0f} % of its time" in line, True, line)

    def check_table(lines):
        check_sentences(lines)
        for pace, begin in (('own', '**At its own pace**'), ('asap', '**As soon as possible**')):
            words = {'<': 'faster', '>': 'slower', '=': 'no difference', '?': 'cannot tell'}
            for row, s in zip(rows_below(lines, begin), names):
                point, want = at[pace][-1][s], [s]
                want += [f"{nominal(p[s], 'mm_ns') / 1e6:.3f} ({nominal(p[s], 'mm_ns') / nominal(p[base], 'mm_ns'):.2f})" for p in at[pace]]
                want += ['baseline' if s == base else 'wins' if s in won[pace][-1] else words[stands(point, at[pace][-1][base])]]
                want += [f"{nominal(point, 'late_ns') / 1e6:.3f}"] if pace == 'own' else []
                first = point['waits'][0] if point['waits'] else {'name': 'nothing', 'kind': '-', 'share_of_mm': 0}
                same(row, want + [first['name'], first['kind'], f"{100 * first['share_of_mm']:.0f} %"], s)

    def check_csv(lines):
        rows = [x[3:10] for x in csv.reader(lines[1:]) if x]
        same(rows, [[pace, s, str(cpus[i]), str(r['seed']), f"{r['latencies']:g}", str(r['mm_ns']), str(r['late_ns'])]
                    for pace in at for i in range(len(cpus)) for s in names for r in at[pace][i][s]['runs']], 'CSV')

    check_table(table)
    check_csv(csv_lines)
    return list(wrong) or not_noticed(check_table, table, '**At its own', ('| ms in', '| scheme'))


command, *paths = sys.argv[1:]
if command == 'info':
    said = check_info(paths[0], lines_of(paths[1]), lines_of(paths[2]))
else:
    with open(paths[0]) as f:
        document = json.load(f)
    said = {'scale': check_scale, 'stores': check_stores, 'place': check_place}[command](document, *[lines_of(p) for p in paths[1:]])
print('\n'.join(said[:20]))
sys.exit(bool(said))
