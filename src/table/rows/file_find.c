/* The first look: which files have rows that are meant, and, for deletion vectors, where. Rows of
 * a file that its vector takes are not in what is read, but count as rows of the file. */
#include "table/rows/file_rewrite.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/files/add_stats.h"
#include "table/files/file_filter.h"
#include "table/table_read.h"

/* --- Candidates ------------------------------------------------------------------------------ */

struct lister {
    struct quire_file_rewrite *rewrite;
    struct quire_buf files; /* struct quire_add */
};

static int take_file(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct lister *lister = user;
    struct quire_add copy = *add;
    if (quire_add_copy(&lister->rewrite->arena, &copy) != 0 ||
        quire_buf_append(&lister->files, &copy, sizeof(copy)) != 0)
        return quire_fail_memory(error, lister->rewrite->transaction->options.verb);
    return 0;
}

/* Whether files may have rows that are meant, and whether they may have others. */
struct guesses {
    bool *may, *may_not;
};

static void free_guesses(struct guesses *guesses)
{
    quire_free(guesses->may);
    quire_free(guesses->may_not);
}

static int guess(struct quire_file_rewrite *rewrite, const struct quire_buf *files,
                 struct guesses *guesses, struct quire_error *error)
{
    const struct quire_add *list = (const struct quire_add *)(const void *)files->data;
    const char *verb = rewrite->transaction->options.verb, *where = rewrite->options.where;
    QUIRE_CLEANUP(quire_cleanup_free) char *negated = NULL;
    size_t size = files->size / sizeof(*list);
    guesses->may = quire_alloc(size + 1);
    guesses->may_not = quire_alloc(size + 1);
    if (guesses->may == NULL || guesses->may_not == NULL) return quire_fail_memory(error, verb);
    QUIRE_TRY(quire_file_filter(&rewrite->columns, list, size, where, guesses->may, error));
    memset(guesses->may_not, 1, size);
    if (!rewrite->options.where_is_all) return 0;
    if (where == NULL) {
        memset(guesses->may_not, 0, size);
        return 0;
    }
    negated = quire_row_condition_negate(where);
    if (negated == NULL) return quire_fail_memory(error, verb);
    QUIRE_TRY(quire_file_filter(&rewrite->columns, list, size, negated, guesses->may_not, error));
    return quire_file_filter_whole(&rewrite->columns, list, size, where, guesses->may_not, error);
}

/* --- One file -------------------------------------------------------------------------------- */

/* Counts rows of a file, and notes those that are meant in a vector. */
struct scan {
    struct quire_deleted_rows *deleted; /* NULL: not wanted */
    int64_t next;                       /* of the file, that may be the next one read */
    int64_t rows, matched;
};

static void release_scan(struct scan *scan)
{
    quire_deleted_rows_free(scan->deleted);
}

/* Rows that were deleted before are passed over; those that are now lie behind. */
static int note_rows(struct scan *scan, const uint8_t *mask, int64_t rows)
{
    int code = 0;
    for (int64_t i = 0; i < rows && code == 0; i++) {
        while (quire_deleted_rows_has(scan->deleted, scan->next))
            scan->next++;
        if (mask[i] != 0) code = quire_deleted_rows_add(scan->deleted, scan->next);
        scan->next++;
    }
    return code;
}

int quire_file_rewrite_match(struct quire_file_rewrite *rewrite, struct ArrowArrayStream *stream,
                             const struct ArrowArray *batch, int64_t *matched,
                             struct quire_error *error)
{
    const struct quire_row_matcher *matcher = rewrite->options.matcher;
    if (!rewrite->bound) {
        QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
        QUIRE_TRY(quire_stream_schema(stream, &schema, error));
        QUIRE_TRY(matcher->bind(matcher->user, &schema, error));
        rewrite->bound = true;
    }
    quire_buf_clear(&rewrite->mask);
    if (quire_buf_reserve(&rewrite->mask, (size_t)batch->length + 1) != 0)
        return quire_fail_memory(error, rewrite->transaction->options.verb);
    uint8_t *mask = rewrite->mask.data;
    QUIRE_TRY(matcher->match(matcher->user, batch, mask, error));
    *matched = 0;
    for (int64_t i = 0; i < batch->length; i++)
        *matched += mask[i] != 0;
    return 0;
}

/* Opens the columns that the matcher looks at. */
static int open_rows(struct quire_file_rewrite *rewrite, const struct quire_add *add,
                     struct ArrowArrayStream *stream, struct quire_error *error)
{
    const struct ArrowSchema *logical = &rewrite->columns.logical;
    const struct quire_row_matcher *matcher = rewrite->options.matcher;
    const struct quire_files_wanted wanted = {
        .files = add,
        .size = 1,
        .tracking = rewrite->options.finds_ids ? &rewrite->options.tracking : NULL};
    const char **names = quire_alloc_zero((size_t)logical->n_children + 1, sizeof(*names));
    if (names == NULL) return quire_fail_memory(error, rewrite->transaction->options.verb);
    struct quire_table_read_options options = {
        .columns = names, .columns_given = true, .context = rewrite->options.context};
    for (int64_t i = 0; i < logical->n_children; i++)
        if (matcher->looks_at(matcher->user, logical->children[i]->name))
            names[options.columns_size++] = logical->children[i]->name;
    int code = quire_snapshot_read(rewrite->transaction->base, &wanted, &options, stream, error);
    quire_free(names);
    return code;
}

