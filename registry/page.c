/* page: what is proved and what is claimed about a model, as one HTML file. */
#include "registry/page.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "registry/card/markup.h"

enum { SHOWN_MAX = 400, KEY_SHOWN = 12, SCORES_MAX = 200 };

struct page {
	const struct page_wish *wish;
	const struct json *facts;
	struct buffer *out;
};

/* A sentence in both languages; the same arguments, in the same order, go into either. */
struct words {
	const char *english, *japanese;
};

/* ---- Text ---- */

/* Strangers' text: no markup, no control characters, no endless lines. */
static int escaped_add(struct buffer *out, const char *text, struct error *err)
{
	char shown[4 * SHOWN_MAX + 1];

	text_escape(shown, sizeof(shown), text);
	return markup_entities(out, shown, err);
}

static const char *text_of(const struct json *object, const char *key)
{
	const char *text = json_text(json_member(object, key));

	return text && *text ? text : NULL;
}

/* A sentence in one language: each "%s" is the next text of the list, escaped. */
static int language_add(struct page *page, const char *language, const char *sentence,
			va_list texts, struct error *err)
{
	const char *at;

	if (buffer_printf(page->out, err, "<span lang=\"%s\">", language))
		return -1;
	for (; (at = strstr(sentence, "%s")); sentence = at + 2)
		if (buffer_add(page->out,
			       (struct span){ (const uint8_t *)sentence, (size_t)(at - sentence) },
			       err) ||
		    escaped_add(page->out, va_arg(texts, const char *), err))
			return -1;
	return buffer_printf(page->out, err, "%s</span>", sentence);
}

/* Both languages; behind `err` as many texts as a sentence has "%s". */
static int sentence_add(struct page *page, const char *tag, const struct words *words,
			struct error *err, ...)
{
	va_list args;
	int failed;

	if (buffer_printf(page->out, err, "<%s>", tag))
		return -1;
	va_start(args, err);
	failed = language_add(page, "en", words->english, args, err);
	va_end(args);
	if (failed)
		return -1;
	va_start(args, err);
	failed = language_add(page, "ja", words->japanese, args, err);
	va_end(args);
	return failed ? -1 : buffer_printf(page->out, err, "</%s>\n", tag);
}

/* By whom: the name that the policy gives the key, else its first digits. */
static const char *signer_text(const struct json *part, char out_text[KEY_SHOWN + 8])
{
	const char *name = text_of(part, "signerName"), *key = text_of(part, "signer");

	if (name)
		return name;
	snprintf(out_text, KEY_SHOWN + 8, "key %.*s", KEY_SHOWN, key ? key : "?");
	return out_text;
}

/* By which key, of those whose statements are told. */
static const char *key_text(const struct page *page, const char *key, char out_text[KEY_SHOWN + 8])
{
	static const char *const lists[] = { "verifications", "derivations" };
	const char *own = text_of(page->facts, "signer");

	if (key && own && strcmp(own, key) == 0)
		return signer_text(page->facts, out_text);
	for (size_t l = 0; key && l < sizeof(lists) / sizeof(lists[0]); l++) {
		const struct json *list = json_member(page->facts, lists[l]);

		for (size_t i = 0; i < json_count(list); i++) {
			const char *signer = text_of(json_at(list, i), "signer");

			if (signer && strcmp(signer, key) == 0)
				return signer_text(json_at(list, i), out_text);
		}
	}
	snprintf(out_text, KEY_SHOWN + 8, "key %.*s", KEY_SHOWN, key ? key : "?");
	return out_text;
}

/* The day of a time. */
static const char *day_text(const struct json *part, char out_text[11])
{
	const char *declared = text_of(part, "declared");

	snprintf(out_text, 11, "%.10s", declared ? declared : "?");
	return out_text;
}

/* ---- Proved ---- */

static int proved_signed(struct page *page, struct error *err)
{
	static const struct words words = {
		"The files with the digests below were published under this name: signed by %s, "
		"declared on %s, in an append-only log (%s entries).",
		"以下のダイジェストを持つファイルがこの名前で公開されたこと:署名者 %s、申告日 "
		"%s、追記専用ログ(%s件)に記録。",
	};
	char signer[KEY_SHOWN + 8], day[11], entries[32];

	snprintf(entries, sizeof(entries), "%" PRIu64, page->wish->log_size);
	return sentence_add(page, "li", &words, err, signer_text(page->facts, signer),
			    day_text(page->facts, day), entries);
}

