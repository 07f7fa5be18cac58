# SPDX-License-Identifier: GPL-2.0-or-later
"""common/sync/rwsem.c: mutual exclusion, no lost wake, no store to a dead stack, no starving.

Each case runs a few writers, killed ones among them, readers and a downgrade through the lock; then again with one
rule of the code left out, which must break.
"""
from explore import END, Violation, WAIT, explore, report

MISSES = 1      # the code's RWSEM_MISSES, kept small

START = dict(W=0, R=0, waiters=0, handoff=0, wait_lock=0, queue=(), alive=0, woken=0,
             writers=0, readers=0, passed=0, killed=0)


def bit(i):
    return 1 << i


def rules(left_out, nr_threads):
    def step_of(me, writer, downgrades, steals=1, killable=False):
        """One thread that takes and releases the lock once; me is its number."""

        def locked(s):
            return s['W'] or s['R']

        def miss(s):
            s['waiters'] = 1
            head = s['queue'][0][0]
            s[f'misses{head}'] = min(s.get(f'misses{head}', 0) + 1, MISSES + 1)
            if s[f'misses{head}'] > MISSES and left_out != 'handoff':
                s['handoff'] = 1

        def enter_write(s):
            if s['writers'] or s['readers']:
                raise Violation('a writer beside another holder')
            s['writers'] = 1

        def enter_read(s):
            if s['writers']:
                raise Violation('a reader beside a writer')
            s['readers'] += 1

        def served(s):
            s['handoff'] = 0
            s['passed'] = 0
            s['waiters'] = int(bool(s['queue']))

        def serve(s, o):
            """rwsem_serve(): what is to be woken goes to o."""
            if not s['queue']:
                return
            head, is_writer = s['queue'][0]
            if is_writer:
                if locked(s) or (s['woken'] & bit(head) and left_out != 'count who is awake'):
                    miss(s)
                elif not s['woken'] & bit(head):
                    o['writer'] = head
                    if left_out != 'store under wait_lock':
                        store(s, head)
                return
            if s['W']:
                miss(s)
                return
            batch = []
            while s['queue'] and not s['queue'][0][1]:
                batch.append(s['queue'][0][0])
                s['queue'] = s['queue'][1:]
            s['R'] += len(batch)
            served(s)
            o['batch'] = tuple(batch)

        def store(s, who):
            if not s['alive'] & bit(who):
                raise Violation('a store to a stack that is gone')
            s['woken'] |= bit(who)

        # --- arriving

        def take(s, o):
            if writer:
                if not (locked(s) or s['waiters'] or s['handoff']):
                    s['W'] = 1
                    return 'hold'
                return 'steal'
            bad = s['W'] or s['waiters'] or s['handoff']
            s['R'] += 1
            return 'lock' if bad else 'hold'

        def steal(s, o):
            if not locked(s) and not s['handoff']:
                if s['queue']:
                    s['passed'] += 1
                    # Each thief serves the queue, and counts, before it steals again.
                    if s['passed'] > MISSES + nr_threads:
                        raise Violation('the first in the queue is passed over again and again')
                s['W'] = 1
                return 'hold'
            return 'lock'

        def lock(s, o):
            if s['wait_lock']:
                return WAIT
            s['wait_lock'] = 1
            return 'queue_up' if writer else 'look'

        def look(s, o):
            if not s['queue'] and (not s['W'] or left_out == 'look for the writer'):
                o['kept'] = 1
                return 'unlock_wait'

        def back_out(s, o):
            s['R'] -= 1
            s['waiters'] = 1
            s['queue'] += ((me, False),)
            s['alive'] |= bit(me)
            if left_out != 'serve after backing out':
                if not locked(s) or (s['queue'][0][0] == me and not s['W']):
                    serve(s, o)
            return 'unlock_wait'

        def queue_up(s, o):
            s['queue'] += ((me, True),)
            s['alive'] |= bit(me)

        def try_first(s, o):
            if s['queue'][0][0] != me:
                return 'reset'
            if locked(s):
                if left_out == 'waiters in one step':
                    return 'late_waiters'
                miss(s)
                return 'reset'
            s['W'] = 1
            s['queue'] = s['queue'][1:]
            served(s)
            o['kept'] = 1
            return 'unlock_wait'

        def late_waiters(s, o):
            miss(s)

        def reset(s, o):
            s['woken'] &= ~bit(me)

        def unlock_wait(s, o):
            s['wait_lock'] = 0
            if o.pop('kept', 0):
                s['alive'] &= ~bit(me)
                return 'hold'
            return 'wake_wait' if o.get('batch') or 'writer' in o else 'wait'

        def wake_wait(s, o):
            return wake(s, o, 'wake_wait') or 'wait'

        def wait(s, o):
            if not s['woken'] & bit(me):
                return 'relock_killed' if killable and s['killed'] else WAIT
            if writer:
                return 'relock'
            s['alive'] &= ~bit(me)
            s['woken'] &= ~bit(me)
            return 'hold'

        def relock(s, o):
            if s['wait_lock']:
                return WAIT
            s['wait_lock'] = 1
            return 'try_first'

        # --- killed

        def relock_killed(s, o):
            if s['wait_lock']:
                return WAIT
            s['wait_lock'] = 1

        def leave_queue(s, o):
            first = s['queue'][0][0] == me
            s['queue'] = tuple(w for w in s['queue'] if w[0] != me)
            if first:
                if left_out != 'bits of the killed':
                    served(s)
                if left_out != 'serve when killed':
                    serve(s, o)

        def unlock_killed(s, o):
            s['wait_lock'] = 0
            s['alive'] &= ~bit(me)
            s['woken'] &= ~bit(me)
            o['again'] = steals
            return 'wake_leave'

        # --- holding, leaving

        def hold(s, o):
            (enter_write if writer else enter_read)(s)

        def leave(s, o):
            o['again'] = o.get('again', 0) + 1
            if writer:
                s['writers'] = 0
                s['W'] = 0
                if downgrades:
                    s['R'] += 1
                    s['readers'] += 1
                    return 'serve_readers' if s['waiters'] else 'leave_read'
                return 'serve_queue' if s['waiters'] else 'once_more'
            return leave_read(s, o)

        def serve_readers(s, o):
            if s['wait_lock']:
                return WAIT
            if s['queue'] and not s['queue'][0][1]:
                serve(s, o)
            return 'leave_read'     # woken by the time it leaves, which is all that matters

        def leave_read(s, o):
            if o.get('batch'):
                store(s, o['batch'][0])
                o['batch'] = o['batch'][1:]
                return 'leave_read'
            s['readers'] -= 1
            s['R'] -= 1
            return 'serve_queue' if s['waiters'] and not locked(s) else 'once_more'

        def serve_queue(s, o):
            if s['wait_lock']:
                return WAIT
            s['wait_lock'] = 1

        def served_queue(s, o):
            serve(s, o)

        def unlock_leave(s, o):
            s['wait_lock'] = 0

        def wake_leave(s, o):
            return wake(s, o, 'wake_leave') or 'once_more'

        def wake(s, o, this_step):
            """One store; returns this_step while there is more to do."""
            if 'writer' in o:
                who = o.pop('writer')
                if left_out == 'store under wait_lock':
                    store(s, who)
            batch = o.pop('batch', ())
            if batch:
                if left_out == 'next before the store':
                    for who in batch[:-1]:
                        if o.get('stored') == who and not s['alive'] & bit(who):
                            raise Violation('a read of a stack that is gone')
                    if o.get('stored') != batch[0]:
                        store(s, batch[0])
                        o['stored'] = batch[0]
                        o['batch'] = batch
                        return this_step
                else:
                    store(s, batch[0])
                if batch[1:]:
                    o['batch'] = batch[1:]
                    return this_step

        def once_more(s, o):
            if o['again'] < steals:
                n = o['again']
                o.clear()
                o['again'] = n
                return 'take'
            return END

        return [take, steal, lock, look, back_out, queue_up, try_first, late_waiters, reset,
                unlock_wait, wake_wait, wait, relock, relock_killed, leave_queue, unlock_killed, hold, leave, serve_readers, leave_read,
                serve_queue, served_queue, unlock_leave, wake_leave, once_more]
    return step_of


