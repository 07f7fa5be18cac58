#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plant each bug in a copy of the sources, rebuild, and see whether the test meant to catch it does.

    busted.py run [--quick] [--explorer] [--jobs N] [--srcdir S] [--builddir B] [--log FILE] [NAME ...]
    busted.py table [--srcdir S]    print the table of docs/races.md
    busted.py render [--srcdir S]   write it there, and that of docs/rules.md
    busted.py check [--srcdir S]    TAP: patches, log, tables and clauses fit together; nothing is run

A bug is a patch in this folder.  Its first lines say which rule and clause it breaks,
which bug of history it is like, and what is to catch it, the likeliest first:

    Rule: F1.5          Clause: ...          Class: ...
    Test: tests/rules/rules --filter mmap_lock/munmap_all

The explorer comes first: the patch's tests of it or, where it names none, every scene a few times.
A test `asan: ...` or `tsan: ...` needs a build like that, given by --asan and --tsan.

A bug that nothing can notice says so, and proves it:

    Equivalent: why, in words
    Proof: SCENES SCHEMES       every execution of these with weak memory; none may have a finding
    Stronger: NAME              a patch in patches/stronger of the same lines, found in the same scenes

A bug that no test notices stays open, and its row says how many executions of which scenes did not notice it.  Where we
think that nothing can notice it but have not proved it:

    Thought: why, in words

`run` updates the rows of the log that it has run.  With --quick it runs those of
history that the log says are caught in under QUICK seconds, not by the torture, which may be out
of luck, leaves the log alone, and fails if one is not caught.
"""
import argparse
import concurrent.futures
import glob
import hashlib
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
QUICK = 5
EXPLORE = 'tests/explore/explore'    # prints no TAP: it says what it found
# For a patch that names no scene: all of them, a few executions each.
SWEEP = EXPLORE + " --scene '*+*,tree/*,sync/*' --strategy random -n 15"
LIMIT = 60          # seconds a test may take, and CPU seconds the explorer: what is caught later is not caught
PROOF_LIMIT = 900   # CPU seconds that every execution of a proof's scenes may take
BUSY = 10           # a CPU second may take so many on a busy machine
BEGIN, END = '<!-- busted: begin -->', '<!-- busted: end -->'
SCENES_BEGIN, SCENES_END = '<!-- scenes: begin -->', '<!-- scenes: end -->'


def digest(text):
    """Of what makes the bug, and the tests to try: no context, comment or word about it changes what they find."""
    changed = [re.sub(r'\s*/\*.*?\*/', '', line).rstrip() for line in text.split('\n')
               if re.match(r'[-+](?!\s*/?\*[ /*]|\s*/?\*$)|(?:Test|Proof|Stronger): ', line)]
    return hashlib.sha256('\n'.join(changed).encode()).hexdigest()[:12]


class Bug:
    def __init__(self, path):
        text = open(path).read()
        self.path, self.name = path, os.path.basename(path)[:-len('.patch')]
        self.head = {k: v for k, v in re.findall(r'^(Rule|Clause|Class|Equivalent|Thought): (.*)$', text, re.M)}
        self.tests = re.findall(r'^Test: (.*)$', text, re.M)
        self.files = re.findall(r'^\+\+\+ b/(\S+)', text, re.M)
        self.proof = re.search(r'^Proof: (\S+) (\S+)$', text, re.M)
        self.stronger = None
        if self.proof:
            name = re.search(r'^Stronger: (\S+)$', text, re.M).group(1)
            self.stronger = Bug(os.path.join(HERE, 'patches', 'stronger', name + '.patch'))
        self.digest = digest(text + (open(self.stronger.path).read() if self.stronger else ''))

    def all_tests(self):
        """The explorer's first."""
        explorer = [t for t in self.tests if t.startswith(EXPLORE)]
        return (explorer or [SWEEP]) + [t for t in self.tests if t not in explorer]


