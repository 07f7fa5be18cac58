/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * @brief Names of functions and files, below the root of the source tree.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/complexity/names.h"

char *cx_path(CXSourceLocation where, const char *root)
{
	size_t n = root ? strlen(root) : 0;
	const char *path;
	CXString name;
	CXFile file;
	char *s;

	clang_getFileLocation(where, &file, NULL, NULL, NULL);
	if (!file)
		return NULL;
	name = clang_getFileName(file);
	path = clang_getCString(name);
	if (n && !strncmp(path, root, n) && path[n] == '/')
		path += n + 1;
	while (!strncmp(path, "./", 2))
		path += 2;
	s = strdup(path);
	clang_disposeString(name);
	return s;
}

char *cx_key(CXCursor function, const char *root)
{
	CXString name = clang_getCursorSpelling(function);
	char *key = NULL, *path;

	if (clang_getCursorLinkage(function) != CXLinkage_Internal) {
		key = strdup(clang_getCString(name));
	} else {
		path = cx_path(clang_getCursorLocation(function), root);
		if (!path || asprintf(&key, "%s %s", clang_getCString(name), path) < 0)
			key = NULL;
		free(path);
	}
	clang_disposeString(name);
	return key;
}
