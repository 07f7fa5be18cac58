# SPDX-License-Identifier: GPL-2.0-or-later
"""A copy of the sources with a build of its own, in which one mutant stands after the other.

Only objects that depend on the mutant's file are made again, and only programs that a test runs, by the compiler of the
build that was configured: where that keeps what it compiled, going back costs little.
"""
import glob
import os
import re
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'busted'))
from busted import call, what_it_said  # noqa: E402,F401

SKIPPED = ('build', 'autom4te.cache')


def files_of(src):
    for base, folders, names in os.walk(src):
        folders[:] = [f for f in folders if not f.startswith(SKIPPED + ('.git', 'faultline-')) or f == 'build-aux']
        for name in names:
            yield os.path.relpath(os.path.join(base, name), src)


def copy(there, here):
    """A file that is another than it was gets a new time: what was built of it is old now."""
    known = os.path.exists(here)
    with open(there, 'rb') as f:
        text = f.read()
    if known:
        with open(here, 'rb') as f:
            if f.read() == text:
                return
    os.makedirs(os.path.dirname(here), exist_ok=True)
    with open(here, 'wb') as f:
        f.write(text)
    (shutil.copymode if known else shutil.copystat)(there, here)


def mirror(original, src):
    """Make @src what @original is, but for builds."""
    wanted = set(files_of(original))
    for path in set(files_of(src)) - wanted:
        os.unlink(os.path.join(src, path))
    for path in wanted:
        copy(os.path.join(original, path), os.path.join(src, path))


class DoesNotBuild(Exception):
    pass


class Build:
    def __init__(self, original, configured, folder, flags, jobs, targets=('all',)):
        """
        @folder may have one of an earlier run: what is not as in @original is replaced, and so built again.  Not
        configured anew, but as the build @configured is, and with other CFLAGS.  @targets: made at once
        """
        self.original, self.src, self.build = original, os.path.join(folder, 'source'), os.path.join(folder, 'source', 'build')
        self.jobs = str(jobs)
        self.variables = ['WARN_CFLAGS=-w', 'CFLAGS=' + flags]
        os.makedirs(self.build, exist_ok=True)
        mirror(original, self.src)
        status = os.path.join(self.build, 'config.status')
        if not os.path.exists(status):
            with open(os.path.join(configured, 'config.status')) as f:
                text = f.read()
            with open(status, 'w') as f:
                f.write(re.sub(r"^ac_pwd='.*'$", f"ac_pwd='{self.build}'", text, flags=re.M))
            os.chmod(status, 0o755)
            self.must(['./config.status', '-q'])
        self.make(list(targets))

    def must(self, command):
        status, out = call(command, self.build, 3600)
        if status:
            raise DoesNotBuild((out.strip().split('\n') or ['?'])[-1])

    def make(self, targets):
        """`all` is a make of its own: beside it others would make the same objects once more, and at once."""
        for some in ([t for t in targets if t == 'all'], [t for t in targets if t != 'all']):
            if some:
                self.must(['make', '-s', '-j', self.jobs] + self.variables + some)

    def restore(self, path):
        copy(os.path.join(self.original, path), os.path.join(self.src, path))

    def plant(self, m):
        path = os.path.join(self.src, m.path)
        with open(path) as f:
            lines = f.read().split('\n')
        assert lines[m.line - 1] == m.old
        lines[m.line - 1] = m.new
        with open(path, 'w') as f:
            f.write('\n'.join(lines))

    def object_of(self, path, names):
        """What the compiler makes of a source file here, or None: not known, as of a header.  @names: a build that is whole"""
        base, name = os.path.split(os.path.splitext(path)[0])
        found = [o for o in glob.glob(os.path.join(names.build, base, '*.o')) if re.search(rf'(^|-){name}\.o$', os.path.basename(o))]
        if not path.endswith('.c') or not found:
            return None
        target = os.path.join(base, os.path.basename(min(found)))
        self.make([target])
        with open(os.path.join(self.build, target), 'rb') as f:
            return f.read()

    def is_same(self, m, names):
        """Is the mutant the same program to the compiler of this build?"""
        was = self.object_of(m.path, names)
        self.plant(m)
        try:
            return was is not None and self.object_of(m.path, names) == was
        except DoesNotBuild:
            return False
        finally:
            self.restore(m.path)
