/* Writing a file, all or nothing.
 *
 * Bytes go to a temporary in the target's own folder, without a name where the
 * system can (a killed writer then leaves nothing), and the last step is one link
 * or rename. Until then the target is not touched. A failed upload drops its
 * temporary at once, to give the space back, and repeats its first error for ever.
 *
 * A pipe, a device or an open file of this process (/dev/stdout) cannot be
 * replaced: it is written straight, and what was written stays. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "store/file_store.h"

/* How often a folder is made, where others take it away while it is empty. */
#define FOLDER_TRIES_MAX 16
/* Names to try before giving up on a folder where every one is taken. */
#define NAME_TRIES_MAX 16
/* How much is written before the disk is told to start on it. */
#define WRITE_BEHIND_BYTES ((off_t)8 << 20)

struct file_upload {
    struct quire_file_upload base;
    const struct quire_file_system *system;
    struct quire_put_options options;
    char *key;       /* as the caller named it */
    char *target;    /* where it really is */
    char *folder;    /* of the target */
    char *temporary; /* a name, in use while `named` */
    char etag[sizeof(((struct quire_object *)0)->etag)];
    size_t temporary_bytes;
    off_t written;
    off_t behind; /* written_behind up to here */
    int fd;       /* -1: none */
    mode_t late;  /* a mode that writing would cut down; 0: none */
    bool named;
    bool straight;
    struct quire_error failure; /* code 0: none */
};

static int fail(struct file_upload *upload, int errno_value, const char *what,
                struct quire_error *error)
{
    return quire_store_file_fail(error, errno_value, "write", upload->key, what);
}

static int fail_code(struct file_upload *upload, int code, const char *cause,
                     struct quire_error *error)
{
    code = quire_fail(error, code, "write", "%s", cause);
    quire_error_path(error, upload->key);
    return code;
}

/* Drops the temporary, named or not. */
static void discard(struct file_upload *upload)
{
    if (upload->fd >= 0) upload->system->close(upload->fd);
    upload->fd = -1;
    if (upload->named) upload->system->unlink(upload->temporary);
    upload->named = false;
}

static void upload_free(struct file_upload **upload)
{
    if (*upload == NULL) return;
    discard(*upload);
    quire_free((*upload)->key);
    quire_free((*upload)->target);
    quire_free((*upload)->folder);
    quire_free((*upload)->temporary);
    quire_free(*upload);
}

/* Beginning -------------------------------------------------------------------- */

static int upload_new(struct quire_store *store, const char *key,
                      const struct quire_put_options *options, struct file_upload **out,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(upload_free) struct file_upload *upload = quire_alloc_zero(1, sizeof(*upload));
    if (upload == NULL) return quire_fail_memory(error, "write");
    upload->base.upload.ops = store->ops;
    upload->system = quire_store_file_calls(store);
    upload->fd = -1;
    if (options != NULL) upload->options = *options;
    upload->options.etag = NULL;
    upload->key = quire_strdup(key);
    if (upload->key == NULL) return quire_fail_memory(error, "write");
    if (upload->options.mode == QUIRE_PUT_IF_MATCH) {
        if (options->etag == NULL || strlen(options->etag) >= sizeof(upload->etag))
            return fail_code(upload, QUIRE_USAGE, "no valid etag to match was given", error);
        snprintf(upload->etag, sizeof(upload->etag), "%s", options->etag);
    }
    *out = QUIRE_STEAL(upload);
    return 0;
}

/* Fails when what stands there now (NULL: nothing) forbids this put. */
static int check_mode(struct file_upload *upload, const struct stat *status,
                      struct quire_error *error)
{
    struct quire_object object = {0};
    if (status != NULL) quire_store_file_describe(status, &object);
    switch (upload->options.mode) {
    case QUIRE_PUT_CREATE_ONLY:
        if (status == NULL) return 0;
        return fail_code(upload, QUIRE_EXISTS, "there is a file of this name", error);
    case QUIRE_PUT_IF_MATCH:
        if (status != NULL && strcmp(object.etag, upload->etag) == 0) return 0;
        return fail_code(upload, QUIRE_CONFLICT, "the file was changed since it was read", error);
    default: return 0;
    }
}

/* Looks at what stands at the target: *found tells whether anything does. */
static int examine(struct file_upload *upload, struct stat *status, bool *found,
                   struct quire_error *error)
{
    *found = upload->system->stat(upload->target, status) == 0;
    if (!*found && errno != ENOENT && errno != ENOTDIR)
        return fail(upload, errno, "the target cannot be examined", error);
    if (*found && S_ISDIR(status->st_mode))
        return quire_store_file_fail_folder(error, "write", upload->key);
    return check_mode(upload, *found ? status : NULL, error);
}

static int open_straight(struct file_upload *upload, int open_fd, struct quire_error *error)
{
    upload->straight = true;
    upload->fd = open_fd >= 0 ? upload->system->dup(open_fd)
                              : upload->system->open(upload->target, O_WRONLY | O_NOCTTY, 0);
    return upload->fd < 0 ? fail(upload, errno, "it cannot be opened", error) : 0;
}