def bugs(names=()):
    found = [Bug(p) for p in sorted(glob.glob(os.path.join(HERE, 'patches', '*.patch')))]
    unknown = set(names) - {b.name for b in found}
    if unknown:
        sys.exit('busted.py: no such patch: %s' % ', '.join(sorted(unknown)))
    return [b for b in found if not names or b.name in names]


# --- the log: name, digest of the patch, caught or open, seconds, test, what it said ----------

def read_log(path):
    rows = {}
    if os.path.exists(path):
        for line in open(path):
            if line.strip() and not line.startswith('#'):
                fields = line.rstrip('\n').split('\t')
                rows[fields[0]] = fields
    return rows


def write_log(path, rows):
    with open(path + '.tmp', 'w') as out:
        out.write('# name, patch, caught or open, seconds, by, what it said; written by busted.py run\n')
        for name in sorted(rows):
            out.write('\t'.join(rows[name]) + '\n')
    os.replace(path + '.tmp', path)


# --- running ------------------------------------------------------------------------------------

class Build:
    """A copy of the sources and of one build of them, in which one bug after the other is planted."""

    def __init__(self, srcdir, builddir, work, stories=None):
        self.stories = stories
        self.made = 0       # executions of the explorer without a finding since a bug was planted
        self.original = (srcdir, builddir)
        self.src = os.path.join(work, 'source')
        self.build = os.path.normpath(os.path.join(self.src, os.path.relpath(builddir, srcdir)))
        skip = shutil.ignore_patterns('.git', 'build', 'build-asan', 'build-tsan', 'build-fuzz', 'faultline-*', 'html')
        shutil.copytree(srcdir, self.src, ignore=skip, symlinks=True)
        # fuzz/ in a build may be at work.
        shutil.copytree(builddir, self.build, symlinks=True, ignore=lambda d, names:
                        skip(d, names) | ({'fuzz'} if os.path.samefile(d, builddir) else set()))

    def plant(self, bug):
        self.began = time.time()
        self.planted = bug.name
        return call(['patch', '-p1', '-s', '-f', '-N', '-i', bug.path], self.src)

    def restore(self, bug):
        """Sources as they were, with their times; and what was built since."""
        for f in bug.files:
            shutil.copy2(os.path.join(self.original[0], f), os.path.join(self.src, f))
        for base, _, files in os.walk(self.build):
            for f in files:
                path = os.path.join(base, f)
                if os.path.getmtime(path) < self.began - 1:
                    continue
                was = os.path.join(self.original[1], os.path.relpath(path, self.build))
                os.unlink(path)     # it may still run
                if os.path.exists(was):
                    shutil.copy2(was, path)


def end_session(leader):
    """Kill all that a session's leader has started: Criterion's workers are in process groups of their own."""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            if os.getsid(int(pid)) == leader:
                os.kill(int(pid), signal.SIGKILL)
        except OSError:
            pass    # it has ended


def call(command, cwd, limit=600, env=None, cpu=None):
    """Status, or 'hangs', and what it said.  With @cpu: that many CPU seconds, however long they take."""
    p = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         stdin=subprocess.DEVNULL, start_new_session=True,
                         preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))) if cpu else None)
    try:
        out, _ = p.communicate(timeout=cpu * BUSY if cpu else limit)
        return 'hangs' if p.returncode == -signal.SIGXCPU else p.returncode, out.decode(errors='replace')
    except subprocess.TimeoutExpired:
        end_session(p.pid)
        out, _ = p.communicate()
        return 'hangs', out.decode(errors='replace')


def what_it_said(status, out):
    """The first line that tells why, without numbers that differ from run to run."""
    for pattern in (r'SUMMARY: (\w+Sanitizer: [\w-]+)', r'^#   (cell .*?: .*?) \(value', r'(BUG: [^\n]*)',
                    r'^#   (?! |while)(.*)$', r'^# (out of time)', r'hangs, (while trying.*)', r'^not ok (?:\d+ )?- (.*)$'):
        m = re.search(pattern, out, re.M)
        if m:
            return re.sub(r'0x[0-9a-f]+|\b\d{3,}\b', 'N', re.sub(r'cell \d+ at \S+', 'a cell', m.group(1)))[:120].strip()
    return 'hangs' if status == 'hangs' else 'status %s' % status


