#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fit hold_share of a machine to fetch_add at one number of threads, and write it into its description.

    fit_hold.py LOOPS MACHINES PUBLISHED

LOOPS is sim/validation/loops, MACHINES the folder sim/machines, PUBLISHED sim/validation/published.csv or, where it has no such
point, what ALSO says.  Machines without a published fetch_add get their proxy's value, as a guess.
"""
import csv
import json
import os
import re
import subprocess
import sys
import tempfile

# machine: threads, placement, and the number where published.csv has none.
FITTED = {'xeon-8176-8s': (28, 'spread', None), 'zen4-guest-166c': (8, 'spread', None), 'graviton2-64c': (8, 'spread', None),
          'skylake-client-4c': (4, 'spread', None), 'zen5-2s-128c': (8, 'packed', 5.9)}
PROXIES = {'skylake-2s-56c': 'xeon-8176-8s', 'gold-6138-2s-40c': 'xeon-8176-8s', 'icelake-8336c-2s-64c': 'xeon-8176-8s',
           'broadwell-2690v4-2s-28c': 'xeon-8176-8s', 'rome-2s-128c': 'zen4-guest-166c'}


def path_of(folder, name):
    return os.path.join(folder, name + '.json')


def add_ns(loops, description, threads, placement):
    with tempfile.NamedTemporaryFile('w', suffix='.json') as f:
        json.dump(description, f)
        f.flush()
        out = subprocess.run([loops, f.name, 'add', '0', '0', placement, '1', str(threads)], stdout=subprocess.PIPE, check=True)
    return float(out.stdout.split()[1])


def store(path, value, word, why):
    text = open(path).read()
    new = re.sub(r'"hold_share": \{[^}]*\}', lambda _: '"hold_share": %s' %
                 json.dumps({'value': value, word: why}), text)
    assert new != text or json.loads(text)['numbers']['hold_share']['value'] == value
    open(path, 'w').write(new)


def main():
    loops, folder, published = sys.argv[1:]
    points = {(r['machine'], int(r['n'])): r for r in csv.DictReader(open(published)) if r['curve'] == 'fetch_add'}
    share = {}
    for name, (threads, placement, wanted) in FITTED.items():
        row = points.get((name, threads))
        wanted = wanted or float(row['value'])
        source = row['source'] if row else 'Threadripper 9975WX, probe_topology.rs in a fork of glommio (one author)'
        description = json.load(open(path_of(folder, name)))
        low, high = 0.0, 1.0
        for _ in range(12):
            description['numbers']['hold_share']['value'] = (low + high) / 2
            if add_ns(loops, description, threads, placement) > wanted:
                low = (low + high) / 2
            else:
                high = (low + high) / 2
        share[name] = round((low + high) / 2, 3)
        description['numbers']['hold_share']['value'] = share[name]
        got = add_ns(loops, description, threads, placement)
        print('%s: hold_share %.3f gives %.2f ns an operation with %d threads, published %.2f' % (name, share[name], got, threads, wanted))
        text = 'fetch_add by %d threads, %g ns an operation in all; %s' % (threads, wanted, source)
        if abs(got / wanted - 1) < 0.05:
            store(path_of(folder, name), share[name], 'source', 'fitted by fit_hold.py to ' + text)
        else:
            store(path_of(folder, name), share[name], 'guess', 'cannot be fitted, the model gives %.3g at best: %s' % (got, text))
    for name, proxy in PROXIES.items():
        store(path_of(folder, name), share[proxy], 'guess', 'proxy: %s, fitted; vary it from half to twice' % proxy)


if __name__ == '__main__':
    main()
