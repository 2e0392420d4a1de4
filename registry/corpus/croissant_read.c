/* croissant_read: a description, taken apart. */
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/croissant.h"

void croissant_release(struct croissant *croissant)
{
	json_free(&croissant->root);
	free(croissant->license);
	free(croissant->file);
	*croissant = (struct croissant){ .root = NULL };
}

/* A text that may be left out. */
static int text_get(const struct json *object, const char *term, const char **out_text,
		    struct error *err)
{
	const struct json *value;

	if (croissant_member(object, term, &value, err))
		return -1;
	*out_text = croissant_text(value);
	if (json_kind(value) != JSON_KIND_NULL && !*out_text)
		return error_set(err, ERROR_CORRUPT, "'%s' is no text", term);
	return 0;
}

static bool is_of_type(const struct json *object, const char *wanted)
{
	const struct json *type = json_member(object, "@type");
	size_t count = json_kind(type) == JSON_KIND_ARRAY ? json_count(type) : 1, len;

	for (size_t i = 0; i < count; i++) {
		const char *text =
			json_text(json_kind(type) == JSON_KIND_ARRAY ? json_at(type, i) : type);

		len = text ? strlen(text) : 0;
		if (len >= strlen(wanted) && strcmp(text + len - strlen(wanted), wanted) == 0 &&
		    (len == strlen(wanted) || strchr(":/", text[len - strlen(wanted) - 1])))
			return true;
	}
	return false;
}

/* ---- The dataset ---- */

static int conforms_get(const struct json *root, const char **out_version, struct error *err)
{
	static const char *const versions[] = { "1.0", "1.1" };
	static const char front[] = "mlcommons.org/croissant/";
	const struct json *value;
	const char *other = NULL;

	if (croissant_member(root, "conformsTo", &value, err))
		return -1;
	for (size_t i = 0; i == 0 || (json_kind(value) == JSON_KIND_ARRAY && i < json_count(value));
	     i++) {
		const char *text = croissant_text(
			json_kind(value) == JSON_KIND_ARRAY ? json_at(value, i) : value);
		const char *at = text ? strstr(text, front) : NULL;

		for (size_t v = 0; at && v < 2; v++)
			if (strcmp(at + sizeof(front) - 1, versions[v]) == 0) {
				*out_version = versions[v];
				return 0;
			}
		other = text ? text : other;
	}
	return error_set(err, ERROR_CORRUPT,
			 "'conformsTo' says '%.100s': Croissant 1.0 and 1.1 are read",
			 other ? other : "nothing");
}

/* Its SPDX identifier, where the address is SPDX's. */
static struct span license_word(const char *text)
{
	static const char *const fronts[] = { "https://spdx.org/licenses/",
					      "http://spdx.org/licenses/" };
	struct span word = span_of(text);

	for (size_t i = 0; i < 2; i++)
		if (strncmp(text, fronts[i], strlen(fronts[i])) == 0) {
			word = span_of(text + strlen(fronts[i]));
			if (text_ends_with(text, ".html"))
				word.len -= 5;
		}
	return word;
}

static int license_get(const struct json *root, char **out_license, struct error *err)
{
	CLEANUP(buffer_release) struct buffer all;
	const struct json *value;
	bool array;

	buffer_init(&all, 4096);
	if (croissant_member(root, "license", &value, err))
		return -1;
	if (json_kind(value) == JSON_KIND_NULL)
		return 0;
	array = json_kind(value) == JSON_KIND_ARRAY;
	for (size_t i = 0; i < (array ? json_count(value) : 1); i++) {
		const struct json *one = array ? json_at(value, i) : value;
		const char *text = json_text(one);

		if (!text && (text_get(one, "url", &text, err) ||
			      (!text && text_get(one, "name", &text, err))))
			return -1;
		text = text ? text : croissant_text(one);
		if (!text || !*text)
			return error_set(err, ERROR_CORRUPT, "'license' is no text");
		if ((i && buffer_add_text(&all, " AND ", err)) ||
		    buffer_add(&all, license_word(text), err))
			return error_prefix(err, "'license'");
	}
	return all.len ? buffer_to_text(&all, out_license, err) : 0;
}

