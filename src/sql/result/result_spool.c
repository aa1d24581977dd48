/* A cell is its type, then eight bytes of a number, or a size and bytes. */
#include "sql/result/result_spool.h"

#include <sqlite3.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "sql/sql_session.h"

#define BLOCK_BYTES ((size_t)256 << 10)

void quire_sql_spool_release(struct quire_sql_spool *spool)
{
    quire_sql_scratch_release(&spool->file);
    quire_buf_release(&spool->buf);
}

static int spill(struct quire_sql_spool *spool, struct quire_error *error)
{
    QUIRE_TRY(quire_sql_scratch_append(&spool->file, spool->buf.data, spool->buf.size, error));
    quire_buf_clear(&spool->buf);
    return 0;
}

int quire_sql_spool_put(struct quire_sql_spool *spool, const struct quire_sql_cell *cell,
                        struct quire_error *error)
{
    bool has_bytes = cell->type == SQLITE_TEXT || cell->type == SQLITE_BLOB;
    uint64_t word = has_bytes ? cell->size : (uint64_t)cell->integer;
    if (cell->type == SQLITE_FLOAT) memcpy(&word, &cell->real, sizeof(word));
    int code = quire_buf_push(&spool->buf, (uint8_t)cell->type);
    if (code == 0 && cell->type != SQLITE_NULL)
        code = quire_buf_append(&spool->buf, &word, sizeof(word));
    if (code == 0 && has_bytes) code = quire_buf_append(&spool->buf, cell->bytes, cell->size);
    if (code != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    return spool->buf.size > spool->memory_max ? spill(spool, error) : 0;
}

/* Makes `size` bytes stand at spool->at. */
static int need(struct quire_sql_spool *spool, size_t size, struct quire_error *error)
{
    struct quire_buf *buf = &spool->buf;
    size_t left = buf->size - spool->at;
    if (left >= size) return 0;
    if (left > 0) memmove(buf->data, buf->data + spool->at, left);
    buf->size = left;
    spool->at = 0;
    size_t more = size - left > BLOCK_BYTES ? size - left : BLOCK_BYTES;
    if ((int64_t)more > spool->file.size - spool->file_at)
        more = (size_t)(spool->file.size - spool->file_at);
    if (quire_buf_reserve(buf, more) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    QUIRE_TRY(
        quire_sql_scratch_read(&spool->file, spool->file_at, quire_buf_end(buf), more, error));
    buf->size += more;
    spool->file_at += (int64_t)more;
    return 0;
}

int quire_sql_spool_get(struct quire_sql_spool *spool, struct quire_sql_cell *cell,
                        struct quire_error *error)
{
    uint64_t word = 0;
    if (!spool->reading && spool->file.made) QUIRE_TRY(spill(spool, error));
    spool->reading = true;
    QUIRE_TRY(need(spool, 1, error));
    cell->type = spool->buf.data[spool->at++];
    if (cell->type == SQLITE_NULL) return 0;
    QUIRE_TRY(need(spool, sizeof(word), error));
    memcpy(&word, spool->buf.data + spool->at, sizeof(word));
    spool->at += sizeof(word);
    cell->integer = (int64_t)word;
    if (cell->type == SQLITE_FLOAT) memcpy(&cell->real, &word, sizeof(word));
    if (cell->type != SQLITE_TEXT && cell->type != SQLITE_BLOB) return 0;
    cell->size = (size_t)word;
    QUIRE_TRY(need(spool, cell->size, error));
    cell->bytes = quire_buf_at(&spool->buf, spool->at);
    spool->at += cell->size;
    return 0;
}
