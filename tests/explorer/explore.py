# SPDX-License-Identifier: GPL-2.0-or-later
"""Visits every sequentially consistent interleaving of a few hand-written threads.

A thread is a list of steps.  A step is a function of the shared state and the
thread's own state (two dicts it may change) and happens at once; it returns nothing, or True,
to go on to the next step, WAIT if it cannot happen now, the name of the step to go to,
or END.  A step that must never happen so raises Violation.

What it cannot show: reordering.  Barriers are argued beside the code.
"""
import sys
from collections import deque

END = object()
WAIT = object()


class Violation(Exception):
    pass


def explore(shared, threads, at_end=None):
    """Returns (number of states, None) or (number of states, steps to the violation)."""
    index = [{f.__name__: i for i, f in enumerate(t)} for t in threads]
    start = (freeze(shared), tuple((0, ()) for _ in threads))
    came_from = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        blocked, live = True, False
        for i, steps in enumerate(threads):
            pc, own = state[1][i]
            if pc >= len(steps):
                continue
            live = True
            s, o = dict(state[0]), dict(own)
            try:
                to = steps[pc](s, o)
            except Violation as v:
                return len(came_from), trace(came_from, state) + [f"{i}:{steps[pc].__name__}", str(v)]
            if to is WAIT:
                continue
            blocked = False
            to = pc + 1 if to in (None, True) else len(steps) if to is END else index[i][to]
            after = (freeze(s), state[1][:i] + ((to, freeze(o)),) + state[1][i + 1:])
            if after not in came_from:
                came_from[after] = (state, f"{i}:{steps[pc].__name__}")
                queue.append(after)
        if live and blocked:
            return len(came_from), trace(came_from, state) + ["asleep for ever"]
        if not live and at_end and at_end(dict(state[0])):
            return len(came_from), trace(came_from, state) + [at_end(dict(state[0]))]
    return len(came_from), None


def freeze(d):
    return tuple(sorted(d.items()))


def trace(came_from, state):
    steps = []
    while came_from[state]:
        state, step = came_from[state]
        steps.append(step)
    return steps[::-1]


def report(cases):
    """cases: (title, must it hold, result).  Ends the program with status 1 if one came out wrong."""
    wrong = 0
    for title, holds, (states, steps) in cases:
        ok = holds == (steps is None)
        wrong += not ok
        what = "holds" if steps is None else "breaks"
        print(f"{'ok' if ok else 'NOT OK':7}{title:62}{what:7}{states:8} states")
        if steps is not None:
            print("       " + " ".join(steps))
    sys.exit(1 if wrong else 0)
