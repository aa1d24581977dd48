/* What text and binary have in common: the top level with its system values. */
#include <stdarg.h>
#include <stdio.h>

#include "base/fail.h"
#include "base/utf8.h"
#include "format/ion/ion_reader.h"

int quire_ion_reader_init(struct quire_ion_reader *reader, bool binary,
                          const struct quire_ion_catalog *catalog, struct quire_error *error)
{
    *reader = (struct quire_ion_reader){.operation = "read ion", .binary = binary};
    reader->symbols = &quire_ion_system;
    reader->store.catalog = catalog;
    reader->frames = quire_alloc(QUIRE_ION_DEPTH_MAX * sizeof(*reader->frames));
    reader->counted = quire_alloc_zero(1, sizeof(*reader->counted));
    return reader->frames == NULL || reader->counted == NULL
               ? quire_fail_memory(error, reader->operation)
               : 0;
}

void quire_ion_reader_release(struct quire_ion_reader *reader)
{
    quire_ion_store_release(&reader->store);
    quire_ion_retired_release(&reader->retired, INT64_MAX);
    quire_arena_release(&reader->notes);
    quire_buf_release(&reader->text);
    quire_buf_release(&reader->name);
    quire_buf_release(&reader->number);
    quire_buf_release(&reader->digits);
    quire_free(reader->annotations);
    quire_free(reader->frames);
    quire_free(reader->counted);
    *reader = (struct quire_ion_reader){.operation = NULL};
}

void quire_ion_reader_set(struct quire_ion_reader *reader, const uint8_t *bytes, size_t size,
                          int64_t offset)
{
    reader->start = reader->at = bytes;
    reader->end = bytes + size;
    reader->offset = offset;
    reader->depth = 0;
    reader->not_utf8 = false;
    *reader->counted = (struct quire_ion_line){bytes, 1, 1};
    reader->lines = !reader->binary && offset == 0;
    if (reader->binary) return;
    size_t valid = quire_utf8_valid_prefix(bytes, size);
    reader->not_utf8 = valid < size;
    reader->end = bytes + valid;
    if (offset == 0 && valid >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) reader->at += 3;
}

bool quire_ion_is_binary(const uint8_t *bytes, size_t size)
{
    return size >= 4 && bytes[0] == 0xe0 && bytes[3] == 0xea;
}

static size_t is_character(uint8_t byte)
{
    return (byte & 0xc0) != 0x80;
}

/* Counted from the place before, forwards or back: of records that are all refused there are as
 * many places as records. */
static struct quire_ion_line line_of(const struct quire_ion_reader *reader, const uint8_t *at)
{
    struct quire_ion_line line = *reader->counted;
    bool same = true;
    for (; line.at < at; line.at++) {
        line.column = *line.at == '\n' ? 1 : line.column + is_character(*line.at);
        line.line += *line.at == '\n';
    }
    for (; line.at > at; line.at--) {
        bool feed = line.at[-1] == '\n';
        same = same && !feed;
        line.line -= feed;
        line.column -= same ? is_character(line.at[-1]) : 0;
    }
    if (!same) {
        line.column = 1;
        for (const uint8_t *p = at; p > reader->start && p[-1] != '\n'; p--)
            line.column += is_character(p[-1]);
    }
    *reader->counted = line;
    return line;
}

int quire_ion_fail_at(const struct quire_ion_reader *reader, const uint8_t *at, int code,
                      struct quire_error *error, const char *format, ...)
{
    char cause[400];
    va_list arguments;
    if (error == NULL) return code;
    va_start(arguments, format);
    vsnprintf(cause, sizeof(cause), format, arguments);
    va_end(arguments);
    const struct quire_ion_line line =
        reader->lines ? line_of(reader, at) : (struct quire_ion_line){.line = 0};
    if (line.line > 0)
        quire_fail(error, code, reader->operation, "%s (line %zu, column %zu)", cause, line.line,
                   line.column);
    else
        quire_fail(error, code, reader->operation, "%s", cause);
    quire_error_at(error, QUIRE_NOWHERE, NULL, reader->offset + (at - reader->start));
    return code;
}

int quire_ion_push(struct quire_ion_reader *reader, enum quire_ion_type type, const uint8_t *end,
                   struct quire_error *error)
{
    if (reader->depth == QUIRE_ION_DEPTH_MAX)
        return quire_ion_fail_at(reader, reader->at, QUIRE_LIMIT, error,
                                 "containers are nested deeper than %d", QUIRE_ION_DEPTH_MAX);
    reader->frames[reader->depth++] = (struct quire_ion_frame){.type = type, .end = end};
    return 0;
}

int quire_ion_annotate(struct quire_ion_reader *reader, const struct quire_ion_symbol *symbol,
                       struct quire_error *error)
{
    if (reader->annotations_size == reader->annotations_capacity) {
        size_t capacity = reader->annotations_capacity > 0 ? 2 * reader->annotations_capacity : 8;
        if (capacity > QUIRE_ION_ANNOTATIONS_MAX)
            return quire_ion_fail_at(reader, reader->at, QUIRE_LIMIT, error,
                                     "a value has more than %d annotations",
                                     QUIRE_ION_ANNOTATIONS_MAX);
        struct quire_ion_symbol *annotations =
            quire_realloc(reader->annotations, capacity * sizeof(*annotations));
        if (annotations == NULL) return quire_fail_memory(error, reader->operation);
        reader->annotations = annotations;
        reader->annotations_capacity = capacity;
    }
    reader->annotations[reader->annotations_size++] = *symbol;
    return 0;
}

