#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Simulated machines against published curves.

    validation.py run [--srcdir S] [--builddir B]     run all at nominal latencies, write sim/validation/evidence.json
    validation.py render [--srcdir S]                 docs/validation.md from the evidence
    validation.py vary [--srcdir S] [--builddir B]    TAP: what stands of these shapes when latencies and guesses vary, into the evidence; .ci/night
    validation.py check [--srcdir S]                  TAP: the page is that of the evidence, which is that of these machines and points

A machine's numbers come from sim/machines; of each curve of page faults the value at one thread sets trap_ns, and counts for nothing.
"""
import argparse
import csv
import glob
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from shapes import SHAPES, VARIED, Evidence

HERE = 'sim/validation'
TRUST = 'sim/machines/trust.txt'
SEEDS = 5
FAULTS = 512
# No source says where its threads ran, so a shape has to come out with both.
PLACEMENTS = ('spread', 'random')

# Page-fault curves: name of the curve, machine, the scheme that sets trap_ns, the others.
FAULT_CURVES = [
    ('pft', 'icelake-8336c-2s-64c', 'mmap_lock', ['per_vma_rwsem']),
    ('pft-own', 'icelake-8336c-2s-64c', 'mmap_lock', ['per_vma_rwsem']),
    ('pft', 'zen5-2s-128c', 'per_vma_rwsem', ['per_vma_refcount']),
    ('pft', 'broadwell-2690v4-2s-28c', 'per_vma_rwsem', ['per_vma_refcount']),
    ('pft', 'skylake-2s-56c', 'mmap_lock', ['seqcount_retry']),
    ('pft', 'rome-2s-128c', 'mmap_lock', ['seqcount_retry']),
]
# As the sources' kernels: pages go to LRU lists, and are charged to a group.  pft touches memory for the first time and gives nothing back.
KERNEL = ('--reclaim', '--charge-limit', '100000000')
WORKLOAD = {'pft': ('anon-one-vma', '--fresh', *KERNEL), 'pft-own': ('anon', '--fresh', *KERNEL), 'page_fault3': ('file-map', *KERNEL),
            'page_fault3-processes': ('file-map', '--processes', *KERNEL)}
# Points that fit_hold.py has used.
CALIBRATED = {('xeon-8176-8s', 28), ('zen4-guest-166c', 8), ('graviton2-64c', 8), ('skylake-client-4c', 4)}
# Loops whose published value at one thread sets the time outside the section.
OUTSIDE = ('uprobe_before', 'uprobe_after')
# What a fault on Broadwell takes with the VMA held, and without, ns: its pft curve at one thread, less what the loop itself takes.
LAYOUT_NS = (500, 1450)


def published(srcdir):
    return list(csv.DictReader(open(os.path.join(srcdir, HERE, 'published.csv'))))


def digest(srcdir):
    """Of what the evidence follows from, but for the code: machines and points."""
    h = hashlib.sha256()
    for path in sorted(glob.glob(os.path.join(srcdir, 'sim/machines/*.json'))) + [os.path.join(srcdir, HERE, 'published.csv')]:
        h.update(open(path, 'rb').read())
    return h.hexdigest()[:16]


# --- running --------------------------------------------------------------------------------------------------------

def loop_points(builddir, machine, what, section_ns, ns, placement, outside_ns=0):
    """threads -> ns a round of all together, median over the seeds"""
    got = {n: [] for n in ns}
    for seed in range(1, SEEDS + 1):
        out = subprocess.run([os.path.join(builddir, HERE, 'loops'), machine, what, str(section_ns), str(outside_ns), placement,
                              str(seed), ','.join(map(str, ns))], stdout=subprocess.PIPE, check=True).stdout.decode()
        for line in out.splitlines():
            got[int(line.split()[0])].append(float(line.split()[1]))
    return {n: statistics.median(v) for n, v in got.items()}


def fault_points(builddir, machine, curve, schemes, cpus, trap_ns, placement, *more):
    """scheme -> threads -> million faults a second, median over the seeds"""
    with tempfile.NamedTemporaryFile(suffix='.json') as out:
        subprocess.run([os.path.join(builddir, 'faultline'), 'scale', '--machine', machine, '--cpus', ','.join(map(str, cpus)),
                        '--workload', *WORKLOAD[curve], '--schemes', ','.join(schemes), '--latencies', '1', '--faults', str(FAULTS),
                        '--runs', str(SEEDS), '--placement', placement, '--trap-ns', str(trap_ns), '--format', 'json',
                        '-o', out.name, *more], check=True, stderr=subprocess.DEVNULL)
        document = json.load(open(out.name))
    return {c['scheme']: {p['cpus']: p['faults_per_s'] / 1e6 for p in c['points']}
            for c in document['workloads'][0]['curves']}


def loop_value(curve, ns, n, apart):
    if curve in ('readside', 'section_length'):
        return ns * n
    if curve == 'lookup':
        return 1e6 / ns
    if curve == 'uprobes':
        return 1e3 / ns
    if curve == 'layout':
        return 100 * (apart[n] / ns - 1)
    return ns


def run_loops(rows, builddir):
    groups = {}
    for r in rows:
        if r['curve'] in ('fetch_add', 'cas', 'readside', 'section_length', 'lookup', 'uprobes', 'layout'):
            groups.setdefault((r['curve'], r['machine'], r['what'], int(r['section_ns'])), []).append(r)
    for (curve, machine, what, section), points in groups.items():
        ns = [int(p['n']) for p in points]
        loop = 'route_' + what if curve == 'lookup' else what
        outside, extra = 0, {}
        if what in OUTSIDE:
            first = [float(p['value']) for p in points if p['n'] == '1'][0]
            outside = max(0, round(1e3 / first - loop_points(builddir, machine, loop, section, [1], 'spread')[1]))
            extra = {'outside_ns': outside}
        if curve == 'layout':
            section, outside = LAYOUT_NS
        for placement in PLACEMENTS:
            got = loop_points(builddir, machine, loop, section, ns, placement, outside)
            apart = loop_points(builddir, machine, 'vma_apart', section, ns, placement, outside) if curve == 'layout' else None
            for p in points:
                n = int(p['n'])
                held_out = not (curve == 'fetch_add' and (machine, n) in CALIBRATED or what in OUTSIDE and n == 1)
                yield dict(p, placement=placement, simulated=float('%.4g' % loop_value(curve, got[n], n, apart)), held_out=held_out, **extra)
        print('ran %s %s %s' % (curve, machine, what), file=sys.stderr)


def trap_of(rows, builddir, curve, machine, base):
    """What entering and leaving a fault has to cost for the published value at one thread."""
    first = [float(r['value']) for r in rows if (r['curve'], r['machine'], r['what'], r['n']) == (curve, machine, base, '1')][0]
    alone = fault_points(builddir, machine, curve, [base], [1], 0, 'spread')[base][1]
    return max(0, round(1e3 / first - 1e3 / alone))


def run_faults(rows, builddir, published_all, files={}):
    """files: description -> the machine whose it is, where it is a changed one"""
    stands_for = lambda machine: files.get(machine, machine)
    for curve, machine, base, others in FAULT_CURVES:
        mine = [r for r in rows if (r['curve'], stands_for(r['machine'])) == (curve, machine) and r['what'] in [base] + others]
        if not mine:
            continue
        machine = mine[0]['machine']
        cpus = sorted({int(r['n']) for r in mine})
        trap = trap_of(published_all, builddir, curve, machine, base)
        for placement in PLACEMENTS:
            got = fault_points(builddir, machine, curve, [base] + others, cpus, trap, placement)
            for r in mine:
                yield dict(r, placement=placement, simulated=float('%.4g' % got[r['what']][int(r['n'])]), held_out=r['n'] != '1', trap_ns=trap)
        print('ran %s %s' % (curve, machine), file=sys.stderr)
    # Nothing is published of one thread: entering and leaving costs what it does in the machine's pft.
    for r in rows:
        if r['curve'].startswith('page_fault3') and r['what'] == 'mmap_lock':
            yield from run_page_fault3(rows, builddir, r['curve'], r['machine'], trap_of(published_all, builddir, 'pft', r['machine'], 'mmap_lock'))


def run_page_fault3(rows, builddir, curve, machine, trap):
    for placement in PLACEMENTS:
        got = fault_points(builddir, machine, curve, ['mmap_lock', 'per_vma_rwsem'], [16], trap, placement)
        unit = got['mmap_lock'][16] if curve.endswith('processes') else 1
        for r in rows:
            if r['curve'] == curve:
                yield dict(r, placement=placement, simulated=float('%.4g' % (got[r['what']][16] / unit)), held_out=True, trap_ns=trap)
    print('ran %s' % curve, file=sys.stderr)


def changed(srcdir, machine, change):
    """A description with one thing changed, as an open temporary file."""
    description = json.load(open(os.path.join(srcdir, 'sim/machines/%s.json' % machine)))
    change(description)
    f = tempfile.NamedTemporaryFile('w', suffix='.json')
    json.dump(description, f)
    f.flush()
    return f


def scaled(factor):
    """All latencies times factor, as machine_scale() does it: what waiting for something elsewhere takes."""
    def change(d):
        for key in LATENCIES:
            d['numbers'][key]['value'] *= factor
        d['between_sockets_ns']['value'] = [[factor * x for x in row] for row in d['between_sockets_ns']['value']]
    return change


LATENCIES = ('l2_ns', 'l3_ns', 'to_sibling_ns', 'to_same_l3_ns', 'per_sharer_ns', 'read_ns', 'dram_ns', 'dram_far_ns')


def set_number(key, factor):
    return lambda d: d['numbers'][key].update(value=min(1, factor * d['numbers'][key]['value']))


def near(d):
    """Every core is as near to every other as its own second thread: a line that many write costs next to nothing."""
    d['numbers']['to_same_l3_ns']['value'] = d['numbers']['to_sibling_ns']['value'] = .1
    d['between_sockets_ns']['value'] = [[.1 for _ in row] for row in d['between_sockets_ns']['value']]


FEW = [1, 12, 48, 128]
COUNTS = ('sockets', 'l3_per_socket', 'cores_per_l3', 'threads_per_core', 'nodes_per_socket', 'l1_kib', 'l2_kib', 'l3_kib', 'store_buffer')


def guessed(factor):
    """Every guessed number but counts times factor, distances too where they are another machine's."""
    def change(d):
        for key, n in d['numbers'].items():
            if 'guess' in n and key not in COUNTS:
                n['value'] = min(2, max(1, factor * n['value'])) if key == 'smt_share' else min(1, factor * n['value']) if key == 'hold_share' else factor * n['value']
        if 'guess' in d['between_sockets_ns']:
            d['between_sockets_ns']['value'] = [[factor * x for x in row] for row in d['between_sockets_ns']['value']]
    return change