def keep_story(build, out, drawing):
    """With --stories: the shortest story of the bug that is planted, as text and as a picture."""
    if not build.stories:
        return
    os.makedirs(build.stories, exist_ok=True)
    begin = out.index('The shortest story')
    with open(os.path.join(build.stories, build.planted + '.txt'), 'w') as text:
        text.write('%s\n\n%s' % (build.planted, re.sub(r'^(The shortest story) .*(; seed: )', r'\1 that was found\2', out[begin:])
                                 .split('\nFindings: ')[0].rstrip() + '\n'))
    shutil.copyfile(drawing, os.path.join(build.stories, build.planted + '.svg'))


def try_test(build, test):
    """Seconds and words if it fails; None if it passes; a text if it cannot be run."""
    words = shlex.split(test)
    status, out = call(['make', '-s', 'WARN_CFLAGS=-w', words[0]], build.build)
    if status:
        return 'does not build: ' + (re.findall(r'error: .*', out) or out.splitlines()[-1:] or ['?'])[0]
    began = time.time()
    if words[0] == EXPLORE:
        drawing = os.path.join(build.build, 'story.svg')
        status, out = call([os.path.join(build.build, words[0]), '--diagram', drawing] + words[1:], build.build, cpu=LIMIT)
        found = re.search(r'^Finding in (\S+) under (\S+), .*\n(.*)', out, re.M)
        if status == 1 and found:
            if 'The shortest story' in out:
                keep_story(build, out, drawing)
            return (time.time() - began, re.sub(r'0x[0-9a-f]+|\b\d+\b', 'N', found.group(3))[:120].strip(),
                    '%s --scene %s%s' % (EXPLORE, found.group(1), '' if found.group(2) == '-' else ' --schemes ' + found.group(2)))
        build.made += sum(int(n) for n in re.findall(r'^\S+ +\S+ +(\d+) executions ', out, re.M))
        return None if status in (0, 'hangs') else 'cannot be run: %s: %s' % (test, out.strip()[-200:])
    run = os.path.join(build.src, 'tests/support/run.sh')
    status, out = call(['sh', run] + words, build.build, LIMIT + 30, dict(os.environ, RUN_TIMEOUT=str(LIMIT), FAULTLINE_LONG='yes'))
    seconds = time.time() - began
    # run.sh leaves such lines to automake's driver.
    if status == 0 and not re.search('^not ok', out, re.M):
        return None
    # It checks itself whether it hangs; on a busy machine its rounds merely take long.
    if '# out of time' in out and words[0].startswith('tests/torture/'):
        return None
    if '# exit status 2' in out:
        return 'refuses its arguments: ' + test
    if '# no test ran' in out and '# exit status 0' in out:
        return 'runs no test: ' + test
    return seconds, what_it_said(status, out), test


def explore_all(build, bug, scenes, schemes, *more):
    """Every execution with weak memory.  @return the status and the words, or a text if it cannot be run."""
    status, out = build.plant(bug)
    if status == 0:
        status, out = call(['make', '-s', 'WARN_CFLAGS=-w', EXPLORE], build.build)
    if status == 0:
        result = call([os.path.join(build.build, EXPLORE), '--scene', scenes, '--schemes', schemes, '--strategy', 'dfs', *more],
                      build.build, cpu=PROOF_LIMIT)
    build.restore(bug)
    return (status, out) if status else result


