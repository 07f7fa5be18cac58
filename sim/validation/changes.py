# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines of which something is changed, and what becomes of the shapes and curves then."""
import contextlib
import hashlib
import itertools
import json
import os
import subprocess
import sys
import tempfile

import running
from running import HERE, PLACEMENTS, WORKLOAD, fault_points, loop_name, loop_points, loop_value, placements_of, published, run_faults, run_loops
from shapes import VARIED, Evidence, of_placements, part_factor, part_level, part_pair, part_refcount, part_rise, part_rwsem, shape_page_fault3, shape_peak


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


def changed_points(srcdir, builddir, every, curves, change, options=()):
    """The points of curves on changed machines, as the evidence has them.  trap_ns is set anew: a changed machine is slower or faster at one thread, too."""
    points = []
    for curve, machine in curves:
        with changed(srcdir, machine, change) as f:
            mine = [dict(r, machine=f.name) for r in every if (r['curve'], r['machine']) == (curve, machine) or
                    curve.startswith('page_fault3') and (r['curve'], r['machine'], r['n']) == ('pft', machine, '1')]
            got = list(run_loops(mine, builddir)) + list(run_faults(mine, builddir, mine, {f.name: machine}, options))
        points += [dict(p, machine=machine, n=int(p['n']), section_ns=int(p['section_ns']), value=float(p['value'])) for p in got if p['curve'] == curve]
    return points


def vary(srcdir, builddir):
    """One seed, since only signs count here."""
    running.SEEDS = 1
    every, results = published(srcdir), []
    print('1..%d' % (len(VARIATIONS) * len(VARIED)))
    for what, change in VARIATIONS:
        for shape, judge, curves in VARIED:
            points = changed_points(srcdir, builddir, every, curves, change)
            said = [judge(Evidence({'points': points}, placement)) for placement in PLACEMENTS]
            results.append({'what': what, 'shape': shape, 'stands': all(r[0] for r in said), 'text': of_placements([(p, r[1]) for p, r in zip(PLACEMENTS, said)])})
            print('%sok %d - shape %d with %s: %s' % ('' if results[-1]['stands'] else 'not ', len(results), shape, what, results[-1]['text']))
            sys.stdout.flush()
    evidence = os.path.join(srcdir, HERE, 'evidence.json')
    document = dict(json.load(open(evidence)), varied=results)
    with open(evidence, 'w') as out:
        json.dump(document, out, indent=1)
        out.write('\n')
    return not all(r['stands'] for r in results)


SAME = lambda d: None
SIBLINGS = 'siblings: the two threads of a core have one request for a line'
RETRY = 'retry: a compare-and-exchange that fails costs 6 ns more, for a mispredicted branch'

