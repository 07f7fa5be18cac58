#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Do the planted bugs still apply, was each run, and does docs/races.md say what the log does?
exec python3 "${srcdir:-.}/tests/busted/busted.py" check --srcdir "${srcdir:-.}"