def prove(build, bug):
    """As a row from its third field on, or None: not equivalent, for all that this shows."""
    scenes, schemes = bug.proof.groups()
    began = time.time()
    status, out = explore_all(build, bug, scenes, schemes)
    whole = re.search(r'^No finding: .* (\d+) of scene and scheme, (\d+) of them complete; (\d+) executions', out, re.M)
    if status or not whole or whole.group(1) != whole.group(2):
        return None
    status, out = explore_all(build, bug.stronger, scenes, schemes)
    found = re.search(r'^Finding in (\S+) under (\S+), .*\n(.*)', out, re.M)
    if status != 1 or not found:
        return None
    return ['equivalent', '%.1f' % (time.time() - began), 'explore %s, %s: every execution, %s' % (scenes, schemes, whole.group(3)),
            '%s: %s' % (bug.stronger.name, re.sub(r'0x[0-9a-f]+|\b\d+\b', 'N', found.group(3))[:120].strip())]


def how_far(builds, bug):
    """An open bug's row from its fourth field on."""
    scenes = [m.group(1) for m in (re.search(r'--scene (\S+)', t) for t in bug.all_tests() if t.startswith(EXPLORE)) if m]
    return ['-', 'explore ' + ','.join(scenes), '%d executions notice nothing' % sum(b.made for b in builds.values())]


def progress(bug, what, began, test):
    """A bug that nothing notices takes minutes: say where they go."""
    print('# %s: %s in %.0f s: %s' % (bug.name, what, time.time() - began, test), file=sys.stderr, flush=True)


def try_bug(builds, bug, explorer):
    row = [bug.name, bug.digest, 'open', '-', '-', '-']
    for build in builds.values():
        build.made = 0
    for test in bug.all_tests():
        began = time.time()
        if explorer and not test.startswith(EXPLORE):
            continue
        kind, _, command = test.rpartition(': ') if test.startswith(('asan: ', 'tsan: ')) else ('', '', test)
        build = builds.get(kind)
        if not build:
            row[5] = 'not run: needs a build with --enable-%s' % kind
            continue
        status, out = build.plant(bug)
        result = try_test(build, command) if status == 0 else 'does not apply: ' + out.splitlines()[0]
        build.restore(bug)
        if not result:
            progress(bug, 'nothing noticed', began, test)
        if isinstance(result, str):
            return row[:2] + ['broken', '-', test, result]
        if result:
            return row[:2] + ['caught', '%.1f' % result[0], kind + ': ' * bool(kind) + result[2], result[1]]
    began = time.time()
    proved = prove(builds[''], bug) if bug.proof else None
    if bug.proof:
        progress(bug, 'proved' if proved else 'not proved', began, ' '.join(bug.proof.groups()))
    return row[:2] + proved if proved else row[:3] + (row[3:] if row[5].startswith('not run') else how_far(builds, bug))


def as_planted(bug, caught_by):
    """The patch's tests that the log's words are of, which do not say how many executions; or these words."""
    scene = re.search(r'--scene (\S+)', caught_by)
    program = caught_by.split()[0]
    return [t for t in bug.tests if scene and t.split()[0] == program and scene[1] in t] or [caught_by]


def run(args, log):
    rows = read_log(log)
    chosen = bugs(args.names)
    if args.quick:
        chosen = [b for b in chosen if 'Class' in b.head and rows.get(b.name, [''] * 4)[2] == 'caught' and
                  float(rows[b.name][3]) < QUICK and not re.match('[at]san: |tests/torture/', rows[b.name][4])]
        for b in chosen:
            b.tests = as_planted(b, rows[b.name][4])
            b.all_tests = lambda b=b: b.tests
    trees = {'': args.builddir, 'asan': args.asan, 'tsan': args.tsan}
    srcdir = os.path.abspath(args.srcdir)
    bad = []
    with tempfile.TemporaryDirectory() as work:
        pool = concurrent.futures.ThreadPoolExecutor(args.jobs)
        free = []
        for i in range(args.jobs):
            free.append({k: Build(srcdir, os.path.abspath(b), os.path.join(work, '%d%s' % (i, k)), args.stories)
                         for k, b in trees.items() if b})

        def one(bug):
            builds = free.pop()
            try:
                return try_bug(builds, bug, args.explorer)
            finally:
                free.append(builds)

        for bug, row in zip(chosen, pool.map(one, chosen)):
            print('\t'.join(row), flush=True)
            if row[2] == 'broken' or (args.quick and row[2] != 'caught'):
                bad.append(bug.name)
            elif not args.quick and not (args.explorer and row[2] == 'open' and rows.get(bug.name, row)[1] == bug.digest):
                rows[bug.name] = row
                write_log(log, {k: v for k, v in rows.items() if k in {b.name for b in bugs()}})
    caught = sum(r[2] == 'caught' for r in rows.values())
    print('busted: %d planted, %s' % (len(chosen), 'not as they should be: ' + ', '.join(bad) if bad else
                                      'all caught' if args.quick else '%d of %d in the log caught' % (caught, len(rows))))
    return 1 if bad else 0


