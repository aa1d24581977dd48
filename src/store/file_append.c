/* Appending to a file in place: QUIRE_PUT_APPEND.
 *
 * One writer at a time: from begin to its end it holds an exclusive lock on the file
 * (flock: writers that take none are not kept out). What is written stands behind
 * `start`, so cutting the file there takes it back; that is what every failure and an
 * abort do. A killed writer leaves whole lines and at most one torn one, which the
 * next writer cuts. The file itself is never removed: another may wait for its lock. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "store/file_store.h"

/* The last line end is looked for in blocks of this size, from the end on. */
#define BLOCK_BYTES ((size_t)64 << 10)
/* A longer line without an end is not given to check_line. */
#define LINE_BYTES_MAX ((off_t)64 << 20)
/* How often a file may be replaced while its lock is waited for. */
#define REOPENS_MAX 100

struct file_append {
    struct quire_file_upload base;
    const struct quire_file_system *system;
    enum quire_durability durability;
    char *key;  /* as the caller named it */
    char *path; /* where it really is */
    off_t start;
    off_t written;
    int fd;                     /* -1: none */
    struct quire_error failure; /* code 0: none */
};

static int fail(struct file_append *append, int errno_value, const char *what,
                struct quire_error *error)
{
    return quire_store_file_fail(error, errno_value, "append", append->key, what);
}

static int fail_code(struct file_append *append, int code, const char *cause, const char *hint,
                     struct quire_error *error)
{
    code = quire_fail(error, code, "append", "%s", cause);
    quire_error_path(error, append->key);
    quire_error_hint(error, "%s", hint);
    return code;
}

/* Cuts the file; 0, or -1 and errno. */
static int cut(struct file_append *append, off_t size)
{
    int result;
    do {
        result = append->system->ftruncate(append->fd, size);
    } while (result != 0 && errno == EINTR);
    return result;
}

/* Takes back what was written and lets the next writer in. false: it still stands. */
static bool discard(struct file_append *append)
{
    if (append->fd < 0) return true;
    bool gone = append->written == 0 || cut(append, append->start) == 0;
    append->system->close(append->fd);
    append->fd = -1;
    return gone;
}

static void append_free(struct file_append **append)
{
    if (*append == NULL) return;
    (void)discard(*append);
    quire_free((*append)->key);
    quire_free((*append)->path);
    quire_free(*append);
}

/* Beginning -------------------------------------------------------------------- */

static int append_init(struct file_append *append, struct quire_store *store, const char *key,
                       const struct quire_put_options *options, struct quire_error *error)
{
    append->base = (struct quire_file_upload){{store->ops}, true};
    append->system = quire_store_file_calls(store);
    append->durability = options->durability;
    append->fd = -1;
    append->key = quire_strdup(key);
    return append->key != NULL ? 0 : quire_fail_memory(error, "append");
}

/* Finds the file behind the key and refuses what is none. */
static int find_target(struct file_append *append, struct quire_error *error)
{
    int open_fd = -1;
    struct stat status;
    QUIRE_TRY(quire_store_file_resolve(append->system, "append", append->key, &append->path,
                                       &open_fd, error));
    if (quire_store_file_name(append->path)[0] == '\0')
        return quire_store_file_fail_folder(error, "append", append->key);
    bool found = open_fd < 0 && append->system->stat(append->path, &status) == 0;
    if (found && S_ISDIR(status.st_mode))
        return quire_store_file_fail_folder(error, "append", append->key);
    if (open_fd < 0 && (!found || S_ISREG(status.st_mode))) return 0;
    return fail_code(append, QUIRE_UNSUPPORTED, "this is not a file on a disk",
                     "pipes and devices can only be written to", error);
}

