#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast the simulated machine is on this host, against what it must reach; `make bench-sim`.

    bench-sim.py FAULTLINE

Speeds are per second of CPU time, so that other programs disturb them less; set-up is in them.
Exit status: 0 every bar is reached, 1 one is not, 2 a run failed.
"""
import json
import os
import sys
import tempfile

POINTS = "1,2,3,4,6,8,12,16,24,32,48,64,96,128"


def run(faultline, *args):
    """Run `faultline scale`; its document, CPU seconds, MiB at most."""
    with tempfile.NamedTemporaryFile() as out:
        pid = os.fork()
        if not pid:
            os.execv(faultline, [faultline, "scale", "--format", "json", "-o", out.name, "--latencies", "1", *args])
        _, status, used = os.wait4(pid, 0)
        if status:
            sys.exit(2)
        return json.load(open(out.name)), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def accesses(document):
    return sum(r["accesses"] for w in document["workloads"] for c in w["curves"] for p in c["points"] for r in p["runs"])


def main():
    faultline, missed = sys.argv[1], 0

    def bar(what, value, unit, reached, wanted):
        nonlocal missed
        missed += not reached
        print("%-62s %8.1f %-10s %s %s" % (what, value, unit, "reaches" if reached else "MISSES", wanted))
        sys.stdout.flush()

    machine = ("--machine", "rome-2s-128c", "--schemes", "per_vma_rwsem")
    document, seconds, _ = run(faultline, *machine, "--cpus", "64", "--workload", "anon", "--no-zero")
    speed = accesses(document) / seconds / 1e6
    bar("64 CPUs, a VMA each, per_vma_rwsem: accesses", speed, "M/s", speed >= 60, "60")
    document, seconds, _ = run(faultline, *machine, "--cpus", "64", "--workload", "anon-one-vma", "--no-zero")
    speed = accesses(document) / seconds / 1e6
    bar("64 CPUs, one VMA, per_vma_rwsem: accesses", speed, "M/s", speed >= 30, "30")
    _, _, mib = run(faultline, *machine, "--cpus", "256", "--workload", "anon")
    bar("256 CPUs: memory", mib, "MiB", mib < 1024, "less than 1024")
    for scheme in "mmap_lock", "per_vma_rwsem", "rcu_everything":
        # As the published curves are: memory that is touched for the first time.
        _, seconds, _ = run(faultline, "--machine", "icelake-8336c-2s-64c", "--schemes", scheme, "--cpus", POINTS,
                            "--workload", "anon", "--fresh")
        bar("a curve of 14 points to 128 CPUs, fresh memory, " + scheme, seconds, "s", seconds < 5, "less than 5")
    return missed > 0


if __name__ == "__main__":
    sys.exit(main())
