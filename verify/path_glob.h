/* path_glob: does a pattern, as one writes them in .gitignore, cover a path? */
#ifndef VERIFY_PATH_GLOB_H
#define VERIFY_PATH_GLOB_H

#include <stdbool.h>

/*
 * A pattern with a "/" before its end is matched against the whole path from the
 * top, any other against the last part alone. `*` and `?` do not match "/",
 * `**` between slashes matches any folders, [a-z] and [!a-z] one character,
 * a backslash takes the next character as it is. A "/" at the end asks for a folder.
 */
bool path_glob_matches(const char *pattern, const char *path, bool folder);

#endif
