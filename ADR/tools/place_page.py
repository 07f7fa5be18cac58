# SPDX-License-Identifier: GPL-2.0-or-later
"""How far the model of `faultline place` is off: docs/record-your-program.md, rendered from the committed sweep; and the
bounds that the tests hold it to.

    place_page.py FAULTLINE SOURCE    write the bounds anew, into bench/place/place.h
"""
import json
import math
import os
import re
import subprocess
import sys

BEGIN = '<!-- generated: place; do not edit -->'


def page(source):
    return os.path.join(source, 'docs', 'record-your-program.md')


def sweep(source):
    return os.path.join(source, 'tests', 'bench', 'place-sweep.json')


def error(source, command):
    """The model held to that sweep; None: this build reads no JSON."""
    done = subprocess.run([command, 'place', '--runs', '1', '--format', 'json', '--calibrate', sweep(source),
                           os.path.join(source, 'tests', 'bench', 'tiny.trace')],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if 'jansson' in done.stderr:
        return None
    if done.returncode:
        raise ValueError(done.stderr.strip())
    return json.loads(done.stdout)['model_error']


def text(source, build):
    """The text between the markers; None: cannot be made here."""
    e = error(source, os.environ.get('FAULTLINE') or os.path.join(build, 'faultline'))
    if e is None:
        return None
    with open(sweep(source), encoding='utf-8') as f:
        s = json.load(f)
    asked, host = s['parameters'], s['host']
    changes, shares = asked['changes_per_fault'], [p['episode_share'] for p in asked['pressures']]
    return (f"Measured: {asked['threads']} threads, {min(changes):g} to {max(changes):g} changes a fault, "
            f"{100 * min(shares):g} to {100 * max(shares):g} % of faults meet short memory, {asked['runs']} runs "
            f"({host['cpu']}, {host['cpus']} CPUs, {host['system']}).\n"
            "With page and wake-up costs fitted to the baseline alone, the model's ratios of the others to it are off by a "
            f"factor of {e['typical_factor']:.2f} typically (geometric mean) and {e['worst_factor']:.2f} at worst. Of {e['pairs']} "
            f"pairs of schemes that the sweep could tell apart, {e['pairs_right']} are in the model's order.\n")


def bounds(command, source):
    """A tenth above what is typical, a half above the worst: the same sweep gives the same, but costs and rates get added."""
    e = error(source, command)
    if e is None:
        sys.exit('place_page: this build has no jansson, and so no JSON (package libjansson-dev)')
    header = os.path.join(source, 'bench', 'place', 'place.h')
    with open(header, encoding='utf-8') as f:
        was = f.read()
    now = was
    for name, value in (('TYPICAL', math.ceil(e['typical_factor'] * 10 + 0.5) / 10), ('WORST', math.ceil(e['worst_factor'] * 2 + 0.5) / 2)):
        now = re.sub(rf'(#define PLACE_{name}_ERROR) .*', rf'\1 {value:.1f}', now)
    if now != was:
        with open(header, 'w', encoding='utf-8') as f:
            f.write(now)


if __name__ == '__main__':
    bounds(*sys.argv[1:])
