/* News of pinned logs, and the pin of a log that nobody pinned yet. */
#include "registry/trust_update.h"

#include <stdlib.h>
#include <string.h>

#include "registry/home.h"
#include "registry/http.h"
#include "registry/log/reading.h"

/* Where news come from. Owned, unless it says otherwise. */
struct news {
	struct log_reading *log; /* or ... */
	struct evidence *release;
	struct evidence *joined;
	const struct evidence *evidence; /* borrowed: with what is held */
	struct digest_list said;         /* what may be a retraction or supersession */
};

static void news_release(struct news *news)
{
	digest_list_release(&news->said);
	evidence_close(&news->joined);
	evidence_close(&news->release);
	log_reading_free(&news->log);
}

static int news_join(struct news *news, struct evidence *source, struct evidence *held,
		     struct error *err)
{
	news->evidence = source;
	if (!held)
		return 0;
	if (evidence_join(source, held, &news->joined, err))
		return -1;
	news->evidence = news->joined;
	return 0;
}

static int release_open(const char *folder, struct evidence *held, struct news *news,
			struct error *err)
{
	return release_dir_open(folder, &news->release, err) ||
			       evidence_statements(news->release, NULL, &news->said, err) ||
			       news_join(news, news->release, held, err)
		       ? -1
		       : 0;
}

static bool is_pinned(const struct pins *pins, const char *origin)
{
	for (size_t i = 0; i < pins->count; i++)
		if (strcmp(pins->pin[i].log.name, origin) == 0)
			return true;
	return false;
}

/* Did a key of the log sign this that the pins, or the policies that are held, name? */
static bool signed_by_known(const struct log_reading *log, const struct pins *pins,
			    const struct trust_store *store)
{
	const char *origin = log_reading_head(log)->origin;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct error ignored = { 0 };

	for (size_t i = 0; i < pins->count; i++)
		if (strcmp(pins->pin[i].log.name, origin) == 0 &&
		    log_reading_signed_by(log, &pins->pin[i].log))
			return true;
	if (!trust_store_held(store) ||
	    trust_from_pins(pins, trust_store_held(store), UINT64_MAX, &trust, &ignored))
		return false;
	for (size_t i = 0; i < trust.count; i++) {
		const struct policy *policy = trust_policy(&trust.anchor[i]);

		for (size_t k = 0; k < policy->log_count; k++)
			if (strcmp(policy->origin, origin) == 0 &&
			    log_reading_signed_by(log, &policy->log[k]))
				return true;
	}
	return false;
}

/* Does it go on from what this user saw and read? */
static int log_goes_on(struct log_reading *log, const struct log_seen *seen, struct error *err)
{
	const struct tree_head *head = log_reading_head(log);

	if (head->size < seen->size)
		return error_set(err, ERROR_CORRUPT,
				 "rolled back: the log of '%s' has %llu entries here, and you have "
				 "seen %llu",
				 head->origin, (unsigned long long)head->size,
				 (unsigned long long)seen->size);
	return log_reading_continues(log, seen->read_size, &seen->read_root, err);
}

/* The log, from where this user read it last. */
static int log_open_news(const struct context *ctx, const char *from, const struct pins *pins,
			 const struct trust_store *store, struct news *news, struct error *err)
{
	const struct log_seen *seen;
	struct error why = { 0 };
	const char *origin;

	if (log_reading_open(ctx, from, &news->log, err))
		return -1;
	origin = log_reading_head(news->log)->origin;
	if (!is_pinned(pins, origin))
		return error_set(err, ERROR_UNTRUSTED,
				 "the log at '%s' is '%s', which you did not pin", from, origin);
	seen = trust_store_seen(store, origin);
	if (seen && log_goes_on(news->log, seen, &why)) {
		if (why.code == ERROR_SYSTEM || signed_by_known(news->log, pins, store))
			return error_set(err, why.code, "%s", why.text);
		/* What a stranger signed accuses nobody. */
		return error_set(err, ERROR_UNTRUSTED,
				 "the log of '%s' here is not the one that you pinned: no key of "
				 "it that you know signed the checkpoint",
				 origin);
	}
	return log_reading_read(news->log, seen ? seen->read_size : 0, err) ||
			       log_reading_standing(news->log, &news->said, err) ||
			       news_join(news, log_reading_evidence(news->log),
					 trust_store_held(store), err)
		       ? -1
		       : 0;
}

/* A word that names a registry is where that lies. */
static int news_open(const struct context *ctx, const char *from, const struct pins *pins,
		     const struct trust_store *store, struct news *news, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	struct error none = { 0 };

	if (!http_is_url(from) && release_dir_exists(from))
		return release_open(from, trust_store_held(store), news, err);
	if (!http_is_url(from) && !registry_find(ctx, from, NULL, &folder, &none))
		from = folder;
	return log_open_news(ctx, from, pins, store, news, err);
}

