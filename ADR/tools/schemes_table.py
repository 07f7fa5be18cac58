# SPDX-License-Identifier: GPL-2.0-or-later
"""README's table of schemes: words from each ADR's front matter, the rest from the sources.

An ADR whose front matter has `scheme: NAME` says there, in a few words, what a fault
holds, what a change waits for, what sends a fault down a rung, and the kernel's twin.
"""
import functools
import json
import os
import re
import subprocess

BEGIN = '<!-- generated: schemes; do not edit -->'
WORDS = ('fault-holds', 'change-waits-for', 'falls-on', 'kernel-twin')
HEAD = ('scheme', 'a fault holds', 'a change waits for', 'sends a fault down a rung', 'VMAs are reused', 'lines',
        'cyclomatic', 'cognitive', 'orderings', 'kernel twin', 'ADR')
FREEING = {'FREE_AT_ONCE': 'at once', 'FREE_TYPE_STABLE': 'at once, as VMAs', 'FREE_AFTER_GRACE': 'after a grace period'}


def names(source):
    """Each scheme that has a folder of its own; an answer to its open question, in its folder, has no row."""
    with open(os.path.join(source, 'prototypes', 'schemes.list'), encoding='utf-8') as f:
        lines = [line.partition('#')[0].strip() for line in f]
    at = os.path.join(source, 'prototypes')
    elsewhere = {page[:-len('.c')] for folder in os.listdir(at) if os.path.isdir(os.path.join(at, folder))
                 for page in os.listdir(os.path.join(at, folder)) if page.endswith('.c') and page != folder + '.c'}
    return [line for line in lines if line and line not in elsewhere]


def freeing(source, name):
    with open(os.path.join(source, 'prototypes', name, name + '.c'), encoding='utf-8') as f:
        m = re.search(r'^\t\.freeing\s*=\s*(\w+)', f.read(), re.M)
    return FREEING[m[1] if m else 'FREE_AT_ONCE']


def why_not():
    return 'the columns lines to orderings need faultline complexity (package libclang-dev)'


@functools.lru_cache(maxsize=None)
def complexity(source, build):
    """{scheme: its JSON}; None: built without libclang."""
    command = os.environ.get('FAULTLINE') or os.path.join(build, 'faultline')
    done = subprocess.run([command, 'complexity', '--source', source, '--format', 'json'], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == 77:
        return None
    if done.returncode:
        raise ValueError(done.stderr.strip())
    return json.loads(done.stdout)


def table(source, adrs, measured):
    """The text between the markers; None without figures."""
    if measured is None:
        return None
    by_scheme = {s['name']: s for s in measured['schemes']}
    rows = ['| ' + ' | '.join(HEAD) + ' |', '|---|---|---|---|---|--:|--:|--:|--:|---|---|']
    for name in names(source):
        adr = next((a for a in adrs if a.front['scheme'] == name), None)
        if adr is None:
            raise ValueError(f"{name}: no ADR has 'scheme: {name}' in its front matter")
        missing = [w for w in WORDS if not adr.front.get(w)]
        if missing:
            raise adr.error(f"front matter has no {', '.join(missing)}, which README's table is made of")
        s = by_scheme[name]
        cells = [f'`{name}`', adr.front['fault-holds'], adr.front['change-waits-for'], adr.front['falls-on'],
                 freeing(source, name), s['file_lines'], s['own']['cyclomatic'], s['own']['cognitive'],
                 s['own']['orderings'], adr.front['kernel-twin'], f'[{int(adr.number)}](ADR/{adr.name})']
        rows.append('| ' + ' | '.join(str(c) for c in cells) + ' |')
    return '\n'.join(rows) + '\n'