# --- the table ----------------------------------------------------------------------------------

def table(rows):
    lines = ['| clause | bug | left out, or broken | like | caught by |', '|---|---|---|---|---|']
    order = lambda b: [int(n) if n.isdigit() else n for n in re.split(r'(\d+)', b.head['Rule'])] + [b.name]
    for b in sorted(bugs(), key=lambda b: [str(type(x)) + str(x).zfill(4) for x in order(b)]):
        row = rows.get(b.name)
        how = '**open**'
        if row and row[2] == 'equivalent':
            how = 'nothing can notice: %s. %s; with more broken there, %s' % (b.head['Equivalent'], row[4], row[5].replace('|', '\\|'))
        elif row and row[2] == 'caught':
            m = re.match(r'(?:([at]san): )?tests/\w+/(\w+)(?:.*?(?:--filter|--scene|--schemes) (\S+))?', row[4])
            how = '%s%s: %s' % (m.group(2), ' `%s`' % m.group(3) if m.group(3) else '', row[5].replace('|', '\\|'))
        elif row and row[5].startswith('not run'):
            how = row[5]
        elif row and row[5] != '-':
            how += ': of `%s` %s' % (row[4].split()[-1].replace('|', '\\|'), row[5])
        if how.startswith('**open**') and 'Thought' in b.head:
            how += '; we think that nothing can, without a proof: ' + b.head['Thought']
        lines.append('| %s | `%s` | %s | %s | %s |' % (b.head['Rule'], b.name, b.head['Clause'],
                                                       b.head.get('Class', ''), how))
    caught = [r for r in rows.values() if r[2] == 'caught']
    lines += ['', '%d bugs, %d caught, each within %d s, %d of them by the explorer; %d that nothing can notice; of %d bugs of history %d caught.' % (
        len(bugs()), len(caught), LIMIT, sum(r[4].startswith(EXPLORE) for r in caught),
        sum(r[2] == 'equivalent' for r in rows.values()), sum('Class' in b.head for b in bugs()),
        sum('Class' in b.head and rows.get(b.name, [''] * 3)[2] == 'caught' for b in bugs()))]
    return '\n'.join(lines)


# --- clauses and scenes: in which scene of the explorer a bug against each clause of docs/rules.md was found ----------

def clauses(srcdir):
    rules = open(os.path.join(srcdir, 'docs/rules.md')).read().split(SCENES_BEGIN)[0]
    return re.findall(r'^\| ([A-Z]\d?\.\d+) \| ', rules, re.M)


def without_scene():
    """Clauses that no scene reaches, and why."""
    lines = [line.rstrip('\n').split('\t') for line in open(os.path.join(HERE, 'no-scene.tsv'))]
    return {f[0]: f[1] for f in lines if not f[0].startswith('#')}


def scenes_of(rows):
    """By clause, the scenes with the bug that was found there."""
    found = {}
    for b in bugs():
        row = rows.get(b.name)
        if row and row[2] == 'caught' and row[4].startswith(EXPLORE):
            scene = re.search(r'--scene (\S+)', row[4]).group(1)
            found.setdefault(b.head['Rule'], []).append('`%s` (`%s`)' % (scene, b.name))
        elif row and row[2] == 'equivalent':
            found.setdefault(b.head['Rule'], []).append('`%s` (`%s`)' % (b.proof.group(1), b.stronger.name))
    return found