/* Those that are believed: retractions and supersessions of this anchor's log. */
static int standing_find(const struct trust *trust, const struct trust_anchor *anchor,
			 const struct news *news, struct digest_list *out_standing,
			 struct error *err)
{
	for (size_t i = 0; i < news->said.count; i++) {
		const struct digest *identity = &news->said.item[i];
		CLEANUP(statement_release) struct statement said = { 0 };
		CLEANUP(believed_release) struct believed believed = { 0 };
		struct error why = { 0 };
		struct digest key;
		bool standing;

		standing =
			!peek_statement(news->evidence, identity, &said, &key, &why) &&
			(said.kind == STATEMENT_retraction ||
			 said.kind == STATEMENT_supersession) &&
			strcmp(said.origin, trust_policy(anchor)->origin) == 0 &&
			!believe_statement(trust, news->evidence, identity, NULL, &believed, &why);
		if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
		if (standing && digest_list_add(out_standing, identity, err))
			return -1;
	}
	return 0;
}

/* One pinned log: its policies as they follow from what is here and what is held. */
static int anchor_take(const struct trust *trust, const struct trust_anchor *anchor,
		       const struct news *news, struct trust_store *store, bool dry_run,
		       struct trust_updated *out_updated, struct checkpoint *checkpoint,
		       struct error *err)
{
	const struct log_seen *seen = trust_store_seen(store, trust_policy(anchor)->origin);
	CLEANUP(digest_list_release) struct digest_list standing = { 0 };
	struct trust_news learned = { anchor, news->evidence, &standing, 0, NULL };

	if (news->log && log_reading_believe(news->log, &anchor->chain, checkpoint, err))
		return -1;
	if (news->log) {
		learned.size = checkpoint->head.size;
		learned.read = checkpoint;
	}
	if ((seen && trust_seen_check(anchor, seen, err)) ||
	    standing_find(trust, anchor, news, &standing, err) ||
	    (!dry_run && trust_store_keep(store, &learned, err)))
		return -1;
	*out_updated = (struct trust_updated){ &anchor->chain, standing.count, learned.read };
	return 0;
}

int trust_update(const struct context *ctx, struct span text, const char *from, bool dry_run,
		 trust_updated_visit visit, void *arg, struct error *err)
{
	CLEANUP(trust_store_close) struct trust_store *store = NULL;
	CLEANUP(news_release) struct news news = { .log = NULL };
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };

	if (pins_parse(text, &pins, err))
		return -1;
	if (!pins.count)
		return error_set(err, ERROR_UNTRUSTED,
				 "you pinned no log: 'akashi trust pin' begins with one");
	if (trust_store_open(ctx, text, &store, err) ||
	    news_open(ctx, from, &pins, store, &news, err) ||
	    trust_from_pins(&pins, news.evidence, UINT64_MAX, &trust, err))
		return -1;
	for (size_t i = 0; i < trust.count; i++) {
		const struct trust_anchor *anchor = &trust.anchor[i];
		struct trust_updated updated;
		struct checkpoint checkpoint;

		if (news.log &&
		    strcmp(trust_policy(anchor)->origin, log_reading_head(news.log)->origin) != 0)
			continue; /* held, and not what was read */
		if (anchor_take(&trust, anchor, &news, store, dry_run, &updated, &checkpoint,
				err) ||
		    visit(arg, &updated, err))
			return -1;
	}
	return 0;
}

/* ---- First use ---- */

/* From the first policy to the newest, under whichever of its log keys leads there. */
static int chain_find(struct log_reading *log, struct policy_chain *out_chain, struct error *err)
{
	const struct evidence *evidence = log_reading_evidence(log);
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct pin pin = { 0 };
	struct digest key;

	if (log_reading_first_policy(log, &pin.policy, err) ||
	    peek_statement(evidence, &pin.policy, &statement, &key, err) ||
	    policy_parse(&statement, &policy, err))
		return -1;
	for (size_t i = 0; i < policy.log_count; i++) {
		*err = (struct error){ 0 };
		pin.log = policy.log[i];
		if (!policy_chain_walk(&pin, evidence, UINT64_MAX, out_chain, err))
			return 0;
	}
	return -1;
}

int trust_pin_of_log(const struct context *ctx, const char *where, char **out_line,
		     struct error *err)
{
	CLEANUP(log_reading_free) struct log_reading *log = NULL;
	CLEANUP(policy_chain_release) struct policy_chain chain = { 0 };
	CLEANUP(buffer_release) struct buffer line;
	const struct policy_version *newest;
	struct checkpoint checkpoint;

	buffer_init(&line, PINS_MAX_BYTES);
	if (log_reading_open(ctx, where, &log, err) || log_reading_read(log, 0, err) ||
	    chain_find(log, &chain, err) || log_reading_believe(log, &chain, &checkpoint, err))
		return error_prefix(err, "'%s'", where);
	newest = policy_chain_newest(&chain);
	for (size_t i = 0; i < newest->policy.log_count; i++) {
		struct pin pin = { newest->policy.log[i], newest->identity };

		if (log_reading_signed_by(log, &pin.log))
			return pin_format(&pin, &line, err) || buffer_to_text(&line, out_line, err)
				       ? -1
				       : 0;
	}
	return error_set(err, ERROR_CORRUPT,
			 "'%s': no key that the newest policy lists signed the checkpoint", where);
}
