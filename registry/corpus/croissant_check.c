/* croissant_check: what a description states of files, against their bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/croissant.h"

/* ---- Which file is meant ---- */

static int digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* %41 and the like as the bytes that they stand for. */
static void percent_decode(const char *text, char *out)
{
	while (*text) {
		int high = *text == '%' ? digit_of(text[1]) : -1;
		int low = high >= 0 ? digit_of(text[2]) : -1;

		if (low >= 0 && high + low > 0) {
			*out++ = (char)(16 * high + low);
			text += 3;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/* The file with that path. */
static const struct manifest_file *path_find(const struct manifest *manifest, const char *path)
{
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	return *path ? manifest_find(manifest, path) : NULL;
}

/* The same for the longest end of an address that is the path of one. */
static const struct manifest_file *end_find(const struct manifest *manifest, char *address)
{
	address[strcspn(address, "?#")] = '\0';
	for (char *at = strchr(address, '/'); at; at = strchr(at + 1, '/')) {
		const struct manifest_file *file = path_find(manifest, at + 1);

		if (file)
			return file;
	}
	return NULL;
}

static bool has_scheme(const char *url)
{
	return strstr(url, "://") != NULL;
}

/* As it is written, or decoded; NULL: there is none. */
static int url_find(const struct manifest *manifest, const char *url,
		    const struct manifest_file **out_file, struct error *err)
{
	CLEANUP(text_free) char *copy = strdup(url);
	CLEANUP(text_free) char *decoded = strdup(url);

	if (!copy || !decoded)
		return error_set(err, ERROR_SYSTEM, "out of memory for an address");
	percent_decode(url, decoded);
	if (has_scheme(url)) {
		*out_file = end_find(manifest, copy);
		if (!*out_file)
			*out_file = end_find(manifest, decoded);
		return 0;
	}
	*out_file = path_find(manifest, url);
	if (!*out_file)
		*out_file = path_find(manifest, decoded);
	/* The only file was named on the command line, without its folder. */
	if (!*out_file && manifest->file_count == 1) {
		const char *slash = strrchr(decoded, '/');

		*out_file = path_find(manifest, slash ? slash + 1 : decoded);
	}
	return 0;
}

/* ---- What is said of it ---- */

static int refuse(const struct croissant_file *file, const struct manifest_file *of,
		  const char *member, const char *says, const char *is, struct error *err)
{
	char shown[256];

	text_escape(shown, sizeof(shown), says);
	return error_set(err, ERROR_CORRUPT,
			 "'%s', distribution[%zu].%s: the description says %.200s, and the file "
			 "has %s",
			 of->path, file->at, member, shown, is);
}

/* Hexadecimal, or base64 as some write it. */
static bool digest_read(const char *text, struct digest *out_digest)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct error ignored = { 0 };
	char lower[2 * DIGEST_SIZE + 1];
	size_t len = strlen(text);

	buffer_init(&bytes, DIGEST_SIZE);
	if (len == 2 * DIGEST_SIZE) {
		for (size_t i = 0; i <= len; i++)
			lower[i] =
				(char)(text[i] >= 'A' && text[i] <= 'F' ? text[i] | 0x20 : text[i]);
		return hex_decode(span_of(lower), out_digest->byte, DIGEST_SIZE, &ignored) == 0;
	}
	if (base64_decode(&bytes, span_of(text), &ignored) || bytes.len != DIGEST_SIZE)
		return false;
	memcpy(out_digest->byte, bytes.data, DIGEST_SIZE);
	return true;
}

static int file_check(const struct croissant_file *file, const struct manifest_file *of,
		      bool *out_checked, struct error *err)
{
	struct digest digest;
	char hex[DIGEST_HEX_SIZE], size[32], said[32];

	*out_checked = false;
	if (file->sized && file->size != of->size) {
		snprintf(size, sizeof(size), "%llu bytes", (unsigned long long)of->size);
		snprintf(said, sizeof(said), "%llu", (unsigned long long)file->size);
		return refuse(file, of, "contentSize", said, size, err);
	}
	if (!file->sha256)
		return 0;
	digest_to_hex(&of->sha256, hex);
	if (!digest_read(file->sha256, &digest) || !digest_equal(&digest, &of->sha256))
		return refuse(file, of, "sha256", file->sha256, hex, err);
	*out_checked = true;
	return 0;
}

int croissant_check(const struct croissant *croissant, const struct manifest *manifest,
		    uint64_t *out_checked, uint64_t *out_elsewhere, struct error *err)
{
	uint64_t checked = 0, elsewhere = 0;

	for (size_t i = 0; i < croissant->file_count; i++) {
		const struct croissant_file *file = &croissant->file[i];
		const struct manifest_file *of = NULL;
		bool done;

		if (!file->container && file->url && url_find(manifest, file->url, &of, err))
			return -1;
		if (!of && !file->container && file->url && !has_scheme(file->url)) {
			char shown[256];

			text_escape(shown, sizeof(shown), file->url);
			return error_set(err, ERROR_CORRUPT,
					 "distribution[%zu].contentUrl: the description names "
					 "'%.200s', and there is no such file",
					 file->at, shown);
		}
		if (!of) {
			elsewhere++;
			continue;
		}
		if (file_check(file, of, &done, err))
			return -1;
		checked += done;
	}
	*out_checked = checked;
	*out_elsewhere = elsewhere;
	return 0;
}