/* Did the step of a signed verdict hold? */
static bool step_holds(const struct json *verification, const char *step)
{
	const struct json *steps = json_member(verification, "steps");

	for (size_t i = 0; i < json_count(steps); i++) {
		const char *id = text_of(json_at(steps, i), "id");
		const char *status = text_of(json_at(steps, i), "status");

		if (id && status && strcmp(id, step) == 0 && strcmp(status, "holds") == 0)
			return true;
	}
	return false;
}

static int proved_verified(struct page *page, struct error *err)
{
	static const struct words bytes = {
		"Every byte was compared with what was signed by %s on %s (%s).",
		"%s が %s に全バイトを署名内容と照合(%s)。",
	};
	static const struct words forward = {
		"Recorded outputs were computed again from the weights, bit for bit, by %s on %s "
		"(%s).",
		"%s が %s に記録済みの出力を重みから再計算し、ビット単位で一致(%s)。",
	};
	const struct json *list = json_member(page->facts, "verifications");

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		const char *how = json_is_yes(json_member(one, "independent"))
					  ? "independent / 第三者"
					  : "the publisher / 公開者自身";
		char signer[KEY_SHOWN + 8], day[11];

		if (step_holds(one, "bytes") &&
		    sentence_add(page, "li", &bytes, err, signer_text(one, signer),
				 day_text(one, day), how))
			return -1;
		if (step_holds(one, "forward") &&
		    sentence_add(page, "li", &forward, err, signer_text(one, signer),
				 day_text(one, day), how))
			return -1;
	}
	return 0;
}

/* Parents by what is known of the edge, and by whom it is: never by who made the parent. */
static int parents_add(struct page *page, const char *proof, const struct words *words,
		       struct error *err)
{
	const struct json *list = json_member(page->facts, "parents");
	char signer[KEY_SHOWN + 8];

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		const char *name = text_of(one, "name"), *known = text_of(one, "proof");
		const char *by = text_of(one, "provedBy");

		if (name && strcmp(known ? known : "declared", proof) == 0 &&
		    sentence_add(page, "li", words, err, name,
				 key_text(page, by ? by : text_of(one, "saidBy"), signer)))
			return -1;
	}
	return 0;
}

static int proved_add(struct page *page, struct error *err)
{
	static const struct words executed = {
		"Made from %s: the step was executed again and gave these weights (signed by %s).",
		"%s から作られたこと:変換を再実行して同じ重みを得た(署名者 %s)。",
	};

	return proved_signed(page, err) || proved_verified(page, err) ||
			       parents_add(page, "re-executed", &executed, err)
		       ? -1
		       : 0;
}

/* ---- What follows from the files ---- */

static int follows_add(struct page *page, struct error *err)
{
	static const struct words parameters = { "%s parameters", "パラメータ数 %s" };
	static const struct words architecture = { "Architecture %s", "アーキテクチャ %s" };
	static const struct words dtype = { "Weights in %s", "重みの数値形式 %s" };
	static const struct words files = { "%s files, %s bytes", "ファイル数 %s、合計 %s バイト" };
	const struct json *facts = page->facts;
	char digits[COUNT_TEXT_SIZE], count[32];

	snprintf(count, sizeof(count), "%zu", json_count(json_member(facts, "files")));
	if (count_digits(json_member(facts, "bytes"), digits) &&
	    sentence_add(page, "li", &files, err, count, digits))
		return -1;
	if (text_of(facts, "architecture") &&
	    sentence_add(page, "li", &architecture, err, text_of(facts, "architecture")))
		return -1;
	if (count_digits(json_member(facts, "parameters"), digits) &&
	    sentence_add(page, "li", &parameters, err, digits))
		return -1;
	return text_of(facts, "dtype")
		       ? sentence_add(page, "li", &dtype, err, text_of(facts, "dtype"))
		       : 0;
}

/* ---- Claimed ---- */

