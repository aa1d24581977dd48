/* Batches for tests: fixed ones written down as buffers, and random ones of any
 * schema that columns can hold. */
#ifndef QUIRE_TESTS_DATA_BATCHES_H
#define QUIRE_TESTS_DATA_BATCHES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "data/column.h"
#include "data/view.h"
#include "quire/batch.h"

static inline void release_fixed(struct ArrowArray *array)
{
    array->release = NULL;
}

static inline struct ArrowSchema parse_schema(const char *text)
{
    struct ArrowSchema schema;
    struct quire_error error;
    char line[512];
    if (quire_schema_parse(text, strlen(text), &schema, &error) != 0) {
        quire_error_format(&error, line, sizeof(line));
        fail_msg("%s: %s", text, line);
    }
    return schema;
}

static inline struct quire_field *open_fields(const char *text)
{
    struct ArrowSchema schema = parse_schema(text);
    struct quire_field *field = NULL;
    assert_int_equal(quire_field_open(&schema, &field, NULL), 0);
    quire_schema_release(&schema);
    return field;
}

static inline int fill_random(struct quire_column *column, struct quire_random *random);

static inline int fill_list(struct quire_column *column, struct quire_random *random, uint64_t size)
{
    int code = 0;
    for (uint64_t i = 0; code == 0 && i < size; i++)
        code = fill_random(&column->children[0], random);
    return code != 0 ? code : quire_column_end_list(column);
}

static inline int fill_struct(struct quire_column *column, struct quire_random *random)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < column->children_size; i++)
        code = fill_random(&column->children[i], random);
    return code != 0 ? code : quire_column_end_struct(column);
}

/* Appends one random row; a quarter are nulls. */
static inline int fill_random(struct quire_column *column, struct quire_random *random)
{
    const struct quire_field *field = column->field;
    uint8_t bytes[64];
    uint64_t size = quire_random_below(random, 20);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)('a' + quire_random_below(random, 26));
    if (field->nullable && quire_random_below(random, 4) == 0)
        return quire_column_append_null(column);
    switch (field->kind) {
    case QUIRE_KIND_NULL: return quire_column_append_null(column);
    case QUIRE_KIND_BOOL: return quire_column_append_bool(column, (size & 1) != 0);
    case QUIRE_KIND_STRUCT: return fill_struct(column, random);
    case QUIRE_KIND_FIXED_LIST: return fill_list(column, random, (uint64_t)field->width);
    case QUIRE_KIND_DICTIONARY: return quire_column_append_bytes(column, bytes, size % 3);
    default: break;
    }
    if (quire_kind_is_nested(field->kind)) return fill_list(column, random, size % 4);
    if (quire_kind_is_string(field->kind) || quire_kind_is_binary(field->kind))
        return quire_column_append_bytes(column, bytes, size);
    return quire_column_append_fixed(column, bytes);
}

static inline void make_random(const struct quire_field *root, int64_t rows,
                               struct quire_random *random, struct ArrowArray *batch)
{
    struct quire_column *column = NULL;
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    for (int64_t i = 0; i < rows; i++)
        assert_int_equal(fill_struct(column, random), 0);
    assert_int_equal(quire_column_finish(column, batch, NULL), 0);
    quire_column_free(column);
}

/* One column of every kind that a column builds. */
#define EVERY_KIND                                                                        \
    "n null\n b bool\n i8 int8\n i16 int16\n i32 int32 not null\n i64 int64\n u8 uint8\n" \
    "u64 uint64\n f32 float32\n d decimal(10,2)\n d256 decimal256(40,3)\n day date\n"     \
    "at timestamp(us, UTC)\n s string\n ls large_string\n sv string_view\n z binary\n"    \
    "lz large_binary\n fb fixed_binary(5)\n l list<int32>\n ll large_list<string>\n"      \
    "fl fixed_list<int16, 3>\n st struct<x:float64, y:list<struct<p:string, q:bool>>>\n"  \
    "m map<string, int64>\n di dictionary<string>\n d8 dictionary<string, int8>"

#endif
