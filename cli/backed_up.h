/* What a backup has, said by those who make it and those who restore it. */
#ifndef CLI_BACKED_UP_H
#define CLI_BACKED_UP_H

#include "cli/cli.h"

MUST_CHECK int backed_up_set(struct json *object, const struct backup_state *state,
			     struct error *err);
/* "damaged", how many, and "damages", their lines. */
MUST_CHECK int backed_up_damaged_set(struct json *object, const struct backup_texts *damaged,
				     struct error *err);
void backed_up_damaged_print(const struct backup_texts *damaged);

#endif
