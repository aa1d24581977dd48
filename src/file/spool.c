/* The temporary has no name from the start, so that nothing is left behind however the
 * process ends. */
#include "file/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"

#define BLOCK_BYTES ((size_t)256 << 10)

struct spool {
    struct quire_in base;
    struct quire_context *context;
    int descriptor;
    int64_t at; /* of reading forward */
};

int quire_descriptor_read_at(int descriptor, const char *name, int64_t offset, void *bytes,
                             size_t size, struct quire_error *error)
{
    uint8_t *at = bytes;
    while (size > 0) {
        ssize_t got = pread(descriptor, at, size, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return quire_fail_errno(error, errno, "read", "%s", name);
        if (got == 0)
            return quire_fail(error, QUIRE_CORRUPT, "read", "%s ends before byte %" PRId64, name,
                              offset + (int64_t)size);
        at += got;
        offset += got;
        size -= (size_t)got;
    }
    return 0;
}

static int spool_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                      struct quire_error *error)
{
    struct spool *spool = (struct spool *)in;
    int64_t left = in->size - spool->at;
    size_t size = left < (int64_t)capacity ? (size_t)left : capacity;
    QUIRE_TRY(quire_context_check(spool->context, error));
    QUIRE_TRY(quire_descriptor_read_at(spool->descriptor, "a temporary file", spool->at, bytes,
                                       size, error));
    spool->at += (int64_t)size;
    *got = size;
    return 0;
}

void quire_spool_rewind(struct quire_in *in)
{
    ((struct spool *)in)->at = 0;
}

static int spool_read_at(struct quire_in *in, int64_t offset, void *bytes, size_t size,
                         struct quire_error *error)
{
    const struct spool *spool = (const struct spool *)in;
    return quire_descriptor_read_at(spool->descriptor, "a temporary file", offset, bytes, size,
                                    error);
}

static void spool_close(struct quire_in *in)
{
    const struct spool *spool = (const struct spool *)in;
    if (spool->descriptor >= 0) close(spool->descriptor);
    quire_free(in);
}

static void spool_cleanup(struct spool **spool)
{
    if (*spool != NULL) spool_close(&(*spool)->base);
}

static int write_all(const struct spool *spool, const uint8_t *bytes, size_t size,
                     const char *folder, struct quire_error *error)
{
    while (size > 0) {
        ssize_t written = write(spool->descriptor, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0)
            return quire_fail_errno(error, errno, "read", "a temporary file in %.300s", folder);
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

static int fill(struct spool *spool, struct quire_in *from, const char *folder,
                struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *block = quire_alloc(BLOCK_BYTES);
    if (block == NULL) return quire_fail_memory(error, "read");
    for (;;) {
        size_t got = 0;
        QUIRE_TRY(quire_context_check(spool->context, error));
        QUIRE_TRY(from->ops->read(from, block, BLOCK_BYTES, &got, error));
        if (got == 0) return 0;
        QUIRE_TRY(write_all(spool, block, got, folder, error));
        spool->base.size += (int64_t)got;
    }
}

int quire_spool_open(struct quire_in *from, const char *folder, struct quire_context *context,
                     struct quire_in **result, struct quire_error *error)
{
    static const struct quire_in_ops ops = {spool_read, spool_read_at, spool_close};
    QUIRE_CLEANUP(spool_cleanup) struct spool *spool = quire_alloc_zero(1, sizeof(*spool));
    if (spool == NULL) return quire_fail_memory(error, "read");
    spool->base.ops = &ops;
    spool->context = context;
    spool->descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spool->descriptor < 0) {
        int code = quire_fail_errno(error, errno, "read", "a temporary file in %.300s", folder);
        quire_error_hint(error, "TMPDIR names another folder for it");
        return code;
    }
    QUIRE_TRY(fill(spool, from, folder, error));
    *result = &QUIRE_STEAL(spool)->base;
    return 0;
}
