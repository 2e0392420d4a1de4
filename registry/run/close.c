/* run_close: a run ends, or is known to have lasted at least so long. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/add/inner.h"
#include "registry/index.h"
#include "registry/run.h"
#include "registry/run/facts.h"
#include "registry/run/secrets.h"

/* ---- What is known already ---- */

static int end_seen(void *arg, const struct index_row *row, struct error *err)
{
	struct digest_list *list = arg;
	struct digest identity;

	if (strcmp(row->kind, statement_kind_name(STATEMENT_completion)) != 0)
		return 0;
	return digest_from_hex(span_of(row->statement), &identity, err) ||
			       digest_list_add(list, &identity, err)
		       ? -1
		       : 0;
}

/* Read one completion; *out_ours: it is readable, and of this run. */
static int end_read(struct registry *registry, const struct digest *identity,
		    const struct digest *run, struct statement *out_said, bool *out_ours,
		    struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload;
	struct error why = { 0 };
	struct reference of;

	*out_ours = false;
	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (registry_payload(registry, identity, &payload, &why) ||
	    statement_parse(buffer_view(&payload), out_said, &why) ||
	    reference_need(out_said->predicate, "of", &of, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	*out_ours = out_said->kind == STATEMENT_completion && digest_equal(&of.statement, run);
	return 0;
}

static int end_take(const struct statement *said, const struct digest *identity,
		    struct run_known_end *out_end)
{
	struct error why = { 0 };
	struct run_ending ending;
	const char *ended = json_text(json_member(said->predicate, "ended"));

	if (run_ending_from_json(said->predicate, &ending, &why) || !ended)
		return 0;
	/* A measured end is better than a bound, a longer bound than a shorter. */
	if (out_end->known &&
	    (!out_end->lower_bound || (ending.lower_bound && ending.seconds <= out_end->seconds)))
		return 0;
	*out_end = (struct run_known_end){ .known = true,
					   .statement = *identity,
					   .outcome = ending.outcome,
					   .lower_bound = ending.lower_bound,
					   .seconds = ending.seconds };
	snprintf(out_end->ended, sizeof(out_end->ended), "%s", ended);
	return node_time_from_json(json_member(said->predicate, "nodeTime"), &out_end->time, &why);
}

int run_known_end(struct registry *registry, const struct digest *run,
		  struct run_known_end *out_end, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list list = { 0 };
	struct run_known_end end = { .known = false };
	struct index *index;

	if (registry_index(registry, &index, err) || index_about(index, run, end_seen, &list, err))
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(statement_release) struct statement said = { 0 };
		bool ours;

		if (end_read(registry, &list.item[i], run, &said, &ours, err))
			return -1;
		if (ours && end_take(&said, &list.item[i], &end))
			end.time.count = 0;
	}
	*out_end = end;
	return 0;
}

/* ---- Logs ---- */

/* The end of a file: all of it, or its last RUN_LOG_MAX_BYTES. */
static int log_read(const char *path, struct buffer *out, uint64_t *out_size, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	uint64_t skipped = 0;
	struct stat status;
	uint8_t *to;
	off_t at;

	if (fd < 0)
		return error_system(err, errno, "cannot open it");
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return error_set(err, ERROR_USAGE, "it is no file");
	}
	*out_size = (uint64_t)status.st_size;
	skipped = *out_size > RUN_LOG_MAX_BYTES ? *out_size - RUN_LOG_MAX_BYTES : 0;
	at = (off_t)skipped;
	while (out->len < *out_size - skipped) {
		ssize_t got;

		if (buffer_extend(out, 1u << 16, &to, err)) {
			close(fd);
			return -1;
		}
		got = pread(fd, to, 1u << 16, at);
		out->len -= got < 0 ? 1u << 16 : (1u << 16) - (size_t)got;
		if (got <= 0)
			break;
		at += got;
	}
	close(fd);
	return 0;
}

static int log_refuse(struct span text, struct error *err)
{
	struct secret_found found;

	return secrets_find(text, &found)
		       ? error_set(err, ERROR_UNTRUSTED, "it holds what looks like %s in line %zu",
				   found.rule, found.line)
		       : 0;
}