static int claimed_data(struct page *page, struct error *err)
{
	static const struct words counted = {
		"Trained on %s, says %s (%s tokens, says %s).",
		"学習データ %s — 申告者 %s(%s トークン — 申告者 %s)。",
	};
	static const struct words plain = { "Trained on %s, says %s.",
					    "学習データ %s — 申告者 %s。" };
	const struct json *list = json_member(page->facts, "data");
	const struct json *run = json_at(json_member(page->facts, "runs"), 0);
	char signer[KEY_SHOWN + 8], other[KEY_SHOWN + 8], digits[COUNT_TEXT_SIZE];

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		const char *name = text_of(one, "name"), *by = text_of(one, "by");
		const char *who =
			signer_text(by && strcmp(by, "run") == 0 ? run : page->facts, signer);
		int failed = 0;

		if (name && count_digits(json_member(one, "tokens"), digits))
			failed = sentence_add(page, "li", &counted, err, name, who, digits,
					      signer_text(one, other));
		else if (name)
			failed = sentence_add(page, "li", &plain, err, name, who);
		if (failed)
			return -1;
	}
	return 0;
}

static int claimed_runs(struct page *page, struct error *err)
{
	static const struct words run = {
		"Made by the run %s (outcome: %s; node-seconds: %s), says %s.",
		"学習ジョブ %s(結果 %s、ノード秒 %s)— 申告者 %s。",
	};
	const struct json *list = json_member(page->facts, "runs");
	char signer[KEY_SHOWN + 8], digits[COUNT_TEXT_SIZE];

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		const char *name = text_of(one, "name"), *outcome = text_of(one, "outcome");
		bool known = count_digits(json_member(one, "nodeSeconds"), digits);

		if (name && sentence_add(page, "li", &run, err, name, outcome ? outcome : "?",
					 known ? digits : "?", signer_text(one, signer)))
			return -1;
	}
	return 0;
}

static int claimed_evals(struct page *page, struct error *err)
{
	static const struct words own = {
		"%s %s: %s, measured by the publisher (%s).",
		"%s %s:%s — 公開者自身による測定(%s)。",
	};
	static const struct words others = {
		"%s %s: %s, measured independently (%s).",
		"%s %s:%s — 第三者による測定(%s)。",
	};
	static const struct words more = { "… and %s more scores: akashi compare, akashi card.",
					   "ほか %s 件のスコア(akashi compare、akashi card)。" };
	const struct json *list = json_member(page->facts, "evals");
	char signer[KEY_SHOWN + 8], left[32];
	size_t count = 0;

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *eval = json_at(list, i);
		const struct json *scores = json_member(eval, "scores");
		const struct words *words =
			json_is_yes(json_member(eval, "independent")) ? &others : &own;

		for (size_t k = 0; k < json_count(scores); k++) {
			const struct json *score = json_at(scores, k);
			const char *task = text_of(score, "task"),
				   *metric = text_of(score, "metric"),
				   *value = text_of(score, "value");

			if (!task || !metric || !value || json_member(score, "state"))
				continue;
			if (++count <= SCORES_MAX &&
			    sentence_add(page, "li", words, err, task, metric, value,
					 signer_text(eval, signer)))
				return -1;
		}
	}
	snprintf(left, sizeof(left), "%zu", count - SCORES_MAX);
	return count > SCORES_MAX ? sentence_add(page, "li", &more, err, left) : 0;
}

static int claimed_add(struct page *page, struct error *err)
{
	static const struct words parent = { "Made from %s, says %s.",
					     "%s から作られた — 申告者 %s。" };
	static const struct words commit = { "Code: commit %s of %s, says %s.",
					     "コード:コミット %s(%s)— 申告者 %s。" };
	static const struct words license = { "License: %s, says %s.",
					      "ライセンス:%s — 申告者 %s。" };
	const struct json *git = json_member(page->facts, "git");
	const char *remote = text_of(git, "remote");
	char signer[KEY_SHOWN + 8];

	if (text_of(page->facts, "license") &&
	    sentence_add(page, "li", &license, err, text_of(page->facts, "license"),
			 signer_text(page->facts, signer)))
		return -1;
	if (text_of(git, "commit") &&
	    sentence_add(page, "li", &commit, err, text_of(git, "commit"), remote ? remote : "?",
			 signer_text(page->facts, signer)))
		return -1;
	return claimed_data(page, err) || claimed_runs(page, err) ||
			       parents_add(page, "declared", &parent, err) ||
			       claimed_evals(page, err)
		       ? -1
		       : 0;
}

/* ---- Against, and not disclosed ---- */

