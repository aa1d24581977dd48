/* Batches as they were read, each with a view of its own, and hash chains of row numbers. */
#include "sql/vtab/kept_rows.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "sql/vtab/vtab_bounds.h"

#define ROWS_MAX      (UINT32_MAX / 2)
#define BATCHES_LEAST 16
#define ROW_BYTES     8 /* of an index, or a group's lists */

struct quire_sql_index {
    struct quire_sql_index *next;
    size_t children[QUIRE_SQL_KEY_MAX], size;
    uint32_t *heads, *chain; /* row numbers from 1; 0 ends */
    size_t mask;
};

struct quire_sql_kept *quire_sql_kept_find(struct quire_sql_source *source, uint64_t used)
{
    struct quire_sql_kept *kept = source->kept;
    while (kept != NULL && kept->used != used)
        kept = kept->next;
    if (kept != NULL) return kept;
    kept = quire_alloc_zero(1, sizeof(*kept));
    if (kept == NULL) return NULL;
    kept->used = used;
    kept->next = source->kept;
    source->kept = kept;
    return kept;
}

static void drop(struct quire_sql_kept *kept)
{
    for (size_t i = 0; i < kept->size; i++) {
        quire_view_free(kept->views[i]);
        quire_array_release(&kept->batches[i]);
    }
    quire_free(kept->views);
    quire_free(kept->batches);
    quire_free(kept->starts);
    quire_sql_rows_release(&kept->rows);
    kept->views = NULL;
    kept->batches = NULL;
    kept->starts = NULL;
    kept->size = kept->capacity = 0;
}

static void free_index(struct quire_sql_index *index)
{
    if (index == NULL) return;
    quire_free(index->heads);
    quire_free(index->chain);
    quire_free(index);
}

void quire_sql_kept_free(struct quire_sql_kept *kept)
{
    while (kept != NULL) {
        struct quire_sql_kept *next = kept->next;
        while (kept->indexes != NULL) {
            struct quire_sql_index *index = kept->indexes;
            kept->indexes = index->next;
            free_index(index);
        }
        drop(kept);
        quire_free(kept);
        kept = next;
    }
}

/* --- Loading -------------------------------------------------------------------------------- */

/* About what a view's rows take. */
static size_t bytes_of(const struct quire_view *view)
{
    size_t rows = (size_t)view->length, bytes = rows / 8 + 64;
    const struct quire_field *field = view->field;
    if (field->width > 0) bytes += rows * (size_t)field->width;
    if (quire_kind_is_string(field->kind) || quire_kind_is_binary(field->kind)) {
        bytes += rows * 8;
        for (int64_t row = 0; row < view->length; row++)
            if (!quire_view_is_null(view, row)) bytes += quire_view_bytes(view, row).size;
    }
    for (size_t i = 0; i < view->children_size; i++)
        bytes += bytes_of(&view->children[i]);
    if (view->dictionary != NULL) bytes += rows * 8 + bytes_of(view->dictionary);
    return bytes;
}

static int grow(struct quire_sql_kept *kept)
{
    size_t capacity = kept->capacity > 0 ? 2 * kept->capacity : BATCHES_LEAST;
    struct ArrowArray *batches = quire_realloc(kept->batches, capacity * sizeof(*batches));
    if (batches != NULL) kept->batches = batches;
    struct quire_view **views = quire_realloc(kept->views, capacity * sizeof(*views));
    if (views != NULL) kept->views = views;
    uint32_t *starts = quire_realloc(kept->starts, (capacity + 1) * sizeof(*starts));
    if (starts != NULL) kept->starts = starts;
    if (batches == NULL || views == NULL || starts == NULL) return QUIRE_MEMORY;
    kept->capacity = capacity;
    return 0;
}

/* Takes the batch; *fits tells whether there is room for it. */
static int add_batch(struct quire_sql_kept *kept, struct quire_sql_session *session,
                     struct ArrowArray *batch, bool *fits, struct quire_error *error)
{
    struct quire_view *view = NULL;
    int code = kept->size == kept->capacity ? grow(kept) : 0;
    if (code != 0) code = quire_fail_memory(error, QUIRE_SQL_OPERATION);
    if (code == 0) code = quire_view_new(kept->rows.field, &view, error);
    if (code == 0) code = quire_view_set(view, batch, error);
    if (code != 0) {
        quire_view_free(view);
        quire_array_release(batch);
        return code;
    }
    if (kept->size == 0) kept->starts[0] = 0;
    uint64_t rows = kept->starts[kept->size] + (uint64_t)batch->length;
    size_t bytes = bytes_of(view) + ROW_BYTES * (size_t)batch->length;
    kept->views[kept->size] = view;
    kept->batches[kept->size++] = *batch;
    *fits = rows < ROWS_MAX && quire_sql_hold(session, bytes);
    if (*fits) kept->bytes += bytes;
    kept->starts[kept->size] = *fits ? (uint32_t)rows : 0;
    return 0;
}

static int load(struct quire_sql_kept *kept, struct quire_sql_session *session, bool *fits,
                struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_sql_session_check(session));
        QUIRE_TRY(quire_stream_next(&kept->rows.stream, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(add_batch(kept, session, &batch, fits, error));
        if (!*fits) return 0;
    }
}