/* One log, kept; or the reason why not, which is no failure. */
static int log_keep(struct adding *adding, const char *path, struct json *logs, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	char name[4 * NAME_MAX + 1];
	struct error why = { 0 };
	struct digest digest;
	uint64_t size = 0;
	struct json *log;

	buffer_init(&bytes, RUN_LOG_MAX_BYTES + (1u << 16));
	text_escape(name, sizeof(name), run_path_name(path));
	if (json_add_object(logs, &log, err) || json_set_text(log, "name", name, err))
		return -1;
	if (log_read(path, &bytes, &size, &why) || log_refuse(buffer_view(&bytes), &why)) {
		context_notice(adding->registry->ctx, "the log '%s' is not kept: %s", name,
			       why.text);
		return json_set_text(log, "notKept", why.text, err);
	}
	digest = sha256(buffer_view(&bytes));
	if (!adding->how->dry_run &&
	    store_put(adding->registry->store, buffer_view(&bytes), &digest, err))
		return -1;
	return json_set_digest(log, "digest", &digest, err) ||
			       json_set_size(log, "size", size, err) ||
			       (size > bytes.len &&
				json_set_size(log, "cut", size - bytes.len, err))
		       ? -1
		       : 0;
}

/* ---- Closing ---- */

static int completion_make(struct adding *adding, const struct run_closing *closing,
			   const struct json *of, const struct run_known_end *before,
			   struct json *predicate, struct error *err)
{
	struct json *logs;

	if (json_set_clone(predicate, "of", of, err) ||
	    run_ending_to_json(&closing->ending, predicate, err) ||
	    references_set(adding, predicate, "outputs", STATEMENT_checkpoint, closing->output,
			   closing->output_count, err) ||
	    json_set_array(predicate, "logs", &logs, err))
		return -1;
	for (size_t i = 0; i < closing->log_count; i++)
		if (log_keep(adding, closing->log[i], logs, err))
			return -1;
	return before->known ? json_set_digest(predicate, "previous", &before->statement, err) : 0;
}

/* Does what is known already say at least as much? *out_enough; ERROR_USAGE: something else. */
static int is_enough(const struct run_closing *closing, const struct run_known_end *before,
		     bool *out_enough, struct error *err)
{
	const struct run_ending *ending = &closing->ending;
	char name[NAME_TEXT_MAX];

	name_to_text(&closing->run, name);
	*out_enough = before->known && ending->lower_bound &&
		      (!before->lower_bound || before->seconds >= ending->seconds);
	if (*out_enough || !before->known || before->lower_bound)
		return 0;
	if (before->outcome == ending->outcome && before->seconds == ending->seconds) {
		*out_enough = true;
		return 0;
	}
	return error_set(err, ERROR_USAGE, "'%s' ended already: %s, after %llu s, at %s", name,
			 run_outcome_name(before->outcome), (unsigned long long)before->seconds,
			 before->ended);
}

int run_close(struct registry *registry, const struct add_how *how,
	      const struct run_closing *closing, struct statement_made *out_made, struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { 0 };
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(json_free) struct json *of = NULL;
	struct statement_draft draft = { .kind = STATEMENT_completion };
	struct run_known_end before;
	char subject[NAME_TEXT_MAX];
	struct reference run;
	bool enough;

	if (adding_begin(registry, how, &adding, err) ||
	    registry_reference_to(registry, STATEMENT_run, &closing->run, &of, err) ||
	    reference_parse(of, &run, err) ||
	    run_known_end(registry, &run.statement, &before, err) ||
	    is_enough(closing, &before, &enough, err))
		return -1;
	if (enough) {
		*out_made =
			(struct statement_made){ .identity = before.statement, .existed = true };
		return 0;
	}
	if (json_object_new(&predicate, err) ||
	    completion_make(&adding, closing, of, &before, predicate, err))
		return -1;
	name_to_text(&run.name, subject);
	draft.subject = subject;
	draft.digest = run.statement;
	draft.predicate = predicate;
	return adding_publish(&adding, &draft, 1, out_made, err);
}