static int against_verified(struct page *page, struct error *err)
{
	static const struct words words = {
		"Checking it failed, says %s (%s).",
		"検証に失敗 — 申告者 %s(%s)。",
	};
	const struct json *list = json_member(page->facts, "verifications");
	char signer[KEY_SHOWN + 8], day[11];

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		const char *status = text_of(one, "status");

		if (status && strcmp(status, "fails") == 0 &&
		    sentence_add(page, "li", &words, err, signer_text(one, signer),
				 day_text(one, day)))
			return -1;
	}
	return 0;
}

/* Results that do not count any more, and who says so: not always who measured. */
static int against_results(struct page *page, struct error *err)
{
	static const struct words words = {
		"Results measured by %s were retracted by %s: %s.",
		"%s による測定結果は %s により撤回された:%s。",
	};
	const struct json *list = json_member(page->facts, "evals");
	char signer[KEY_SHOWN + 8], other[KEY_SHOWN + 8];

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *retracted = json_member(json_at(list, i), "retracted");
		const char *reason = text_of(retracted, "reason");

		if (retracted &&
		    sentence_add(page, "li", &words, err, signer_text(json_at(list, i), signer),
				 signer_text(retracted, other), reason ? reason : "-"))
			return -1;
	}
	return 0;
}

static int against_add(struct page *page, struct error *err)
{
	static const struct words parent = {
		"Said to be made from %s: executing the step again gave other weights (%s).",
		"%s から作られたとの申告:再実行では別の重みになった(%s)。",
	};
	static const struct words standing = { "%s: %s (says %s, %s)", "%s:%s(%s、%s)" };
	static const struct words unbelieved = { "A %s is not believed: %s",
						 "%s は信用できない:%s" };
	const struct json *list = json_member(page->facts, "standing");
	char signer[KEY_SHOWN + 8], day[11];

	if (parents_add(page, "contradicted", &parent, err) || against_verified(page, err) ||
	    against_results(page, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		const char *kind = text_of(one, "kind"), *reason = text_of(one, "reason");

		if (sentence_add(page, "li", &standing, err, kind ? kind : "?",
				 reason ? reason : "-", signer_text(one, signer),
				 day_text(one, day)))
			return -1;
	}
	list = json_member(page->facts, "unbelieved");
	for (size_t i = 0; i < json_count(list); i++) {
		const char *kind = text_of(json_at(list, i), "kind"),
			   *why = text_of(json_at(list, i), "why");

		if (sentence_add(page, "li", &unbelieved, err, kind ? kind : "statement",
				 why ? why : "?"))
			return -1;
	}
	return 0;
}

static int undisclosed_add(struct page *page, struct error *err)
{
	static const struct words words = { "%s: committed to, not shown",
					    "%s:コミットメントのみ、内容は非公開" };
	const struct json *list = json_member(page->facts, "undisclosed");

	for (size_t i = 0; i < json_count(list); i++) {
		const char *what = text_of(json_at(list, i), "what");

		if (sentence_add(page, "li", &words, err, what ? what : "?"))
			return -1;
	}
	return 0;
}

/* ---- The page ---- */

/* A heading and its list; one that is empty says so, or is left out. */
static int section_add(struct page *page, const struct words *heading, bool always,
		       int (*fill)(struct page *page, struct error *err), struct error *err)
{
	static const struct words none = { "Nothing on record.", "記録なし。" };
	CLEANUP(buffer_release) struct buffer list;
	struct page inner = *page;

	buffer_init(&list, PAGE_MAX_BYTES);
	inner.out = &list;
	if (fill(&inner, err))
		return -1;
	if (!list.len && !always)
		return 0;
	if (sentence_add(page, "h2", heading, err))
		return -1;
	if (!list.len)
		return sentence_add(page, "p", &none, err);
	return buffer_add_text(page->out, "<ul>\n", err) ||
			       buffer_add(page->out, buffer_view(&list), err) ||
			       buffer_add_text(page->out, "</ul>\n", err)
		       ? -1
		       : 0;
}

static int head_add(struct page *page, struct error *err)
{
	static const struct words dated = {
		"As of %s, from the log %s. A page is not evidence: the commands at the end "
		"are what checks.",
		"%s 時点、ログ %s "
		"より。このページ自体は証拠ではありません。末尾のコマンドで検証できます。",
	};
	const char *name = text_of(page->facts, "name"), *origin = text_of(page->facts, "origin");
	char now[TIME_TEXT_SIZE];

	time_format(page->wish->now_s, now);
	if (buffer_add_text(
		    page->out,
		    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src 'unsafe-inline'\">"
		    "<meta name=\"viewport\" content=\"width=device-width\"><title>",
		    err) ||
	    escaped_add(page->out, name, err) ||
	    buffer_add_text(
		    page->out,
		    "</title>\n<style>body{font:16px/1.5 sans-serif;max-width:50em;margin:2em "
		    "auto;padding:0 1em;color:#111}span[lang]{display:block}"
		    "span[lang=ja]{color:#444;font-size:.92em}code,pre{font-family:monospace;"
		    "overflow-wrap:anywhere;white-space:pre-wrap}li{margin:.4em 0}h2{"
		    "border-bottom:1px solid #ccc;margin-top:1.6em}table{font-size:.85em;"
		    "border-collapse:collapse}td{padding:.1em .6em .1em 0;vertical-align:top;"
		    "overflow-wrap:anywhere}</style></head><body>\n<h1>",
		    err) ||
	    escaped_add(page->out, name, err) || buffer_add_text(page->out, "</h1>\n", err))
		return -1;
	return sentence_add(page, "p", &dated, err, now, origin ? origin : "?");
}

static int digest_add(struct page *page, const char *what, const char *digest, struct error *err)
{
	return buffer_add_text(page->out, "<tr><td>", err) ||
			       escaped_add(page->out, what ? what : "", err) ||
			       buffer_add_text(page->out, "</td><td><code>", err) ||
			       escaped_add(page->out, digest ? digest : "", err) ||
			       buffer_add_text(page->out, "</code></td></tr>\n", err)
		       ? -1
		       : 0;
}

static int digests_add(struct page *page, struct error *err)
{
	static const struct words heading = { "Digests", "ダイジェスト" };
	const struct json *files = json_member(page->facts, "files");
	const char *manifest = text_of(page->facts, "manifest"),
		   *identity = text_of(page->facts, "identity");

	if (sentence_add(page, "h2", &heading, err) ||
	    buffer_add_text(page->out, "<table>\n", err) ||
	    digest_add(page, "statement", identity, err) ||
	    digest_add(page, "manifest", manifest, err))
		return -1;
	for (size_t i = 0; i < json_count(files); i++) {
		const char *path = text_of(json_at(files, i), "path"),
			   *digest = text_of(json_at(files, i), "sha256");

		if (digest_add(page, path, digest, err))
			return -1;
	}
	return buffer_add_text(page->out, "</table>\n", err);
}

static int foot_add(struct page *page, struct error *err)
{
	static const struct words heading = { "Check it yourself", "自分で検証する" };
	static const struct words pin = {
		"Compare this line with one that you got from somewhere else, and pin that one:",
		"次の行を、別の経路で入手したものと照合してから固定してください:",
	};

	if (sentence_add(page, "h2", &heading, err))
		return -1;
	if (page->wish->pin &&
	    (sentence_add(page, "p", &pin, err) ||
	     buffer_add_text(page->out, "<pre>akashi trust pin &#39;", err) ||
	     escaped_add(page->out, page->wish->pin, err) ||
	     buffer_add_text(page->out, "&#39;\nakashi verify DIR</pre>\n", err)))
		return -1;
	return buffer_add_text(page->out, "</body></html>\n", err);
}

int page_write(const struct page_wish *wish, struct buffer *out, struct error *err)
{
	static const struct words proved = { "Proved, or done again by others",
					     "証明されていること、他者が再実行したこと" };
	static const struct words follows = {
		"Follows from the files: whoever has them can count again",
		"ファイルから導かれること(誰でも再計算できる)",
	};
	static const struct words claimed = { "Claimed, and by whom: signed, not proved",
					      "申告されていること(署名付き、未証明)" };
	static const struct words against = { "Speaks against it", "反証・撤回" };
	static const struct words undisclosed = { "Not disclosed", "非公開" };
	struct page page = { .wish = wish, .facts = wish->facts, .out = out };

	if (!text_of(wish->facts, "name") || !text_of(wish->facts, "identity"))
		return error_set(err, ERROR_CORRUPT, "the facts name no model");
	return head_add(&page, err) || section_add(&page, &proved, true, proved_add, err) ||
			       section_add(&page, &follows, false, follows_add, err) ||
			       section_add(&page, &claimed, true, claimed_add, err) ||
			       section_add(&page, &against, false, against_add, err) ||
			       section_add(&page, &undisclosed, false, undisclosed_add, err) ||
			       digests_add(&page, err) || foot_add(&page, err)
		       ? -1
		       : 0;
}
