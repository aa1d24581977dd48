/* Standard input and output as byte streams: what the name "-" stands for. */
#include "file/standard.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "file/spool.h"

struct descriptor_in {
    struct quire_in base;
    struct quire_context *context; /* asked whether to go on after a signal */
    int descriptor;
    int64_t start; /* of a file: where it stood */
};

static int descriptor_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                           struct quire_error *error)
{
    const struct descriptor_in *self = (const struct descriptor_in *)in;
    for (;;) {
        ssize_t size = read(self->descriptor, bytes, capacity);
        if (size >= 0) {
            *got = (size_t)size;
            return 0;
        }
        if (errno != EINTR) return quire_fail_errno(error, errno, "read", "standard input");
        QUIRE_TRY(quire_context_check(self->context, error));
    }
}

static int descriptor_read_at(struct quire_in *in, int64_t offset, void *bytes, size_t size,
                              struct quire_error *error)
{
    const struct descriptor_in *self = (const struct descriptor_in *)in;
    return quire_descriptor_read_at(self->descriptor, "standard input", self->start + offset, bytes,
                                    size, error);
}

/* Is it a file, from `start` on? Files of /proc have no size, and are read as pipes are. */
static bool is_file(struct descriptor_in *self)
{
    struct stat stat;
    if (fstat(self->descriptor, &stat) != 0 || !S_ISREG(stat.st_mode)) return false;
    self->start = (int64_t)lseek(self->descriptor, 0, SEEK_CUR);
    if (self->start < 0 || stat.st_size <= self->start) return false;
    self->base.size = (int64_t)stat.st_size - self->start;
    return true;
}

static void descriptor_in_close(struct quire_in *in)
{
    quire_free(in);
}

int quire_standard_in(struct quire_context *context, struct quire_in **in,
                      struct quire_error *error)
{
    static const struct quire_in_ops forward = {descriptor_read, NULL, descriptor_in_close};
    static const struct quire_in_ops anywhere = {descriptor_read, descriptor_read_at,
                                                 descriptor_in_close};
    struct descriptor_in *self = quire_alloc_zero(1, sizeof(*self));
    if (self == NULL) return quire_fail_memory(error, "read");
    self->base.size = -1;
    self->context = context;
    self->descriptor = STDIN_FILENO;
    self->base.ops = is_file(self) ? &anywhere : &forward;
    *in = &self->base;
    return 0;
}

struct descriptor_out {
    struct quire_out base;
    struct quire_context *context;
    int descriptor;
    int failed; /* sticky errno */
};

static int descriptor_write(struct quire_out *out, const void *bytes, size_t size,
                            struct quire_error *error)
{
    struct descriptor_out *self = (struct descriptor_out *)out;
    const char *at = bytes;
    while (size > 0 && self->failed == 0) {
        ssize_t written = write(self->descriptor, at, size);
        if (written < 0) {
            if (errno != EINTR)
                self->failed = errno;
            else if (quire_context_check(self->context, NULL) != 0)
                self->failed = EINTR;
            continue;
        }
        at += written;
        size -= (size_t)written;
        out->written += written;
        /* A signal may have cut a write short that waited for a pipe's reader. */
        if (size > 0 && quire_context_check(self->context, NULL) != 0) self->failed = EINTR;
    }
    if (self->failed != 0) return quire_fail_errno(error, self->failed, "write", "standard output");
    return 0;
}

static int descriptor_finish(struct quire_out *out, struct quire_error *error)
{
    return descriptor_write(out, "", 0, error);
}

static void descriptor_out_close(struct quire_out *out)
{
    quire_free(out);
}

int quire_standard_out(struct quire_context *context, struct quire_out **out,
                       struct quire_error *error)
{
    static const struct quire_out_ops ops = {descriptor_write, descriptor_finish,
                                             descriptor_out_close};
    struct descriptor_out *self = quire_alloc_zero(1, sizeof(*self));
    if (self == NULL) return quire_fail_memory(error, "write");
    self->base.ops = &ops;
    self->context = context;
    self->descriptor = STDOUT_FILENO;
    *out = &self->base;
    return 0;
}