KINDS = dict(w=(True, False, 1), r=(False, False, 1), d=(True, True, 1), R=(False, False, 2), W=(True, False, 5),
             k=(True, False, 1, True))


def kill(s, o):
    s['killed'] = 1
    return END


def run(threads, left_out=None):
    """x kills each k."""
    step_of = rules(left_out, len(threads))
    return explore(START, [[kill] if k == 'x' else step_of(i, *KINDS[k]) for i, k in enumerate(threads)],
                   lambda s: 'left over' if s['W'] or s['R'] or s['waiters'] or s['handoff'] or s['queue'] else None)


CASES = [(f"threads {t}", True, run(t)) for t in ('wr', 'wwr', 'wrr', 'dr', 'drw', 'dwr', 'RRw', 'dd', 'wwW', 'wkx', 'rkx', 'wkxw', 'wkxr', 'rkxw', 'kkxr')]
CASES += [(f"threads {t}, without: {rule}", False, run(t, rule)) for t, rule in (
    ('wr', 'serve after backing out'),
    ('ww', 'waiters in one step'),
    ('wr', 'look for the writer'),
    ('wwr', 'store under wait_lock'),
    ('wrr', 'next before the store'),
    ('wW', 'handoff'),
    ('wW', 'count who is awake'),
    ('wkxw', 'serve when killed'),
    ('wkx', 'bits of the killed'),
)]

if __name__ == '__main__':
    report(CASES)
