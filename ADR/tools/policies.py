# SPDX-License-Identifier: GPL-2.0-or-later
"""What each policy of a fault that waits for its page costs, on the schemes' pages and in the core: the sources with that policy alone.

    policies.py SOURCE      ADR-0021: lines and cyclomatic complexity of the core and of each page with a lock, for each policy, and
                            what they are beyond those of `hold`; JSON on stdout

A policy alone is a patch of the core and the pages, ADR/evidence/policies/NAME.patch: without config.io, and without what only other
policies need.  `all` is the sources as they are.  `faultline complexity` counts them, so the rule is that of ADR-0015.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

SCHEMES = ('mmap_lock', 'per_vma_rwsem', 'per_vma_rwsem_wait', 'per_vma_refcount', 'vma_hazptr', 'vma_hazptr_membarrier',
           'rcu_everything_continue')


def patches(source):
    """{policy: path}"""
    return {os.path.basename(p)[:-len('.patch')]: p
            for p in sorted(glob.glob(os.path.join(source, 'ADR', 'evidence', 'policies', '*.patch')))}


def apply(patch, tree, dry_run=False):
    """@return None, or why not."""
    command = ['patch', '-p1', '-s', '-f', '-N', '-i', os.path.abspath(patch)] + ['--dry-run'] * dry_run
    try:
        r = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except FileNotFoundError:
        return 'there is no patch(1)'
    return r.stdout.decode(errors='replace').split('\n')[0] or 'status %d' % r.returncode if r.returncode else None


def measure(tree):
    """Of the page of each scheme, and of the functions of the core that any scheme reaches."""
    out = subprocess.run(['faultline', 'complexity', '--source', tree, '--format', 'json'], stdout=subprocess.PIPE, check=True).stdout
    report = json.loads(out)
    core = [f for f in report['functions'] if f['path'].startswith('common/')]
    figures = {s['name']: {'lines': s['file_lines'], 'cyclomatic': s['own']['cyclomatic']}
               for s in report['schemes'] if s['name'] in SCHEMES}
    figures['core'] = {what: sum(f[what] for f in core) for what in ('lines', 'cyclomatic')}
    return figures


def beyond(figures, least):
    return {part: {what: n - least[part][what] for what, n in figures[part].items()} for part in figures}


def main(source):
    alone = {}
    for name, patch in [('all', None)] + list(patches(source).items()):
        with tempfile.TemporaryDirectory() as tree:
            for folder in ('common', 'prototypes'):
                shutil.copytree(os.path.join(source, folder), os.path.join(tree, folder))
            why = apply(patch, tree) if patch else None
            if why:
                sys.exit(f'policies: {patch}: {why}')
            alone[name.replace('-', '_')] = measure(tree)
    return {'alone': alone, 'beyond_hold': {name: beyond(figures, alone['hold']) for name, figures in alone.items() if name != 'hold'}}


if __name__ == '__main__':
    print(json.dumps(main(sys.argv[1]), indent=1))
