/* What lies in a folder of objects, HH/HEX each. Private to registry/store* and registry/pack/. */
#ifndef REGISTRY_STORE_FOLDER_H
#define REGISTRY_STORE_FOLDER_H

#include "registry/store.h"

/* As store_type.list: objects that lie there, and those that HEX.ref stands for. */
MUST_CHECK int store_folder_list(const char *folder, struct store_cursor *cursor,
				 struct digest *out_digests, size_t max, size_t *out_count,
				 struct error *err);

/* Of a folder of notes, HEX each: the digests, in order. No folder has none. */
MUST_CHECK int store_folder_notes(const char *folder, struct digest_list *out_digests,
				  struct error *err);

#endif
