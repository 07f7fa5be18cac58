# SPDX-License-Identifier: GPL-2.0-or-later
"""Published curves run on simulated machines.

A machine's numbers come from sim/machines; of each curve of page faults the value at one thread sets trap_ns, and counts for nothing.
"""
import csv
import glob
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = 'sim/validation'
SEEDS = 5
FAULTS = 512
# Faults of each thread where the source maps 128 MiB at a time; such a run is long, and one seed does.
LONG = {'page_fault3': 65536, 'page_fault3-processes': 65536}
# Where nobody tells where threads ran, a shape has to come out with both: pft and perfbook's counters leave that to the scheduler; refscale binds
# its readers, but to the CPUs of a guest.
PLACEMENTS = ('spread', 'random')
# These bind their threads: perfbook's routetorture.h the i-th to CPU i, and so does the bench of BPF's selftests with -a, which its author's other
# mails on uprobes have; will-it-scale to hwloc's i-th core.  CPUs are taken to be numbered as perfbook has it of its machine (cpu/overheads.tex): the cores of one socket
# after the other, then their second threads.
BOUND = ('lookup', 'uprobes', 'page_fault3', 'page_fault3-processes')


def placements_of(curve):
    return ('packed',) if curve in BOUND else PLACEMENTS


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
                        '--workload', *WORKLOAD[curve], '--schemes', ','.join(schemes), '--latencies', '1', '--faults', str(LONG.get(curve, FAULTS)),
                        '--runs', str(1 if curve in LONG else SEEDS), '--placement', placement, '--trap-ns', str(trap_ns), '--format', 'json',
                        '-o', out.name, *more], check=True, stderr=subprocess.DEVNULL)
        document = json.load(open(out.name))
    return {c['scheme']: {p['cpus']: p['faults_per_s'] / 1e6 for p in c['points']}
            for c in document['workloads'][0]['curves']}


def loop_name(curve, what):
    return 'route_' + what if curve == 'lookup' else what


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
        loop = loop_name(curve, what)
        outside, extra = 0, {}
        if what in OUTSIDE:
            first = [float(p['value']) for p in points if p['n'] == '1'][0]
            outside = max(0, round(1e3 / first - loop_points(builddir, machine, loop, section, [1], 'spread')[1]))
            extra = {'outside_ns': outside}
        if curve == 'layout':
            section, outside = LAYOUT_NS
        for placement in placements_of(curve):
            got = loop_points(builddir, machine, loop, section, ns, placement, outside)
            apart = loop_points(builddir, machine, 'vma_apart', section, ns, placement, outside) if curve == 'layout' else None
            for p in points:
                n = int(p['n'])
                held_out = not (curve == 'fetch_add' and (machine, n) in CALIBRATED or what in OUTSIDE and n == 1)
                yield dict(p, placement=placement, simulated=float('%.4g' % loop_value(curve, got[n], n, apart)), held_out=held_out, **extra)
        print('ran %s %s %s' % (curve, machine, what), file=sys.stderr)


def trap_of(rows, builddir, curve, machine, base, *options):
    """What entering and leaving a fault has to cost for the published value at one thread."""
    first = [float(r['value']) for r in rows if (r['curve'], r['machine'], r['what'], r['n']) == (curve, machine, base, '1')][0]
    alone = fault_points(builddir, machine, curve, [base], [1], 0, 'spread', *options)[base][1]
    return max(0, round(1e3 / first - 1e3 / alone))


def run_faults(rows, builddir, published_all, files={}, options=()):
    """files: description -> the machine whose it is, where it is a changed one; options: more of the command's"""
    stands_for = lambda machine: files.get(machine, machine)
    for curve, machine, base, others in FAULT_CURVES:
        mine = [r for r in rows if (r['curve'], stands_for(r['machine'])) == (curve, machine) and r['what'] in [base] + others]
        if not mine:
            continue
        machine = mine[0]['machine']
        cpus = sorted({int(r['n']) for r in mine})
        trap = trap_of(published_all, builddir, curve, machine, base, *options)
        for placement in placements_of(curve):
            got = fault_points(builddir, machine, curve, [base] + others, cpus, trap, placement, *options)
            for r in mine:
                yield dict(r, placement=placement, simulated=float('%.4g' % got[r['what']][int(r['n'])]), held_out=r['n'] != '1', trap_ns=trap)
        print('ran %s %s' % (curve, machine), file=sys.stderr)
    # Nothing is published of one thread: entering and leaving costs what it does in the machine's pft.
    for r in rows:
        if r['curve'].startswith('page_fault3') and r['what'] == 'mmap_lock':
            yield from run_page_fault3(rows, builddir, r['curve'], r['machine'], trap_of(published_all, builddir, 'pft', r['machine'], 'mmap_lock'))


def run_page_fault3(rows, builddir, curve, machine, trap):
    for placement in placements_of(curve):
        got = fault_points(builddir, machine, curve, ['mmap_lock', 'per_vma_rwsem'], [16], trap, placement)
        unit = got['mmap_lock'][16] if curve.endswith('processes') else 1
        for r in rows:
            if r['curve'] == curve:
                yield dict(r, placement=placement, simulated=float('%.4g' % (got[r['what']][16] / unit)), held_out=True, trap_ns=trap)
    print('ran %s' % curve, file=sys.stderr)