static int scan_rows(struct quire_file_rewrite *rewrite, struct ArrowArrayStream *stream,
                     struct scan *scan, struct quire_error *error)
{
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        int64_t matched = 0;
        QUIRE_TRY(quire_stream_next(stream, &batch, error));
        if (batch.release == NULL) return 0;
        int code = quire_file_rewrite_match(rewrite, stream, &batch, &matched, error);
        if (code != 0) {
            if (error != NULL && error->row != QUIRE_NOWHERE) error->row += scan->rows;
            return code;
        }
        scan->rows += batch.length;
        scan->matched += matched;
        if (scan->deleted != NULL && note_rows(scan, rewrite->mask.data, batch.length) != 0)
            return quire_fail_memory(error, rewrite->transaction->options.verb);
    }
}

static int begin_scan(const struct quire_file_rewrite *rewrite, const struct quire_add *add,
                      struct scan *scan, struct quire_error *error)
{
    if (!rewrite->options.vectors) return 0;
    if (add->deleted.storage.size == 0) return quire_deleted_rows_new(&scan->deleted, error);
    return quire_deletion_vector_load(rewrite->transaction->base, &add->deleted, &scan->deleted,
                                      error);
}

/* Looks at the rows of a file. */
static int scan_file(struct quire_file_rewrite *rewrite, struct quire_found_file *file,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(release_scan) struct scan scan = {.deleted = NULL};
    struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_TRY(begin_scan(rewrite, &file->add, &scan, error));
    int code = open_rows(rewrite, &file->add, &stream, error);
    if (code == 0) code = scan_rows(rewrite, &stream, &scan, error);
    quire_stream_release(&stream);
    if (code != 0) {
        if (error != NULL && error->row != QUIRE_NOWHERE)
            quire_error_path(error, (const char *)file->add.path.data);
        return code;
    }
    rewrite->totals.files_scanned++;
    file->rows = scan.rows;
    file->matched = scan.matched;
    file->whole = scan.rows == scan.matched;
    if (scan.deleted == NULL || scan.matched == 0 || file->whole) return 0;
    return quire_vector_writer_add(&rewrite->vectors, scan.deleted, &rewrite->arena, &file->vector,
                                   error);
}

/* --- All of them ----------------------------------------------------------------------------- */

static int look_at(struct quire_file_rewrite *rewrite, const struct quire_add *add, bool may_not,
                   struct quire_error *error)
{
    struct quire_found_file file = {.add = *add, .rows = quire_add_rows(add)};
    file.matched = file.rows;
    file.whole = !may_not;
    if (may_not || (file.rows < 0 && !rewrite->options.uncounted))
        QUIRE_TRY(scan_file(rewrite, &file, error));
    if (file.matched == 0 && (may_not || file.rows > 0)) return 0;
    if (file.matched > 0) rewrite->totals.matched += file.matched;
    return quire_buf_append(&rewrite->found, &file, sizeof(file)) == 0
               ? 0
               : quire_fail_memory(error, rewrite->transaction->options.verb);
}

int quire_file_rewrite_find(struct quire_file_rewrite *rewrite, struct quire_error *error)
{
    QUIRE_CLEANUP(free_guesses) struct guesses guesses = {NULL, NULL};
    struct quire_snapshot *base = rewrite->transaction->base;
    struct lister lister = {.rewrite = rewrite};
    rewrite->vectors.place = &base->place;
    rewrite->vectors.durability = rewrite->transaction->options.durability;
    rewrite->bound = false;
    QUIRE_TRY(quire_table_columns_open(base, &rewrite->columns, error));
    int code = quire_snapshot_each_file(base, take_file, &lister, error);
    if (code == 0) code = guess(rewrite, &lister.files, &guesses, error);
    const struct quire_add *files = (const struct quire_add *)(const void *)lister.files.data;
    for (size_t i = 0; code == 0 && i < lister.files.size / sizeof(*files); i++)
        if (guesses.may[i]) code = look_at(rewrite, &files[i], guesses.may_not[i], error);
    quire_buf_release(&lister.files);
    return code == 0 ? quire_vector_writer_finish(&rewrite->vectors, error) : code;
}

bool quire_file_rewrite_is_partial(const struct quire_file_rewrite *rewrite)
{
    const struct quire_found_file *files =
        (const struct quire_found_file *)(const void *)rewrite->found.data;
    for (size_t i = 0; i < rewrite->found.size / sizeof(*files); i++)
        if (!files[i].whole) return true;
    return false;
}
