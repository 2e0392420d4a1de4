/*
 * known_files: what a folder was found to hold when it was registered.
 *
 * Lines: "akashi/known/1", "manifest HEX", one "DEVICE INODE SIZE MTIME CTIME LINES
 * NAME" for each file by name (times in nanoseconds since 1970), and at the end
 * "sha256 HEX" over all that stands before it.
 */
#include "registry/known_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KNOWN_FILES_HEAD "akashi/known/1\nmanifest "
#define KNOWN_FILES_TAIL "sha256 "

enum {
	RACY_SECONDS = 2,
	HEX_DIGITS = DIGEST_HEX_SIZE - 1,
	TAIL_LEN = sizeof(KNOWN_FILES_TAIL) - 1 + HEX_DIGITS + 1
};

void known_files_release(struct known_files *known)
{
	free(known->file);
	free(known->text);
	*known = (struct known_files){ .file = NULL };
}

struct digest known_files_key(const char *path, const char *const *exclude, size_t exclude_count)
{
	struct digest key = sha256((struct span){ (const uint8_t *)path, strlen(path) + 1 });

	for (size_t i = 0; i < exclude_count; i++) {
		struct span part[2] = { digest_view(&key),
					{ (const uint8_t *)exclude[i], strlen(exclude[i]) + 1 } };

		key = sha256_parts(part, 2);
	}
	return key;
}

bool known_files_is_racy(const struct file_stamp *stamp, int64_t now_unix_s)
{
	int64_t safe_ns = (now_unix_s - RACY_SECONDS) * 1000000000;

	return stamp->changed_ns >= safe_ns || stamp->attributes_ns >= safe_ns;
}

static int known_files_path(const struct registry *registry, const struct digest *key,
			    char **out_path, struct error *err)
{
	char name[sizeof("known/") + DIGEST_HEX_SIZE] = "known/";

	digest_to_hex(key, name + strlen(name));
	return registry_path(registry, name, out_path, err);
}

/* ---- Reading ---- */

/* The number at *at, which ends with a blank; false: none. */
static bool number_take(char **at, uint64_t *out_value)
{
	char *end = *at;
	uint64_t value = 0;

	for (; *end >= '0' && *end <= '9'; end++)
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*end - '0'), &value))
			return false;
	if (end == *at || *end != ' ')
		return false;
	*at = end + 1;
	*out_value = value;
	return true;
}

/* One line, which ends with a NUL. */
static bool file_parse(char *line, struct known_file *out_file)
{
	struct file_stamp *stamp = &out_file->stamp;
	uint64_t changed, attributes;

	if (!number_take(&line, &stamp->device) || !number_take(&line, &stamp->inode) ||
	    !number_take(&line, &stamp->size) || !number_take(&line, &changed) ||
	    !number_take(&line, &attributes) || !number_take(&line, &out_file->lines) ||
	    changed > INT64_MAX || attributes > INT64_MAX || !*line)
		return false;
	stamp->changed_ns = (int64_t)changed;
	stamp->attributes_ns = (int64_t)attributes;
	out_file->name = line;
	return true;
}

/* The lines of files from `at` to `end`; each is cut off at its end. */
static bool files_parse(struct known_files *known, char *at, char *end)
{
	size_t lines = 0;

	for (char *c = at; c < end; c++)
		lines += *c == '\n';
	known->file = calloc(lines + 1, sizeof(*known->file));
	while (known->file && at < end) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		struct known_file *file = &known->file[known->count];

		if (!stop)
			return false;
		*stop = '\0';
		if (strlen(at) != (size_t)(stop - at) || !file_parse(at, file) ||
		    (known->count && strcmp(file[-1].name, file->name) >= 0))
			return false;
		known->count++;
		at = stop + 1;
	}
	return known->file != NULL;
}

/* Do the last line's digits stand for all before it? */
static bool tail_holds(struct span text)
{
	struct span body = { text.data, text.len - TAIL_LEN };
	struct span tail = { text.data + body.len, TAIL_LEN };
	struct digest found = sha256(body), written;
	struct error ignored = { 0 };

	return memcmp(tail.data, KNOWN_FILES_TAIL, sizeof(KNOWN_FILES_TAIL) - 1) == 0 &&
	       tail.data[TAIL_LEN - 1] == '\n' &&
	       digest_from_hex(
		       (struct span){ tail.data + sizeof(KNOWN_FILES_TAIL) - 1, HEX_DIGITS },
		       &written, &ignored) == 0 &&
	       digest_equal(&found, &written);
}

int known_files_parse(struct span text, struct known_files *out_known, struct error *err)
{
	const size_t head = sizeof(KNOWN_FILES_HEAD) - 1;
	CLEANUP(known_files_release) struct known_files known = { .file = NULL };
	struct error ignored = { 0 };

	if (text.len < head + HEX_DIGITS + 1 + TAIL_LEN ||
	    memcmp(text.data, KNOWN_FILES_HEAD, head) != 0 ||
	    text.data[head + HEX_DIGITS] != '\n' || !tail_holds(text) ||
	    digest_from_hex((struct span){ text.data + head, HEX_DIGITS }, &known.manifest,
			    &ignored))
		return error_set(err, ERROR_CORRUPT, "no list of files that are known");
	known.text = malloc(text.len + 1);
	if (!known.text)
		return error_set(err, ERROR_SYSTEM, "out of memory for a list of files");
	memcpy(known.text, text.data, text.len);
	known.text[text.len] = '\0';
	if (!files_parse(&known, known.text + head + HEX_DIGITS + 1,
			 known.text + text.len - TAIL_LEN))
		return error_set(err, ERROR_CORRUPT, "no list of files that are known");
	*out_known = known;
	known = (struct known_files){ .file = NULL }; /* handed over */
	return 0;
}