VARIATIONS = [('latencies x 0.7', scaled(.7)), ('latencies x 1.3', scaled(1.3)), ('guessed numbers x 0.5', guessed(.5)),
              ('guessed numbers x 1.5', guessed(1.5)), ('2 ns for each sharer', lambda d: d['numbers']['per_sharer_ns'].update(value=2))]


def vary(srcdir, builddir):
    """One seed, since only signs count here.  trap_ns is set anew: a changed machine is slower or faster at one thread, too."""
    global SEEDS
    SEEDS = 1
    every, results = published(srcdir), []
    print('1..%d' % (len(VARIATIONS) * len(VARIED)))
    for what, change in VARIATIONS:
        for shape, judge, curves in VARIED:
            points = []
            for curve, machine in curves:
                with changed(srcdir, machine, change) as f:
                    mine = [dict(r, machine=f.name) for r in every if (r['curve'], r['machine']) == (curve, machine) or
                            curve == 'page_fault3' and (r['curve'], r['machine'], r['n']) == ('pft', machine, '1')]
                    got = [p for p in list(run_loops(mine, builddir)) + list(run_faults(mine, builddir, mine, {f.name: machine})) if p['curve'] == curve]
                points += [dict(p, machine=machine, n=int(p['n']), section_ns=int(p['section_ns']), value=float(p['value'])) for p in got]
            said = [judge(Evidence({'points': points}, placement)) for placement in PLACEMENTS]
            results.append({'what': what, 'shape': shape, 'stands': all(r[0] for r in said), 'text': '; '.join('%s %s' % (p, r[1]) for p, r in zip(PLACEMENTS, said))})
            print('%sok %d - shape %d with %s: %s' % ('' if results[-1]['stands'] else 'not ', len(results), shape, what, results[-1]['text']))
            sys.stdout.flush()
    evidence = os.path.join(srcdir, HERE, 'evidence.json')
    document = dict(json.load(open(evidence)), varied=results)
    with open(evidence, 'w') as out:
        json.dump(document, out, indent=1)
        out.write('\n')
    return not all(r['stands'] for r in results)


