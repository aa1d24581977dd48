/* A table of hashes with open addresses over entries that stand in the order of their rows. */
#include "table/rows/merge_keys_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"
#include "data/schema.h"
#include "table/rows/given_rows.h"

#define OPERATION    "merge"
#define SLOTS_LEAST  1024
#define MEMORY_USUAL ((size_t)128 << 20) /* without a context */
#define SHOWN_MAX    200

/* --- Opening --------------------------------------------------------------------------------- */

static int64_t find_column(const struct ArrowSchema *schema, const char *name)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, name) == 0) return i;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (quire_text_equal_ignore_case(schema->children[i]->name, name)) return i;
    return -1;
}

/* Behind those of the key. */
static int copy_compared(const struct quire_merge_keys_options *options,
                         struct quire_merge_keys *keys, struct quire_error *error)
{
    if (options->compares == NULL) return 0;
    int64_t column = find_column(options->table, options->compares);
    if (column < 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "the table has no column \"%.200s\" to compare", options->compares);
    return quire_schema_copy(options->table->children[column],
                             keys->schema.children[options->names_size], error);
}

static int copy_columns(const struct quire_merge_keys_options *options,
                        struct quire_merge_keys *keys, struct quire_error *error)
{
    const struct quire_schema_parts parts = {
        .format = "+s", .children_size = options->names_size + (options->compares != NULL)};
    keys->names_size = options->names_size;
    if (options->names_size == 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "no column is named to merge on");
    if (quire_schema_make(&parts, &keys->schema) != 0) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < options->names_size; i++) {
        int64_t column = find_column(options->table, options->names[i]);
        if (column < 0)
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "the table has no column \"%.200s\" to merge on", options->names[i]);
        QUIRE_TRY(
            quire_schema_copy(options->table->children[column], keys->schema.children[i], error));
        for (size_t j = 0; j < i; j++)
            if (strcmp(keys->schema.children[j]->name, keys->schema.children[i]->name) == 0)
                return quire_fail(error, QUIRE_USAGE, OPERATION, "\"%.200s\" is named twice",
                                  options->names[i]);
    }
    return copy_compared(options, keys, error);
}

/* Where some of the columns are among those of a batch. */
static int place(const struct quire_merge_keys *keys, size_t first, size_t size,
                 const struct quire_field *batch, struct quire_sort_key *key,
                 struct quire_error *error)
{
    quire_sort_key_release(key);
    *key = (struct quire_sort_key){.columns = quire_alloc_zero(size, sizeof(*key->columns))};
    if (key->columns == NULL) return quire_fail_memory(error, OPERATION);
    key->columns_size = size;
    for (size_t i = 0; i < size; i++) {
        const char *name = keys->schema.children[first + i]->name;
        key->columns[i].path[0] = (size_t)quire_field_child(batch, name, strlen(name));
        key->columns[i].path_size = 1;
    }
    return 0;
}

int quire_merge_keys_place(const struct quire_merge_keys *keys, const struct quire_field *batch,
                           struct quire_sort_key *key, struct quire_sort_key *beside,
                           struct quire_error *error)
{
    QUIRE_TRY(place(keys, 0, keys->names_size, batch, key, error));
    if (keys->names_size == (size_t)keys->schema.n_children) return 0;
    return place(keys, keys->names_size, 1, batch, beside, error);
}

static int open_keys(const struct quire_merge_keys_options *options, struct quire_merge_keys *keys,
                     struct quire_error *error)
{
    QUIRE_TRY(copy_columns(options, keys, error));
    QUIRE_TRY(quire_field_open(&keys->schema, &keys->field, error));
    for (size_t i = 0; i < keys->field->children_size; i++)
        if (quire_kind_is_nested(keys->field->children[i].kind))
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "\"%.200s\" is nested: rows are not merged on it, or compared by it",
                              keys->field->children[i].name);
    QUIRE_TRY(quire_view_new(keys->field, &keys->view, error));
    QUIRE_TRY(quire_merge_keys_place(keys, keys->field, &keys->own, &keys->own_beside, error));
    keys->ranges = quire_alloc_zero(keys->field->children_size, sizeof(*keys->ranges));
    if (keys->ranges == NULL) return quire_fail_memory(error, OPERATION);
    keys->carries = options->carries;
    keys->carry.columns = options->carries_size;
    keys->carried = quire_alloc_zero(options->carries_size + 1, sizeof(*keys->carried));
    keys->row = quire_alloc_zero(options->carries_size + 1, sizeof(*keys->row));
    if (keys->carried == NULL || keys->row == NULL) return quire_fail_memory(error, OPERATION);
    keys->context = options->context;
    keys->memory_max = MEMORY_USUAL;
    if (options->context != NULL && options->context->budget.max > 0)
        keys->memory_max = options->context->budget.max / 2;
    return 0;
}