int known_files_read(const struct registry *registry, const struct digest *key,
		     struct known_files *out_known, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, KNOWN_FILES_MAX_BYTES);
	return known_files_path(registry, key, &path, err) || file_read(path, &text, err) ||
			       known_files_parse(buffer_view(&text), out_known, err)
		       ? -1
		       : 0;
}

static int compare_name(const void *name, const void *file)
{
	return strcmp(name, ((const struct known_file *)file)->name);
}

const struct known_file *known_files_find(const struct known_files *known, const char *name)
{
	return known->count ? bsearch(name, known->file, known->count, sizeof(*known->file),
				      compare_name)
			    : NULL;
}

/* ---- Writing ---- */

static int known_files_print(const struct digest *manifest, const struct known_file *file,
			     size_t count, struct buffer *out, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];
	struct digest sum;

	digest_to_hex(manifest, hex);
	if (buffer_printf(out, err, KNOWN_FILES_HEAD "%s\n", hex))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (buffer_printf(out, err,
				  "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64
				  " %" PRIu64 " %s\n",
				  file[i].stamp.device, file[i].stamp.inode, file[i].stamp.size,
				  file[i].stamp.changed_ns, file[i].stamp.attributes_ns,
				  file[i].lines, file[i].name))
			return -1;
	sum = sha256(buffer_view(out));
	digest_to_hex(&sum, hex);
	return buffer_printf(out, err, KNOWN_FILES_TAIL "%s\n", hex);
}

int known_files_write(const struct registry *registry, const struct digest *key,
		      const struct digest *manifest, const struct known_file *file, size_t count,
		      struct error *err)
{
	CLEANUP(text_free) char *path = NULL, *folder = NULL;
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, KNOWN_FILES_MAX_BYTES);
	if (known_files_path(registry, key, &path, err) ||
	    registry_path(registry, "known", &folder, err) ||
	    (!file_is_folder(folder) && folder_make(folder, err)) ||
	    known_files_print(manifest, file, count, &text, err))
		return -1;
	return file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err);
}

/* ---- Counts ---- */

static int known_counts_path(const struct registry *registry, const struct digest *manifest,
			     char **out_path, struct error *err)
{
	char name[sizeof("known/") + DIGEST_HEX_SIZE + sizeof(".counts")] = "known/";

	digest_to_hex(manifest, name + strlen(name));
	memcpy(name + strlen(name), ".counts", sizeof(".counts"));
	return registry_path(registry, name, out_path, err);
}

int known_counts_read(const struct registry *registry, const struct digest *manifest,
		      struct digest *out_counts, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, HEX_DIGITS);
	return known_counts_path(registry, manifest, &path, err) || file_read(path, &text, err) ||
			       digest_from_hex(buffer_view(&text), out_counts, err)
		       ? -1
		       : 0;
}

int known_counts_write(const struct registry *registry, const struct digest *manifest,
		       const struct digest *counts, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(counts, hex);
	return known_counts_path(registry, manifest, &path, err) ||
			       file_write(path, span_of(hex), 0644, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

/* ---- Clearing ---- */

/* The manifest that a note in known/ speaks of: by its name, or in its head. */
static bool note_manifest(const char *name, int fd, struct digest *out_manifest)
{
	char head[sizeof(KNOWN_FILES_HEAD) - 1 + HEX_DIGITS];
	struct error ignored = { 0 };

	if (strlen(name) != HEX_DIGITS)
		return digest_from_hex((struct span){ (const uint8_t *)name, HEX_DIGITS },
				       out_manifest, &ignored) == 0;
	return pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	       memcmp(head, KNOWN_FILES_HEAD, sizeof(KNOWN_FILES_HEAD) - 1) == 0 &&
	       digest_from_hex((struct span){ (const uint8_t *)head + sizeof(head) - HEX_DIGITS,
					      HEX_DIGITS },
			       out_manifest, &ignored) == 0;
}

/* Can nobody use it any more, or has nobody for long? */
static int note_is_stale(const struct registry *registry, int folder, const char *name,
			 int64_t before_unix_s, bool *out_stale, struct error *err)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct digest manifest;
	struct stat st;
	bool there = true;
	int failed = 0;

	*out_stale = false;
	if (fd < 0)
		return 0; /* it went, or is somebody else's */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*out_stale = st.st_mtim.tv_sec < before_unix_s;
		if (!*out_stale && note_manifest(name, fd, &manifest))
			failed = store_has(registry->store, &manifest, &there, err);
		*out_stale |= !there;
	}
	close(fd);
	return failed;
}

static bool is_note(const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef");

	return digits == HEX_DIGITS && (!name[digits] || strcmp(name + digits, ".counts") == 0);
}

int known_files_clear(const struct registry *registry, int64_t before_unix_s, bool dry_run,
		      uint64_t *out_cleared, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct dirent *entry;
	int failed = 0;
	DIR *folder;

	*out_cleared = 0;
	if (registry_path(registry, "known", &path, err))
		return -1;
	folder = opendir(path);
	if (!folder)
		return errno == ENOENT ? 0
				       : error_system(err, errno, "cannot look into '%s'", path);
	while (folder_next(folder, path, &entry, &failed, err)) {
		bool stale;

		if (!is_note(entry->d_name))
			continue;
		failed = note_is_stale(registry, dirfd(folder), entry->d_name, before_unix_s,
				       &stale, err);
		if (failed || !stale)
			continue;
		++*out_cleared;
		if (!dry_run && unlinkat(dirfd(folder), entry->d_name, 0) && errno != ENOENT)
			failed = error_system(err, errno, "cannot remove '%s' in '%s'",
					      entry->d_name, path);
	}
	closedir(folder);
	return failed;
}
