#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Simulated machines against published curves.

    validation.py run [--srcdir S] [--builddir B]     run all at nominal latencies, write sim/validation/evidence.json
    validation.py render [--srcdir S]                 docs/validation.md from the evidence
    validation.py vary [--srcdir S] [--builddir B]    TAP: what stands of these shapes when latencies and guesses vary, into the evidence; .ci/night
    validation.py check [--srcdir S]                  TAP: the page is that of the evidence, which is that of these machines and points
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
from changes import judge_of, mechanism_problems, run_experiments, run_mechanisms, vary
from running import HERE, PLACEMENTS, SEEDS, digest, placements_of, published, run_faults, run_loops
from shapes import SHAPES, Evidence, of_placements

TRUST = 'sim/machines/trust.txt'


def run(srcdir, builddir, only, again, off):
    """All, or the curves named @only anew and, with @again, the experiments, with @off, the mechanisms; what the evidence has of others stays."""
    evidence = os.path.join(srcdir, HERE, 'evidence.json')
    every = published(srcdir)
    rows = [r for r in every if not only or r['curve'] in only]
    if off and not only:
        rows = []
    points = list(run_loops(rows, builddir)) + list(run_faults(rows, builddir, every))
    for p in points:
        p.update(n=int(p['n']), section_ns=int(p['section_ns']), value=float(p['value']))
    before = json.load(open(evidence))
    if only or off:
        points += [p for p in before['points'] if p['curve'] not in (only or ())]
    experiments = before['experiments'] if (only or off) and not again else list(run_experiments(points, srcdir, builddir))
    mechanisms = before['mechanisms'] if only and not off else list(run_mechanisms(srcdir, builddir))
    order = {(r['curve'], r['machine'], r['what'], r['section_ns'], r['n']): i for i, r in enumerate(every)}
    points.sort(key=lambda p: (placements_of(p['curve']).index(p['placement']), order[p['curve'], p['machine'], p['what'], str(p['section_ns']), str(p['n'])]))
    revision = subprocess.run(['git', '-C', srcdir, 'log', '-1', '--format=%s', '--', 'sim/machines/*.json'], stdout=subprocess.PIPE).stdout
    with open(evidence, 'w') as out:
        json.dump({'machines_and_points': digest(srcdir), 'frozen': revision.decode().strip(), 'placements': PLACEMENTS,
                   'seeds': SEEDS, 'points': points, 'experiments': experiments, 'mechanisms': mechanisms,
                   **({'varied': before['varied']} if 'varied' in before else {})}, out, indent=1)
        out.write('\n')


# --- telling ------------------------------------------------------------------------------------------------------

def both(judge, document):
    """A shape comes out if it does with each placement."""
    got = [(p, *judge(Evidence(document, p))) for p in document['placements']]
    oks = {ok for _, ok, _ in got}
    return None if None in oks else oks == {True}, of_placements([(p, text) for p, _, text in got])


LOST = {(True, False): '**lost**', (True, True): 'stands: it does not depend on it', (False, False): 'comes out neither way', (False, True): 'comes out only without it'}


def mechanism_table(document):
    rows, lost = [], {}
    for m in document['mechanisms']:
        ok, text = both(judge_of(m['what'], m['shape']), document)
        rows.append('| %s | %d: %s | %s | %s | %s |' % (m['what'], m['shape'], m['part'], text, m['text'], LOST[ok, m['stands']]))
        lost.setdefault(m['what'], []).append((ok, m['stands']) == (True, False))
    return ['', '## With a mechanism switched off', '', 'Of %d mechanisms %d carry a shape, or the part of one that is named, which is lost without them; %d carry none: %s.' % (
        len(lost), sum(map(any, lost.values())), sum(not any(v) for v in lost.values()), '; '.join(w for w, v in lost.items() if not any(v)) or 'none'), '',
        '| without | shape: what of it | with it | without it | verdict |', '|---|---|---|---|---|'] + rows


def curves_of(document):
    """curve, machine, what, section, unit, source -> its points, placed as the first placement has it"""
    groups = {}
    for p in document['points']:
        if p['placement'] == placements_of(p['curve'])[0]:
            groups.setdefault((p['curve'], p['machine'], p['what'], p['section_ns'], p['unit'], p['source']), []).append(p)
    return groups


def errors_of(points):
    return [abs(p['simulated'] / p['value'] - 1) for p in points if p['held_out']]


def curve_errors(document):
    means = [statistics.mean(errors_of(points)) for key, points in curves_of(document).items() if key[0] != 'layout']
    return 'Of %d curves the points that were held out are wrong by less than 10 %% on average in %d, by less than 25 %% in %d, by less than half in %d.' % (
        len(means), *(sum(m < limit for m in means) for limit in (.1, .25, .5)))


