/*
 * adapter_config: what PEFT's adapter_config.json says of a low-rank adapter. Inside verify/ only.
 *
 * Nothing is guessed: every option that changes what a merge computes and that is not
 * computed here is refused by name.
 */
#ifndef VERIFY_ADAPTER_CONFIG_H
#define VERIFY_ADAPTER_CONFIG_H

#include "verify/json.h"

#define ADAPTER_CONFIG_MAX_BYTES (4u << 20)
#define ADAPTER_RANK_MAX 65536u

struct adapter_config {
	struct json *json; /* owned */
	uint64_t rank;
	double alpha;
	bool by_root;    /* use_rslora: alpha is divided by the square root of the rank */
	bool transposed; /* fan_in_fan_out: the base's matrices stand [in, out] */
	const struct json *rank_pattern, *alpha_pattern; /* module -> number; borrowed, or NULL */
};

/*
 * Read it; the caller releases it. ERROR_CORRUPT: not JSON, or not what PEFT writes;
 * ERROR_UNTRUSTED: an option that is not computed, named in the text.
 */
MUST_CHECK int adapter_config_read(struct span text, struct adapter_config *out_config,
				   struct error *err);
void adapter_config_release(struct adapter_config *config);

/*
 * The rank that the configuration gives the module, and what its product is multiplied by:
 * alpha / rank, or alpha / sqrt(rank), in binary64. A pattern names a module by its last parts.
 */
void adapter_config_module(const struct adapter_config *config, const char *module,
			   uint64_t *out_rank, double *out_scale);

#endif
