/* bytes_locate: what exactly changed in a piece whose digest differs. Inside verify/bytes*.c only.
 */
#ifndef VERIFY_BYTES_LOCATE_H
#define VERIFY_BYTES_LOCATE_H

#include "verify/bytes.h"

/*
 * Read the piece again and fill in *out_difference: the one changed word if
 * the locator names one and undoing it gives the expected digest, else the
 * piece's range. `tensor` is the one that the piece is cut from, or NULL.
 * `room` has PIECE_SIZE_BYTES.
 */
MUST_CHECK int bytes_locate(struct source *source, const struct piece *piece,
			    const struct tensor *tensor, const struct piece_record *expected,
			    uint8_t *room, struct bytes_difference *out_difference,
			    struct error *err);

#endif
