/* A cell is its type, then eight bytes of a number, or a size and bytes. */
#include "sql/sql_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "sql/sql_session.h"

#define BLOCK_BYTES ((size_t)256 << 10)

void quire_sql_spool_release(struct quire_sql_spool *spool)
{
    if (spool->spilled) close(spool->descriptor);
    quire_buf_release(&spool->buf);
    spool->spilled = false;
}

static int fail_file(const struct quire_sql_spool *spool, struct quire_error *error)
{
    const char *folder = spool->folder != NULL ? spool->folder : "/tmp";
    int code =
        quire_fail_errno(error, errno, QUIRE_SQL_OPERATION, "a temporary file in %.300s", folder);
    quire_error_hint(error, "TMPDIR names another folder for it");
    return code;
}

static int spill(struct quire_sql_spool *spool, struct quire_error *error)
{
    const uint8_t *bytes = spool->buf.data;
    size_t size = spool->buf.size;
    if (!spool->spilled) {
        spool->descriptor = open(spool->folder != NULL ? spool->folder : "/tmp",
                                 O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (spool->descriptor < 0) return fail_file(spool, error);
        spool->spilled = true;
    }
    while (size > 0) {
        ssize_t written = write(spool->descriptor, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_file(spool, error);
        bytes += written;
        size -= (size_t)written;
        spool->in_file += written;
    }
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
    if ((int64_t)more > spool->in_file - spool->file_at)
        more = (size_t)(spool->in_file - spool->file_at);
    if (quire_buf_reserve(buf, more) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    while (more > 0) {
        ssize_t got = pread(spool->descriptor, quire_buf_end(buf), more, (off_t)spool->file_at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_file(spool, error);
        if (got == 0)
            return quire_fail(error, QUIRE_CORRUPT, QUIRE_SQL_OPERATION,
                              "a temporary file is shorter than it was");
        buf->size += (size_t)got;
        spool->file_at += got;
        more -= (size_t)got;
    }
    return 0;
}

int quire_sql_spool_get(struct quire_sql_spool *spool, struct quire_sql_cell *cell,
                        struct quire_error *error)
{
    uint64_t word = 0;
    if (!spool->reading && spool->spilled) QUIRE_TRY(spill(spool, error));
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
