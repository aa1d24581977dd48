/* The file goes with its descriptor, whatever becomes of the process. */
#include "sql/sql_scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fail.h"
#include "sql/sql_session.h"

void quire_sql_scratch_release(struct quire_sql_scratch *scratch)
{
    if (scratch->made) close(scratch->descriptor);
    *scratch = (struct quire_sql_scratch){.folder = scratch->folder};
}

static const char *folder_of(const struct quire_sql_scratch *scratch)
{
    return scratch->folder != NULL ? scratch->folder : "/tmp";
}

static int fail_file(const struct quire_sql_scratch *scratch, struct quire_error *error)
{
    int code = quire_fail_errno(error, errno, QUIRE_SQL_OPERATION, "a temporary file in %.300s",
                                folder_of(scratch));
    quire_error_hint(error, "TMPDIR names another folder for it");
    return code;
}

static int make_file(struct quire_sql_scratch *scratch, struct quire_error *error)
{
    if (scratch->made) return 0;
    scratch->descriptor = open(folder_of(scratch), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (scratch->descriptor < 0) return fail_file(scratch, error);
    scratch->made = true;
    return 0;
}

int quire_sql_scratch_append(struct quire_sql_scratch *scratch, const void *bytes, size_t size,
                             struct quire_error *error)
{
    const uint8_t *at = bytes;
    QUIRE_TRY(make_file(scratch, error));
    while (size > 0) {
        ssize_t written = write(scratch->descriptor, at, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_file(scratch, error);
        at += written;
        size -= (size_t)written;
        scratch->size += written;
    }
    return 0;
}

int quire_sql_scratch_read(const struct quire_sql_scratch *scratch, int64_t at, void *bytes,
                           size_t size, struct quire_error *error)
{
    uint8_t *to = bytes;
    while (size > 0) {
        ssize_t got = pread(scratch->descriptor, to, size, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_file(scratch, error);
        if (got == 0)
            return quire_fail(error, QUIRE_CORRUPT, QUIRE_SQL_OPERATION,
                              "a temporary file in %.300s is shorter than it was",
                              folder_of(scratch));
        to += got;
        at += got;
        size -= (size_t)got;
    }
    return 0;
}
