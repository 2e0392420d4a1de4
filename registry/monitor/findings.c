/*
 * Findings, one JSON object a line, appended and synced before anything else moves on.
 *
 * A finding has an id that does not depend on when it was made: a batch that is looked at again,
 * because the monitor was killed in it, writes nothing twice.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/monitor/inner.h"

#define FINDINGS_FILE_MAX (1u << 30)
#define FINDING_LINE_MAX (64u << 10)

static const char *const grade_name[] = {
	[FINDING_TOLD] = "told",
	[FINDING_NOTICED] = "noticed",
	[FINDING_UNDECIDED] = "undecided",
	[FINDING_FAILS] = "fails",
};

static void fresh_clear(struct findings *findings)
{
	for (size_t i = 0; i < findings->fresh_count; i++) {
		free((char *)findings->fresh[i].text);
		free((char *)findings->fresh[i].evidence);
	}
	findings->fresh_count = 0;
}

void findings_close(struct findings *findings)
{
	fresh_clear(findings);
	free(findings->fresh);
	free(findings->path);
	free(findings->origin);
	seen_release(&findings->known);
	buffer_release(&findings->waiting);
	if (findings->fd > 0)
		close(findings->fd);
	*findings = (struct findings){ 0 };
}

/* The ids of whole lines; *out_whole is how many bytes those take. */
static int lines_read(struct findings *findings, struct span text, size_t *out_whole,
		      struct error *err)
{
	size_t at = 0;

	while (at < text.len) {
		const uint8_t *end = memchr(text.data + at, '\n', text.len - at);
		CLEANUP(json_free) struct json *line = NULL;
		uint64_t first;
		const char *id;

		if (!end)
			break;
		if (json_parse((struct span){ text.data + at, (size_t)(end - text.data) - at },
			       NULL, &line, err) ||
		    json_need_string(line, "id", &id, err) ||
		    seen_add(&findings->known, id, 0, &first, err))
			return error_prefix(err, "'%s'", findings->path);
		at = (size_t)(end - text.data) + 1;
	}
	*out_whole = at;
	return 0;
}

int findings_open(const char *folder, const char *origin, struct findings *out_findings,
		  struct error *err)
{
	CLEANUP(findings_close) struct findings findings = { 0 };
	CLEANUP(buffer_release) struct buffer text;
	struct error absent = { 0 };
	size_t whole = 0;

	buffer_init(&text, FINDINGS_FILE_MAX);
	buffer_init(&findings.waiting, FINDINGS_FILE_MAX);
	findings.origin = strdup(origin);
	if (!findings.origin)
		return error_set(err, ERROR_SYSTEM, "out of memory for findings");
	if (path_join(folder, "findings.jsonl", &findings.path, err))
		return -1;
	if (file_read(findings.path, &text, &absent) && absent.code != ERROR_ABSENT)
		return error_set(err, absent.code, "%s", absent.text);
	if (lines_read(&findings, buffer_view(&text), &whole, err))
		return -1;
	findings.fd =
		open(findings.path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	if (findings.fd < 0)
		return error_system(err, errno, "cannot write '%s'", findings.path);
	if (ftruncate(findings.fd, (off_t)whole) || lseek(findings.fd, 0, SEEK_END) < 0 ||
	    fsync(findings.fd))
		return error_system(err, errno, "cannot write '%s'", findings.path);
	if (absent.code == ERROR_ABSENT && folder_sync(folder, err))
		return -1;
	*out_findings = findings;
	findings = (struct findings){ 0 }; /* handed over */
	return 0;
}

static void id_of(const struct findings *findings, const struct finding *finding, const char *what,
		  char out_id[DIGEST_HEX_SIZE])
{
	struct span part[] = { span_of(findings->origin), span_of("\n"), span_of(finding->kind),
			       span_of("\n"), span_of(what) };
	struct digest digest = sha256_parts(part, 5);

	digest_to_hex(&digest, out_id);
}

static int line_write(struct findings *findings, const struct finding *finding, const char *id,
		      struct error *err)
{
	CLEANUP(json_free) struct json *line = NULL;

	if (json_object_new(&line, err) || json_set_text(line, "schema", "akashi/finding/1", err) ||
	    json_set_text(line, "id", id, err) || json_set_text(line, "kind", finding->kind, err) ||
	    json_set_text(line, "grade", grade_name[finding->grade], err) ||
	    json_set_text(line, "origin", findings->origin, err) ||
	    (finding->index != UINT64_MAX && json_set_size(line, "index", finding->index, err)) ||
	    json_set_text(line, "text", finding->text, err) ||
	    (finding->evidence && json_set_text(line, "evidence", finding->evidence, err)) ||
	    json_write_canonical(line, &findings->waiting, err))
		return -1;
	return buffer_add_text(&findings->waiting, "\n", err);
}

static int fresh_add(struct findings *findings, const struct finding *finding, struct error *err)
{
	struct finding copy = *finding;

	if (findings->fresh_count == findings->fresh_cap) {
		size_t cap = findings->fresh_cap ? 2 * findings->fresh_cap : 16;
		struct finding *grown = realloc(findings->fresh, cap * sizeof(*grown));

		if (!grown)
			return error_set(err, ERROR_SYSTEM, "out of memory for findings");
		findings->fresh = grown;
		findings->fresh_cap = cap;
	}
	copy.origin = findings->origin;
	copy.text = strdup(finding->text);
	copy.evidence = finding->evidence ? strdup(finding->evidence) : NULL;
	if (!copy.text || (finding->evidence && !copy.evidence)) {
		free((char *)copy.text);
		free((char *)copy.evidence);
		return error_set(err, ERROR_SYSTEM, "out of memory for findings");
	}
	findings->fresh[findings->fresh_count++] = copy;
	return 0;
}

int findings_add(struct findings *findings, const struct finding *finding, const char *what,
		 struct error *err)
{
	char id[DIGEST_HEX_SIZE];
	uint64_t first;

	findings->met += finding->grade != FINDING_TOLD;
	findings->fails += finding->grade == FINDING_FAILS;
	findings->undecided += finding->grade == FINDING_UNDECIDED;
	id_of(findings, finding, what, id);
	if (seen_find(&findings->known, id) != UINT64_MAX)
		return 0;
	return seen_add(&findings->known, id, 0, &first, err) ||
			       line_write(findings, finding, id, err) ||
			       fresh_add(findings, finding, err)
		       ? -1
		       : 0;
}

int findings_flush(struct findings *findings, const struct monitor_request *request,
		   struct error *err)
{
	if (!findings->waiting.len)
		return 0;
	for (size_t done = 0; done < findings->waiting.len;) {
		ssize_t wrote = write(findings->fd, findings->waiting.data + done,
				      findings->waiting.len - done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return error_system(err, errno, "cannot write '%s'", findings->path);
		done += (size_t)wrote;
	}
	if (fsync(findings->fd))
		return error_system(err, errno, "cannot make '%s' durable", findings->path);
	findings->waiting.len = 0;
	for (size_t i = 0; i < findings->fresh_count; i++)
		if (request->found && request->found(request->arg, &findings->fresh[i], err))
			return -1;
	fresh_clear(findings);
	return 0;
}