def render(srcdir):
    document = json.load(open(os.path.join(srcdir, HERE, 'evidence.json')))
    verdicts = [(nr, name, *both(judge, document)) + (why,) for nr, name, judge, why in SHAPES]
    kept = sum(v[2] is True for v in verdicts)
    out = ['# Published curves beside simulated ones', '',
           'Of %d shapes %s out by all criteria, %d do not. %s For readers who want to know how far to trust `--machine`.' % (
               len(SHAPES), '1 comes' if kept == 1 else '%d come' % kept, len(SHAPES) - kept, curve_errors(document)), '',
           'Descriptions were frozen before the first run and have changed since as [ADR-0023](../ADR/0023-a-visit-of-an-l3-domain.md) and [ADR-0027](../ADR/0027-migratory-reads.md) say, last in the commit "%s". Where a source binds'
           ' its threads to CPUs, they are bound so here; where nobody tells where they ran, a shape is judged with threads spread over the machine and with threads placed at random. The median of %d seeds counts, but'
           ' of shape 11, whose runs are long, one. `make validation` runs all again.' % (document['frozen'], document['seeds']), '',
           '| shape | what | verdict | what came out | where it fails: what the model lacks, and what would tell |', '|---|---|---|---|---|']
    for nr, name, ok, text, why in verdicts:
        out.append('| %d | %s | %s | %s | %s |' % (nr, name, {True: '**comes out**', False: 'does not', None: 'none'}[ok], text, '' if ok else why))
    out += mechanism_table(document)
    out += ['', '## With a number or a rule changed', '', '| change | curve | threads: published, as described, changed |', '|---|---|---|']
    for w in document['experiments']:
        points = [p for p in document['points'] if (p['curve'], p['machine'], p['what']) == (w['curve'], w['machine'], w['scheme']) and
                  p['placement'] == placements_of(w['curve'])[0]]
        as_is = {p['n']: (p['value'], p['simulated']) for p in points}
        out.append('| %s | %s, %s, %s, %s | %s |' % (w['what'], w['curve'], w['machine'], w['scheme'], points[0]['unit'], ', '.join(
            '%s: %g, %g, %g' % (n, *as_is[int(n)], v) for n, v in w['simulated'].items())))
    if 'varied' in document:
        out += ['', '## With latencies and guesses varied', '', 'Of the shapes that come out, or nearly, signs, ranking and the peak within an octave must stand. This was run with one seed.', '',
                '| change | stands | lost |', '|---|---|---|']
        for what in dict.fromkeys(r['what'] for r in document['varied']):
            mine = [r for r in document['varied'] if r['what'] == what]
            out.append('| %s | %s | %s |' % (what, ', '.join(str(r['shape']) for r in mine if r['stands']), '. '.join(
                '%d: %s' % (r['shape'], r['text']) for r in mine if not r['stands']) or 'none'))
    out += ['', 'Not modelled, for all: frequency, prefetchers but for pairs of lines, TLB misses, the instruction mix beyond a cost for each access, NUMA'
            ' balancing, interrupts.', '', '## Each curve', '',
            'Published / simulated; threads are bound as in the source where it binds them, else spread. In italics: calibrated or, for faults and uprobes, the point that sets the time outside; it counts for nothing.', '']
    for (curve, machine, what, section, unit, source), points in curves_of(document).items():
        held = errors_of(points)
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
    print('1..4')
    print('%sok 1 - docs/validation.md is what the evidence gives' % ('' if open(os.path.join(srcdir, 'docs/validation.md')).read() == render(srcdir) else 'not '))
    print('%sok 2 - the evidence is of these machines and published points' % ('' if document['machines_and_points'] == digest(srcdir) else 'not '))
    problems = mechanism_problems(srcdir, document)
    print('%sok 3 - sim/machines/trust.txt is what the evidence gives' % ('' if open(os.path.join(srcdir, TRUST)).read() == trust(srcdir) else 'not '))
    print('%sok 4 - each mechanism was switched off as it is described, and the patches that do so apply' % ('not ' if problems else ''))
    for p in problems:
        print('#   ' + p)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=('run', 'render', 'vary', 'check'))
    parser.add_argument('--srcdir', default=os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    parser.add_argument('--builddir', default='.')
    parser.add_argument('--curve', action='append', help='run this one alone, and leave the others as they are; may be repeated')
    parser.add_argument('--experiments', action='store_true', help='with --curve: run the experiments, too')
    parser.add_argument('--mechanisms', action='store_true', help='run without the mechanisms anew; without --curve, nothing else')
    o = parser.parse_args()
    if o.what == 'check':
        check(o.srcdir)
        return
    failed = o.what == 'vary' and vary(o.srcdir, o.builddir)
    if o.what == 'run':
        run(o.srcdir, o.builddir, o.curve, o.experiments, o.mechanisms)
    with open(os.path.join(o.srcdir, 'docs/validation.md'), 'w') as out:
        out.write(render(o.srcdir))
    with open(os.path.join(o.srcdir, TRUST), 'w') as out:
        out.write(trust(o.srcdir))
    sys.exit(failed)


if __name__ == '__main__':
    main()
