/* The evidence in the folder akashi/ of a release directory (docs/formats.md, section 9). */
#ifndef VERIFY_RELEASE_DIR_H
#define VERIFY_RELEASE_DIR_H

#include "verify/evidence.h"

#define RELEASE_FILES_MAX 4096u              /* files that statements/ may hold */
#define RELEASE_STATEMENTS_BYTES (64u << 20) /* and their bytes: each is read again and again */

/*
 * Open `folder`/akashi (of a folder, or a snapshot of a Hub cache). No symbolic link in it is
 * followed but those of a Hub cache into its own blobs; files whose name
 * is not of the form they should have are passed over. ERROR_ABSENT: there is
 * no akashi/ folder; ERROR_CORRUPT: it is a link, or holds too much.
 */
MUST_CHECK int release_dir_open(const char *folder, struct evidence **out_evidence,
				struct error *err);

/*
 * Every object of the release of at most `max` bytes is what its name says, also those that no
 * step reads: people will. ERROR_CORRUPT names the first that is not.
 */
MUST_CHECK int release_dir_check_objects(const char *folder, uint64_t max, struct error *err);

/*
 * Hand every file below akashi/ that has no place in a release by its name to
 * `found`: nobody signed it. Returns what `found` returns when that is not 0.
 */
MUST_CHECK int release_dir_strays(const char *folder,
				  int (*found)(void *arg, const char *name, struct error *err),
				  void *arg, struct error *err);

/* The identity that akashi/release.json says to begin with. ERROR_ABSENT, ERROR_CORRUPT. */
MUST_CHECK int release_dir_begin(const char *folder, struct digest *out_release, struct error *err);

/*
 * Append one file of a release's proofs, "model.sig" or below "akashi/", if it
 * has no more than `max` bytes. ERROR_ABSENT, ERROR_CORRUPT.
 */
MUST_CHECK int release_dir_file(const char *folder, const char *name, size_t max,
				struct buffer *out, struct error *err);

/* True when `folder` has an entry akashi/ of its own, whatever it is. */
bool release_dir_exists(const char *folder);

#endif
