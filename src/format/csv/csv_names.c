/* Column names are made unique, because a batch's columns are asked for by name;
 * a table of hashes keeps that linear for files of many thousand columns. */
#include "format/csv/csv_names.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/utf8.h"

#define NAMES_MAX QUIRE_FIELD_CHILDREN_MAX

void quire_csv_names_release(struct quire_csv_names *names)
{
    if (names == NULL) return;
    quire_free(names->names);
    quire_arena_release(&names->arena);
}

static int add_name(struct quire_csv_names *names, const void *text, size_t size,
                    struct quire_error *error)
{
    if (names->size == NAMES_MAX)
        return quire_fail(error, QUIRE_LIMIT, QUIRE_CSV_READ, "more than %d columns", NAMES_MAX);
    if (names->size == names->capacity) {
        size_t capacity = names->capacity > 0 ? names->capacity * 2 : 32;
        void *grown = quire_realloc(names->names, capacity * sizeof(*names->names));
        if (grown == NULL) return quire_fail_memory(error, QUIRE_CSV_READ);
        names->names = grown;
        names->capacity = capacity;
    }
    char *copy = quire_arena_strndup(&names->arena, text, size);
    if (copy == NULL) return quire_fail_memory(error, QUIRE_CSV_READ);
    names->names[names->size++] = (struct quire_csv_name){copy, size, true};
    return 0;
}

static int make_name(struct quire_csv_names *names, struct quire_error *error)
{
    char text[40];
    int size = snprintf(text, sizeof(text), "column_%zu", names->size + 1);
    return add_name(names, text, (size_t)size, error);
}

/* --- Unique names: an open-addressed table of index + 1 ----------------------- */

struct table {
    uint32_t *slots;
    size_t mask;
    uint32_t *tried; /* for each column whose name others have: the last number tried */
};

/* The slot that has the name, or the free one for it. */
static uint32_t *find_slot(const struct table *table, const struct quire_csv_names *names,
                           const char *text, size_t size)
{
    for (size_t i = quire_hash_bytes(text, size) & table->mask;; i = (i + 1) & table->mask) {
        uint32_t *slot = &table->slots[i];
        if (*slot == 0) return slot;
        const struct quire_csv_name *other = &names->names[*slot - 1];
        if (other->size == size && memcmp(other->text, text, size) == 0) return slot;
    }
}

/* Numbers go on from the last one that was tried for the name, so that thousands of
 * equal names take no longer than others. */
static int rename_column(const struct table *table, struct quire_csv_names *names,
                         struct quire_csv_name *name, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    uint32_t *tried = &table->tried[*find_slot(table, names, name->text, name->size) - 1];
    if (*tried == 0) *tried = 1;
    for (;;) {
        quire_buf_clear(&text);
        if (quire_buf_append(&text, name->text, name->size) != 0 ||
            quire_buf_printf(&text, "_%u", ++*tried) != 0)
            return quire_fail_memory(error, QUIRE_CSV_READ);
        if (*find_slot(table, names, (char *)text.data, text.size) == 0) break;
    }
    name->text = quire_arena_strndup(&names->arena, (char *)text.data, text.size);
    name->size = text.size;
    return name->text != NULL ? 0 : quire_fail_memory(error, QUIRE_CSV_READ);
}

/* Names that stand in the file as they are keep them; the later of two equal
 * ones is renamed to what no column has. */
static int make_unique(struct quire_csv_names *names, struct quire_error *error)
{
    size_t slots = 64;
    while (slots < names->size * 2 + 2)
        slots *= 2;
    QUIRE_CLEANUP(quire_cleanup_free) uint32_t *memory = quire_alloc_zero(slots, sizeof(uint32_t));
    QUIRE_CLEANUP(quire_cleanup_free)
    uint32_t *tried = quire_alloc_zero(names->size + 1, sizeof(uint32_t));
    if (memory == NULL || tried == NULL) return quire_fail_memory(error, QUIRE_CSV_READ);
    struct table table = {memory, slots - 1, tried};
    for (size_t i = 0; i < names->size; i++) {
        uint32_t *slot = find_slot(&table, names, names->names[i].text, names->names[i].size);
        if (*slot == 0) *slot = (uint32_t)i + 1;
    }
    for (size_t i = 0; i < names->size; i++) {
        struct quire_csv_name *name = &names->names[i];
        if (*find_slot(&table, names, name->text, name->size) == i + 1) continue;
        QUIRE_TRY(rename_column(&table, names, name, error));
        *find_slot(&table, names, name->text, name->size) = (uint32_t)i + 1;
    }
    return 0;
}

/* --- From the file ------------------------------------------------------------- */

/* What stands before a CR that should not be there tells a binary file from lines that
 * end in CRs. */
