/* The file store's parts: paths of this machine as keys of objects. Not for
 * other layers; they see quire_store_ops. */
#ifndef QUIRE_STORE_FILE_STORE_H
#define QUIRE_STORE_FILE_STORE_H

#include <stdbool.h>

#include "quire/store.h"
#include "store/file_system.h"

/* A longer chain of symbolic links is taken for a loop. */
#define QUIRE_FILE_LINKS_MAX 40
/* Folders within folders that a listing descends. */
#define QUIRE_FILE_DEPTH_MAX 512

struct quire_file_store {
    struct quire_store store;
    const struct quire_file_system *system;
};

static inline const struct quire_file_system *quire_store_file_calls(struct quire_store *store)
{
    return ((struct quire_file_store *)store)->system;
}

/* file_path.c ---------------------------------------------------------------- */

/* Fails with the errno's code: "what: reason", the key as the path, and a hint. */
int quire_store_file_fail(struct quire_error *error, int errno_value, const char *operation,
                          const char *key, const char *what);
int quire_store_file_fail_folder(struct quire_error *error, const char *operation, const char *key);

void quire_store_file_describe(const struct stat *status, struct quire_object *object);

/* Where a key really is: symbolic links in its last part are followed, also one
 * that points to nothing. *fd is -1, or the number of an open file of this process
 * that the key stands for (/dev/stdout, /dev/fd/3). Caller frees *path. */
int quire_store_file_resolve(const struct quire_file_system *system, const char *operation,
                             const char *key, char **path, int *fd, struct quire_error *error);

/* Do two keys lead to one file, or to one name in one folder where no file is yet? */
bool quire_store_file_same(struct quire_store *store, const char *a, const char *b);

/* The folder of a path, "." when it has none. NULL when memory is out; caller frees. */
char *quire_store_file_folder(const char *path);
const char *quire_store_file_name(const char *path);

/* Makes a folder and those above it. With sync each new name is on the disk
 * before the next is made. 0, or -1 and errno. */
int quire_store_file_make_folders(const struct quire_file_system *system, const char *folder,
                                  bool sync);
/* Flushes the names in a folder; file systems that cannot are taken to need none.
 * 0, or -1 and errno. */
int quire_store_file_sync_folder(const struct quire_file_system *system, const char *folder);

/* file_temporary.c ----------------------------------------------------------- */

/* Bytes that hold "folder/.<name>.quire-<pid>-<random>.tmp" and its zero. */
size_t quire_store_file_temporary_bytes(const char *path);
/* Writes the name of a new temporary beside path. */
void quire_store_file_temporary(char *buffer, size_t capacity, const char *path, uint64_t unique);
/* Whether a file name is exactly one that quire_store_file_temporary makes. */
bool quire_store_file_is_temporary(const char *name);

/* Uploads: the head that both kinds begin with. file_store.c tells them apart. */
struct quire_file_upload {
    struct quire_upload upload;
    bool appends; /* in place (file_append.c), else a replacement (file_upload.c) */
};

/* file_append.c: the four upload functions of QUIRE_PUT_APPEND. --------------- */

int quire_store_file_append_begin(struct quire_store *store, const char *key,
                                  const struct quire_put_options *options,
                                  struct quire_upload **upload, struct quire_error *error);
int quire_store_file_append_part(struct quire_upload *upload, const void *bytes, size_t size,
                                 struct quire_error *error);
int quire_store_file_append_commit(struct quire_upload *upload, struct quire_object *object,
                                   struct quire_error *error);
void quire_store_file_append_abort(struct quire_upload *upload);

/* file_upload.c: those of the other modes. ----------------------------------- */

int quire_store_file_upload_begin(struct quire_store *store, const char *key,
                                  const struct quire_put_options *options,
                                  struct quire_upload **upload, struct quire_error *error);
int quire_store_file_upload_part(struct quire_upload *upload, const void *bytes, size_t size,
                                 struct quire_error *error);
int quire_store_file_upload_commit(struct quire_upload *upload, struct quire_object *object,
                                   struct quire_error *error);
void quire_store_file_upload_abort(struct quire_upload *upload);

/* file_reader.c -------------------------------------------------------------- */

int quire_store_file_reader_open(struct quire_store *store, const char *key,
                                 struct quire_object_reader **reader, struct quire_object *object,
                                 struct quire_error *error);
int quire_store_file_read_at(struct quire_object_reader *reader, int64_t offset, void *bytes,
                             size_t size, size_t *got, struct quire_error *error);
int quire_store_file_map(struct quire_object_reader *reader, struct quire_mapping *mapping,
                         struct quire_error *error);
void quire_store_file_reader_close(struct quire_object_reader *reader);

/* file_list.c ---------------------------------------------------------------- */

int quire_store_file_list(struct quire_store *store, const char *prefix, const char *start_after,
                          quire_list_callback *callback, void *user, struct quire_error *error);
int quire_store_file_list_near(struct quire_store *store, const char *prefix, int levels,
                               quire_list_callback *callback, void *user,
                               struct quire_error *error);
/* As the first over temporaries only, which the listings above leave out. */
int quire_store_file_list_temporaries(struct quire_store *store, const char *prefix,
                                      quire_list_callback *callback, void *user,
                                      struct quire_error *error);

/* file_sweep.c --------------------------------------------------------------- */

int quire_store_file_sweep(struct quire_store *store, const char *folder,
                           const struct quire_sweep_options *options, int64_t *removed,
                           struct quire_error *error);

#endif