int quire_merge_keys_open(const struct quire_merge_keys_options *options,
                          struct quire_merge_keys **keys, struct quire_error *error)
{
    struct quire_merge_keys *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    int code = open_keys(options, made, error);
    if (code == 0)
        *keys = made;
    else
        quire_merge_keys_close(made);
    return code;
}

void quire_merge_keys_close(struct quire_merge_keys *keys)
{
    if (keys == NULL) return;
    for (size_t i = 0; keys->ranges != NULL && i < keys->field->children_size; i++)
        quire_key_range_release(&keys->ranges[i]);
    quire_free(keys->ranges);
    quire_free(keys->carried);
    quire_free(keys->row);
    quire_merge_carry_release(&keys->carry);
    if (keys->context != NULL) quire_budget_return(&keys->context->budget, keys->charged);
    quire_sort_key_release(&keys->own);
    quire_sort_key_release(&keys->bound_key);
    quire_sort_key_release(&keys->own_beside);
    quire_sort_key_release(&keys->bound_beside);
    quire_view_free(keys->view);
    quire_view_free(keys->bound_view);
    quire_field_close(keys->field);
    quire_field_close(keys->bound);
    quire_buf_release(&keys->bytes);
    quire_buf_release(&keys->entries);
    quire_buf_release(&keys->slots);
    quire_buf_release(&keys->where);
    quire_buf_release(&keys->scratch);
    quire_schema_release(&keys->narrower);
    quire_schema_release(&keys->schema);
    quire_free(keys);
}

/* --- The table of hashes --------------------------------------------------------------------- */

static struct quire_merge_entry *entries_of(const struct quire_merge_keys *keys)
{
    return (struct quire_merge_entry *)(void *)keys->entries.data;
}

int64_t quire_merge_keys_count(const struct quire_merge_keys *keys)
{
    return (int64_t)(keys->entries.size / sizeof(struct quire_merge_entry));
}

/* The slot of a key: that which has it, or the free one where it would go. */
static uint64_t *find_slot(const struct quire_merge_keys *keys, uint64_t hash, const uint8_t *bytes,
                           size_t size)
{
    uint64_t *slots = (uint64_t *)(void *)keys->slots.data;
    size_t mask = keys->slots.size / sizeof(*slots) - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        if (slots[i] == 0) return &slots[i];
        const struct quire_merge_entry *entry = &entries_of(keys)[slots[i] - 1];
        if (entry->hash == hash && entry->size == size &&
            memcmp(keys->bytes.data + entry->at, bytes, size) == 0)
            return &slots[i];
    }
}

static int grow_slots(struct quire_merge_keys *keys)
{
    size_t entries = keys->entries.size / sizeof(struct quire_merge_entry);
    size_t slots = keys->slots.size / sizeof(uint64_t);
    if (slots > 0 && entries * 2 < slots) return 0;
    slots = slots > 0 ? slots * 2 : SLOTS_LEAST;
    quire_buf_clear(&keys->slots);
    int code = quire_buf_reserve(&keys->slots, slots * sizeof(uint64_t));
    if (code != 0) return code;
    memset(keys->slots.data, 0, slots * sizeof(uint64_t));
    keys->slots.size = slots * sizeof(uint64_t);
    uint64_t *table = (uint64_t *)(void *)keys->slots.data;
    for (size_t entry = 0; entry < entries; entry++) {
        size_t i = entries_of(keys)[entry].hash & (slots - 1);
        while (table[i] != 0)
            i = (i + 1) & (slots - 1);
        table[i] = entry + 1;
    }
    return 0;
}

