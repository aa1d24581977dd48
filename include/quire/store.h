/* Object stores: named, whole objects. A file system is one of them.
 *
 * Nothing is visible before a put or a commit returns 0, and then the object is
 * whole. A key is the part of a URL below its store; '/' separates. */
#ifndef QUIRE_STORE_H
#define QUIRE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"
#include "quire/option.h"
#include "quire/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

enum quire_put_mode {
    QUIRE_PUT_OVERWRITE,   /* whatever stands there */
    QUIRE_PUT_CREATE_ONLY, /* QUIRE_EXISTS when there is one; atomic on every store */
    QUIRE_PUT_IF_MATCH,    /* QUIRE_CONFLICT unless the object has this etag */
    /* At the end of what stands there; made when there is none. Not atomic: readers may
     * see parts as they are written, and a killed writer leaves what it wrote; an abort or
     * a failure takes it back. Writers in this mode take turns: a begin waits for the end
     * of the one before, also of one in this process. Only on stores with the capability
     * QUIRE_STORE_APPEND, QUIRE_UNSUPPORTED elsewhere. QUIRE_CONFLICT at commit when
     * another object was put in its place meanwhile. */
    QUIRE_PUT_APPEND
};

/* How far a commit goes before it returns. */
enum quire_durability {
    QUIRE_DURABILITY_FULL,   /* data and folder flushed to the disk: survives power loss */
    QUIRE_DURABILITY_RENAME, /* data flushed, then visible; the name may be lost with the power */
    QUIRE_DURABILITY_NONE    /* atomic for readers, nothing promised after power loss */
};

struct quire_put_options {
    enum quire_put_mode mode;
    const char *etag; /* IF_MATCH */
    enum quire_durability durability;
    bool no_parents; /* do not make missing parent folders: QUIRE_NOT_FOUND instead */

    /* APPEND: first cut what follows the last line end: the tail of a killed writer. */
    bool cut_torn_line;
    /* With cut_torn_line, asked about that tail, which is borrowed during the call: if it
     * sets *whole, only the line end is missing, and this is written instead of cutting.
     * May be NULL. */
    int (*check_line)(void *user, const void *line, size_t size, bool *whole,
                      struct quire_error *error);
    void *check_line_user;
};

/* What a sweep removes. */
struct quire_sweep_options {
    int64_t age_ms; /* leftovers that were last written to longer ago than this */
    bool dry_run;   /* count and report, remove nothing */
    /* Called with each key removed (or, in a dry run, that would be) and its size;
     * may be NULL. The key is valid during the call. */
    void (*report)(void *user, const char *key, int64_t bytes);
    void *user;
};

/* What a store knows of an object. */
struct quire_object {
    int64_t size;        /* bytes; -1: not known (a pipe or device of the file store) */
    int64_t modified_us; /* since the epoch; 0: not known */
    char etag[72];       /* changes when the content does; "" when there is none */
};

/* What a store can do beyond the interface. */
enum quire_store_capability {
    QUIRE_STORE_IF_MATCH = 1,    /* PUT_IF_MATCH is atomic; without: checked before, not locked */
    QUIRE_STORE_START_AFTER = 2, /* list seeks instead of skipping */
    QUIRE_STORE_RENAME_FREE = 4, /* an upload costs no copy at commit */
    QUIRE_STORE_LOCAL = 8,       /* the keys are paths of this machine */
    QUIRE_STORE_APPEND = 16      /* PUT_APPEND */
};

struct quire_store_ops;

/* The heads that a backend's own structures begin with. */
struct quire_store {
    const struct quire_store_ops *ops;
};
struct quire_upload {
    const struct quire_store_ops *ops;
};
struct quire_object_reader {
    const struct quire_store_ops *ops;
};

/* Called for each object in the order of their keys; a non-zero return ends the
 * listing and becomes its result. key is valid during the call. */
typedef int quire_list_callback(void *user, const char *key, const struct quire_object *object,
                                struct quire_error *error);

/* A backend. All functions but open and close may be called from several
 * threads at once on one store; one upload or reader belongs to one thread at a
 * time, except that read_at is thread-safe. */
struct quire_store_ops {
    const char *name;          /* "file" */
    const char *schemes;       /* "file|" : URL schemes by '|'; an empty one means plain paths */
    const char *summary;       /* one line */
    const char *built_without; /* NULL; else the library that this build lacks */
    struct quire_option_table options;
    unsigned capabilities; /* enum quire_store_capability */

    /* Opens what a URL (or plain path) names and gives the key within it, which
     * comes from quire_store_key_new. options is the struct that the table's rows
     * fill and is valid during the call. */
    int (*open)(const char *url, const void *options, struct quire_store **store, char **key,
                struct quire_error *error);
    void (*close)(struct quire_store *store);

    int (*put)(struct quire_store *store, const char *key, const void *bytes, size_t size,
               const struct quire_put_options *options, struct quire_object *object,
               struct quire_error *error);

    int (*upload_begin)(struct quire_store *store, const char *key,
                        const struct quire_put_options *options, struct quire_upload **upload,
                        struct quire_error *error);
    int (*upload_part)(struct quire_upload *upload, const void *bytes, size_t size,
                       struct quire_error *error);
    /* Makes the object visible and releases the upload, also when it fails: then
     * nothing of it is left and the old object stands. (One exception: a file
     * store that cannot flush the folder after the rename fails with QUIRE_IO, and
     * the new object stands.) object may be NULL. */
    int (*upload_commit)(struct quire_upload *upload, struct quire_object *object,
                         struct quire_error *error);
    void (*upload_abort)(struct quire_upload *upload); /* NULL is fine */

