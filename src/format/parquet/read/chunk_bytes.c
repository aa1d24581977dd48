/* One window that moves forward: what is still wanted of it is kept when it is filled
 * anew. Bytes beyond the end of the chunk are never read, and memory is taken only for
 * bytes that the source says it has. */
#include "format/parquet/read/chunk_bytes.h"

#include <stdbool.h>

#include "base/fail.h"

#define OPERATION "read parquet"

void quire_chunk_bytes_release(struct quire_chunk_bytes *bytes)
{
    if (bytes == NULL) return;
    quire_buf_release(&bytes->held);
}

/* The part of a run of bytes of the file that lies at offset, when it is long enough. */
static bool find_in(const uint8_t *run, int64_t run_start, size_t run_size, int64_t offset,
                    int64_t end, size_t least, const uint8_t **data, size_t *got)
{
    if (run == NULL || offset < run_start || offset - run_start > (int64_t)run_size) return false;
    size_t at = (size_t)(offset - run_start), left = run_size - at;
    if ((int64_t)left > end - offset) left = (size_t)(end - offset);
    if (left < least) return false;
    *data = run + at;
    *got = left;
    return true;
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
    bool found = find_in(bytes->fetched, bytes->fetched_start, bytes->fetched_size, offset, end,
                         least, data, got) ||
                 find_in(bytes->held.data, bytes->held_start, bytes->held.size, offset, end, least,
                         data, got);
    if (!found) {
        size_t size = least > bytes->window ? least : bytes->window;
        if (size > (uint64_t)(end - offset)) size = (size_t)(end - offset);
        QUIRE_TRY(fill(bytes, offset, size, error));
        *data = bytes->held.data;
        *got = bytes->held.size;
    }
    if (*got > most) *got = most;
    return 0;
}