/* Entities or activities: their ids, labels or names. */
static int prov_get(const struct json *root, const char *term, bool labels,
		    const char *out_text[CROISSANT_DERIVED_MAX], size_t *out_count,
		    struct error *err)
{
	const struct json *value;
	bool array;

	if (croissant_member(root, term, &value, err))
		return -1;
	array = json_kind(value) == JSON_KIND_ARRAY;
	for (size_t i = 0;
	     json_kind(value) != JSON_KIND_NULL && i < (array ? json_count(value) : 1); i++) {
		const struct json *one = array ? json_at(value, i) : value;
		const char *label = json_text(json_member(one, "prov:label"));

		if (!label && !(label = json_text(json_member(one, "rdfs:label"))) &&
		    json_kind(one) == JSON_KIND_OBJECT && text_get(one, "name", &label, err))
			return -1;
		if (!labels || !label)
			label = croissant_text(one) ? croissant_text(one) : label;
		if (*out_count == CROISSANT_DERIVED_MAX)
			return error_set(err, ERROR_CORRUPT, "'%s' has more than %u", term,
					 CROISSANT_DERIVED_MAX);
		if (label && *label)
			out_text[(*out_count)++] = label;
		else if (!labels)
			return error_set(err, ERROR_CORRUPT, "'%s' names nothing", term);
	}
	return 0;
}

/* ---- Its files ---- */

/* "123", "123 B" or 123; of "1.5 MB" nobody knows how many bytes that is. */
static void size_get(const struct json *value, struct croissant_file *file)
{
	const char *text = json_text(value);
	char *end;

	if (json_kind(value) == JSON_KIND_INTEGER && json_integer_of(value) >= 0) {
		file->sized = true;
		file->size = (uint64_t)json_integer_of(value);
	}
	if (!text || *text < '0' || *text > '9' || strlen(text) > 20)
		return;
	file->size = strtoull(text, &end, 10);
	file->sized = !*end || strcmp(end, "B") == 0 || strcmp(end, " B") == 0;
}

