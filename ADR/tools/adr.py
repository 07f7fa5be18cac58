# SPDX-License-Identifier: GPL-2.0-or-later
"""An ADR as a file: its front matter, its table of claims, its generated block."""
import json
import os
import re
import stat

BEGIN = '<!-- generated: evidence; do not edit -->'
END = '<!-- end -->'
KINDS = ('matrix', 'counter', 'size', 'ratio')
COLUMNS = ['id', 'claim', 'kind', 'check', 'needs']
MOST_LINES = 150
STATUS = re.compile(r'(proposed|accepted|rejected|superseded by ADR-(\d{4}))$')


class AdrError(Exception):
    """One line: what is wrong, and where."""


class Claim:
    """One row of the table."""

    def __init__(self, cells):
        self.id, self.claim, self.kind, check, self.needs = cells
        # `a == 0` and `b < 1`: both must hold.
        self.checks = re.findall(r'`([^`]+)`', check)
        self.check_text = check


class Adr:
    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)
        m = re.match(r'(\d{4})-[a-z0-9-]+\.md$', self.name)
        try:
            kind = os.stat(path).st_mode
            # Before it is opened: what is read whole may be large, a pipe may have no end.
            if not m:
                raise AdrError(f'{path}: the name is not NNNN-words.md')
            if not stat.S_ISREG(kind):
                raise AdrError(f'{path} is {"a directory" if stat.S_ISDIR(kind) else "not a regular file"}')
            with open(path, encoding='utf-8') as f:
                self.text = f.read()
        except (OSError, UnicodeDecodeError) as e:
            raise AdrError(f'{path}: {getattr(e, "strerror", None) or e}') from None
        self.number = m[1]
        self.front = self._front()
        self.title = self._title()

    def error(self, what):
        return AdrError(f'{self.name}: {what}')

    def _front(self):
        m = re.match(r'---\n(.*?)\n---\n', self.text, re.S)
        if not m:
            raise self.error('no front matter between two lines of ---')
        front = {}
        for line in m[1].split('\n'):
            key, colon, value = line.partition(':')
            if not colon:
                raise self.error(f"front matter: '{line}' is not 'key: value'")
            front[key.strip()] = value.strip()
        for key in ('status', 'date', 'scheme', 'supersedes'):
            if key not in front:
                raise self.error(f'front matter has no {key}')
        return front

    def _title(self):
        m = re.search(r'^# ADR-(\d{4}): (.+?)(?: *\{#.*\})?$', self.text, re.M)
        if not m:
            raise self.error("no title '# ADR-NNNN: ...'")
        if m[1] != self.number:
            raise self.error(f'the title says ADR-{m[1]}')
        return m[2]

    def claims(self):
        """The rows under ## Claims, perhaps none yet; AdrError if the table is not one."""
        section = re.search(r'^## Claims\n(.*?)^## ', self.text, re.M | re.S)
        if not section:
            raise self.error('no section ## Claims')
        rows = [line for line in section[1].split('\n') if line.startswith('|')]
        cells = [[c.strip() for c in row.strip('|').split('|')] for row in rows]
        if len(cells) < 2 or cells[0] != COLUMNS:
            raise self.error('the table of claims has the columns ' + ', '.join(COLUMNS))
        claims, last = [], 0
        for row in cells[2:]:
            if len(row) != len(cells[0]):
                raise self.error(f'the claim {row[0]} has {len(row)} cells; a bar inside one?')
            claims.append(Claim(row))
            # A withdrawn claim leaves a gap: others may have cited its number.
            m = re.fullmatch(r'C([1-9]\d*)', row[0])
            if not m or int(m[1]) <= last:
                raise self.error(f"'{row[0]}' is not the id of a claim, or comes after a greater one")
            last = int(m[1])
            if row[2] not in KINDS:
                raise self.error(f"{row[0]}: '{row[2]}' is not one of the kinds of claims: " + ', '.join(KINDS))
            if not claims[-1].checks:
                raise self.error(f"{row[0]}: the claim has no check in backquotes; a claim is what a command can find false")
        return claims

    def block(self):
        """What stands between the markers."""
        parts = self.text.split(BEGIN + '\n')
        if len(parts) != 2 or END not in parts[1]:
            raise self.error(f"not one block '{BEGIN}' ... '{END}'")
        return parts[1].split(END)[0]

    def with_block(self, block):
        old = self.block()
        return self.text.replace(f'{BEGIN}\n{old}{END}', f'{BEGIN}\n{block}{END}')

    def evidence_path(self):
        return os.path.join(os.path.dirname(self.path), 'evidence', self.number + '.json')

    def evidence(self):
        """The committed figures; None: not measured."""
        try:
            with open(self.evidence_path(), encoding='utf-8') as f:
                evidence = json.load(f)
        except FileNotFoundError:
            return None
        except ValueError as e:
            raise AdrError(f'{self.evidence_path()}: {e}') from None
        if evidence.get('schema') != 'faultline/evidence/1' or evidence.get('adr') != int(self.number):
            raise AdrError(f"{self.evidence_path()}: not 'faultline/evidence/1' of ADR {int(self.number)}")
        return evidence


def all_adrs(folder):
    names = sorted(n for n in os.listdir(folder) if re.match(r'\d{4}-.*\.md$', n))
    return [Adr(os.path.join(folder, n)) for n in names]


def write_whole(path, text):
    """All or nothing."""
    temporary = path + '.tmp'
    with open(temporary, 'w', encoding='utf-8') as f:
        f.write(text)
    os.replace(temporary, path)