static void choose_name(struct file_upload *upload)
{
    quire_store_file_temporary(upload->temporary, upload->temporary_bytes, upload->target,
                               upload->system->entropy());
}

/* Opens the temporary; -1 and errno. */
static int open_temporary(struct file_upload *upload, mode_t mode)
{
    upload->fd = upload->system->open_unnamed(upload->folder, mode);
    if (upload->fd >= 0 || errno != EOPNOTSUPP) return upload->fd;
    for (int i = 0; i < NAME_TRIES_MAX; i++) {
        choose_name(upload);
        upload->fd = upload->system->open(upload->temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
        upload->named = upload->fd >= 0;
        if (upload->named || errno != EEXIST) break;
    }
    return upload->fd;
}

/* Gives the temporary the owner and mode of the file that it will replace, before
 * any byte is in it. What is not permitted stays as a new file has it. The bits that
 * lend the owner's or group's rights go only to a file of the same two, and last,
 * because the system takes them away when a file is written to. */
static void keep_owner_and_mode(struct file_upload *upload, const struct stat *old)
{
    const struct quire_file_system *system = upload->system;
    struct stat now;
    if (system->fstat(upload->fd, &now) != 0) return;
    bool same = now.st_uid == old->st_uid && now.st_gid == old->st_gid;
    if (!same) same = system->fchown(upload->fd, old->st_uid, old->st_gid) == 0;
    if (!same) (void)system->fchown(upload->fd, (uid_t)-1, old->st_gid);
    (void)system->fchmod(upload->fd, old->st_mode & 0777);
    if (same && (old->st_mode & 07000) != 0) upload->late = old->st_mode & 07777;
}

static int open_replacement(struct file_upload *upload, const struct stat *old,
                            struct quire_error *error)
{
    bool sync = upload->options.durability == QUIRE_DURABILITY_FULL;
    /* A file that is to be private is private from the start. */
    mode_t mode = old != NULL ? old->st_mode & 0600 : 0666;
    int fd = open_temporary(upload, mode);
    for (int i = 0; fd < 0 && errno == ENOENT && !upload->options.no_parents; i++) {
        if (i == FOLDER_TRIES_MAX ||
            quire_store_file_make_folders(upload->system, upload->folder, sync) != 0)
            return fail(upload, errno, "its folder cannot be made", error);
        fd = open_temporary(upload, mode);
    }
    if (fd < 0) return fail(upload, errno, "the folder cannot be written to", error);
    if (old != NULL) keep_owner_and_mode(upload, old);
    return 0;
}

int quire_store_file_upload_begin(struct quire_store *store, const char *key,
                                  const struct quire_put_options *options,
                                  struct quire_upload **out, struct quire_error *error)
{
    QUIRE_CLEANUP(upload_free) struct file_upload *upload = NULL;
    QUIRE_TRY(upload_new(store, key, options, &upload, error));
    int open_fd = -1;
    QUIRE_TRY(
        quire_store_file_resolve(upload->system, "write", key, &upload->target, &open_fd, error));
    if (quire_store_file_name(upload->target)[0] == '\0')
        return quire_store_file_fail_folder(error, "write", key);
    upload->folder = quire_store_file_folder(upload->target);
    upload->temporary_bytes = quire_store_file_temporary_bytes(upload->target);
    upload->temporary = quire_alloc(upload->temporary_bytes);
    if (upload->folder == NULL || upload->temporary == NULL)
        return quire_fail_memory(error, "write");
    struct stat status;
    bool found = false;
    QUIRE_TRY(examine(upload, &status, &found, error));
    if (open_fd >= 0 || (found && !S_ISREG(status.st_mode)))
        QUIRE_TRY(open_straight(upload, open_fd, error));
    else
        QUIRE_TRY(open_replacement(upload, found ? &status : NULL, error));
    *out = &QUIRE_STEAL(upload)->base.upload;
    return 0;
}

/* Writing ---------------------------------------------------------------------- */

static int repeat_failure(const struct file_upload *upload, struct quire_error *error)
{
    if (error != NULL) *error = upload->failure;
    return upload->failure.code;
}

/* Makes an error sticky and drops what was written. */
static int give_up(struct file_upload *upload, int errno_value, const char *what,
                   struct quire_error *error)
{
    fail(upload, errno_value, what, &upload->failure);
    quire_error_at(&upload->failure, QUIRE_NOWHERE, NULL, upload->written);
    discard(upload);
    return repeat_failure(upload, error);
}

static void write_behind(struct file_upload *upload)
{
    if (upload->straight || upload->options.durability == QUIRE_DURABILITY_NONE) return;
    off_t size = upload->written - upload->behind;
    if (size < WRITE_BEHIND_BYTES) return;
    upload->system->write_behind(upload->fd, upload->behind, size);
    upload->behind = upload->written;
}

int quire_store_file_upload_part(struct quire_upload *handle, const void *bytes, size_t size,
                                 struct quire_error *error)
{
    struct file_upload *upload = (struct file_upload *)handle;
    if (upload->failure.code != 0) return repeat_failure(upload, error);
    const char *from = bytes;
    while (size > 0) {
        ssize_t done = upload->system->write(upload->fd, from, size);
        if (done < 0 && errno == EINTR && !upload->straight) continue;
        if (done < 0) return give_up(upload, errno, "the bytes cannot be written", error);
        from += done;
        size -= (size_t)done;
        upload->written += done;
    }
    write_behind(upload);
    return 0;
}

/* Ending ----------------------------------------------------------------------- */

/* Pipes and some devices cannot be flushed and need not be. */
static int sync_bytes(struct file_upload *upload)
{
    if (upload->options.durability == QUIRE_DURABILITY_NONE) return 0;
    if (upload->system->fsync(upload->fd) == 0) return 0;
    bool cannot = errno == EINVAL || errno == ENOTSUP || errno == EROFS;
    return upload->straight && cannot ? 0 : -1;
}

static int close_fd(struct file_upload *upload)
{
    int fd = upload->fd;
    upload->fd = -1;
    return upload->system->close(fd);
}

/* Gives the temporary a name. A folder in which nothing had one yet may be gone: who made it found
 * it empty. */
static int link_unnamed(struct file_upload *upload, const char *path)
{
    bool sync = upload->options.durability == QUIRE_DURABILITY_FULL;
    int result = upload->system->link_unnamed(upload->fd, path);
    for (int i = 0; i < FOLDER_TRIES_MAX && result != 0 && errno == ENOENT; i++) {
        if (upload->options.no_parents ||
            quire_store_file_make_folders(upload->system, upload->folder, sync) != 0)
            return -1;
        result = upload->system->link_unnamed(upload->fd, path);
    }
    return result;
}

static int name_temporary(struct file_upload *upload)
{
    if (upload->named) return 0;
    for (int i = 0; i < NAME_TRIES_MAX; i++) {
        choose_name(upload);
        upload->named = link_unnamed(upload, upload->temporary) == 0;
        if (upload->named || errno != EEXIST) break;
    }
    return upload->named ? 0 : -1;
}

/* Gives a named temporary the target's name unless that is taken. File systems
 * without hard links may still know how to rename without replacing. */
static int link_new(struct file_upload *upload)
{
    const struct quire_file_system *system = upload->system;
    if (system->link(upload->temporary, upload->target) == 0) {
        system->unlink(upload->temporary);
        return 0;
    }
    if (errno != EPERM && errno != ENOTSUP) return -1;
    return system->rename_new(upload->temporary, upload->target);
}

/* The one step that makes the object visible. 0, or -1 and errno. */
static int publish(struct file_upload *upload)
{
    bool create_only = upload->options.mode == QUIRE_PUT_CREATE_ONLY;
    if (create_only && !upload->named) {
        if (link_unnamed(upload, upload->target) != 0) return -1;
        /* The object stands, so what close says comes too late to matter. */
        (void)close_fd(upload);
        return 0;
    }
    if (name_temporary(upload) != 0 || close_fd(upload) != 0) return -1;
    int result =
        create_only ? link_new(upload) : upload->system->rename(upload->temporary, upload->target);
    if (result == 0) upload->named = false;
    return result;
}

static int commit_replacement(struct file_upload *upload, struct quire_error *error)
{
    struct stat status;
    bool found;
    QUIRE_TRY(examine(upload, &status, &found, error));
    if (publish(upload) != 0) {
        if (errno == EEXIST)
            return fail_code(upload, QUIRE_EXISTS, "there is a file of this name", error);
        return fail(upload, errno, "the file cannot be put in place", error);
    }
    if (upload->options.durability != QUIRE_DURABILITY_FULL) return 0;
    if (quire_store_file_sync_folder(upload->system, upload->folder) == 0) return 0;
    fail(upload, errno, "the new file stands, but its folder cannot be flushed", error);
    if (error != NULL) error->code = QUIRE_IO;
    return QUIRE_IO;
}

static int commit(struct file_upload *upload, struct quire_object *object,
                  struct quire_error *error)
{
    if (upload->failure.code != 0) return repeat_failure(upload, error);
    if (upload->late != 0) (void)upload->system->fchmod(upload->fd, upload->late);
    if (sync_bytes(upload) != 0)
        return fail(upload, errno, "the bytes cannot be flushed to the disk", error);
    struct stat status;
    if (upload->system->fstat(upload->fd, &status) != 0)
        return fail(upload, errno, "the file cannot be examined", error);
    if (!upload->straight)
        QUIRE_TRY(commit_replacement(upload, error));
    else if (close_fd(upload) != 0)
        return fail(upload, errno, "it cannot be closed", error);
    if (object != NULL) quire_store_file_describe(&status, object);
    return 0;
}

int quire_store_file_upload_commit(struct quire_upload *handle, struct quire_object *object,
                                   struct quire_error *error)
{
    QUIRE_CLEANUP(upload_free) struct file_upload *upload = (struct file_upload *)handle;
    return commit(upload, object, error);
}

void quire_store_file_upload_abort(struct quire_upload *handle)
{
    struct file_upload *upload = (struct file_upload *)handle;
    upload_free(&upload);
}
