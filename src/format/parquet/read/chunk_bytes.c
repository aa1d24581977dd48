/* One window that moves forward: what is still wanted of it is kept when it is filled
 * anew. Bytes beyond the end of the chunk are never read, and memory is taken only for
 * bytes that the source says it has. */
#include "format/parquet/read/chunk_bytes.h"

#include "base/fail.h"

#define OPERATION "read parquet"
/* So small a part of what is wanted may stand before it. */
#define KEPT_SHARE 8

void quire_chunk_bytes_release(struct quire_chunk_bytes *bytes)
{
    if (bytes == NULL) return;
    quire_buf_release(&bytes->held);
}

/* What the window has from offset on, when it is enough; else *data is NULL. */
static void find_held(const struct quire_chunk_bytes *bytes, int64_t offset, size_t least,
                      const uint8_t **data, size_t *got)
{
    const struct quire_buf *held = &bytes->held;
    *data = NULL;
    if (offset < bytes->held_start || offset - bytes->held_start >= (int64_t)held->size) return;
    size_t at = (size_t)(offset - bytes->held_start);
    if (held->size - at < least) return;
    *data = held->data + at;
    *got = held->size - at;
}

/* Makes the window hold size bytes from offset on: what it lacks is read behind what it has.
 * That is moved to the front only where much before it is done with, since a page follows its
 * header closely. */
static int fill(struct quire_chunk_bytes *bytes, int64_t offset, size_t size,
                struct quire_error *error)
{
    struct quire_buf *held = &bytes->held;
    int64_t held_end = bytes->held_start + (int64_t)held->size;
    size_t done = 0;
    if (offset < bytes->held_start || offset >= held_end) {
        held->size = 0;
        bytes->held_start = offset;
    } else {
        done = (size_t)(offset - bytes->held_start);
    }
    if (done > size / KEPT_SHARE) {
        held->size -= done;
        memmove(held->data, held->data + done, held->size);
        bytes->held_start = offset;
        done = 0;
    }
    size_t lacks = done + size - held->size;
    if (quire_buf_reserve(held, lacks) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(bytes->in->ops->read_at(bytes->in, bytes->held_start + (int64_t)held->size,
                                      quire_buf_end(held), lacks, error));
    held->size += lacks;
    return 0;
}

int quire_chunk_bytes_get(struct quire_chunk_bytes *bytes, int64_t offset, size_t least,
                          size_t most, const uint8_t **data, size_t *got, struct quire_error *error)
{
    int64_t end = bytes->end;
    if (bytes->in != NULL && bytes->in->size >= 0 && bytes->in->size < end) end = bytes->in->size;
    if (offset < bytes->start || offset > end || least > (uint64_t)(end - offset))
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "%zu bytes are needed at byte %lld and the column chunk ends at %lld",
                          least, (long long)offset, (long long)end);
    *data = NULL;
    if (bytes->fetches != NULL)
        QUIRE_TRY(quire_byte_fetches_get(bytes->fetches, offset, least, data, got, error));
    if (*data == NULL) find_held(bytes, offset, least, data, got);
    if (*data == NULL) {
        size_t size = least > bytes->window ? least : bytes->window;
        if (size > (uint64_t)(end - offset)) size = (size_t)(end - offset);
        QUIRE_TRY(fill(bytes, offset, size, error));
        *data = bytes->held.data + (offset - bytes->held_start);
        *got = size;
    }
    if ((uint64_t)(end - offset) < *got) *got = (size_t)(end - offset);
    if (*got > most) *got = most;
    return 0;
}
