/* The temporary is beside the table's files, whose disk has room for the rows, rather than in a
 * folder that may be memory. It has no name from the start or loses it at once, so that nothing is
 * left behind however the process ends. */
#include "table/rows/row_spill.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/random.h"
#include "file/spool.h"
#include "quire/store.h"

#define OPERATION     "write table"
#define OTHER_FOLDER  "/tmp" /* of tables that are no folder of this machine */
#define WAITING_BYTES ((size_t)256 << 10)

/* --- The temporary -------------------------------------------------------------------------- */

/* Where the file system has no files without a name. */
static int open_named(const char *folder)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf path = {0};
    if (quire_buf_printf(&path, "%s/.rows.quire-%ld-%016" PRIx64 ".tmp", folder, (long)getpid(),
                         quire_random_entropy()) != 0 ||
        quire_buf_terminate(&path) != 0) {
        errno = ENOMEM;
        return -1;
    }
    int descriptor = open((const char *)path.data, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor >= 0) unlink((const char *)path.data);
    return descriptor;
}

static int open_in(const char *folder)
{
    int descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
        descriptor = open_named(folder);
    return descriptor;
}

/* In the folder, or in the one that it will be made in. */
static int open_below(char *folder)
{
    for (;;) {
        int descriptor = open_in(folder);
        if (descriptor >= 0 || errno != ENOENT) return descriptor;
        char *slash = strrchr(folder, '/');
        if (slash == NULL) return open_in(".");
        if (slash == folder) return open_in("/");
        *slash = '\0';
    }
}

static int open_spill(struct quire_row_spill *spill, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) char *folder = NULL;
    struct quire_store *store = NULL;
    char *key = NULL;
    QUIRE_TRY(quire_store_open(spill->url, NULL, 0, &store, &key, error));
    bool local = (store->ops->capabilities & QUIRE_STORE_LOCAL) != 0;
    folder = quire_strdup(local ? key : OTHER_FOLDER);
    quire_store_key_free(key);
    quire_store_close(store);
    if (folder == NULL) return quire_fail_memory(error, OPERATION);
    spill->descriptor = open_below(folder);
    if (spill->descriptor < 0)
        return quire_fail_errno(error, errno, OPERATION, "a temporary file in %.300s", folder);
    spill->open = true;
    return 0;
}

static int flush(struct quire_row_spill *spill, struct quire_error *error)
{
    const uint8_t *bytes = spill->waiting.data;
    size_t left = spill->waiting.size;
    if (!spill->open && left > 0) QUIRE_TRY(open_spill(spill, error));
    while (left > 0) {
        ssize_t written = pwrite(spill->descriptor, bytes, left, (off_t)spill->size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0)
            return quire_fail_errno(error, errno, OPERATION, "a temporary file beside the table");
        bytes += written;
        left -= (size_t)written;
        spill->size += written;
    }
    quire_buf_clear(&spill->waiting);
    return 0;
}

/* --- Segments ------------------------------------------------------------------------------- */

int quire_row_spill_put(struct quire_row_spill *spill, const struct quire_column *rows,
                        struct quire_row_segment *segment, struct quire_error *error)
{
    size_t before = spill->waiting.size;
    if (quire_column_save(rows, &spill->waiting) != 0) return quire_fail_memory(error, OPERATION);
    *segment =
        (struct quire_row_segment){spill->size + (int64_t)before, spill->waiting.size - before};
    return spill->waiting.size >= WAITING_BYTES ? flush(spill, error) : 0;
}

int quire_row_spill_get(struct quire_row_spill *spill, const struct quire_row_segment *segment,
                        struct quire_view *rows, struct quire_error *error)
{
    QUIRE_TRY(flush(spill, error));
    quire_buf_clear(&spill->read);
    if (quire_buf_reserve(&spill->read, segment->size) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_descriptor_read_at(spill->descriptor, "a temporary file", segment->at,
                                       spill->read.data, segment->size, error));
    quire_view_saved(rows, spill->read.data);
    return 0;
}

int64_t quire_row_spill_size(const struct quire_row_spill *spill)
{
    return spill->size + (int64_t)spill->waiting.size;
}

int quire_row_spill_clear(struct quire_row_spill *spill, struct quire_error *error)
{
    quire_buf_clear(&spill->waiting);
    if (spill->size > 0 && ftruncate(spill->descriptor, 0) != 0)
        return quire_fail_errno(error, errno, OPERATION, "a temporary file beside the table");
    spill->size = 0;
    return 0;
}

size_t quire_row_spill_memory(const struct quire_row_spill *spill)
{
    return spill->waiting.capacity + spill->read.capacity;
}

void quire_row_spill_release(struct quire_row_spill *spill)
{
    if (spill->open) close(spill->descriptor);
    quire_buf_release(&spill->waiting);
    quire_buf_release(&spill->read);
}