# What is switched off or changed and for which shape, machine, how, options, curve, scheme or loop, threads.
EXPERIMENTS = [
    ('local-first grants off (shape 3)', 'zen5-2s-128c', lambda d: d['grant'].update(value='fifo'), (), 'pft', 'per_vma_rwsem', FEW),
    ('hold_share half (shape 3)', 'zen5-2s-128c', set_number('hold_share', .5), (), 'pft', 'per_vma_rwsem', FEW),
    ('hold_share half as much again (shape 3)', 'zen5-2s-128c', set_number('hold_share', 1.5), (), 'pft', 'per_vma_rwsem', FEW),
    ('latencies x 0.7 (shape 3)', 'zen5-2s-128c', scaled(.7), (), 'pft', 'per_vma_rwsem', FEW),
    ('latencies x 1.3 (shape 3)', 'zen5-2s-128c', scaled(1.3), (), 'pft', 'per_vma_rwsem', FEW),
    ('pairs of lines off (shape 2)', 'icelake-8336c-2s-64c', lambda d: d['pairs'].update(value=False), (), 'pft', 'per_vma_rwsem', FEW),
    ('one zone and one pair of LRU lists for both nodes (shape 2)', 'icelake-8336c-2s-64c', lambda d: None, ('--nodes', '1'), 'pft-own', 'per_vma_rwsem', FEW),
    ('transfers of 0.1 ns (shape 10)', 'skylake-2s-56c', near, (), 'pft', 'mmap_lock', [12, 21, 48, 112]),
    ('latencies x 0.7 (shape 10)', 'skylake-2s-56c', scaled(.7), (), 'pft', 'mmap_lock', [12, 21, 48, 112]),
    ('latencies x 0.7 (shape 10)', 'skylake-2s-56c', scaled(.7), (), 'pft', 'seqcount_retry', [12, 21, 48, 112]),
    ('latencies x 1.3 (shape 10)', 'skylake-2s-56c', scaled(1.3), (), 'pft', 'mmap_lock', [12, 21, 48, 112]),
    ('latencies x 1.3 (shape 10)', 'skylake-2s-56c', scaled(1.3), (), 'pft', 'seqcount_retry', [12, 21, 48, 112]),
    ('transfers of 0.1 ns (shape 11)', 'skylake-2s-56c', near, (), 'page_fault3', 'mmap_lock', [16]),
    ('transfers of 0.1 ns (shape 11)', 'skylake-2s-56c', near, (), 'page_fault3', 'per_vma_rwsem', [16]),
    ('latencies x 0.7 (shape 11)', 'skylake-2s-56c', scaled(.7), (), 'page_fault3', 'mmap_lock', [16]),
    ('latencies x 0.7 (shape 11)', 'skylake-2s-56c', scaled(.7), (), 'page_fault3', 'per_vma_rwsem', [16]),
    ('latencies x 1.3 (shape 11)', 'skylake-2s-56c', scaled(1.3), (), 'page_fault3', 'mmap_lock', [16]),
    ('latencies x 1.3 (shape 11)', 'skylake-2s-56c', scaled(1.3), (), 'page_fault3', 'per_vma_rwsem', [16]),
    ('transfers of 0.1 ns (shape 12)', 'xeon-8176-8s', near, (), 'lookup', 'refcnt', [1, 2, 28, 112]),
    ('latencies x 0.7 (shape 12)', 'xeon-8176-8s', scaled(.7), (), 'lookup', 'refcnt', [1, 2, 28, 112]),
    ('latencies x 1.3 (shape 12)', 'xeon-8176-8s', scaled(1.3), (), 'lookup', 'refcnt', [1, 2, 28, 112]),
]


