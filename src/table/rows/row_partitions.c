/* The texts that name a partition are made once for each and not for every row. Values that are
 * equal in memory have equal texts; those that differ may have equal ones too, as the empty text
 * and null, and are then one partition. */
#include "table/rows/row_partitions.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "table/files/partition_path.h"
#include "table/files/partition_value.h"

#define OPERATION       "write table"
#define FOLDER_SIZE_MAX 255
/* Rows that are found again by their words. */
#define RECENT_BITS 9
#define RECENT      ((size_t)1 << RECENT_BITS)

static int find_column(const struct quire_field *rows, size_t names, const struct quire_bytes *name,
                       int64_t *column, struct quire_error *error)
{
    *column = quire_field_child(rows, (const char *)name->data, name->size);
    if (*column < 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "there is no column \"%.200s\" to partition by",
                          (const char *)name->data);
    if (quire_kind_is_nested(rows->children[*column].kind))
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "\"%.200s\" is nested: a table is not partitioned by it",
                          (const char *)name->data);
    if (names == rows->children_size)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "a table is not partitioned by all of its columns");
    return 0;
}

int quire_row_partitions_open(struct quire_row_partitions *partitions,
                              const struct quire_field *rows, const struct quire_texts *names,
                              struct quire_error *error)
{
    partitions->names = names;
    partitions->columns = quire_alloc_zero(names->size + 1, sizeof(*partitions->columns));
    if (partitions->columns == NULL) return quire_fail_memory(error, OPERATION);
    if (names->size <= QUIRE_ROW_WORDS_MAX && names->size > 0) {
        partitions->recent = quire_alloc_zero(RECENT, sizeof(*partitions->recent));
        if (partitions->recent == NULL) return quire_fail_memory(error, OPERATION);
    }
    for (size_t i = 0; i < names->size; i++)
        QUIRE_TRY(find_column(rows, names->size, &names->items[i], &partitions->columns[i], error));
    return 0;
}

bool quire_row_partitions_has(const struct quire_row_partitions *partitions, int64_t column)
{
    for (size_t i = 0; i < partitions->names->size; i++)
        if (partitions->columns[i] == column) return true;
    return false;
}

/* --- Values --------------------------------------------------------------------------------- */

static struct quire_bytes value_of(const struct quire_view *view, int64_t row, uint8_t *bit)
{
    if (view->field->kind == QUIRE_KIND_BOOL) {
        *bit = quire_view_bool(view, row);
        return (struct quire_bytes){bit, 1};
    }
    if (quire_kind_is_string(view->field->kind) || quire_kind_is_binary(view->field->kind))
        return quire_view_bytes(view, row);
    return (struct quire_bytes){quire_view_fixed(view, row), (size_t)view->field->width};
}

/* Each value behind its size, so that no two rows of different values have one key. */
static int append_value(const struct quire_view *view, int64_t row, struct quire_buf *key)
{
    uint8_t bit;
    struct quire_bytes bytes = {NULL, 0};
    size_t size = SIZE_MAX;
    if (!quire_view_is_null(view, row)) {
        bytes = value_of(view, row, &bit);
        size = bytes.size;
    }
    int code = quire_buf_append(key, &size, sizeof(size));
    return code != 0 || bytes.size == 0 ? code : quire_buf_append(key, bytes.data, bytes.size);
}

