# SPDX-License-Identifier: GPL-2.0-or-later
EXTRA_DIST += \
	%D%/0001-user-space-model.md \
	%D%/README.md \
	%D%/template.md
