/*
 * kernels: bytes, and the arithmetic on them.
 *
 * The ground floor of the house: errors, buffers, sources of bytes, files,
 * threads, hashes, Merkle trees, and the exact arithmetic. It knows no JSON,
 * key, SQL, git or model. Other folders include this header and no other
 * header of this folder.
 */
#ifndef KERNELS_H
#define KERNELS_H

#include "kernels/beneath.h"
#include "kernels/buffer.h"
#include "kernels/context.h"
#include "kernels/crc32c.h"
#include "kernels/derive.h"
#include "kernels/devices.h"
#include "kernels/error.h"
#include "kernels/exact.h"
#include "kernels/file.h"
#include "kernels/hash.h"
#include "kernels/hash_any.h"
#include "kernels/merkle.h"
#include "kernels/planes.h"
#include "kernels/source.h"
#include "kernels/source_hash.h"
#include "kernels/text.h"
#include "kernels/threads.h"

#endif
