/* LZ4 with a frame around each block, as Arrow IPC wants it (Message.fbs, LZ4_FRAME). It
 * is no codec of its own, and not in the registry: only block functions are set. */
#ifndef QUIRE_CODEC_LZ4_FRAME_H
#define QUIRE_CODEC_LZ4_FRAME_H

#include "quire/codec.h"

extern const struct quire_codec quire_codec_lz4_frame;

#endif