def run_experiments(points, srcdir, builddir):
    traps = {(p['curve'], p['machine']): p['trap_ns'] for p in points if 'trap_ns' in p}
    for what, machine, change, options, curve, scheme, cpus in EXPERIMENTS:
        with changed(srcdir, machine, change) as f:
            if curve in WORKLOAD:
                got = fault_points(builddir, f.name, curve, [scheme], cpus, traps[curve, machine], 'spread', *options)[scheme]
            else:
                got = loop_points(builddir, f.name, 'route_' + scheme, 0, cpus, 'spread')
                got = {n: loop_value(curve, ns, n, None) for n, ns in got.items()}
        yield {'what': what, 'machine': machine, 'curve': curve, 'scheme': scheme,
               'simulated': {str(n): float('%.4g' % v) for n, v in got.items()}}
        print('ran %s' % what, file=sys.stderr)


def run(srcdir, builddir, only, again):
    """All, or the curves named @only anew and, with @again, the experiments; what the evidence has of others stays."""
    evidence = os.path.join(srcdir, HERE, 'evidence.json')
    every = published(srcdir)
    rows = [r for r in every if not only or r['curve'] in only]
    points = list(run_loops(rows, builddir)) + list(run_faults(rows, builddir, every))
    for p in points:
        p.update(n=int(p['n']), section_ns=int(p['section_ns']), value=float(p['value']))
    if only:
        document = json.load(open(evidence))
        points += [p for p in document['points'] if p['curve'] not in only]
    experiments = document['experiments'] if only and not again else list(run_experiments(points, srcdir, builddir))
    order = {(r['curve'], r['machine'], r['what'], r['section_ns'], r['n']): i for i, r in enumerate(every)}
    points.sort(key=lambda p: (PLACEMENTS.index(p['placement']), order[p['curve'], p['machine'], p['what'], str(p['section_ns']), str(p['n'])]))
    revision = subprocess.run(['git', '-C', srcdir, 'log', '-1', '--format=%s', '--', 'sim/machines/*.json'], stdout=subprocess.PIPE).stdout
    with open(evidence, 'w') as out:
        json.dump({'machines_and_points': digest(srcdir), 'frozen': revision.decode().strip(), 'placements': PLACEMENTS,
                   'seeds': SEEDS, 'points': points, 'experiments': experiments}, out, indent=1)
        out.write('\n')


