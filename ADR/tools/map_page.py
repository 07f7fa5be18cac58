# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/map.md: the committed sweep, as `faultline merge` of this build prints it."""
import json
import os
import subprocess

BEGIN = '<!-- generated: map; do not edit -->'
PENDING = 'Not measured yet: `make sweep-evidence`.\n'


def page(source):
    return os.path.join(source, 'docs', 'map.md')


def text(source, build):
    """The text between the markers; None: cannot be made here."""
    path = os.path.join(source, 'docs', 'measured', 'sweep.json')
    if not os.path.exists(path):
        return PENDING
    command = os.environ.get('FAULTLINE') or os.path.join(build, 'faultline')
    done = subprocess.run([command, 'merge', '--format', 'md', path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    if 'jansson' in done.stderr:
        return None
    if done.returncode:
        raise ValueError(done.stderr.strip())
    with open(path, encoding='utf-8') as f:
        argv = json.load(f)['argv']
    asked = ' '.join(os.path.basename(a) for a in argv if not a.endswith('sweep.json'))
    return f'`faultline {asked.replace(" -o", "")}`\n\n{done.stdout.strip()}\n'
