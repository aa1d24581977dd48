/* CRC-32C (Castagnoli), as iSCSI (RFC 3720, appendix B.4) and snappy frames use it. */
#ifndef QUIRE_CODEC_CRC32C_H
#define QUIRE_CODEC_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of bytes; by the SSE 4.2 instruction where the processor has it.
 * Thread-safe. */
uint32_t quire_crc32c(const void *bytes, size_t size);

/* The same by tables: what other processors use, and what tests compare with. */
uint32_t quire_crc32c_portable(const void *bytes, size_t size);

#endif