static int fail_cr(size_t start, size_t cr, const uint8_t *bytes, struct quire_error *error)
{
    bool text = memchr(bytes + start, 0, cr - start) == NULL &&
                quire_utf8_is_valid(bytes + start, cr - start);
    if (text) return quire_csv_fail_cr(cr, error);
    quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "this is not a line of text");
    quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)start);
    quire_error_hint(error, "is this a csv file, and not a binary or compressed one?");
    return QUIRE_INPUT;
}

static int check_name(const struct quire_csv_reader *reader, struct quire_csv_text *text, size_t at,
                      struct quire_buf *repaired, struct quire_error *error)
{
    const char *cause = NULL;
    size_t valid = quire_utf8_valid_prefix(text->bytes, text->size);
    if (memchr(text->bytes, 0, text->size) != NULL) {
        cause = "a column name has a NUL byte";
    } else if (valid < text->size && reader->options.invalid_utf8 == QUIRE_CSV_UTF8_ERROR) {
        cause = "a column name is not UTF-8";
        at += valid;
    }
    if (cause != NULL) {
        quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "%s", cause);
        quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)at);
        quire_error_hint(error, "is this a csv file, and not a binary or compressed one?");
        return QUIRE_INPUT;
    }
    if (valid == text->size) return 0;
    quire_buf_clear(repaired);
    if (quire_utf8_repair(repaired, text->bytes, text->size) != 0)
        return quire_fail_memory(error, QUIRE_CSV_READ);
    text->bytes = repaired->data;
    text->size = repaired->size;
    return 0;
}

/* The CR of a field without quotes, which has none but at the end of a line; or end. */
static size_t find_cr(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t start,
                      size_t end)
{
    if (start < end && bytes[start] == marks->quote) return end;
    for (size_t i = start; i < end; i++) {
        if (bytes[i] == '\r') return i;
        if (bytes[i] == marks->escape) i++;
    }
    return end;
}

static int read_name(const struct quire_csv_reader *reader, const uint8_t *bytes, size_t start,
                     size_t end, struct quire_buf *scratch, struct quire_csv_text *text,
                     struct quire_error *error)
{
    size_t bad;
    size_t cr = find_cr(&reader->marks, bytes, start, end);
    if (cr < end) return fail_cr(start, cr, bytes, error);
    int code = quire_csv_unquote(&reader->marks, bytes, start, end, scratch, text, &bad);
    if (code == 0) return 0;
    if (code == QUIRE_INPUT && bad < end && bytes[bad] == '\r')
        return quire_csv_fail_cr(bad, error);
    return quire_csv_fail_unquote(code, bad, error);
}

/* Whether the schema has a column without a name: `""` in the header is that one. */
static bool schema_has_empty(const struct quire_csv_reader *reader)
{
    const struct ArrowSchema *schema = reader->policy.schema;
    const struct quire_field *given = reader->survey != NULL ? reader->survey->given : NULL;
    if (given != NULL) return quire_field_child(given, "", 0) >= 0;
    for (int64_t i = 0; schema != NULL && i < schema->n_children; i++) {
        const char *name = schema->children[i]->name;
        if (name == NULL || *name == '\0') return true;
    }
    return false;
}

static int read_names(const struct quire_csv_reader *reader, const uint8_t *bytes, size_t start,
                      size_t end, bool made_up, struct quire_csv_names *names,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf scratch = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf repaired = {0};
    bool empty_known = schema_has_empty(reader);
    size_t at = start;
    for (;;) {
        size_t open;
        struct quire_csv_text text = {0};
        size_t stop = quire_csv_field_end(&reader->marks, bytes, end, at, &open);
        if (!made_up) {
            size_t trimmed = stop == end ? quire_csv_trim_cr(&reader->marks, bytes, at, end) : stop;
            QUIRE_TRY(read_name(reader, bytes, at, trimmed, &scratch, &text, error));
            QUIRE_TRY(check_name(reader, &text, at, &repaired, error));
        }
        bool keep = text.size > 0 || (text.quoted && empty_known);
        QUIRE_TRY(keep ? add_name(names, text.bytes, text.size, error) : make_name(names, error));
        if (stop >= end) break;
        at = stop + 1;
    }
    return made_up ? 0 : make_unique(names, error);
}

int quire_csv_names_read(const struct quire_csv_reader *reader, const uint8_t *bytes, size_t start,
                         size_t end, struct quire_csv_names *names, struct quire_error *error)
{
    return read_names(reader, bytes, start, end, false, names, error);
}

int quire_csv_names_make(const struct quire_csv_reader *reader, const uint8_t *bytes, size_t start,
                         size_t end, struct quire_csv_names *names, struct quire_error *error)
{
    return read_names(reader, bytes, start, end, true, names, error);
}

int quire_csv_names_take(struct quire_csv_names *names, const struct quire_field *given,
                         struct quire_error *error)
{
    for (size_t i = 0; i < names->size && i < given->children_size; i++) {
        names->names[i].text = given->children[i].name;
        names->names[i].size = given->children[i].name_size;
    }
    return make_unique(names, error);
}
