# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks, figures and the verdict that must come of them."""
import claims
import figures
import render

RUN = {
    'host': {'cpus': 2},
    'traces': [{'name': 'sort', 'schemes': [
        {'scheme': 'a:x=1', 'bytes': 0, 'runs': [
            {'ns': 100, 'counters': {'done': 5, 'fell': 0}}, {'ns': 102, 'counters': {'done': 6, 'fell': 1}}]},
        {'scheme': 'b', 'bytes': 8, 'runs': [{'ns': 200}, {'ns': 210}]},
        {'scheme': 'c', 'runs': [{'ns': 100 + i} for i in range(8)]},
        {'scheme': 'd', 'runs': [{'ns': 200 + 3 * i} for i in range(8)]},
        {'scheme': 'e', 'runs': [{'ns': 100 + i} for i in (3, 0, 5, 7, 1, 2, 6, 4)]},
        {'scheme': 'f', 'runs': [{'ns': 0} for i in range(8)]}]}],
    'cells': [{'scheme': 'b', 'point': 'fault_found', 'operation': 'munmap', 'outcome': 'waits'},
              {'scheme': 'b', 'point': 'fault_made', 'operation': 'munmap', 'outcome': 'goes on'}],
    'points': [{'cpus': 8, 'varied': [{'what': 'latencies 1', 'rate': 20}, {'what': 'latencies 0.7', 'rate': 30},
                                      {'what': 'latencies 1.3', 'rate': 10}]}],
    'sides': [{'what': 'x', 'ns': [1, 2]}, {'what': 'x', 'ns': [3, 4]}, {'what': 'y', 'ns': [5]}],
}
CASES = [
    ('r.sort.b.bytes == 8', 'holds'),
    ('0 <= r.sort.b.bytes - r.sort.a_x_1.bytes <= 8', 'holds'),
    ('r.sort.a_x_1.counters.fell == 0', 'broken'),		# in one run of two
    ('r.sort.a_x_1.counters.done >= 5', 'holds'),
    ('total(r.sort.a_x_1.counters) <= 6', 'broken'),
    ('total(r.sort.a_x_1.counters) <= 7', 'holds'),
    ('greatest(r.sort.a_x_1.counters.fell) == 1', 'holds'),
    ('ratio(r.sort.d.ns, r.sort.c.ns) >= 1.9', 'holds'),
    ('ratio(r.sort.d.ns, r.sort.c.ns) >= 2.03', 'inconclusive'),
    ('ratio(r.sort.d.ns, r.sort.c.ns) >= 2.2', 'broken'),
    ('2.2 <= ratio(r.sort.d.ns, r.sort.c.ns)', 'broken'),
    ('1.5 < ratio(r.sort.d.ns, r.sort.c.ns) < 2.5', 'holds'),
    ('1 - ratio(r.sort.c.ns, r.sort.d.ns) > 0.4', 'holds'),
    ('1 - ratio(r.sort.c.ns, r.sort.d.ns) > 0.505', 'inconclusive'),	# 0.502 to 0.514
    ('1 - ratio(r.sort.c.ns, r.sort.d.ns) > 0.52', 'broken'),
    ('2 * ratio(r.sort.c.ns, r.sort.d.ns) < 0.98', 'inconclusive'),
    ('ratio(r.sort.e.ns, r.sort.c.ns) < 1', 'inconclusive'),	# the same runs in another order: paired, no difference
    ('ratio(r.sort.b.ns, r.sort.a_x_1.ns) >= 1', 'inconclusive'),	# two runs tell nothing
    ('ratio(r.sort.b.ns, r.sort.c.ns) >= 1', 'not measured'),	# two runs beside eight: no pairs
    ('ratio(r.sort.c.ns, r.sort.f.ns) >= 1', 'not measured'),	# to nothing
    ('r.b.{fault_found,fault_made}.munmap.outcome == waits', 'broken'),
    ('r.b.fault_found.munmap.outcome == waits', 'holds'),
    ('r.b.fault_made.munmap.outcome == "goes on"', 'holds'),
    ('median(r.x.ns) == 1.5', 'holds'),
    ('least(r.x_2.ns) == 3', 'holds'),
    ('r.sort.{a_x_1,b}.bytes <= r.sort.{a_x_1,b}.bytes', 'holds'),	# equal braces move together
    ('r.sort.nobody.bytes == 0', 'not measured'),
    ('total(r.nothing) == 0', 'not measured'),
    ('r.n8.latencies_{1,0_7,1_3}.rate >= 10', 'holds'),
    ('r.n8.latencies_{1,0_7,1_3}.rate >= 15', 'cannot tell'),	# it flips at 1.3
    ('r.n8.latencies_{1,0_7,1_3}.rate >= 25', 'broken'),	# not as described
    ('r.n8.latencies_{0_7,1_3}.rate >= 15', 'broken'),		# as described it was not asked
]
WRONG = ['r.sort.b.bytes', 'r.sort.b.bytes == ', '__import__("os") == 1', 'r.{a,{b}} == 1', 'ratio(r.a) > 1',
         'r.b.fault_found.munmap.outcome < 3', '[1] == 1', 'r.a.b if 1 else 2 == 3', '1 < r.a.b in 2', '1 in r.a.b < 2']


def claim_of(check):
    class OneCheck:
        checks = [check]
    return OneCheck


def wrong():
    """One line for each case that does not end as it must."""
    lookup = figures.lookup_in({f'r.{n}': v for n, v in figures.flatten(RUN).items()})
    lines = []
    for check, wanted in CASES:
        got, _ = claims.evaluate(claim_of(check), lookup)
        if got != wanted:
            lines.append(f'{check}: {got}, not {wanted}')
    for check in WRONG:
        try:
            claims.evaluate(claim_of(check), lookup)
            lines.append(f'{check}: is taken for a check')
        except claims.CheckError:
            pass
    for needs, host, met in [('cpus>=8', {'cpus': 2}, False), ('cpus>=8', {'cpus': 8}, True), ('-', {}, True)]:
        if render.needs_met(needs, host) != met:
            lines.append(f'needs {needs} on {host}')
    return lines
