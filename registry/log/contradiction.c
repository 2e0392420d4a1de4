/*
 * Does a witness show that this log is a copy, or came back from an old backup? Its word
 * alone does not stop a log: what does is a checkpoint that the log's own key signed, which
 * nobody can make who does not have that key.
 */
#include <stdio.h>
#include <string.h>

#include "registry/http.h"
#include "registry/log/inner.h"

/* What the witness shows to monitors of this log, appended. */
static int shown_read(const struct log *log, const struct witness *witness, struct buffer *out,
		      struct error *err)
{
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };
	struct http_request request = { .timeout_s = WITNESS_TIMEOUT_S,
					.answer_bytes = NOTE_MAX_BYTES };
	struct digest origin = sha256(span_of(log_origin(log)));
	char url[HTTP_URL_MAX], below[DIGEST_HEX_SIZE + 16], hex[DIGEST_HEX_SIZE];

	digest_to_hex(&origin, hex);
	snprintf(below, sizeof(below), "%s/checkpoint", hex);
	witness_url(witness, below, url);
	request.url = url;
	if (http_send(log->ctx, &request, &answer, err))
		return -1;
	if (answer.status != 200)
		return error_set(err, ERROR_ABSENT, "it answered %u", answer.status);
	return buffer_add(out, buffer_view(&answer.body), err);
}

void witness_url(const struct witness *witness, const char *below, char out_url[HTTP_URL_MAX])
{
	size_t len = strlen(witness->url);

	snprintf(out_url, HTTP_URL_MAX, "%s%s%s", witness->url,
		 len && witness->url[len - 1] == '/' ? "" : "/", below);
}

/* Is this head, which the log's key signed, one that the log at `head` cannot have had? */
static int head_compare(struct log *log, const struct log_head *head, const struct tree_head *seen,
			char out_why[CONTRADICTION_MAX], bool *out_found, struct error *err)
{
	struct digest root = head->root;

	*out_found = true;
	if (seen->size > head->size) {
		snprintf(out_why, CONTRADICTION_MAX,
			 "saw %llu entries of this log, and only %llu were ever signed here",
			 (unsigned long long)seen->size, (unsigned long long)head->size);
		return 0;
	}
	if (seen->size && seen->size < head->size &&
	    tiles_root_within(log->tiles, seen->size, head->size, &root, err))
		return -1;
	*out_found = seen->size && !digest_equal(&root, &seen->root);
	snprintf(out_why, CONTRADICTION_MAX, "saw another history of this log than the one here");
	return 0;
}

int log_contradicted(struct log *log, const struct log_head *head, const struct witness *witness,
		     struct buffer *out_shown, char out_why[CONTRADICTION_MAX], bool *out_found,
		     struct error *err)
{
	struct log_trust own = log_own_trust(log);
	struct checkpoint seen;
	struct error ignored = { 0 };

	*out_found = false;
	if (shown_read(log, witness, out_shown, &ignored) ||
	    checkpoint_open(buffer_view(out_shown), &own, &seen, &ignored))
		return context_check_cancelled(log->ctx, err);
	return head_compare(log, head, &seen.head, out_why, out_found, err);
}
