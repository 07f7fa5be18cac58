# SPDX-License-Identifier: GPL-2.0-or-later
"""A copy of the sources with a build of its own, in which one mutant stands after the other.

Only objects that depend on the mutant's file are made again, and only programs that a test runs, by the compiler of the
build that was configured: where that keeps what it compiled, going back costs little.
"""
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
    def __init__(self, original, configured, folder, flags, jobs):
        """
        @folder may have one of an earlier run: what is not as in @original is replaced, and so built again.  Not
        configured anew, but as the build @configured is, and with other CFLAGS.
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
        self.make(['tests/support/schemes.h'])

    def must(self, command):
        status, out = call(command, self.build, 3600)
        if status:
            raise DoesNotBuild((out.strip().split('\n') or ['?'])[-1])

    def make(self, targets):
        self.must(['make', '-s', '-j', self.jobs] + self.variables + targets)

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
