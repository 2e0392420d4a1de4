/* The subjects of an in-toto statement. */
#include "verify/sigstore/subject.h"

#include <string.h>

#include "verify/json.h"

int subject_check(struct span payload, const struct digest *sha256, struct error *err)
{
	struct json_limits limits = { .max_bytes = SUBJECT_STATEMENT_MAX, .max_depth = 64 };
	CLEANUP(json_free) struct json *json = NULL;
	const struct json *subjects;
	char wanted[DIGEST_HEX_SIZE];
	const char *type;

	if (json_parse(payload, &limits, &json, err) ||
	    json_need_string(json, "_type", &type, err) ||
	    json_need_array(json, "subject", &subjects, err))
		return error_prefix(err, "the signed statement");
	if (strcmp(type, "https://in-toto.io/Statement/v1") != 0 &&
	    strcmp(type, "https://in-toto.io/Statement/v0.1") != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the signed statement is of type '%.100s', and not of in-toto's",
				 type);
	digest_to_hex(sha256, wanted);
	for (size_t i = 0; i < json_count(subjects); i++) {
		const struct json *digests = json_member(json_at(subjects, i), "digest");
		const char *text = json_text(json_member(digests, "sha256"));

		if (text && strcmp(text, wanted) == 0)
			return 0;
	}
	return error_set(err, ERROR_CORRUPT,
			 "the signed statement is about other artifacts: sha256:%s is not among "
			 "its %zu subject%s",
			 wanted, json_count(subjects), json_count(subjects) == 1 ? "" : "s");
}