def scene_table(srcdir, rows):
    found, why = scenes_of(rows), without_scene()
    return '\n'.join(['| clause | scene (and the bug that was planted and found in it) |', '|---|---|'] +
                     ['| %s | %s |' % (c, ', '.join(found[c]) if c in found else 'none: ' + why.get(c, '?'))
                      for c in clauses(srcdir)])


def scene_problems(srcdir, rows):
    found, why, known = scenes_of(rows), without_scene(), clauses(srcdir)
    return (['%s: neither is a bug against it found in a scene, nor does no-scene.tsv say why' % c for c in known
             if c not in found and c not in why] +
            ['no-scene.tsv: %s has a scene now' % c for c in why if c in found] +
            ['no-scene.tsv: docs/rules.md has no clause %s' % c for c in why if c not in known])


def between(path, begin, end):
    text = open(path).read()
    return text.split(begin)[1].split(end)[0].strip() if begin in text else None


def check(args, rows):
    problems = [[], [], [], []]
    for b in bugs() + [b.stronger for b in bugs() if b.stronger]:
        status, out = call(['patch', '-p1', '-s', '-f', '-N', '--dry-run', '-i', b.path], args.srcdir)
        if status:
            problems[0].append('%s does not apply: bring it after the code, then busted.py run %s' % (b.name, b.name))
    for b in bugs():
        if b.name not in rows or rows[b.name][1] != b.digest:
            problems[1].append('%s was not run as it is: busted.py run %s' % (b.name, b.name))
    problems[1] += ['the log has %s, but there is no such patch' % n for n in rows if n not in {b.name for b in bugs()}]
    for path, begin, end, want in tables(args.srcdir, rows):
        if between(path, begin, end) != want.strip():
            problems[2].append('%s is not what the log says: busted.py render' % path)
    problems[3] = scene_problems(args.srcdir, rows)
    print('1..4')
    for i, what in enumerate(('every planted bug still applies', 'each was run, and its row is in the log',
                              'the tables in docs/races.md and docs/rules.md are the log\'s',
                              'each clause of docs/rules.md has a scene of the explorer, or the reason why not')):
        print('%sok %d - %s' % ('not ' if problems[i] else '', i + 1, what))
        for p in problems[i]:
            print('#   ' + p)
    return 1 if any(problems) else 0


def tables(srcdir, rows):
    return ((os.path.join(srcdir, 'docs/races.md'), BEGIN, END, table(rows)),
            (os.path.join(srcdir, 'docs/rules.md'), SCENES_BEGIN, SCENES_END, scene_table(srcdir, rows)))


def render(args, rows):
    for path, begin, end, text in tables(args.srcdir, rows):
        before, rest = open(path).read().split(begin)
        with open(path, 'w') as out:
            out.write(before + begin + '\n' + text + '\n' + end + rest.split(end)[1])
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('what', choices=('run', 'table', 'check', 'render'))
    parser.add_argument('--quick', action='store_true', help='only bugs of history that are caught in under %d s' % QUICK)
    parser.add_argument('--explorer', action='store_true', help='only the explorer')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--srcdir', default=os.path.dirname(os.path.dirname(HERE)))
    parser.add_argument('--builddir', default='.', help='a build that is up to date')
    parser.add_argument('--asan', help='one with --enable-asan')
    parser.add_argument('--tsan', help='one with --enable-tsan')
    parser.add_argument('--log', default=os.path.join(HERE, 'log.tsv'))
    parser.add_argument('--stories', help='a folder for the shortest story of each that the explorer catches')
    parser.add_argument('names', nargs='*')
    args = parser.parse_intermixed_args()
    if args.what == 'run':
        return run(args, args.log)
    if args.what == 'table':
        print(table(read_log(args.log)))
        return 0
    return (check if args.what == 'check' else render)(args, read_log(args.log))


if __name__ == '__main__':
    sys.exit(main())
