/* Snappy is C++, and its C functions end the process where its working memory cannot be had. Here
 * that is an error. The exception begins and ends in this file, the only one that has any. */
#include "codec/snappy_block.h"

#include <new>

#include <snappy.h>

extern "C" bool quire_snappy_compress(const char *bytes, size_t size, char *out, size_t *out_size)
{
    try {
        snappy::RawCompress(bytes, size, out, out_size);
        return true;
    } catch (const std::bad_alloc &) {
        return false;
    }
}
