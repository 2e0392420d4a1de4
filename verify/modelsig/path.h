/* What checking and making a model signature share. Inside verify/modelsig*.c only. */
#ifndef VERIFY_MODELSIG_PATH_H
#define VERIFY_MODELSIG_PATH_H

#include "verify/envelope.h"
#include "verify/json.h"
#include "verify/modelsig.h"

#define MODELSIG_STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define MODELSIG_PREDICATE_FAMILY "https://model_signing/"
#define MODELSIG_PREDICATE_V1 MODELSIG_PREDICATE_FAMILY "signature/v1.0"
#define MODELSIG_PREDICATE_DIGESTS_V0 MODELSIG_PREDICATE_FAMILY "Digests/v0.1"

/* ERROR_CORRUPT unless `path` is relative and leads nowhere else: no "", ".", ".." between '/'. */
MUST_CHECK int modelsig_path_check(const char *path, struct error *err);

/*
 * Pointers to the files sorted by the bytes of their names, shards of one file by their start;
 * freed by the caller. ERROR_CORRUPT for a name that stands twice and, where `shard_size` is not
 * 0, for shards that overlap, leave a gap or have another size.
 */
MUST_CHECK int modelsig_sort(const struct modelsig_file *file, size_t count, uint64_t shard_size,
			     const struct modelsig_file ***out_sorted, struct error *err);

/* The order of the specification (v1.0, section 5.2.1): by the bytes of the resource's name, of
 * shards "PATH:START:END"; as strcmp. */
int modelsig_name_order(const struct modelsig_file *left, const struct modelsig_file *right);

/* SHA-256 over the digests in their order (specification v1.0, section 5.3). */
MUST_CHECK int modelsig_root(const struct modelsig_file *file, size_t count,
			     struct digest *out_root, struct error *err);

/* modelsig.c: is the envelope's one signature `key`'s, over the DSSE encoding or, with
 * MODELSIG_ALLOW_PRE_V1 in `flags`, over that of before v1.0? */
MUST_CHECK int modelsig_envelope_check(const struct envelope *envelope,
				       const struct public_key *key, unsigned flags,
				       bool *out_pre_v1, struct error *err);

/* modelsig/parse.c: the statement, whose signature is somebody else's business. */
MUST_CHECK int modelsig_parse(struct span payload, struct modelsig *signature, struct error *err);

#endif