/* Opens the file, making it and its folders when they are missing. */
static int open_target(struct file_append *append, const struct quire_put_options *options,
                       struct quire_error *error)
{
    /* Only who looks for a torn line needs to read. */
    int flags = (options->cut_torn_line ? O_RDWR : O_WRONLY) | O_APPEND | O_CREAT | O_NOCTTY;
    append->fd = append->system->open(append->path, flags, 0666);
    if (append->fd < 0 && errno == ENOENT && !options->no_parents) {
        bool sync = options->durability == QUIRE_DURABILITY_FULL;
        QUIRE_CLEANUP(quire_cleanup_free) char *folder = quire_store_file_folder(append->path);
        if (folder == NULL) return quire_fail_memory(error, "append");
        if (quire_store_file_make_folders(append->system, folder, sync) != 0)
            return fail(append, errno, "its folder cannot be made", error);
        append->fd = append->system->open(append->path, flags, 0666);
    }
    return append->fd < 0 ? fail(append, errno, "the file cannot be opened", error) : 0;
}

/* Whether the path still leads to the open file. */
static bool is_in_place(struct file_append *append, const struct stat *status)
{
    struct stat now;
    return append->system->stat(append->path, &now) == 0 && now.st_ino == status->st_ino &&
           now.st_dev == status->st_dev;
}

/* Waits for the file's lock, anew for each file that took its place meanwhile. */
static int open_locked(struct file_append *append, const struct quire_put_options *options,
                       struct quire_error *error)
{
    for (int i = 0; i < REOPENS_MAX; i++) {
        struct stat status;
        QUIRE_TRY(open_target(append, options, error));
        /* A signal ends the waiting, as it does in open. */
        if (append->system->flock(append->fd, LOCK_EX) != 0)
            return fail(append, errno, "the file cannot be locked", error);
        if (append->system->fstat(append->fd, &status) != 0)
            return fail(append, errno, "the file cannot be examined", error);
        append->start = status.st_size;
        if (is_in_place(append, &status)) return 0;
        (void)discard(append);
    }
    return fail_code(append, QUIRE_CONFLICT, "the file is being replaced again and again",
                     "stop its other writers", error);
}

/* The torn line ------------------------------------------------------------------ */

/* Reads exactly size bytes from offset. */
static int read_at(struct file_append *append, off_t offset, uint8_t *bytes, size_t size,
                   struct quire_error *error)
{
    while (size > 0) {
        ssize_t got = append->system->pread(append->fd, bytes, size, offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(append, errno, "its last line cannot be read", error);
        if (got == 0)
            return fail_code(append, QUIRE_CONFLICT, "the file was cut while it was read",
                             "stop its other writers", error);
        bytes += got;
        offset += got;
        size -= (size_t)got;
    }
    return 0;
}

/* The offset behind the last line end; 0 when there is none. */
static int find_line_end(struct file_append *append, off_t *end, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *block = quire_alloc(BLOCK_BYTES);
    if (block == NULL) return quire_fail_memory(error, "append");
    off_t at = append->start;
    while (at > 0) {
        size_t size = at < (off_t)BLOCK_BYTES ? (size_t)at : BLOCK_BYTES;
        at -= (off_t)size;
        QUIRE_TRY(read_at(append, at, block, size, error));
        const uint8_t *found = memrchr(block, '\n', size);
        if (found == NULL) continue;
        *end = at + (found - block) + 1;
        return 0;
    }
    *end = 0;
    return 0;
}

static int check_line(struct file_append *append, off_t offset,
                      const struct quire_put_options *options, bool *whole,
                      struct quire_error *error)
{
    off_t size = append->start - offset;
    if (options->check_line == NULL) return 0;
    if (size > LINE_BYTES_MAX)
        return fail_code(append, QUIRE_LIMIT, "its last line has no end and is over 64 MB long",
                         "append by rewriting the file", error);
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *line = quire_alloc((size_t)size);
    if (line == NULL) return quire_fail_memory(error, "append");
    QUIRE_TRY(read_at(append, offset, line, (size_t)size, error));
    return options->check_line(options->check_line_user, line, (size_t)size, whole, error);
}

/* Makes the file end with a line end. */
static int repair(struct file_append *append, const struct quire_put_options *options,
                  struct quire_error *error)
{
    off_t end = 0;
    bool whole = false;
    QUIRE_TRY(find_line_end(append, &end, error));
    if (end == append->start) return 0;
    QUIRE_TRY(check_line(append, end, options, &whole, error));
    if (whole) return quire_store_file_append_part(&append->base.upload, "\n", 1, error);
    if (cut(append, end) != 0) return fail(append, errno, "its torn line cannot be cut", error);
    append->start = end;
    return 0;
}

int quire_store_file_append_begin(struct quire_store *store, const char *key,
                                  const struct quire_put_options *options,
                                  struct quire_upload **upload, struct quire_error *error)
{
    QUIRE_CLEANUP(append_free) struct file_append *append = quire_alloc_zero(1, sizeof(*append));
    if (append == NULL) return quire_fail_memory(error, "append");
    QUIRE_TRY(append_init(append, store, key, options, error));
    QUIRE_TRY(find_target(append, error));
    QUIRE_TRY(open_locked(append, options, error));
    if (options->cut_torn_line) QUIRE_TRY(repair(append, options, error));
    *upload = &QUIRE_STEAL(append)->base.upload;
    return 0;
}

/* Writing ---------------------------------------------------------------------- */

/* Makes an error sticky and takes back what was written. */
static int give_up(struct file_append *append, struct quire_error *error)
{
    quire_error_at(&append->failure, QUIRE_NOWHERE, NULL, append->start + append->written);
    if (!discard(append)) {
        append->failure.hint[0] = '\0'; /* nothing matters more than this */
        quire_error_hint(&append->failure,
                         "what was appended could not be taken back; cut the file at byte %lld",
                         (long long)append->start);
    }
    if (error != NULL) *error = append->failure;
    return append->failure.code;
}

static int repeat_failure(const struct file_append *append, struct quire_error *error)
{
    if (error != NULL) *error = append->failure;
    return append->failure.code;
}

int quire_store_file_append_part(struct quire_upload *handle, const void *bytes, size_t size,
                                 struct quire_error *error)
{
    struct file_append *append = (struct file_append *)handle;
    if (append->failure.code != 0) return repeat_failure(append, error);
    const char *from = bytes;
    while (size > 0) {
        ssize_t done = append->system->write(append->fd, from, size);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) {
            fail(append, errno, "the bytes cannot be written", &append->failure);
            return give_up(append, error);
        }
        from += done;
        size -= (size_t)done;
        append->written += done;
    }
    return 0;
}

