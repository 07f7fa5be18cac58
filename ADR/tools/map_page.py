# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/map.md: the committed sweeps, of this host as `faultline merge` of this build prints it, of simulated machines a line each."""
import json
import os
import subprocess

BEGIN = '<!-- generated: map; do not edit -->'
MACHINES_BEGIN = '<!-- generated: map of machines; do not edit -->'
MACHINES = [(m, n) for m in ('icelake-8336c-2s-64c', 'zen5-2s-128c') for n in (2, 16, 64)]
PENDING = 'Not measured yet: `make sweep-evidence`.\n'


def page(source):
    return os.path.join(source, 'docs', 'map.md')


def measured(source, name):
    return os.path.join(source, 'docs', 'measured', name)


def merged(path, build):
    """As this build prints it, in markdown; None: it reads no JSON."""
    command = os.environ.get('FAULTLINE') or os.path.join(build, 'faultline')
    done = subprocess.run([command, 'merge', '--format', 'md', path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    if 'jansson' in done.stderr:
        return None
    if done.returncode:
        raise ValueError(done.stderr.strip())
    return done.stdout.strip()


def argv(path):
    with open(path, encoding='utf-8') as f:
        return json.load(f)['argv']


def text(source, build):
    """The text between the markers; None: cannot be made here."""
    path = measured(source, 'sweep.json')
    if not os.path.exists(path):
        return PENDING
    page_text = merged(path, build)
    if page_text is None:
        return None
    asked = ' '.join(os.path.basename(a) for a in argv(path) if not a.endswith('sweep.json'))
    return f'`faultline {asked.replace(" -o", "")}`\n\n{page_text}\n'


def cells(line):
    return [c.strip() for c in line.strip().strip('|').split('|')]


def machine_lines(markdown):
    """Of one sweep: the changes a fault; and by row of its map how memory is short, the fastest of each, and the slowest with its ratio to the least."""
    lines = markdown.split('\n')
    fastest = next(i for i, line in enumerate(lines) if line.startswith('**The fastest'))
    letters = next(line for line in lines if line.startswith('A '))
    head = cells(lines[fastest + 2])[1:]
    best = []
    while len(lines) > fastest + 4 + len(best) and lines[fastest + 4 + len(best)].startswith('|'):
        best.append(cells(lines[fastest + 4 + len(best)]))
    against = next(i for i, line in enumerate(lines) if line.startswith('**Against'))
    names = cells(lines[against + 2])[2:]
    rows, line = [], against + 4
    for memory, *winners in best:
        slowest = []
        for figures in lines[line:line + len(head)]:
            ns = [float(c.split()[0]) for c in cells(figures)[2:]]
            slowest.append(f'{names[ns.index(max(ns))]} {max(ns) / min(ns):.2f}')
        rows.append((memory, winners, slowest))
        line += len(head)
    return letters, head, rows


def machines(source, build):
    """The same for the simulated machines."""
    paths = [measured(source, f'sweep-{m}-{n}.json') for m, n in MACHINES]
    if not all(os.path.exists(p) for p in paths):
        return PENDING.replace('sweep', 'machine-sweep')
    out = []
    for (machine, threads), path in zip(MACHINES, paths):
        markdown = merged(path, build)
        if markdown is None:
            return None
        letters, head, rows = machine_lines(markdown)
        if not out:
            out = [f'{letters}', '', f'| machine | threads | memory | {" | ".join(head)} |', '|:--|--:|:--|' + ':--|' * len(head)]
        for memory, best, slowest in rows:
            out.append(f'| {machine} | {threads} | {memory} | ' + ' | '.join(f'{b}; last {w}' for b, w in zip(best, slowest)) + ' |')
    return '\n'.join(out) + '\n'