# What is changed and for which shape; how: a patch of the code in patches/, a change of the machine; machine, curve, scheme or loop, threads.
EXPERIMENTS = [
    ('hold_share half (shape 3)', None, set_number('hold_share', .5), 'zen5-2s-128c', 'pft', 'per_vma_rwsem', FEW),
    ('hold_share half as much again (shape 3)', None, set_number('hold_share', 1.5), 'zen5-2s-128c', 'pft', 'per_vma_rwsem', FEW),
    ('latencies x 0.7 (shape 3)', None, scaled(.7), 'zen5-2s-128c', 'pft', 'per_vma_rwsem', FEW),
    ('latencies x 1.3 (shape 3)', None, scaled(1.3), 'zen5-2s-128c', 'pft', 'per_vma_rwsem', FEW),
    (SIBLINGS + ' (shape 4)', 'siblings', SAME, 'gold-6138-2s-40c', 'uprobes', 'uprobe_before', [40, 48, 64, 80]),
    (SIBLINGS + ' (shape 2)', 'siblings', SAME, 'icelake-8336c-2s-64c', 'pft', 'mmap_lock', [48, 79, 110, 128]),
    (SIBLINGS + ' (shape 1)', 'siblings', SAME, 'skylake-client-4c', 'fetch_add', 'add', [4, 6]),
    (RETRY + ' (shape 12)', 'retry', SAME, 'xeon-8176-8s', 'lookup', 'refcnt', [1, 2, 28, 112]),
    (RETRY + ' (shape 9)', 'retry', SAME, 'skylake-client-4c', 'cas', 'cas', [1, 2, 3, 4]),
    (RETRY + ' (shape 10)', 'retry', SAME, 'skylake-2s-56c', 'pft', 'mmap_lock', [12, 21, 48, 112]),
    (RETRY + ' (shape 11)', 'retry', SAME, 'skylake-2s-56c', 'page_fault3', 'mmap_lock', [16]),
    ('transfers of 0.1 ns (shape 10)', None, near, 'skylake-2s-56c', 'pft', 'mmap_lock', [12, 21, 48, 112]),
    ('latencies x 0.7 (shape 10)', None, scaled(.7), 'skylake-2s-56c', 'pft', 'mmap_lock', [12, 21, 48, 112]),
    ('latencies x 0.7 (shape 10)', None, scaled(.7), 'skylake-2s-56c', 'pft', 'seqcount_retry', [12, 21, 48, 112]),
    ('latencies x 1.3 (shape 10)', None, scaled(1.3), 'skylake-2s-56c', 'pft', 'mmap_lock', [12, 21, 48, 112]),
    ('latencies x 1.3 (shape 10)', None, scaled(1.3), 'skylake-2s-56c', 'pft', 'seqcount_retry', [12, 21, 48, 112]),
    ('hold_share fitted as if the 28 threads of fetch_add had one socket (shape 12)', None, set_number('hold_share', .82), 'xeon-8176-8s', 'lookup', 'refcnt', [1, 2, 28, 112]),
    ('transfers of 0.1 ns (shape 12)', None, near, 'xeon-8176-8s', 'lookup', 'refcnt', [1, 2, 28, 112]),
    ('latencies x 0.7 (shape 12)', None, scaled(.7), 'xeon-8176-8s', 'lookup', 'refcnt', [1, 2, 28, 112]),
    ('latencies x 1.3 (shape 12)', None, scaled(1.3), 'xeon-8176-8s', 'lookup', 'refcnt', [1, 2, 28, 112]),
]


def run_experiment(points, srcdir, build, change, machine, curve, scheme, cpus):
    mine = [p for p in points if (p['curve'], p['machine']) == (curve, machine)]
    placement = placements_of(curve)[0]
    with changed(srcdir, machine, change) as f:
        if curve in WORKLOAD:
            return fault_points(build, f.name, curve, [scheme], cpus, mine[0]['trap_ns'], placement)[scheme]
        outside = [p.get('outside_ns', 0) for p in mine if p['what'] == scheme][0]
        got = loop_points(build, f.name, loop_name(curve, scheme), 0, cpus, placement, outside)
        return {n: loop_value(curve, ns, n, None) for n, ns in got.items()}


def run_experiments(points, srcdir, builddir):
    for patch, group in itertools.groupby(EXPERIMENTS, lambda e: e[1]):
        with patched(srcdir, builddir, patch) as build:
            for what, _, change, machine, curve, scheme, cpus in group:
                got = run_experiment(points, srcdir, build, change, machine, curve, scheme, cpus)
                yield {'what': what, 'patch': patch_digest(srcdir, patch), 'machine': machine, 'curve': curve, 'scheme': scheme,
                       'simulated': {str(n): float('%.4g' % v) for n, v in got.items()}}
                print('ran %s' % what, file=sys.stderr)


# --- mechanisms switched off ---------------------------------------------------------------------------------------