/* Ending ----------------------------------------------------------------------- */

/* Flushes the bytes and, of a file that may be new, the name. 0, or -1 and errno. */
static int flush(struct file_append *append)
{
    if (append->durability == QUIRE_DURABILITY_NONE) return 0;
    if (append->system->fsync(append->fd) != 0) return -1;
    if (append->durability != QUIRE_DURABILITY_FULL || append->start > 0) return 0;
    QUIRE_CLEANUP(quire_cleanup_free) char *folder = quire_store_file_folder(append->path);
    if (folder == NULL) {
        errno = ENOMEM;
        return -1;
    }
    return quire_store_file_sync_folder(append->system, folder);
}

static int settle(struct file_append *append, struct stat *status, struct quire_error *error)
{
    if (flush(append) != 0)
        return fail(append, errno, "the bytes cannot be flushed to the disk", error);
    if (append->system->fstat(append->fd, status) != 0)
        return fail(append, errno, "the file cannot be examined", error);
    if (!is_in_place(append, status))
        return fail_code(append, QUIRE_CONFLICT,
                         "the file was replaced or removed while it was appended to",
                         "append again", error);
    return 0;
}

int quire_store_file_append_commit(struct quire_upload *handle, struct quire_object *object,
                                   struct quire_error *error)
{
    QUIRE_CLEANUP(append_free) struct file_append *append = (struct file_append *)handle;
    struct stat status;
    if (append->failure.code != 0) return repeat_failure(append, error);
    if (settle(append, &status, &append->failure) != 0) return give_up(append, error);
    int fd = append->fd;
    append->fd = -1;
    if (append->system->close(fd) != 0) return fail(append, errno, "it cannot be closed", error);
    if (object != NULL) quire_store_file_describe(&status, object);
    return 0;
}

void quire_store_file_append_abort(struct quire_upload *handle)
{
    struct file_append *append = (struct file_append *)handle;
    append_free(&append);
}
