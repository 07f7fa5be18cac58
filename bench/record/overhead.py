# SPDX-License-Identifier: GPL-2.0-or-later
"""What recording costs a program: rounds of plain, tracepoints, ptrace, in turn; CPU and wall time, medians and ratios, as JSON.

    overhead.py FAULTLINE [ROUNDS [WORD]]     WORD: only programs whose name holds it
"""
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

THREADS = '''
import mmap, threading
def work():
    for i in range(3000):
        m = mmap.mmap(-1, 65536)
        m[::4096] = b"x" * 16
        m.close()
threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
'''
FORKS = 'i=0; while [ $i -lt 50 ]; do (:) ; /bin/true; i=$((i + 1)); done'


def programs(folder):
    source = os.path.join(folder, 'big.c')
    with open(source, 'w', encoding='ascii') as f:
        for i in range(600):
            f.write(f'double f{i}(double x, int n) {{ double a[16] = {{ 0 }};'
                    f' for (int k = 0; k < n; k++) a[k & 15] += x * k + {i} * a[(k + {i}) & 15]; return x + a[{i % 16}]; }}\n')
    yield 'gcc on a large file', ['gcc', '-O1', '-c', source, '-o', os.path.join(folder, 'big.o')]
    yield 'four threads that map and touch', [sys.executable, '-c', THREADS]
    yield 'a hundred forks', ['sh', '-c', FORKS]


def run(command):
    """(seconds of CPU, seconds); None: not permitted here."""
    before, start = os.times(), time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    wall, after = time.monotonic() - start, os.times()
    if done.returncode == 77:
        return None
    if done.returncode:
        sys.exit(f'overhead: {command}: status {done.returncode}: {done.stderr.strip()}')
    if 'events lost' in done.stderr and ', 0 events lost' not in done.stderr:
        sys.exit(f'overhead: {done.stderr.strip()}')
    return after[2] + after[3] - before[2] - before[3], wall


def main():
    faultline, rounds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    word = sys.argv[3] if len(sys.argv) > 3 else ''
    out = {'schema': 'faultline/overhead/1', 'host': {'system': platform.platform(), 'cpus': os.cpu_count()},
           'rounds': rounds, 'programs': []}
    os.environ['CCACHE_DISABLE'] = '1'    # a cache would compile nothing
    folder = tempfile.mkdtemp()
    try:
        trace = os.path.join(folder, 't.trace.zst')
        for name, command in programs(folder):
            if word not in name:
                continue
            ways = {'plain': command}
            for method in ('tracepoints', 'ptrace'):
                ways[method] = [faultline, 'record', '--method', method, '-o', trace, '--'] + command
            taken = {way: [] for way in ways}
            for turn in range(-1, rounds):    # the first warms up
                order = list(ways)
                for way in order[turn % len(order):] + order[:turn % len(order)]:
                    took = run(ways[way])
                    if took and turn >= 0:
                        taken[way].append(took)
            for method in ('tracepoints', 'ptrace'):
                if not taken[method]:
                    continue
                entry = {'name': name, 'method': method}
                for i, what in enumerate(('cpu', 'wall')):
                    plain, recorded = ([t[i] for t in taken[w]] for w in ('plain', method))
                    entry[what] = {'ratio': round(statistics.median(recorded) / statistics.median(plain), 3),
                                   'plain_s': [round(s, 3) for s in plain], 'recorded_s': [round(s, 3) for s in recorded]}
                out['programs'].append(entry)
    finally:
        shutil.rmtree(folder)
    json.dump(out, sys.stdout, indent=1)
    print()


if __name__ == '__main__':
    main()
