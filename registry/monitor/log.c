/* One watched log: what was seen of it, its checkpoint now, and the entries between. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/monitor/log.h"

int monitor_find(struct monitor_log *log, const char *kind, enum finding_grade grade,
		 uint64_t index, const char *what, const char *evidence, struct error *err,
		 const char *fmt, ...)
{
	char raw[1024], text[4096];
	struct finding finding = { .kind = kind,
				   .grade = grade,
				   .origin = log->origin,
				   .index = index,
				   .text = text,
				   .evidence = evidence };
	va_list args;

	if (log->silent)
		return 0;
	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	text_escape(text, sizeof(text), raw);
	return findings_add(&log->findings, &finding, what, err);
}

/* ---- Opening ---- */

void monitor_log_free(struct monitor_log **log)
{
	if (!*log)
		return;
	findings_close(&(*log)->findings);
	memory_close(&(*log)->memory);
	remembered_release(&(*log)->remembered);
	policy_chain_release(&(*log)->chain);
	for (size_t i = 0; i < (*log)->waiting_count; i++)
		statement_release(&(*log)->waiting[i].statement);
	free((*log)->waiting);
	monitor_pending_release(*log);
	state_free(&(*log)->state);
	seen_release(&(*log)->claims);
	free((*log)->folder);
	free(*log);
	*log = NULL;
}

static int again_visit(void *arg, uint64_t index, struct span bytes, struct error *err)
{
	return monitor_entry_again(arg, index, bytes, err);
}

/* FOLDER/HEX of the origin, as a witness's monitoring prefix has it. */
static int folder_of(struct monitor_log *log, struct error *err)
{
	struct digest digest = sha256(span_of(log->origin));
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&digest, hex);
	return path_join(log->request->folder, hex, &log->folder, err) ||
			       folder_make(log->folder, err)
		       ? -1
		       : 0;
}

int monitor_log_open(const struct context *ctx, const struct monitor_request *request,
		     const char *origin, struct monitor_log **out_log, struct error *err)
{
	CLEANUP(monitor_log_free) struct monitor_log *log = calloc(1, sizeof(*log));

	if (!log)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	log->ctx = ctx;
	log->request = request;
	snprintf(log->origin, sizeof(log->origin), "%s", origin);
	if (folder_of(log, err) || state_new(&log->state, err) ||
	    memory_open(log->folder, &log->memory, &log->remembered, err) ||
	    findings_open(log->folder, origin, &log->findings, err) ||
	    memory_controls(&log->memory, again_visit, log, err) || monitor_pending_load(log, err))
		return -1;
	*out_log = log;
	log = NULL; /* handed over */
	return 0;
}

/* ---- Whom to believe ---- */

static void key_add(struct monitor_log *log, const struct note_key *key)
{
	if (strcmp(key->name, log->origin) != 0)
		return;
	for (size_t i = 0; i < log->key_count; i++)
		if (note_key_equal(&log->key[i], key))
			return;
	if (log->key_count < sizeof(log->key) / sizeof(log->key[0]))
		log->key[log->key_count++] = *key;
}

struct log_trust monitor_trust(struct monitor_log *log)
{
	const struct monitor_request *request = log->request;
	const struct policy_version *newest =
		log->chain.count ? policy_chain_newest(&log->chain) : NULL;
	struct log_trust trust = { .key = log->key };

	log->key_count = 0;
	for (size_t i = 0; request->pins && i < request->pins->count; i++)
		key_add(log, &request->pins->pin[i].log);
	for (size_t i = 0; request->witnesses && i < request->witnesses->log_count; i++)
		key_add(log, &request->witnesses->log[i].key);
	for (size_t i = 0; newest && i < newest->policy.log_count; i++)
		key_add(log, &newest->policy.log[i]);
	trust.key_count = log->key_count;
	if (request->witnesses && request->witnesses->quorum != WITNESS_QUORUM_NONE)
		trust.witnesses = request->witnesses;
	else if (newest)
		trust.witnesses = newest->policy.witnesses;
	return trust;
}

/* ---- The checkpoint ---- */

static void head_text(const struct tree_head *head, char *out, size_t size)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&head->root, hex);
	snprintf(out, size, "%llu %s", (unsigned long long)head->size, hex);
}

/* Does the served note hold, and has it its quorum? Without that nothing under it is believed. */
static int note_judge(struct monitor_log *log, struct span note, struct checkpoint *out_checkpoint,
		      bool *out_go, struct error *err)
{
	struct log_trust trust = monitor_trust(log);
	struct error why = { 0 };
	struct digest digest = sha256(note);
	char what[160];

	*out_go = false;
	if (checkpoint_open(note, &trust, out_checkpoint, &why)) {
		if (why.code == ERROR_SYSTEM)
			return error_set(err, ERROR_SYSTEM, "%s", why.text);
		digest_to_hex(&digest, what);
		return monitor_find(log, "checkpoint", FINDING_FAILS, UINT64_MAX, what, NULL, err,
				    "the checkpoint that is served: %s", why.text);
	}
	if (!checkpoint_need_quorum(out_checkpoint, &why)) {
		*out_go = true;
		return 0;
	}
	head_text(&out_checkpoint->head, what, sizeof(what));
	return monitor_find(log, "no-quorum", FINDING_FAILS, UINT64_MAX, what, NULL, err,
			    "the checkpoint of %llu entries is not believed: %s",
			    (unsigned long long)out_checkpoint->head.size, why.text);
}