    /* Opens one version of an object: later reads see that version or fail. An
     * object of unknown size is read from its start to its end, in order. object
     * may be NULL. */
    int (*reader_open)(struct quire_store *store, const char *key,
                       struct quire_object_reader **reader, struct quire_object *object,
                       struct quire_error *error);
    /* Up to size bytes from offset; *got less than size only at the end, or, when
     * the size is not known, whatever there is (0 at the end). */
    int (*read_at)(struct quire_object_reader *reader, int64_t offset, void *bytes, size_t size,
                   size_t *got, struct quire_error *error);
    void (*reader_close)(struct quire_object_reader *reader);
    /* As map of struct quire_in_ops. NULL: objects are read. */
    int (*map)(struct quire_object_reader *reader, struct quire_mapping *mapping,
               struct quire_error *error);

    int (*head)(struct quire_store *store, const char *key, struct quire_object *object,
                struct quire_error *error);
    /* Would a put to either key be seen under both (links, "./"), whether or not there
     * is an object yet? NULL: only when they are equal. */
    bool (*same)(struct quire_store *store, const char *a, const char *b);
    /* Objects whose key begins with prefix and is greater than start_after (NULL:
     * from the first). A missing folder is an empty listing. */
    int (*list)(struct quire_store *store, const char *prefix, const char *start_after,
                quire_list_callback *callback, void *user, struct quire_error *error);
    /* The same from the first key on, without those in folders more than levels below
     * the prefix's own, which are not looked into. NULL: list says everything. */
    int (*list_near)(struct quire_store *store, const char *prefix, int levels,
                     quire_list_callback *callback, void *user, struct quire_error *error);
    /* Deletes keys; one that does not exist counts as deleted. Stops at the first
     * failure; *deleted (may be NULL) says how many were done. */
    int (*delete_many)(struct quire_store *store, const char *const *keys, size_t keys_size,
                       size_t *deleted, struct quire_error *error);
    /* Removes what killed uploads left below a folder; *removed counts. NULL: this
     * store's uploads leave nothing behind. */
    int (*sweep)(struct quire_store *store, const char *folder,
                 const struct quire_sweep_options *options, int64_t *removed,
                 struct quire_error *error);
};

/* How many stores there can be, the library's included. */
#define QUIRE_STORES_MAX 32

/* All stores: those of the library, then those registered. */
QUIRE_API const struct quire_store_ops *const *quire_stores(size_t *size);

/* Adds a backend for its schemes; ops must outlive the process's use of it.
 * QUIRE_EXISTS when a scheme is taken. Not thread-safe: register before use. */
QUIRE_API int quire_store_register(const struct quire_store_ops *ops, struct quire_error *error);

/* Opens the store of a URL with settings checked against its option rows. The
 * caller closes *store and frees *key with quire_store_key_free. What has no
 * "scheme://" before it is a path. QUIRE_USAGE for a scheme that no store has,
 * QUIRE_UNSUPPORTED for one that this build lacks. */
QUIRE_API int quire_store_open(const char *url, const struct quire_setting *settings,
                               size_t settings_size, struct quire_store **store, char **key,
                               struct quire_error *error);
QUIRE_API void quire_store_close(struct quire_store *store); /* NULL is fine */
/* A copy of text for a backend to give out as a key; NULL when memory is out. */
QUIRE_API char *quire_store_key_new(const char *text);
QUIRE_API void quire_store_key_free(char *key); /* NULL is fine */

/* A put made of an upload, for backends that have no shorter way. */
QUIRE_API int quire_store_put_upload(struct quire_store *store, const char *key, const void *bytes,
                                     size_t size, const struct quire_put_options *options,
                                     struct quire_object *object, struct quire_error *error);

/* Range read in one call: up to size bytes from offset. */
QUIRE_API int quire_store_get(struct quire_store *store, const char *key, int64_t offset,
                              void *bytes, size_t size, size_t *got, struct quire_error *error);

/* An upload as a byte sink, in blocks of QUIRE_STORE_OUT_BYTES at least.
 * Closing the sink without quire_store_out_commit aborts the upload. */
#define QUIRE_STORE_OUT_BYTES ((size_t)128 << 10)
QUIRE_API int quire_store_out_open(struct quire_store *store, const char *key,
                                   const struct quire_put_options *options, struct quire_out **out,
                                   struct quire_error *error);
/* Commits; a sink that failed before fails again here, and is aborted. The sink
 * must still be closed. object may be NULL. */
QUIRE_API int quire_store_out_commit(struct quire_out *out, struct quire_object *object,
                                     struct quire_error *error);

/* An object as a byte source: forward, and with read_at when its size is known.
 * The store must stay open until the source is closed. object may be NULL. */
QUIRE_API int quire_store_in_open(struct quire_store *store, const char *key, struct quire_in **in,
                                  struct quire_object *object, struct quire_error *error);

/* Removes leftovers of killed writers below a folder: temporaries by their exact
 * name pattern and age, nothing else. *removed counts. options NULL: of any age. */
QUIRE_API int quire_store_sweep(const char *folder_url, const struct quire_sweep_options *options,
                                int64_t *removed, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
