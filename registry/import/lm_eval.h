/* What files of lm-evaluation-harness of all versions have in common. */
#ifndef REGISTRY_IMPORT_LM_EVAL_H
#define REGISTRY_IMPORT_LM_EVAL_H

#include "verify/verify.h"

/* Set "sampling": seeds, limit, batch size, chat template … that `config` and the file name. */
MUST_CHECK int lm_eval_sampling(const struct json *file, struct json *predicate, struct error *err);

/* Set "modelSaid": what `config` says of the model that was measured. */
MUST_CHECK int lm_eval_model(const struct json *file, struct json *predicate, struct error *err);

#endif