/* When did a quorum last see this tree as the newest? */
static int age_judge(struct monitor_log *log, const struct checkpoint *checkpoint,
		     struct error *err)
{
	uint64_t most = log->request->maximum_age;
	int64_t now = context_now(log->ctx);
	char what[160];

	if (!most && log->chain.count)
		most = policy_chain_newest(&log->chain)->policy.maximum_age;
	if (!most)
		return 0;
	head_text(&checkpoint->head, what, sizeof(what));
	if (!checkpoint->time)
		return monitor_find(log, "stale", FINDING_UNDECIDED, UINT64_MAX, what, NULL, err,
				    "how old the checkpoint of %llu entries is cannot be told: no "
				    "witness says when it saw it",
				    (unsigned long long)checkpoint->head.size);
	if (now < 0 || (uint64_t)now <= checkpoint->time ||
	    (uint64_t)now - checkpoint->time <= most)
		return 0;
	return monitor_find(log, "stale", FINDING_UNDECIDED, UINT64_MAX, what, NULL, err,
			    "the checkpoint of %llu entries was last cosigned by a quorum %llu "
			    "seconds ago, and %llu are allowed",
			    (unsigned long long)checkpoint->head.size,
			    (unsigned long long)((uint64_t)now - checkpoint->time),
			    (unsigned long long)most);
}

/* ---- The entries ---- */

static int entry_visit(void *arg, uint64_t index, struct span bytes, struct error *err)
{
	return monitor_entry(arg, index, bytes, err);
}

/* What was found is durable first, then what was seen, and last the place we are at. */
static int commit(struct monitor_log *log, const struct tree_head *head, struct span note,
		  uint64_t next, struct error *err)
{
	if ((next == head->size && monitor_pending_tell(log, err)) ||
	    findings_flush(&log->findings, log->request, err) ||
	    memory_commit(&log->memory, note, next, err))
		return -1;
	log->remembered.note.len = 0;
	log->remembered.head = *head;
	return buffer_add(&log->remembered.note, note, err);
}

/* Tiles that are not the log's are told; the place stays where it is. */
static int tiles_find(struct monitor_log *log, uint64_t next, const struct error *cause,
		      struct error *err)
{
	char what[64];

	snprintf(what, sizeof(what), "entries %llu", (unsigned long long)next);
	return monitor_find(log, "tiles", FINDING_FAILS, UINT64_MAX, what, NULL, err,
			    "what is served of the entries from %llu on is not the log: %s",
			    (unsigned long long)next, cause->text);
}

static int entries_look(struct monitor_log *log, const struct tree_head *head, struct span note,
			struct error *err)
{
	uint64_t batch = log->request->batch ? log->request->batch : MONITOR_BATCH;
	bool first =
		!log->remembered.note.len || !span_equal(buffer_view(&log->remembered.note), note);

	while (first || log->memory.next < head->size) {
		uint64_t from = log->memory.next, left = head->size - from;
		uint64_t to = from + (left < batch ? left : batch);
		struct error why = { 0 };

		first = false;
		context_progress(log->ctx, "watching the log", "entries", from, head->size);
		if (context_check_cancelled(log->ctx, err))
			return -1;
		if (log_walk(log->source->tiles, head, from, to, entry_visit, log, &why)) {
			if (why.code != ERROR_CORRUPT) {
				*err = why;
				return -1;
			}
			/* What was judged of this batch is judged again: it is not committed. */
			return tiles_find(log, from, &why, err);
		}
		if (commit(log, head, note, to, err))
			return -1;
	}
	return 0;
}

/* The entries may bring the policy that asks for witnesses: their checkpoint is held against it. */
static int note_again(struct monitor_log *log, struct span note, size_t versions,
		      struct checkpoint *checkpoint, bool *out_go, struct error *err)
{
	if (log->memory.next < checkpoint->head.size || log->chain.count == versions)
		return 0;
	return note_judge(log, note, checkpoint, out_go, err);
}

int monitor_log_look(struct monitor_log *log, const struct log_source *source, struct span note,
		     struct monitor_look *look, struct checkpoint *checkpoint, struct error *err)
{
	struct error ignored = { 0 };
	size_t versions = log->chain.count;
	bool go;
	int failed;

	log->source = source;
	log->findings.met = log->findings.fails = log->findings.undecided = log->detached = 0;
	log->bodiless = 0;
	look->before = look->size = log->memory.next;
	failed = note_judge(log, note, checkpoint, &go, err);
	if (!failed && checkpoint->head.origin[0])
		look->checkpoint = checkpoint;
	if (!failed && go) {
		failed = monitor_continues(log, &checkpoint->head, note, &go, err) ||
			 (go && (entries_look(log, &checkpoint->head, note, err) ||
				 note_again(log, note, versions, checkpoint, &go, err))) ||
			 (go && age_judge(log, checkpoint, err));
	}
	/* Also when something kept us from going on: what was found so far stays found. */
	if (findings_flush(&log->findings, log->request, failed ? &ignored : err))
		failed = -1;
	look->size = log->memory.next;
	look->root = log->remembered.head.root;
	look->findings = log->findings.met;
	look->fails = log->findings.fails;
	look->undecided = log->findings.undecided;
	look->detached = log->detached;
	look->withheld = log->bodiless;
	log->source = NULL;
	return failed ? -1 : 0;
}
