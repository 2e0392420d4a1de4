/*
 * forward_units: what of a layer is loaded at a time. Inside verify/ only.
 *
 * A unit is a run of a layer's operations whose tensors are in memory together: the whole
 * layer where two of them fit, else as many operations as fit, down to one.
 */
#ifndef VERIFY_FORWARD_UNITS_H
#define VERIFY_FORWARD_UNITS_H

#include "verify/loader.h"

/*
 * The operations of the unit that begins with bound[0], of `count` that are left, and
 * what they read, into the empty set: no more than `limit_bytes` unless the first alone needs
 * more. At least 1. SIZE_MAX: all of them.
 */
size_t unit_take(const struct bound *bound, size_t count, size_t limit_bytes, struct load_set *set);

/* Bytes of the largest unit of these layers if units are held to limit_bytes (NULL: all layers). */
size_t units_largest(const struct plan *plan, const bool *wanted, size_t limit_bytes);

/*
 * Of what a device has left, the room for two units: some stays for what operations
 * need in between, and for experts, which are loaded beside their layer.
 */
uint64_t units_room(const struct plan *plan, uint64_t left_bytes);

/*
 * The most that a unit may have where `room_bytes` are there for two of them: all of a
 * layer, or less. It may be more than fits, where a single matrix is too large.
 */
size_t units_limit(const struct plan *plan, uint64_t room_bytes);

#endif
