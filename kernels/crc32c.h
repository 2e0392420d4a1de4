/* CRC-32C (Castagnoli, RFC 3720 appendix B.4): finds bytes that a disk or a crash changed. */
#ifndef KERNELS_CRC32C_H
#define KERNELS_CRC32C_H

#include "kernels/buffer.h"

/*
 * The checksum of what came before (0 at the start), then `bytes`. Against accidents
 * only: whoever wants to can make any bytes have any checksum.
 */
uint32_t crc32c(uint32_t before, struct span bytes);

/* The same by the definition, byte by byte: what tests compare with. */
uint32_t crc32c_plain(uint32_t before, struct span bytes);

#endif