int quire_merge_keys_charge(struct quire_merge_keys *keys, struct quire_error *error)
{
    size_t held = keys->bytes.capacity + keys->entries.capacity + keys->slots.capacity +
                  quire_merge_carry_memory(&keys->carry);
    if (keys->context != NULL && held > keys->charged)
        quire_budget_force(&keys->context->budget, held - keys->charged);
    if (held > keys->charged) keys->charged = held;
    if (held <= keys->memory_max) return 0;
    int code = quire_fail(error, QUIRE_LIMIT, OPERATION,
                          "the keys of %" PRId64 " rows take %zu bytes, more than half of the "
                          "memory",
                          quire_merge_keys_count(keys), held);
    quire_error_hint(error, "allow more memory, or merge fewer rows at a time");
    return code;
}

/* --- Keys that come -------------------------------------------------------------------------- */

static bool is_null(const struct quire_view *batch, const struct quire_sort_key *key, int64_t row)
{
    for (size_t i = 0; i < key->columns_size; i++)
        if (quire_view_is_null(&batch->children[key->columns[i].path[0]], row)) return true;
    return false;
}

/* The bytes of a row's key, in scratch. */
static int encode(struct quire_merge_keys *keys, const struct quire_view *batch,
                  const struct quire_sort_key *key, int64_t row)
{
    quire_buf_clear(&keys->scratch);
    return quire_sort_key_append(key, batch, row, &keys->scratch);
}

int quire_merge_keys_find(struct quire_merge_keys *keys, const struct quire_view *batch,
                          const struct quire_sort_key *key, int64_t row,
                          struct quire_merge_entry **entry)
{
    *entry = NULL;
    if (keys->slots.size == 0 || is_null(batch, key, row)) return 0;
    QUIRE_TRY(encode(keys, batch, key, row));
    const struct quire_buf *bytes = &keys->scratch;
    const uint64_t *slot =
        find_slot(keys, quire_hash_bytes(bytes->data, bytes->size), bytes->data, bytes->size);
    if (*slot != 0) *entry = &entries_of(keys)[*slot - 1];
    return 0;
}

int quire_merge_keys_beside(struct quire_merge_keys *keys, const struct quire_view *batch,
                            const struct quire_sort_key *beside, int64_t row, uint64_t *hash)
{
    *hash = 0;
    if (beside->columns_size == 0) return 0;
    QUIRE_TRY(encode(keys, batch, beside, row));
    *hash = quire_hash_bytes(keys->scratch.data, keys->scratch.size);
    return 0;
}

static bool is_of_key(void *user, const char *column)
{
    const struct quire_merge_keys *keys = user;
    for (size_t i = 0; i < keys->names_size; i++)
        if (strcmp(keys->schema.children[i]->name, column) == 0) return true;
    return false;
}

static int fail_twice(struct quire_merge_keys *keys, const struct ArrowArray *cast, int64_t row,
                      int64_t before, struct quire_error *error)
{
    char shown[SHOWN_MAX];
    quire_given_rows_show(&keys->schema, cast, row, is_of_key, keys, shown, sizeof(shown));
    return quire_fail(error, QUIRE_INPUT, OPERATION,
                      "rows %" PRId64 " and %" PRId64 " have the same key (%s)", before + 1,
                      keys->rows + row + 1, shown);
}