int quire_sql_kept_load(struct quire_sql_kept *kept, struct quire_sql_source *source,
                        const struct quire_sql_scan *scan, struct quire_error *error)
{
    bool fits = true;
    int code = quire_sql_source_read(source, scan, &kept->rows, error);
    if (code == 0) code = load(kept, source->session, &fits, error);
    kept->too_big = !fits;
    kept->loaded = code == 0 && fits;
    if (kept->loaded) {
        /* Batches stand on what the reader gave; the reader itself has done its work. */
        quire_stream_release(&kept->rows.stream);
        return 0;
    }
    source->session->held -= kept->bytes;
    kept->bytes = 0;
    drop(kept);
    return code;
}

size_t quire_sql_kept_batch_of(const struct quire_sql_kept *kept, uint32_t number)
{
    size_t low = 0, high = kept->size;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (kept->starts[middle] <= number)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* --- Looking up ----------------------------------------------------------------------------- */

bool quire_sql_kept_can_find(const struct quire_field *field)
{
    return quire_kind_is_string(field->kind) || quire_kind_is_integer(field->kind) ||
           field->kind == QUIRE_KIND_DATE32 || field->kind == QUIRE_KIND_TIMESTAMP;
}

static uint64_t hash_value(const struct quire_view *view, int64_t row)
{
    if (!quire_kind_is_string(view->field->kind))
        return quire_hash_mix((uint64_t)quire_view_i64(view, row));
    const struct quire_bytes bytes = quire_view_bytes(view, row);
    return quire_hash_bytes(bytes.data, bytes.size);
}

static uint64_t hash_bound(const struct quire_field *field, const struct quire_sql_bound *bound)
{
    return quire_kind_is_string(field->kind) ? quire_hash_bytes(bound->bytes, bound->size)
                                             : quire_hash_mix((uint64_t)bound->integer);
}

/* False for a row with a null, which is equal to nothing. */
static bool hash_row(const struct quire_sql_index *index, const struct quire_view *view,
                     int64_t row, uint64_t *hash)
{
    *hash = 0;
    for (size_t i = 0; i < index->size; i++) {
        const struct quire_view *column = &view->children[index->children[i]];
        if (quire_view_is_null(column, row)) return false;
        *hash = quire_hash_mix(*hash) + hash_value(column, row);
    }
    return true;
}

/* From the last row to the first, so that each chain is in the order of rows. */
static void fill(struct quire_sql_index *index, const struct quire_sql_kept *kept)
{
    for (size_t batch = kept->size; batch-- > 0;) {
        const struct quire_view *view = kept->views[batch];
        for (int64_t row = view->length; row-- > 0;) {
            uint64_t hash;
            if (!hash_row(index, view, row, &hash)) continue;
            uint32_t number = kept->starts[batch] + (uint32_t)row;
            uint32_t *head = &index->heads[hash & index->mask];
            index->chain[number] = *head;
            *head = number + 1;
        }
    }
}

static struct quire_sql_index *make_index(struct quire_sql_kept *kept,
                                          const struct quire_sql_key *key)
{
    size_t rows = kept->size > 0 ? kept->starts[kept->size] : 0, buckets = 16;
    while (buckets < rows)
        buckets *= 2;
    struct quire_sql_index *index = quire_alloc_zero(1, sizeof(*index));
    if (index == NULL) return NULL;
    memcpy(index->children, key->children, sizeof(index->children));
    index->size = key->size;
    index->mask = buckets - 1;
    index->heads = quire_alloc_zero(buckets, sizeof(*index->heads));
    index->chain = quire_alloc_zero(rows + 1, sizeof(*index->chain));
    if (index->heads == NULL || index->chain == NULL) {
        free_index(index);
        return NULL;
    }
    fill(index, kept);
    index->next = kept->indexes;
    kept->indexes = index;
    return index;
}

static bool is_of(const struct quire_sql_index *index, const struct quire_sql_key *key)
{
    return index->size == key->size &&
           memcmp(index->children, key->children, key->size * sizeof(key->children[0])) == 0;
}

int quire_sql_kept_lookup(struct quire_sql_kept *kept, const struct quire_sql_key *key,
                          struct quire_sql_hits *hits)
{
    struct quire_sql_index *index = kept->indexes;
    uint64_t hash = 0;
    while (index != NULL && !is_of(index, key))
        index = index->next;
    if (index == NULL) index = make_index(kept, key);
    if (index == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < key->size; i++)
        hash = quire_hash_mix(hash) +
               hash_bound(&kept->rows.field->children[key->children[i]], key->values[i]);
    *hits = (struct quire_sql_hits){.kept = kept, .next = index->chain};
    hits->at = index->heads[hash & index->mask];
    return 0;
}

bool quire_sql_hits_next(struct quire_sql_hits *hits, size_t *batch, int64_t *row)
{
    if (hits->at == 0) return false;
    uint32_t number = hits->at - 1;
    *batch = quire_sql_kept_batch_of(hits->kept, number);
    *row = (int64_t)(number - hits->kept->starts[*batch]);
    hits->at = hits->next[number];
    return true;
}
