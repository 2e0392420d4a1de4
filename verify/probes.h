/* probes: the token sequences whose outputs are recorded and replayed. */
#ifndef VERIFY_PROBES_H
#define VERIFY_PROBES_H

#include "kernels/kernels.h"

struct json;

#define PROBES_MAX 65536u            /* in one object */
#define PROBES_TOKENS_MAX (1u << 20) /* over all probes of one object */
#define PROBES_MAX_BYTES (64u << 20) /* of a probes object or a .jsonl file */

struct probe {
	uint32_t *ids;
	size_t count; /* at least 1 */
	char *source; /* where it comes from, or NULL */
};

/* Start with {0}. */
struct probes {
	struct probe *probe;
	size_t count;
};

void probes_release(struct probes *probes);

/* Tokens over all probes. */
size_t probes_tokens(const struct probes *probes);

/* SHA-256 of the ids as little-endian u32. */
struct digest probe_identity(const struct probe *probe);

/*
 * Room for one more probe of `count` ids, which begin as 0; borrowed until the next is added.
 * `tokens` are those of the probes before it.
 */
MUST_CHECK int probes_add(struct probes *probes, size_t tokens, size_t count,
			  struct probe **out_probe, struct error *err);

/* One more probe from {"ids":[...],"source":"..."}; *tokens grows by its ids. */
MUST_CHECK int probes_add_json(struct probes *probes, const struct json *object, size_t *tokens,
			       struct error *err);

/* True for a line of nothing but spaces, tabs and carriage returns. */
bool line_is_blank(struct span line);

/* Cut the first line off `text`, without its end; false when there is none left. */
bool line_next(struct span *text, struct span *out_line);

/* A file of lines {"ids":[...]} (other keys are ignored; "source" is kept). ERROR_CORRUPT
 * otherwise. */
MUST_CHECK int probes_read_lines(struct span jsonl, struct probes *out_probes, struct error *err);

/*
 * `count` probes of `length` ids below `vocab` from the generator of
 * docs/numerics.md, "Recorded outputs", under the text `seed`.
 */
MUST_CHECK int probes_generate(size_t count, size_t length, const char *seed, uint32_t vocab,
			       struct probes *out_probes, struct error *err);

/* "COUNT:LENGTH:SEED", or "COUNT:LENGTH" with *out_seed NULL; *out_seed points into `text`. */
MUST_CHECK int probes_parse_random(const char *text, size_t *out_count, size_t *out_length,
				   const char **out_seed, struct error *err);

/* Every id below `vocab`, every probe at most `context` long; ERROR_USAGE says which is not. */
MUST_CHECK int probes_check(const struct probes *probes, uint32_t vocab, uint32_t context,
			    struct error *err);

/* The probes object (docs/formats.md, section 6), and back. */
MUST_CHECK int probes_to_object(const struct probes *probes, struct buffer *out, struct error *err);
MUST_CHECK int probes_from_object(struct span json, struct probes *out_probes, struct error *err);

/*
 * Numbers that follow from a text alone: the generator of docs/numerics.md.
 * Start it once; each call gives the next number, uniform below `below` (> 0).
 */
struct seeded {
	struct digest key, block;
	uint64_t counter;
	unsigned used;
};

struct seeded seeded_start(const char *what, struct span seed);
uint32_t seeded_below(struct seeded *seeded, uint32_t below);

#endif