# --- telling ------------------------------------------------------------------------------------------------------

def both(judge, document):
    """A shape comes out if it does with each placement.  What is said of it: once, if that is the same."""
    got = [(p, *judge(Evidence(document, p))) for p in document['placements']]
    oks = {ok for _, ok, _ in got}
    texts = {text for _, _, text in got}
    return None if None in oks else oks == {True}, texts.pop() if len(texts) == 1 else '. '.join('%s: %s' % (p[0].upper() + p[1:], t) for p, _, t in got)


def render(srcdir):
    document = json.load(open(os.path.join(srcdir, HERE, 'evidence.json')))
    verdicts = [(nr, name, *both(judge, document)) + (why,) for nr, name, judge, why in SHAPES]
    kept = sum(v[2] is True for v in verdicts)
    out = ['# Published curves beside simulated ones', '',
           'Of %d shapes %d come out by their criteria, %d do not, and %d have no verdict. For readers who want to know how far to trust `--machine`.' % (
               len(SHAPES), kept, sum(v[2] is False for v in verdicts), sum(v[2] is None for v in verdicts)), '',
           'Descriptions were frozen before the first run and have changed since as [ADR-0023](../ADR/0023-a-visit-of-an-l3-domain.md) says, last in the commit "%s". Each shape is judged with threads'
           ' spread over the machine and placed at random, since no source tells, at the median of %d seeds. `make validation` runs all again.' % (document['frozen'], document['seeds']), '',
           '| shape | what | verdict | what came out | where it fails: what the model lacks, and what would tell |', '|---|---|---|---|---|']
    for nr, name, ok, text, why in verdicts:
        out.append('| %d | %s | %s | %s | %s |' % (nr, name, {True: '**comes out**', False: 'does not', None: 'none'}[ok], text, '' if ok else why))
    out += ['', '## With a mechanism switched off, or a guess changed', '', '| change | curve | threads: as described, changed |', '|---|---|---|']
    for w in document['experiments']:
        now = {p['n']: p['simulated'] for p in document['points'] if (p['curve'], p['machine'], p['what']) == (w['curve'], w['machine'], w['scheme']) and p['placement'] == 'spread'}
        out.append('| %s | %s, %s, %s, %s | %s |' % (w['what'], w['curve'], w['machine'], w['scheme'], 'lookups a ms' if w['curve'] == 'lookup' else 'million faults a second', ', '.join(
            '%s: %g, %g' % (n, now[int(n)], v) for n, v in w['simulated'].items())))
    if 'varied' in document:
        out += ['', '## With latencies and guesses varied', '', 'Of the shapes that come out, or nearly, signs, ranking and the peak within an octave must stand. This was run with one seed.', '',
                '| change | stands | lost |', '|---|---|---|']
        for what in dict.fromkeys(r['what'] for r in document['varied']):
            mine = [r for r in document['varied'] if r['what'] == what]
            out.append('| %s | %s | %s |' % (what, ', '.join(str(r['shape']) for r in mine if r['stands']), '. '.join(
                '%d: %s' % (r['shape'], r['text']) for r in mine if not r['stands']) or 'none'))
    out += ['', 'Not modelled, for all: frequency, prefetchers but for pairs of lines, TLB misses, the instruction mix beyond a cost for each access, NUMA'
            ' balancing, interrupts.', '', '## Each curve', '',
            'Published / simulated, threads spread. In italics: calibrated or, for faults and uprobes, the point that sets the time outside; it counts for nothing.', '']
    groups = {}
    for p in document['points']:
        if p['placement'] == 'spread':
            groups.setdefault((p['curve'], p['machine'], p['what'], p['section_ns'], p['unit'], p['source']), []).append(p)
    for (curve, machine, what, section, unit, source), points in groups.items():
        held = [abs(p['simulated'] / p['value'] - 1) for p in points if p['held_out']]
        cells = ['%s%d: %g / %g%s' % ('' if p['held_out'] else '*', p['n'], p['value'], p['simulated'], '' if p['held_out'] else '*') for p in points]
        out.append('- **%s, %s, %s%s** (%s; %s): %s. Mean error of held-out points %.0f %%, greatest %.0f %%.' % (
            curve, machine, what, ', sections of %d ns' % section if section else '', unit, source, ', '.join(cells),
            100 * sum(held) / len(held), 100 * max(held)))
    return '\n'.join(out) + '\n'