# What is switched off; how: a patch of the code in patches/, a change of the machine, options; the shapes that might depend on it: what of each, how it is
# judged, the curves that it takes.
MECHANISMS = [
    ('the queue of spinlocks (all spin on the lock: test and test-and-set)', 'queue', SAME, (), [
        (2, 'a VMA each over mmap_lock', part_factor, [('pft-own', 'icelake-8336c-2s-64c')]),
        (10, 'all of it', shape_peak, [('pft', 'skylake-2s-56c')]),
        (11, 'all of it', shape_page_fault3, [('page_fault3', 'skylake-2s-56c'), ('page_fault3-processes', 'skylake-2s-56c')])]),
    ('the store of owner in rwsem', 'owner', SAME, (), [
        (4, 'the trough before', part_level, [('uprobes', 'gold-6138-2s-40c')]),
        (5, 'rwsem over rwlock', part_rwsem, [('readside', 'xeon-8176-8s')]),
        (10, 'all of it', shape_peak, [('pft', 'skylake-2s-56c')])]),
    ('grants to the own L3 domain first (first come, first served)', None, lambda d: d['grant'].update(value='fifo'), (), [
        (3, 'dip and rise', part_rise, [('pft', 'zen5-2s-128c')])]),
    ('lines that come in pairs', None, lambda d: d['pairs'].update(value=False), (), [
        (8, 'a loss by the line beside', part_pair, [('layout', 'broadwell-2690v4-2s-28c')])]),
    ('zones and LRU lists of each node (one for both)', None, SAME, ('--nodes', '1'), [
        (2, 'a VMA each over mmap_lock', part_factor, [('pft-own', 'icelake-8336c-2s-64c')])]),
    ('migratory reads', None, lambda d: d['migratory_reads'].update(value=False), (), [
        (3, 'dip and rise', part_rise, [('pft', 'zen5-2s-128c')]),
        (7, 'refcount not behind rwsem on Zen 5', part_refcount, [('pft', 'zen5-2s-128c')])]),
]


def patch_path(srcdir, name):
    return os.path.join(srcdir, HERE, 'patches', name + '.patch')


def patch_digest(srcdir, name):
    return hashlib.sha256(open(patch_path(srcdir, name), 'rb').read()).hexdigest()[:16] if name else None


@contextlib.contextmanager
def patched(srcdir, builddir, name):
    """The folder of a build with the patch, in a copy; without one, the build itself."""
    if not name:
        yield builddir
        return
    sys.path.insert(0, os.path.join(srcdir, 'tests/busted'))
    import busted
    with tempfile.TemporaryDirectory() as work:
        build = busted.Build(os.path.abspath(srcdir), os.path.abspath(builddir), work)
        subprocess.run(['patch', '-p1', '-s', '-f', '-N', '-i', os.path.abspath(patch_path(srcdir, name))], cwd=build.src, check=True)
        subprocess.run(['make', '-s', 'WARN_CFLAGS=-w', 'faultline', 'bench/simulated/simulated', HERE + '/loops'], cwd=build.build, check=True,
                       stdout=subprocess.DEVNULL)
        yield build.build


def run_mechanisms(srcdir, builddir):
    """For each mechanism and shape: does what might depend on it come out without it?"""
    every = published(srcdir)
    for what, patch, change, options, shapes in MECHANISMS:
        with patched(srcdir, builddir, patch) as build:
            for shape, part, judge, curves in shapes:
                points = changed_points(srcdir, build, every, curves, change, options)
                said = [(p, *judge(Evidence({'points': points}, p))) for p in PLACEMENTS]
                yield {'what': what, 'patch': patch_digest(srcdir, patch), 'shape': shape, 'part': part, 'stands': all(ok for _, ok, _ in said),
                       'text': of_placements([(p, text) for p, _, text in said])}
        print('ran without %s' % what, file=sys.stderr)


def judge_of(what, shape):
    """The judge of a mechanism's shape."""
    return next(judge for w, _, _, _, shapes in MECHANISMS if w == what for s, _, judge, _ in shapes if s == shape)


def mechanism_problems(srcdir, document):
    """Patches that do not apply, and what was not run as it is."""
    problems = ['%s was not run as it is: validation.py run --curve fetch_add --experiments' % e[0] for e in EXPERIMENTS
                if not [w for w in document['experiments'] if (w['what'], w['patch']) == (e[0], patch_digest(srcdir, e[1]))]]
    for patch in sorted({p[1] for p in EXPERIMENTS + MECHANISMS} - {None}):
        if subprocess.run(['patch', '-p1', '-s', '-f', '-N', '--dry-run', '-i', os.path.abspath(patch_path(srcdir, patch))], cwd=srcdir,
                          stdout=subprocess.DEVNULL).returncode:
            problems.append('patches/%s.patch does not apply' % patch)
    for what, patch, _, _, shapes in MECHANISMS:
        for shape, part, _, _ in shapes:
            if not [m for m in document['mechanisms'] if (m['what'], m['patch'], m['shape'], m['part']) == (what, patch_digest(srcdir, patch), shape, part)]:
                problems.append('shape %d without %s was not run as it is: validation.py run --mechanisms' % (shape, what))
    return problems
