/*
 * verify: may this be believed?
 *
 * Envelopes, signatures, trust policy and log proofs; weights, architectures,
 * forward passes, recorded outputs, the verdict. It is given sources, keys and
 * the time; it knows no store, index or network. Other folders include this
 * header and no other header of this folder.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include "kernels/kernels.h"
#include "verify/believe.h"
#include "verify/boundaries.h"
#include "verify/bundle.h"
#include "verify/bytes.h"
#include "verify/check.h"
#include "verify/check_sigstore.h"
#include "verify/checkpoint.h"
#include "verify/commitment.h"
#include "verify/config.h"
#include "verify/cosignature.h"
#include "verify/diff.h"
#include "verify/dtype.h"
#include "verify/entry.h"
#include "verify/envelope.h"
#include "verify/evidence.h"
#include "verify/filed.h"
#include "verify/foreign.h"
#include "verify/format.h"
#include "verify/forward.h"
#include "verify/json.h"
#include "verify/lm_eval_samples.h"
#include "verify/manifest.h"
#include "verify/modelsig.h"
#include "verify/name.h"
#include "verify/note.h"
#include "verify/objects.h"
#include "verify/pieces.h"
#include "verify/plain_text.h"
#include "verify/policy.h"
#include "verify/policy_chain.h"
#include "verify/policy_walk.h"
#include "verify/private_probes.h"
#include "verify/probes.h"
#include "verify/proof.h"
#include "verify/range_hash.h"
#include "verify/record.h"
#include "verify/release_dir.h"
#include "verify/released.h"
#include "verify/safetensors_head.h"
#include "verify/signature.h"
#include "verify/sigstore.h"
#include "verify/state.h"
#include "verify/stated.h"
#include "verify/statement.h"
#include "verify/time_text.h"
#include "verify/timestamp.h"
#include "verify/tokenizer.h"
#include "verify/tombstone.h"
#include "verify/tree.h"
#include "verify/verdict.h"
#include "verify/weights.h"
#include "verify/withheld.h"
#include "verify/witness_policy.h"
#include "verify/witness_request.h"
#include "verify/x509.h"

#endif
