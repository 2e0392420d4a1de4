/*
 * Private probes: what a record of them shows is a commitment in the place of each, which opens to
 * its tokens and to all that was computed on them (docs/formats.md, section 6). Without the salt
 * nobody who has the weights can try guesses.
 */
#ifndef VERIFY_PRIVATE_PROBES_H
#define VERIFY_PRIVATE_PROBES_H

#include "verify/commitment.h"
#include "verify/probes.h"

struct outputs;

/* What an opening of a private probe is called. */
#define PRIVATE_PROBE_WHAT "probe"

/* Does this open a probe, by what it opens to? */
bool opening_is_probe(const struct opening *opening);

/* Commit to a value under a salt of 128 random bits, and keep what opens it. */
typedef int private_probe_hide(void *arg, const struct json *value, struct digest *out_commitment,
			       struct error *err);

/*
 * From an outputs object about `probes` to the one that may be shown: every probe is handed to
 * `hide` as a value {"ids", "outputs", "source"?}, and its commitment takes its place. *out_root is
 * the root of what is shown. ERROR_USAGE: a probe whose opening would be too long.
 */
MUST_CHECK int private_probes_hide(struct span outputs, const struct probes *probes,
				   private_probe_hide *hide, void *arg, struct buffer *out,
				   struct digest *out_root, struct error *err);

/* What was opened of a record. Start with private_opened_init. */
struct private_opened {
	struct probes probes;
	struct buffer outputs; /* an outputs object about them alone */
	struct digest root;    /* of its leaves */
	size_t *place;         /* of each among the probes of the record; owned */
};

void private_opened_init(struct private_opened *opened);
void private_opened_release(struct private_opened *opened);

/*
 * The probes of `hidden` that `list` opens, in the order of the record; none is success.
 * ERROR_CORRUPT: what was committed to is no probe with its outputs.
 */
MUST_CHECK int private_probes_open(const struct outputs *hidden, const struct opening *list,
				   size_t count, struct private_opened *out_opened,
				   struct error *err);

#endif
