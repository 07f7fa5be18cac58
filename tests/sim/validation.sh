#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Is docs/validation.md what the committed evidence gives, and that evidence of these machines and published points?
exec python3 "${srcdir:-.}/sim/validation/validation.py" check --srcdir "${srcdir:-.}"
