/*
 * registry: where believed things are kept, linked and found again.
 *
 * Owns objects, statements being made, the log being written, the index and
 * the links to git. Nothing enters it that verify/ has not accepted. cli/
 * includes this header and no other header of this folder.
 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "verify/verify.h"

#include "registry/add.h"
#include "registry/argument.h"
#include "registry/audit.h"
#include "registry/checking.h"
#include "registry/codec.h"
#include "registry/contents.h"
#include "registry/cosign.h"
#include "registry/damage.h"
#include "registry/evidence.h"
#include "registry/examine.h"
#include "registry/fsck.h"
#include "registry/gc.h"
#include "registry/get.h"
#include "registry/git.h"
#include "registry/home.h"
#include "registry/http.h"
#include "registry/index.h"
#include "registry/inspect.h"
#include "registry/lease.h"
#include "registry/log.h"
#include "registry/log_rotate.h"
#include "registry/log_source.h"
#include "registry/log_walk.h"
#include "registry/model_sign.h"
#include "registry/monitor.h"
#include "registry/node_time.h"
#include "registry/openings.h"
#include "registry/pins.h"
#include "registry/policy_change.h"
#include "registry/prune.h"
#include "registry/publish.h"
#include "registry/reach.h"
#include "registry/recording.h"
#include "registry/repair.h"
#include "registry/retract.h"
#include "registry/run.h"
#include "registry/sampling.h"
#include "registry/series.h"
#include "registry/serve.h"
#include "registry/settings.h"
#include "registry/sign.h"
#include "registry/state.h"
#include "registry/statement.h"
#include "registry/status.h"
#include "registry/store.h"
#include "registry/store_check.h"
#include "registry/timestamps.h"
#include "registry/trust_store.h"
#include "registry/trust_update.h"
#include "registry/usage.h"
#include "registry/versions.h"
#include "registry/withhold.h"
#include "registry/witness.h"

#endif