def trust(srcdir):
    """A line for each machine: its curves with the mean and greatest error of held-out points, as `faultline machines` tells them."""
    document = json.load(open(os.path.join(srcdir, HERE, 'evidence.json')))
    machines = {}
    for p in document['points']:
        if p['held_out'] and p['curve'] != 'layout' and p['value']:
            name = p['curve'] if p['curve'] == p['what'] else '%s %s' % (p['curve'], p['what'])
            machines.setdefault(p['machine'], {}).setdefault(name, []).append(100 * abs(p['simulated'] / p['value'] - 1))
    return ''.join('%s: of points published for it and not used, mean error (greatest): %s.  docs/validation.md has each.\n' % (machine, ', '.join(
        '%s %.0f %% (%.0f %%)' % (name, statistics.mean(errors), max(errors)) for name, errors in curves.items()))
        for machine, curves in sorted(machines.items()))


def check(srcdir):
    document = json.load(open(os.path.join(srcdir, HERE, 'evidence.json')))
    print('1..3')
    print('%sok 1 - docs/validation.md is what the evidence gives' % ('' if open(os.path.join(srcdir, 'docs/validation.md')).read() == render(srcdir) else 'not '))
    print('%sok 2 - the evidence is of these machines and published points' % ('' if document['machines_and_points'] == digest(srcdir) else 'not '))
    print('%sok 3 - sim/machines/trust.txt is what the evidence gives' % ('' if open(os.path.join(srcdir, TRUST)).read() == trust(srcdir) else 'not '))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=('run', 'render', 'vary', 'check'))
    parser.add_argument('--srcdir', default=os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    parser.add_argument('--builddir', default='.')
    parser.add_argument('--curve', action='append', help='run this one alone, and leave the others as they are; may be repeated')
    parser.add_argument('--experiments', action='store_true', help='with --curve: run the experiments, too')
    o = parser.parse_args()
    if o.what == 'check':
        check(o.srcdir)
        return
    failed = o.what == 'vary' and vary(o.srcdir, o.builddir)
    if o.what == 'run':
        run(o.srcdir, o.builddir, o.curve, o.experiments)
    with open(os.path.join(o.srcdir, 'docs/validation.md'), 'w') as out:
        out.write(render(o.srcdir))
    with open(os.path.join(o.srcdir, TRUST), 'w') as out:
        out.write(trust(o.srcdir))
    sys.exit(failed)


if __name__ == '__main__':
    main()