static int file_get(const struct json *object, struct croissant_file *file, struct error *err)
{
	const struct json *size, *container;

	if (text_get(object, "name", &file->name, err) ||
	    text_get(object, "contentUrl", &file->url, err) ||
	    text_get(object, "sha256", &file->sha256, err) ||
	    croissant_member(object, "contentSize", &size, err) ||
	    croissant_member(object, "containedIn", &container, err))
		return -1;
	file->id = json_text(json_member(object, "@id"));
	size_get(size, file);
	if (json_kind(container) == JSON_KIND_ARRAY)
		container = json_at(container, 0);
	file->container = croissant_text(container);
	if (json_kind(container) != JSON_KIND_NULL && !file->container)
		file->container = "";
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	const struct croissant_file *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

static int compare_id(const void *id, const void *file)
{
	return strcmp(id, (*(const struct croissant_file *const *)file)->id);
}

/* Ids stand once, and nothing is contained in itself. */
static int containers_check(const struct croissant *croissant, struct error *err)
{
	size_t count = 0;
	const struct croissant_file **by_id =
		calloc(croissant->file_count + 1, sizeof(const struct croissant_file *));

	if (!by_id)
		return error_set(err, ERROR_SYSTEM, "out of memory for the files of a description");
	for (size_t i = 0; i < croissant->file_count; i++)
		if (croissant->file[i].id)
			by_id[count++] = &croissant->file[i];
	qsort(by_id, count, sizeof(*by_id), compare_ids);
	for (size_t i = 1; i < count; i++)
		if (strcmp(by_id[i - 1]->id, by_id[i]->id) == 0) {
			error_set(err, ERROR_CORRUPT,
				  "two of 'distribution' have the '@id' '%.200s'", by_id[i]->id);
			free(by_id);
			return -1;
		}
	for (size_t i = 0; i < croissant->file_count; i++) {
		const struct croissant_file *at = &croissant->file[i];
		const struct croissant_file **next;
		size_t steps = 0;

		while (at->container &&
		       (next = bsearch(at->container, by_id, count, sizeof(*by_id), compare_id))) {
			at = *next;
			/* Containers of containers are few; a ring has no end. */
			if (at != &croissant->file[i] && ++steps < 64)
				continue;
			error_set(err, ERROR_CORRUPT,
				  "distribution[%zu] ('%.200s'): by 'containedIn' it is contained "
				  "in itself, or in more than 64 others",
				  croissant->file[i].at, croissant->file[i].id ?: "");
			free(by_id);
			return -1;
		}
	}
	free(by_id);
	return 0;
}

/* Only a FileSet says what belongs together, and nothing of a file. */
static int set_check(const struct json *object, size_t at, struct error *err)
{
	const struct json *sum;

	if (!is_of_type(object, "FileSet"))
		return error_set(err, ERROR_CORRUPT,
				 "distribution[%zu].@type is neither cr:FileObject nor cr:FileSet",
				 at);
	if (croissant_member(object, "sha256", &sum, err))
		return error_prefix(err, "distribution[%zu]", at);
	return json_kind(sum) == JSON_KIND_NULL
		       ? 0
		       : error_set(err, ERROR_CORRUPT,
				   "distribution[%zu].sha256: a cr:FileSet has no digest", at);
}

static int files_get(const struct json *root, struct croissant *croissant, struct error *err)
{
	const struct json *list;
	bool array;
	size_t count;

	if (croissant_member(root, "distribution", &list, err))
		return -1;
	if (json_kind(list) == JSON_KIND_NULL)
		return 0;
	array = json_kind(list) == JSON_KIND_ARRAY;
	count = array ? json_count(list) : 1;
	if (count > CROISSANT_FILES_MAX)
		return error_set(err, ERROR_CORRUPT, "'distribution' has %zu files, of %u", count,
				 CROISSANT_FILES_MAX);
	croissant->file = calloc(count + 1, sizeof(*croissant->file));
	if (!croissant->file)
		return error_set(err, ERROR_SYSTEM, "out of memory for the files of a description");
	for (size_t i = 0; i < count; i++) {
		const struct json *one = array ? json_at(list, i) : list;
		struct croissant_file *file = &croissant->file[croissant->file_count];

		if (json_kind(one) != JSON_KIND_OBJECT)
			return error_set(err, ERROR_CORRUPT, "distribution[%zu] is no object", i);
		if (!is_of_type(one, "FileObject")) {
			if (set_check(one, i, err))
				return -1;
			continue;
		}
		file->at = i;
		if (file_get(one, file, err))
			return error_prefix(err, "distribution[%zu]", i);
		croissant->file_count++;
	}
	return containers_check(croissant, err);
}

/* A version may be a number, and a period is taken only where it is a text. */
static int loose_get(const struct json *root, struct croissant *croissant, struct error *err)
{
	const struct json *version, *period;

	if (croissant_member(root, "version", &version, err) ||
	    croissant_member(root, "temporalCoverage", &period, err))
		return -1;
	croissant->version =
		json_number_text(version) ? json_number_text(version) : croissant_text(version);
	croissant->period = croissant_text(period);
	return 0;
}

int croissant_parse(struct span text, struct croissant *out_croissant, struct error *err)
{
	CLEANUP(croissant_release) struct croissant read = { .root = NULL };
	const struct json_limits limits = { .max_bytes = CROISSANT_MAX_BYTES };

	if (json_parse(text, &limits, &read.root, err))
		return -1;
	if (json_kind(read.root) != JSON_KIND_OBJECT)
		return error_set(err, ERROR_CORRUPT, "it is a list, and no dataset");
	if (croissant_context_check(read.root, err))
		return -1;
	if (!is_of_type(read.root, "Dataset"))
		return error_set(err, ERROR_CORRUPT, "its '@type' is no Dataset");
	if (conforms_get(read.root, &read.conforms_to, err) ||
	    text_get(read.root, "name", &read.name, err) ||
	    text_get(read.root, "description", &read.description, err) ||
	    text_get(read.root, "url", &read.url, err) ||
	    text_get(read.root, "datePublished", &read.published, err) ||
	    text_get(read.root, "citeAs", &read.citation, err) ||
	    loose_get(read.root, &read, err) || license_get(read.root, &read.license, err) ||
	    prov_get(read.root, "wasDerivedFrom", false, read.derived, &read.derived_count, err) ||
	    prov_get(read.root, "wasGeneratedBy", true, read.made, &read.made_count, err) ||
	    files_get(read.root, &read, err))
		return -1;
	*out_croissant = read;
	read = (struct croissant){ .root = NULL }; /* handed over */
	return 0;
}