int quire_ion_resolve(const struct quire_ion_reader *reader, int64_t id, const uint8_t *at,
                      struct quire_ion_symbol *symbol, struct quire_error *error)
{
    if (quire_ion_symbols_find(reader->symbols, id, symbol)) return 0;
    return quire_ion_fail_at(reader, at, QUIRE_INPUT, error,
                             "there is no symbol $%lld: the symbol table ends with $%lld",
                             (long long)id, (long long)reader->symbols->max_id);
}

int quire_ion_skip(struct quire_ion_reader *reader, struct quire_error *error)
{
    struct quire_ion_value value;
    size_t depth = reader->depth;
    if (reader->binary) {
        reader->at = reader->frames[--reader->depth].end;
        return 0;
    }
    while (reader->depth >= depth)
        QUIRE_TRY(quire_ion_next(reader, &value, error));
    return 0;
}

/* --- System values (symbols.md, Top-Level Semantics) ----------------------------- */

int quire_ion_retire_tables(struct quire_ion_reader *reader, int64_t byte,
                            struct quire_error *error)
{
    reader->symbols = &quire_ion_system;
    if (reader->store.arena.bytes == 0) return 0;
    if (reader->follow == NULL) {
        quire_ion_store_release(&reader->store);
        return 0;
    }
    struct quire_ion_retired *retired = quire_alloc(sizeof(*retired));
    if (retired == NULL) return quire_fail_memory(error, reader->operation);
    *retired = (struct quire_ion_retired){reader->store, byte, reader->retired};
    reader->retired = retired;
    reader->store = (struct quire_ion_store){.catalog = retired->store.catalog};
    return 0;
}

static int follow_version(struct quire_ion_reader *reader, const struct quire_ion_value *value,
                          struct quire_error *error)
{
    if (reader->symbols_after != NULL) {
        reader->symbols = &quire_ion_system;
        const struct quire_ion_symbols *symbols =
            reader->symbols_after(reader->symbols_user, reader->offset + (int64_t)value->at);
        if (symbols != NULL) reader->symbols = symbols;
        return 0;
    }
    return quire_ion_retire_tables(reader, reader->offset + (int64_t)value->at, error);
}

static int follow_table(struct quire_ion_reader *reader, const struct quire_ion_value *value,
                        struct quire_error *error)
{
    if (reader->symbols_after != NULL) {
        const struct quire_ion_symbols *symbols =
            reader->symbols_after(reader->symbols_user, reader->offset + (int64_t)value->at);
        if (value->event == QUIRE_ION_BEGIN) QUIRE_TRY(quire_ion_skip(reader, error));
        if (symbols != NULL) reader->symbols = symbols;
        return 0;
    }
    return quire_ion_read_table(reader, reader->offset + (int64_t)value->at, error);
}

/* Is it a symbol that stands for a version marker or looks like one, but is neither: a
 * system value that means nothing? */
static bool is_idle_marker(const struct quire_ion_value *value)
{
    return value->event == QUIRE_ION_VALUE && value->type == QUIRE_ION_SYMBOL && !value->null &&
           value->annotations_size == 0 && quire_ion_symbol_is(&value->symbol, "$ion_1_0");
}

int quire_ion_next(struct quire_ion_reader *reader, struct quire_ion_value *value,
                   struct quire_error *error)
{
    for (;;) {
        QUIRE_TRY(reader->binary ? quire_ion_binary_next(reader, value, error)
                                 : quire_ion_text_next(reader, value, error));
        if (__builtin_expect(reader->depth > 1, 1)) return 0;
        bool begins = value->event == QUIRE_ION_BEGIN;
        if (reader->depth == 1 && !begins) return 0;
        if (value->event == QUIRE_ION_VERSION) {
            QUIRE_TRY(follow_version(reader, value, error));
        } else if (value->type == QUIRE_ION_STRUCT && value->annotations_size > 0 &&
                   (begins || value->event == QUIRE_ION_VALUE) &&
                   quire_ion_symbol_is(&value->annotations[0], "$ion_symbol_table")) {
            if (!begins && reader->symbols_after == NULL)
                reader->symbols = &quire_ion_system; /* null.struct is an empty table */
            else
                QUIRE_TRY(follow_table(reader, value, error));
        } else if (!is_idle_marker(value)) {
            return 0;
        }
        if (value->event == QUIRE_ION_VALUE && value->type != QUIRE_ION_STRUCT) continue;
        reader->tables++;
        if (reader->follow != NULL)
            QUIRE_TRY(reader->follow(reader->symbols_user, reader->offset + (int64_t)value->at,
                                     reader->symbols, error));
    }
}
