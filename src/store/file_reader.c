/* Reading a file. The descriptor is kept open, so that a file replaced meanwhile
 * is still read as it was.
 *
 * A pipe or terminal has no size and no places: its reads must follow each other. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "store/file_store.h"

struct file_reader {
    struct quire_object_reader reader;
    const struct quire_file_system *system;
    char *key;
    int fd;
    bool forward;     /* a pipe or the like */
    int64_t position; /* of a forward reader */
};

static void reader_free(struct file_reader **reader)
{
    if (*reader == NULL) return;
    if ((*reader)->fd >= 0) (*reader)->system->close((*reader)->fd);
    quire_free((*reader)->key);
    quire_free(*reader);
}

int quire_store_file_reader_open(struct quire_store *store, const char *key,
                                 struct quire_object_reader **out, struct quire_object *object,
                                 struct quire_error *error)
{
    QUIRE_CLEANUP(reader_free) struct file_reader *reader = quire_alloc_zero(1, sizeof(*reader));
    if (reader == NULL) return quire_fail_memory(error, "read");
    reader->reader.ops = store->ops;
    reader->system = quire_store_file_calls(store);
    reader->fd = -1;
    reader->key = quire_strdup(key);
    if (reader->key == NULL) return quire_fail_memory(error, "read");
    reader->fd = reader->system->open(key, O_RDONLY | O_NOCTTY, 0);
    struct stat status;
    if (reader->fd < 0 || reader->system->fstat(reader->fd, &status) != 0)
        return quire_store_file_fail(error, errno, "read", key, "the file cannot be opened");
    if (S_ISDIR(status.st_mode)) return quire_store_file_fail_folder(error, "read", key);
    reader->forward = !S_ISREG(status.st_mode);
    /* Advice only: failure has no meaning. */
    if (!reader->forward) (void)posix_fadvise(reader->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    if (object != NULL) quire_store_file_describe(&status, object);
    *out = &QUIRE_STEAL(reader)->reader;
    return 0;
}

static ssize_t read_once(struct file_reader *reader, int64_t offset, void *bytes, size_t size)
{
    /* A pipe that waits for its writer is left at a signal, as in open. */
    if (reader->forward) return reader->system->read(reader->fd, bytes, size);
    ssize_t done;
    do {
        done = reader->system->pread(reader->fd, bytes, size, offset);
    } while (done < 0 && errno == EINTR);
    return done;
}

int quire_store_file_read_at(struct quire_object_reader *handle, int64_t offset, void *bytes,
                             size_t size, size_t *got, struct quire_error *error)
{
    struct file_reader *reader = (struct file_reader *)handle;
    if (reader->forward ? offset != reader->position : offset < 0) {
        int code = quire_fail(error, QUIRE_USAGE, "read", "this cannot be read from that place");
        quire_error_path(error, reader->key);
        return code;
    }
    size_t total = 0;
    while (total < size) {
        ssize_t done =
            read_once(reader, offset + (int64_t)total, (char *)bytes + total, size - total);
        if (done < 0) {
            int code = quire_store_file_fail(error, errno, "read", reader->key,
                                             "the bytes cannot be read");
            quire_error_at(error, QUIRE_NOWHERE, NULL, offset + (int64_t)total);
            return code;
        }
        if (done == 0) break;
        total += (size_t)done;
        /* What a pipe has now is better than waiting until size is full. */
        if (reader->forward) break;
    }
    if (reader->forward) reader->position += (int64_t)total;
    *got = total;
    return 0;
}

/* What a mapping needs when the reader is closed. */
struct file_mapping {
    const struct quire_file_system *system;
    void *bytes;
};

static void unmap(struct quire_mapping *mapping)
{
    struct file_mapping *mapped = mapping->private_data;
    mapped->system->unmap(mapped->bytes, (size_t)mapping->size);
    quire_free(mapped);
    *mapping = (struct quire_mapping){.bytes = NULL};
}

int quire_store_file_map(struct quire_object_reader *handle, struct quire_mapping *mapping,
                         struct quire_error *error)
{
    const struct file_reader *reader = (struct file_reader *)handle;
    struct stat status;
    if (reader->forward || reader->system->map == NULL ||
        reader->system->fstat(reader->fd, &status) != 0 || status.st_size <= 0)
        return quire_fail(error, QUIRE_UNSUPPORTED, "read", "the file cannot be mapped");
    QUIRE_CLEANUP(quire_cleanup_free) struct file_mapping *mapped = quire_alloc(sizeof(*mapped));
    if (mapped == NULL) return quire_fail_memory(error, "read");
    mapped->system = reader->system;
    mapped->bytes = reader->system->map(reader->fd, (size_t)status.st_size);
    if (mapped->bytes == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, "read", "the file cannot be mapped");
    *mapping = (struct quire_mapping){.bytes = mapped->bytes,
                                      .size = status.st_size,
                                      .release = unmap,
                                      .private_data = QUIRE_STEAL(mapped)};
    return 0;
}

void quire_store_file_reader_close(struct quire_object_reader *handle)
{
    struct file_reader *reader = (struct file_reader *)handle;
    reader_free(&reader);
}