/* An empty text is a null of the log, and such is not for every column. */
static int check_text(const struct quire_view *view, int64_t row, const struct quire_buf *text,
                      struct quire_error *error)
{
    const struct quire_field *field = view->field;
    const char *fault = NULL;
    if (text->size == 0 && !field->nullable)
        fault = "an empty value is a null in a column that a table is partitioned by, and this "
                "one is not null";
    else if (quire_kind_is_binary(field->kind) && !quire_utf8_is_valid(text->data, text->size))
        fault = "a table is partitioned by binary values that are UTF-8, and this one is not";
    if (fault == NULL) return 0;
    quire_fail(error, QUIRE_INPUT, OPERATION, "%s", fault);
    quire_error_at(error, row + 1, field->name, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

/* A folder's name has room for so much on every file system. */
static int check_folder(const struct quire_view *view, int64_t row, const struct quire_pair *pair,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf folder = {0};
    struct quire_pair copy = *pair;
    const struct quire_pairs one = {&copy, 1};
    /* A byte becomes three at most. */
    if (3 * (pair->key.size + pair->value.size) < FOLDER_SIZE_MAX) return 0;
    if (quire_partition_path(&one, &folder) != 0) return quire_fail_memory(error, OPERATION);
    if (folder.size - 1 <= FOLDER_SIZE_MAX) return 0;
    quire_fail(error, QUIRE_INPUT, OPERATION,
               "the value is too long to partition a table by: its folder would have a name of %zu "
               "bytes, of %d that there is room for",
               folder.size - 1, FOLDER_SIZE_MAX);
    quire_error_at(error, row + 1, view->field->name, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

/* The values that a row is parted by, as texts of the arena. */
static int read_values(const struct quire_row_partitions *partitions, const struct quire_view *rows,
                       int64_t row, struct quire_arena *arena, struct quire_pairs *pairs,
                       struct quire_error *error)
{
    const struct quire_texts *names = partitions->names;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    pairs->size = names->size;
    pairs->items = quire_arena_alloc(arena, (names->size + 1) * sizeof(*pairs->items));
    if (pairs->items == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < names->size; i++) {
        const struct quire_view *view = &rows->children[partitions->columns[i]];
        struct quire_pair *pair = &pairs->items[i];
        *pair = (struct quire_pair){names->items[i], {NULL, 0}};
        if (quire_view_is_null(view, row)) continue;
        quire_buf_clear(&text);
        int code = quire_partition_text(view, row, &text);
        if (code == 0) QUIRE_TRY(check_text(view, row, &text, error));
        if (code == 0 && text.size > 0) {
            pair->value = (struct quire_bytes){text.data, text.size};
            QUIRE_TRY(check_folder(view, row, pair, error));
            code = quire_bytes_copy(arena, &pair->value);
        }
        if (code != 0) return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

/* --- Numbers -------------------------------------------------------------------------------- */

static int add_partition(struct quire_row_partitions *partitions, const struct quire_pairs *pairs,
                         const struct quire_buf *key, uint32_t *number)
{
    size_t size = quire_row_partitions_size(partitions);
    struct quire_row_partition added = {.values = *pairs};
    *number = (uint32_t)size;
    if (size >= UINT32_MAX) return QUIRE_MEMORY;
    QUIRE_TRY(quire_pairs_copy(&partitions->arena, &added.values));
    int code = quire_partition_path(pairs, &added.folder);
    if (code == 0) code = quire_key_numbers_add(&partitions->texts, key->data, key->size, *number);
    if (code == 0) code = quire_buf_append(&partitions->list, &added, sizeof(added));
    if (code != 0) quire_buf_release(&added.folder);
    return code;
}

/* The number of the partition that a row's texts name. */
static int find_named(struct quire_row_partitions *partitions, const struct quire_view *rows,
                      int64_t row, uint32_t *number, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena scratch = {NULL, 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0};
    struct quire_pairs pairs;
    QUIRE_TRY(read_values(partitions, rows, row, &scratch, &pairs, error));
    int code = quire_partition_key(&pairs, &key);
    const uint32_t *known =
        code == 0 ? quire_key_numbers_find(&partitions->texts, key.data, key.size) : NULL;
    if (known != NULL)
        *number = *known;
    else if (code == 0)
        code = add_partition(partitions, &pairs, &key, number);
    if (code == 0)
        code = quire_key_numbers_add(&partitions->values, partitions->key.data,
                                     partitions->key.size, *number);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int find_one(struct quire_row_partitions *partitions, const struct quire_view *rows,
                    int64_t row, uint32_t *number, struct quire_error *error)
{
    struct quire_buf *key = &partitions->key, *last = &partitions->last;
    quire_buf_clear(key);
    for (size_t i = 0; i < partitions->names->size; i++)
        if (append_value(&rows->children[partitions->columns[i]], row, key) != 0)
            return quire_fail_memory(error, OPERATION);
    *number = partitions->last_number;
    if (last->size == key->size && memcmp(last->data, key->data, key->size) == 0) return 0;
    const uint32_t *known = quire_key_numbers_find(&partitions->values, key->data, key->size);
    if (known != NULL)
        *number = *known;
    else
        QUIRE_TRY(find_named(partitions, rows, row, number, error));
    partitions->last_number = *number;
    const struct quire_buf spare = *last;
    *last = *key;
    *key = spare;
    return 0;
}

/* --- Rows that are as one before was --------------------------------------------------------- */

static uint64_t load(const uint8_t *bytes, size_t size)
{
    uint32_t low, high;
    if (size < 4) {
        return size == 0
                   ? 0
                   : bytes[0] | (uint64_t)bytes[size >> 1] << 8 | (uint64_t)bytes[size - 1] << 16;
    }
    memcpy(&low, bytes, 4);
    memcpy(&high, bytes + size - 4, 4);
    return low | (uint64_t)high << 32;
}

/* The words of a row; false where a value is longer than one. */
static bool read_words(const struct quire_row_partitions *partitions, const struct quire_view *rows,
                       int64_t row, struct quire_row_words *words)
{
    for (size_t i = 0; i < partitions->names->size; i++) {
        const struct quire_view *view = &rows->children[partitions->columns[i]];
        uint8_t bit;
        words->words[i] = 0;
        if (quire_view_is_null(view, row)) continue;
        struct quire_bytes bytes = value_of(view, row, &bit);
        if (bytes.size > 8) return false;
        words->words[i] = load(bytes.data, bytes.size);
        words->sizes |= (uint32_t)(bytes.size + 1) << 8 * i;
    }
    return true;
}

/* Where such a row is, if it is known yet. */
static struct quire_row_words *place_of(const struct quire_row_partitions *partitions,
                                        const struct quire_row_words *words)
{
    uint64_t hash = words->sizes;
    for (size_t i = 0; i < partitions->names->size; i++)
        hash = (hash ^ words->words[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return &partitions->recent[hash >> (64 - RECENT_BITS)];
}

static bool are_same(const struct quire_row_partitions *partitions, const struct quire_row_words *a,
                     const struct quire_row_words *b)
{
    uint64_t differ = a->sizes ^ b->sizes;
    for (size_t i = 0; i < partitions->names->size; i++)
        differ |= a->words[i] ^ b->words[i];
    return differ == 0;
}

static int find_recent(struct quire_row_partitions *partitions, const struct quire_view *rows,
                       int64_t row, uint32_t *number, struct quire_error *error)
{
    struct quire_row_words words = {.number = 0};
    if (!read_words(partitions, rows, row, &words))
        return find_one(partitions, rows, row, number, error);
    struct quire_row_words *recent = place_of(partitions, &words);
    if (recent->number == 0 || !are_same(partitions, recent, &words)) {
        QUIRE_TRY(find_one(partitions, rows, row, number, error));
        words.number = *number + 1;
        *recent = words;
    }
    *number = recent->number - 1;
    return 0;
}

int quire_row_partitions_find(struct quire_row_partitions *partitions,
                              const struct quire_view *rows, int64_t first, int64_t n,
                              uint32_t *numbers, struct quire_error *error)
{
    for (int64_t i = 0; i < n; i++)
        QUIRE_TRY(partitions->recent != NULL
                      ? find_recent(partitions, rows, first + i, &numbers[i], error)
                      : find_one(partitions, rows, first + i, &numbers[i], error));
    return 0;
}

/* --- The list ------------------------------------------------------------------------------- */

size_t quire_row_partitions_size(const struct quire_row_partitions *partitions)
{
    return partitions->list.size / sizeof(struct quire_row_partition);
}

static struct quire_row_partition *partition_at(const struct quire_row_partitions *partitions,
                                                size_t number)
{
    return (struct quire_row_partition *)(void *)partitions->list.data + number;
}

const struct quire_row_partition *
quire_row_partitions_at(const struct quire_row_partitions *partitions, size_t number)
{
    return partition_at(partitions, number);
}

void quire_row_partitions_clear(struct quire_row_partitions *partitions)
{
    for (size_t i = 0; i < quire_row_partitions_size(partitions); i++)
        quire_buf_release(&partition_at(partitions, i)->folder);
    quire_buf_clear(&partitions->list);
    quire_buf_clear(&partitions->last);
    if (partitions->recent != NULL)
        memset(partitions->recent, 0, RECENT * sizeof(*partitions->recent));
    quire_key_numbers_clear(&partitions->values);
    quire_key_numbers_clear(&partitions->texts);
    quire_arena_release(&partitions->arena);
}

size_t quire_row_partitions_memory(const struct quire_row_partitions *partitions)
{
    size_t size = quire_key_numbers_memory(&partitions->values) +
                  quire_key_numbers_memory(&partitions->texts) + partitions->list.capacity +
                  partitions->arena.bytes;
    for (size_t i = 0; i < quire_row_partitions_size(partitions); i++)
        size += partition_at(partitions, i)->folder.capacity;
    return size;
}

void quire_row_partitions_release(struct quire_row_partitions *partitions)
{
    quire_row_partitions_clear(partitions);
    quire_buf_release(&partitions->list);
    quire_buf_release(&partitions->key);
    quire_buf_release(&partitions->last);
    quire_key_numbers_release(&partitions->values);
    quire_key_numbers_release(&partitions->texts);
    quire_free(partitions->columns);
    quire_free(partitions->recent);
}
