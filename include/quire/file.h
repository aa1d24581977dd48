/* Streams of batches from and to named objects: format, codec and store put
 * together. A target holds its old bytes or all of the new, whatever happens. */
#ifndef QUIRE_FILE_H
#define QUIRE_FILE_H

#include "quire/batch.h"
#include "quire/codec.h"
#include "quire/format.h"
#include "quire/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Reading ----------------------------------------------------------------- */

/* Zero means the default. Everything is borrowed during open, except what
 * struct quire_record_policy says must live longer. */
struct quire_read_options {
    const char *format;                   /* name; NULL: by extension, then by content */
    const char *compression;              /* name; NULL: by extension, then by content; "none" */
    const struct quire_setting *settings; /* of the format's decoder */
    size_t settings_size;
    struct quire_record_policy records;
    struct quire_context *context; /* NULL: one with the defaults, owned by the stream */
    /* A local path, for a temporary without a name that takes the bytes of a pipe where the
     * format is not read from front to back; NULL: /tmp. */
    const char *folder;
};

/* Opens an object (a path, a store URL, or "-" for standard input) as a stream of
 * batches. Errors of the stream name url. */
QUIRE_API int quire_file_read(const char *url, const struct quire_read_options *options,
                              struct ArrowArrayStream *stream, struct quire_error *error);

/* --- Writing ----------------------------------------------------------------- */

enum quire_write_mode {
    QUIRE_WRITE_OVERWRITE,
    QUIRE_WRITE_CREATE, /* QUIRE_EXISTS when there is one */
    QUIRE_WRITE_APPEND, /* after the records already there, by atomic rewrite (CSV, TSV, JSONL, Ion)
                         */
    /* At the end of the file itself: the cost does not grow with the file. Local files of
     * JSON Lines without compression only. Not atomic: a reader may see a part, and a
     * killed writer may leave one, whose torn last line the next append cuts (a whole one
     * that only lacks its line end is kept). An abort or a failure cuts the file to what
     * it was; one that was missing is then empty. Several writers take turns: opening
     * waits until the one before, in this process or another, is closed. */
    QUIRE_WRITE_APPEND_IN_PLACE
};

struct quire_write_options {
    const char *format;                   /* name; NULL: by extension */
    const char *compression;              /* "zstd", "zstd:3"; NULL: by extension */
    const struct quire_setting *settings; /* of the format's encoder */
    size_t settings_size;
    enum quire_write_mode mode;
    enum quire_durability durability;
    bool no_parents;               /* do not make missing folders */
    struct quire_context *context; /* NULL: one with the defaults, owned by the writer */
};

/* What stands after a commit. */
struct quire_write_result {
    int64_t rows;  /* of this writer (not those appended to) */
    int64_t bytes; /* of the object as stored */
};

struct quire_writer;

/* Opens a writer; nothing is visible before commit (but see APPEND_IN_PLACE). url may
 * be "-" (standard output), which is not atomic. Sticky: after a failure every call
 * fails with the same error. One thread at a time. */
QUIRE_API int quire_writer_open(const char *url, const struct ArrowSchema *schema,
                                const struct quire_write_options *options,
                                struct quire_writer **writer, struct quire_error *error);
/* Takes the batch, also on failure. */
QUIRE_API int quire_writer_write(struct quire_writer *writer, struct ArrowArray *batch,
                                 struct quire_error *error);
/* Writes every batch of a stream, which the caller still releases. */
QUIRE_API int quire_writer_write_stream(struct quire_writer *writer,
                                        struct ArrowArrayStream *stream, struct quire_error *error);
/* Makes the object visible; result may be NULL. The writer is still to be closed. */
QUIRE_API int quire_writer_commit(struct quire_writer *writer, struct quire_write_result *result,
                                  struct quire_error *error);
/* What the format knows of the rows written, once they are committed; valid until close. NULL
 * before. */
QUIRE_API const struct quire_file_stats *quire_writer_stats(const struct quire_writer *writer);

/* Releases; a writer that was not committed leaves nothing. NULL is fine. */
QUIRE_API void quire_writer_close(struct quire_writer *writer);

/* Open, write a whole stream, commit, close. */
QUIRE_API int quire_file_write(const char *url, struct ArrowArrayStream *stream,
                               const struct quire_write_options *options,
                               struct quire_write_result *result, struct quire_error *error);