static int add_row(struct quire_merge_keys *keys, const struct ArrowArray *cast, int64_t row,
                   struct quire_error *error)
{
    if (is_null(keys->view, &keys->own, row)) return 0;
    if (encode(keys, keys->view, &keys->own, row) != 0 || grow_slots(keys) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct quire_buf *key = &keys->scratch;
    struct quire_merge_entry entry = {.hash = quire_hash_bytes(key->data, key->size),
                                      .at = keys->bytes.size,
                                      .size = (uint32_t)key->size,
                                      .row = keys->rows + row};
    uint64_t *slot = find_slot(keys, entry.hash, key->data, key->size);
    if (*slot != 0) return fail_twice(keys, cast, row, entries_of(keys)[*slot - 1].row, error);
    if (quire_buf_append(&keys->bytes, key->data, key->size) != 0 ||
        quire_merge_keys_beside(keys, keys->view, &keys->own_beside, row, &entry.beside) != 0 ||
        quire_buf_append(&keys->entries, &entry, sizeof(entry)) != 0)
        return quire_fail_memory(error, OPERATION);
    *slot = keys->entries.size / sizeof(entry);
    for (size_t i = 0; i < keys->own.columns_size; i++)
        if (quire_key_range_add(&keys->ranges[i], &keys->view->children[i], row) != 0)
            return quire_fail_memory(error, OPERATION);
    return 0;
}

/* Where in rows that come a column of the key is; -1. */
static int64_t given_column(const struct ArrowSchema *given, const char *name)
{
    for (int64_t i = 0; i < given->n_children; i++)
        if (strcmp(given->children[i]->name, name) == 0) return i;
    return -1;
}

static void release_nothing(struct ArrowArray *array)
{
    array->release = NULL;
}

int quire_merge_keys_cast(const struct quire_merge_keys *keys, const struct ArrowSchema *schema,
                          const struct ArrowArray *batch, struct ArrowArray *cast,
                          struct quire_error *error)
{
    const struct quire_cast_options exact = {.allow_null = false};
    size_t size = (size_t)keys->schema.n_children;
    QUIRE_CLEANUP(quire_cleanup_free) struct ArrowSchema **fields = NULL;
    QUIRE_CLEANUP(quire_cleanup_free) struct ArrowArray **columns = NULL;
    fields = quire_alloc_zero(size, sizeof(*fields));
    columns = quire_alloc_zero(size, sizeof(*columns));
    if (fields == NULL || columns == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < size; i++) {
        const char *name = keys->schema.children[i]->name;
        int64_t column = given_column(schema, name);
        if (column < 0)
            return quire_fail(error, QUIRE_INPUT, OPERATION,
                              "the rows have no column \"%.200s\" to merge on", name);
        fields[i] = schema->children[column];
        columns[i] = batch->children[column];
    }
    struct ArrowSchema narrow = *schema;
    struct ArrowArray rows = *batch;
    narrow.children = fields;
    narrow.n_children = (int64_t)size;
    rows.children = columns;
    rows.n_children = (int64_t)size;
    rows.release = release_nothing;
    return quire_cast(&narrow, &rows, &keys->schema, &exact, cast, error);
}

int quire_merge_keys_add(struct quire_merge_keys *keys, const struct ArrowSchema *schema,
                         const struct ArrowArray *batch, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray cast = {.release = NULL};
    QUIRE_TRY(quire_merge_keys_cast(keys, schema, batch, &cast, error));
    QUIRE_TRY(quire_view_set(keys->view, &cast, error));
    for (int64_t row = 0; row < cast.length; row++)
        QUIRE_TRY(add_row(keys, &cast, row, error));
    keys->rows += cast.length;
    return quire_merge_keys_charge(keys, error);
}

int quire_merge_keys_where(struct quire_merge_keys *keys, const char **where,
                           struct quire_error *error)
{
    quire_buf_clear(&keys->where);
    for (size_t i = 0; i < keys->names_size; i++)
        if (quire_key_range_write(&keys->ranges[i], &keys->field->children[i], &keys->where) != 0)
            return quire_fail_memory(error, OPERATION);
    if (quire_buf_terminate(&keys->where) != 0) return quire_fail_memory(error, OPERATION);
    *where = keys->where.size > 0 ? (const char *)keys->where.data : NULL;
    /* Values that cannot be told (of years with five digits, say) are not told. */
    struct quire_expr *expr = NULL;
    int code = *where != NULL ? quire_expr_parse(*where, &expr, NULL) : 0;
    if (code == 0 && expr != NULL) code = quire_expr_bind(expr, &keys->schema, NULL);
    quire_expr_free(expr);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    if (code != 0) *where = NULL;
    return 0;
}
