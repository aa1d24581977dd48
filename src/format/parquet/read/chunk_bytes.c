/* One window that moves forward: what is still wanted of it is kept when it is filled
 * anew. Bytes beyond the end of the chunk are never read, and memory is taken only for
 * bytes that the source says it has. */
#include "format/parquet/read/chunk_bytes.h"

#include "base/fail.h"

#define OPERATION "read parquet"

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

/* Moves the window to offset and reads what it lacks of size bytes. */
static int fill(struct quire_chunk_bytes *bytes, int64_t offset, size_t size,
                struct quire_error *error)
{
    struct quire_buf *held = &bytes->held;
    int64_t held_end = bytes->held_start + (int64_t)held->size;
    size_t kept = 0;
    if (offset >= bytes->held_start && offset < held_end) {
        kept = (size_t)(held_end - offset);
        memmove(held->data, held->data + (offset - bytes->held_start), kept);
    }
    held->size = kept;
    bytes->held_start = offset;
    if (quire_buf_reserve(held, size - kept) != 0) return quire_fail_memory(error, OPERATION);
    int code = bytes->in->ops->read_at(bytes->in, offset + (int64_t)kept, held->data + kept,
                                       size - kept, error);
    if (code == 0) held->size = size;
    return code;
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
        *data = bytes->held.data;
        *got = bytes->held.size;
    }
    if ((uint64_t)(end - offset) < *got) *got = (size_t)(end - offset);
    if (*got > most) *got = most;
    return 0;
}