/* Which of the values at the top, of all objects together. */
struct quire_raw_range {
    enum { QUIRE_RAW_ALL, QUIRE_RAW_FIRST, QUIRE_RAW_LAST } which;
    int64_t values; /* how many of the first or last */
};

/* Copies the values of objects to one, value by value and without columns: what both
 * formats can say is kept as it stands (annotations, order, repeated fields, digits).
 * For formats with a `copy` (Ion and JSON); QUIRE_UNSUPPORTED for others. The target is
 * as atomic as a writer's; mode is OVERWRITE or CREATE. read->records is not looked at;
 * settings other than ascii, catalog and pretty are about columns: QUIRE_USAGE.
 * The last values are found by reading twice; an object that can be read only once is kept
 * in a temporary file meanwhile. result->rows is -1. Options, range and result may be NULL. */
QUIRE_API int quire_file_copy_raw(const char *const *urls, size_t urls_size,
                                  const struct quire_read_options *read,
                                  const struct quire_raw_range *range, const char *target,
                                  const struct quire_write_options *write,
                                  struct quire_write_result *result, struct quire_error *error);

/* --- Names ------------------------------------------------------------------- */

/* Expands globs ("logs/<star>.csv") and folders (their files of known formats, in
 * order of name) of store URLs and paths into the objects they name; a name that
 * is neither is given as it is. A glob without a match is QUIRE_NOT_FOUND.
 * The list is freed with quire_names_free. */
QUIRE_API int quire_file_expand(const char *const *patterns, size_t patterns_size, char ***names,
                                size_t *names_size, struct quire_error *error);
QUIRE_API void quire_names_free(char **names, size_t names_size);

/* Do two names stand for one object (the same path, or a link to it), or would they if
 * it were written? */
QUIRE_API bool quire_file_same(const char *a, const char *b);

/* Would an object of that name be the folder, or lie below it? Paths of this machine are followed
 * to where they lead, as far as they are there; the names of other stores are compared. */
QUIRE_API bool quire_file_within(const char *name, const char *folder);

/* Can the object be opened and read a second time? Standard input, pipes and devices cannot:
 * what a first look took of them is gone. True of what is missing, which reading tells. */
QUIRE_API bool quire_file_rereadable(const char *url);

/* The streams of several objects one after the other, as one stream: the schema is
 * that of policy, or the one that a sample of all of them widens to. Columns are
 * matched by name. */
QUIRE_API int quire_file_read_all(const char *const *urls, size_t urls_size,
                                  const struct quire_read_options *options,
                                  struct ArrowArrayStream *stream, struct quire_error *error);

/* --- Sorting ------------------------------------------------------------------ */

/* The rows of a stream in the order of columns: "a" ascending, "-b" descending, "c.d" a
 * field of a struct; rows that are equal in all of them stay as they were. false before
 * true, numbers by value with NaN last, text by bytes, nulls after all else either way.
 * What does not fit half of the context's memory is sorted in parts, which stand as
 * temporaries in folder (a local path) until the stream is released. Takes *source on
 * success; context must outlive the stream. Nothing is read before the first batch is
 * asked for. QUIRE_USAGE names a column that is not there or has no order. */
QUIRE_API int quire_stream_sort(struct ArrowArrayStream *source, const char *const *columns,
                                size_t columns_size, const char *folder,
                                struct quire_context *context, struct ArrowArrayStream *result,
                                struct quire_error *error);

/* --- Metadata ----------------------------------------------------------------- */

/* The format's own metadata as a JSON object, freed with quire_free. QUIRE_UNSUPPORTED
 * where the format has none. */
QUIRE_API int quire_file_describe(const char *url, const struct quire_read_options *options,
                                  char **json, struct quire_error *error);

/* --- Refused records ---------------------------------------------------------- */

/* A file that takes the records which on_bad = REJECT sets aside: one JSON object
 * a line, {"path", "row", "byte", "column", "reason", "record"}. */
struct quire_rejects;
QUIRE_API int quire_rejects_open(const char *url, const struct quire_write_options *options,
                                 struct quire_rejects **rejects, struct quire_error *error);
/* For struct quire_record_policy: reject = quire_rejects_take, reject_user = rejects. */
QUIRE_API int quire_rejects_take(void *rejects, const struct quire_reject *reject,
                                 struct quire_error *error);
/* Makes the file visible, also when nothing was refused. */
QUIRE_API int quire_rejects_commit(struct quire_rejects *rejects, struct quire_error *error);
QUIRE_API void quire_rejects_close(struct quire_rejects *rejects); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
