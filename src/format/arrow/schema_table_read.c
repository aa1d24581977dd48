/* A field becomes an ArrowSchema once all of its table has been read and found sound;
 * children follow. Vectors may share their elements, so that a small message could ask
 * for very many fields: it gets no more than it has room for offsets. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "data/field_format.h"
#include "data/metadata.h"
#include "data/schema.h"
#include "format/arrow/arrow_layout.h"
#include "format/arrow/schema_table.h"

#define OPERATION "read arrow schema"

struct fields {
    struct quire_flatbuffer *buffer;
    bool unknown_as_null;
    size_t fields_left;
    struct quire_buf format, index_format, name, metadata; /* of the field being read */
    struct quire_buf *ids;
    struct quire_error *error;
};

static void release_fields(struct fields *fields)
{
    quire_buf_release(&fields->format);
    quire_buf_release(&fields->index_format);
    quire_buf_release(&fields->name);
    quire_buf_release(&fields->metadata);
}

static int corrupt(struct fields *fields, const char *what)
{
    return quire_fail(fields->error, QUIRE_CORRUPT, OPERATION, "%s", what);
}

static int check_damage(struct fields *fields)
{
    if (!fields->buffer->damaged) return 0;
    return corrupt(fields, "an offset that leads out of the message, or to too much");
}

/* --- Types ------------------------------------------------------------------------ */

static const char *const plain_formats[] = {
    [QUIRE_ARROW_NULL] = "n",
    [QUIRE_ARROW_BINARY] = "z",
    [QUIRE_ARROW_UTF8] = "u",
    [QUIRE_ARROW_BOOL] = "b",
    [QUIRE_ARROW_LIST] = "+l",
    [QUIRE_ARROW_STRUCT] = "+s",
    [QUIRE_ARROW_MAP] = "+m",
    [QUIRE_ARROW_LARGE_BINARY] = "Z",
    [QUIRE_ARROW_LARGE_UTF8] = "U",
    [QUIRE_ARROW_LARGE_LIST] = "+L",
    [QUIRE_ARROW_RUN_END_ENCODED] = "+r",
    [QUIRE_ARROW_BINARY_VIEW] = "vz",
    [QUIRE_ARROW_UTF8_VIEW] = "vu",
    [QUIRE_ARROW_LIST_VIEW] = "+vl",
    [QUIRE_ARROW_LARGE_LIST_VIEW] = "+vL",
};

/* The letter at i, or '?', which makes a format of no type. */
static char letter(const char *letters, int i)
{
    return i >= 0 && (size_t)i < strlen(letters) ? letters[i] : '?';
}

static char unit_letter(const struct quire_flatbuffer_table *type, int16_t otherwise)
{
    return letter("smun", quire_flatbuffer_i16(type, QUIRE_ARROW_UNIT, otherwise));
}

static char integer_letter(const struct quire_flatbuffer_table *type)
{
    bool is_signed = quire_flatbuffer_u8(type, QUIRE_ARROW_INT_IS_SIGNED) != 0;
    const char *letters = is_signed ? "csil" : "CSIL";
    switch (quire_flatbuffer_i32(type, QUIRE_ARROW_INT_BIT_WIDTH, 0)) {
    case 8: return letters[0];
    case 16: return letters[1];
    case 32: return letters[2];
    case 64: return letters[3];
    default: return '?';
    }
}

static int put_decimal(const struct quire_flatbuffer_table *type, struct quire_buf *format)
{
    int bits = quire_flatbuffer_i32(type, QUIRE_ARROW_DECIMAL_BIT_WIDTH, 128);
    QUIRE_TRY(quire_buf_printf(format, "d:%d,%d",
                               (int)quire_flatbuffer_i32(type, QUIRE_ARROW_DECIMAL_PRECISION, 0),
                               (int)quire_flatbuffer_i32(type, QUIRE_ARROW_DECIMAL_SCALE, 0)));
    return bits != 128 ? quire_buf_printf(format, ",%d", bits) : 0;
}

/* Units have one width each; a time that says another is none. */
static int put_time(const struct quire_flatbuffer_table *type, struct quire_buf *format)
{
    int unit = quire_flatbuffer_i16(type, QUIRE_ARROW_UNIT, 1);
    int bits = quire_flatbuffer_i32(type, QUIRE_ARROW_TIME_BIT_WIDTH, 32);
    return quire_buf_printf(format, "tt%c",
                            letter(bits == 32   ? "sm"
                                   : bits == 64 ? "??un"
                                                : "",
                                   unit));
}

static int put_timestamp(const struct quire_flatbuffer_table *type, struct quire_buf *format)
{
    struct quire_flatbuffer_text zone = quire_flatbuffer_text(type, QUIRE_ARROW_TIMESTAMP_ZONE);
    QUIRE_TRY(quire_buf_printf(format, "ts%c:", unit_letter(type, 0)));
    return quire_buf_append(format, zone.data, zone.size);
}

/* Without type ids, children are numbered from 0. */
static int put_union(const struct quire_flatbuffer_table *type, size_t children,
                     struct quire_buf *format)
{
    int mode = quire_flatbuffer_i16(type, QUIRE_ARROW_UNION_MODE, QUIRE_ARROW_SPARSE);
    struct quire_flatbuffer_vector ids =
        quire_flatbuffer_vector(type, QUIRE_ARROW_UNION_TYPE_IDS, 4);
    bool numbered = ids.buffer == NULL;
    size_t count = numbered ? children : ids.size;
    QUIRE_TRY(quire_buf_printf(format, "+u%c:", letter("sd", mode)));
    /* One more than there may be is enough to be refused. */
    for (size_t i = 0; i < count && i <= 128; i++)
        QUIRE_TRY(quire_buf_printf(format, "%s%d", i > 0 ? "," : "",
                                   numbered ? (int)i : (int)quire_flatbuffer_vector_i32(&ids, i)));
    return 0;
}

static int put_type(int tag, const struct quire_flatbuffer_table *type, size_t children,
                    struct quire_buf *format)
{
    switch (tag) {
    case QUIRE_ARROW_INT: return quire_buf_printf(format, "%c", integer_letter(type));
    case QUIRE_ARROW_FLOATING_POINT:
        return quire_buf_printf(
            format, "%c",
            letter("efg", quire_flatbuffer_i16(type, QUIRE_ARROW_FLOAT_PRECISION, 0)));
    case QUIRE_ARROW_DECIMAL: return put_decimal(type, format);
    case QUIRE_ARROW_DATE:
        return quire_buf_printf(
            format, "td%c",
            letter("Dm", quire_flatbuffer_i16(type, QUIRE_ARROW_UNIT, QUIRE_ARROW_MILLISECONDS)));
    case QUIRE_ARROW_TIME: return put_time(type, format);
    case QUIRE_ARROW_TIMESTAMP: return put_timestamp(type, format);
    case QUIRE_ARROW_INTERVAL:
        return quire_buf_printf(
            format, "ti%c",
            letter("MDn", quire_flatbuffer_i16(type, QUIRE_ARROW_UNIT, QUIRE_ARROW_YEAR_MONTH)));
    case QUIRE_ARROW_UNION: return put_union(type, children, format);
    case QUIRE_ARROW_FIXED_SIZE_BINARY:
        return quire_buf_printf(format, "w:%d",
                                (int)quire_flatbuffer_i32(type, QUIRE_ARROW_SIZE, 0));
    case QUIRE_ARROW_FIXED_SIZE_LIST:
        return quire_buf_printf(format, "+w:%d",
                                (int)quire_flatbuffer_i32(type, QUIRE_ARROW_SIZE, 0));
    case QUIRE_ARROW_DURATION: return quire_buf_printf(format, "tD%c", unit_letter(type, 1));
    default: return quire_buf_append_text(format, plain_formats[tag]);
    }
}

/* Text that ends as a C string: formats and names. */
static int end_text(struct fields *fields, struct quire_buf *text, const char *what)
{
    if (memchr(text->data, '\0', text->size) != NULL ||
        !quire_utf8_is_valid((const char *)text->data, text->size))
        return corrupt(fields, what);
    return quire_buf_terminate(text) == 0 ? 0 : quire_fail_memory(fields->error, OPERATION);
}

static int put_null(struct fields *fields)
{
    quire_buf_clear(&fields->format);
    if (quire_buf_append(&fields->format, "n", 2) == 0) return 0;
    return quire_fail_memory(fields->error, OPERATION);
}

static int read_type(struct fields *fields, const struct quire_flatbuffer_table *field,
                     size_t children)
{
    int tag = quire_flatbuffer_u8(field, QUIRE_ARROW_FIELD_TYPE_TYPE);
    struct quire_flatbuffer_table type = quire_flatbuffer_table(field, QUIRE_ARROW_FIELD_TYPE);
    QUIRE_TRY(check_damage(fields));
    if (tag > QUIRE_ARROW_LARGE_LIST_VIEW && fields->unknown_as_null) return put_null(fields);
    if (tag > QUIRE_ARROW_LARGE_LIST_VIEW)
        return quire_fail(fields->error, QUIRE_UNSUPPORTED, OPERATION,
                          "type %d of the Arrow format is not known", tag);
    if (tag == 0 || type.buffer == NULL) return corrupt(fields, "a field without a type");
    quire_buf_clear(&fields->format);
    if (put_type(tag, &type, children, &fields->format) != 0)
        return quire_fail_memory(fields->error, OPERATION);
    QUIRE_TRY(check_damage(fields));
    QUIRE_TRY(end_text(fields, &fields->format, "a zone's name is not text"));
    struct quire_field parsed = {0};
    const char *format = (const char *)fields->format.data;
    if (quire_field_parse_format(format, &parsed)) return 0;
    if (fields->unknown_as_null) return put_null(fields);
    return quire_fail(fields->error, QUIRE_CORRUPT, OPERATION,
                      "the parameters of a type (\"%.64s\") are not right", format);
}

/* --- Fields ------------------------------------------------------------------------ */

int quire_key_values_read(const struct quire_flatbuffer_table *table, int field,
                          struct quire_buf *metadata)
{
    struct quire_flatbuffer_vector pairs = quire_flatbuffer_vector(table, field, 4);
    for (size_t i = 0; i < pairs.size && !pairs.buffer->damaged; i++) {
        struct quire_flatbuffer_table pair = quire_flatbuffer_vector_table(&pairs, i);
        struct quire_flatbuffer_text key = quire_flatbuffer_text(&pair, QUIRE_ARROW_KEY);
        struct quire_flatbuffer_text value = quire_flatbuffer_text(&pair, QUIRE_ARROW_VALUE);
        QUIRE_TRY(quire_metadata_append(metadata, key.data, key.size, value.data, value.size));
    }
    return 0;
}

static int read_name(struct fields *fields, const struct quire_flatbuffer_table *field)
{
    struct quire_flatbuffer_text name = quire_flatbuffer_text(field, QUIRE_ARROW_FIELD_NAME);
    quire_buf_clear(&fields->name);
    if (quire_buf_append(&fields->name, name.data, name.size) != 0 ||
        quire_buf_reserve(&fields->name, 1) != 0)
        return quire_fail_memory(fields->error, OPERATION);
    return end_text(fields, &fields->name, "a field's name is not text");
}

static int read_metadata(struct fields *fields, const struct quire_flatbuffer_table *table,
                         int field)
{
    quire_buf_clear(&fields->metadata);
    if (quire_key_values_read(table, field, &fields->metadata) != 0)
        return quire_fail_memory(fields->error, OPERATION);
    return check_damage(fields);
}

static const char *metadata_of(const struct fields *fields)
{
    return fields->metadata.size > 0 ? (const char *)fields->metadata.data : NULL;
}

/* Indices without a type are int32. */
static int read_dictionary(struct fields *fields, const struct quire_flatbuffer_table *dictionary,
                           int64_t *flags)
{
    int64_t id = quire_flatbuffer_i64(dictionary, QUIRE_ARROW_DICTIONARY_ID, 0);
    struct quire_flatbuffer_table index =
        quire_flatbuffer_table(dictionary, QUIRE_ARROW_DICTIONARY_INDEX_TYPE);
    char format = index.buffer != NULL ? integer_letter(&index) : 'i';
    if (quire_flatbuffer_u8(dictionary, QUIRE_ARROW_DICTIONARY_IS_ORDERED) != 0)
        *flags |= ARROW_FLAG_DICTIONARY_ORDERED;
    QUIRE_TRY(check_damage(fields));
    if (format == '?') return corrupt(fields, "dictionary indices that are no integers");
    quire_buf_clear(&fields->index_format);
    int code = quire_buf_push(&fields->index_format, (uint8_t)format);
    if (code == 0) code = quire_buf_terminate(&fields->index_format);
    if (code == 0 && fields->ids != NULL) code = quire_buf_append(fields->ids, &id, sizeof(id));
    return code == 0 ? 0 : quire_fail_memory(fields->error, OPERATION);
}

/* Makes the node of a field that has been read; *values is where its children go: the
 * node, or the dictionary's. */
static int make_node(struct fields *fields, int64_t flags, bool encoded, size_t children_size,
                     struct ArrowSchema *schema, struct ArrowSchema **values)
{
    const char *format = (const char *)fields->format.data;
    struct quire_schema_parts parts = {.format = format,
                                       .name = (const char *)fields->name.data,
                                       .name_size = fields->name.size,
                                       .flags = flags,
                                       .metadata = metadata_of(fields),
                                       .children_size = children_size};
    if (encoded) {
        parts.format = (const char *)fields->index_format.data;
        parts.flags &= ~ARROW_FLAG_MAP_KEYS_SORTED;
        parts.children_size = 0;
        parts.dictionary = true;
    }
    if (quire_schema_make(&parts, schema) != 0) return quire_fail_memory(fields->error, OPERATION);
    *values = schema;
    if (!encoded) return 0;
    *values = schema->dictionary;
    parts = (struct quire_schema_parts){.format = format,
                                        .flags = ARROW_FLAG_NULLABLE |
                                                 (flags & ARROW_FLAG_MAP_KEYS_SORTED),
                                        .children_size = children_size};
    if (quire_schema_make(&parts, *values) != 0) return quire_fail_memory(fields->error, OPERATION);
    return 0;
}

static int read_field(struct fields *fields, const struct quire_flatbuffer_table *field, int depth,
                      struct ArrowSchema *schema);

static int read_children(struct fields *fields, const struct quire_flatbuffer_vector *children,
                         int depth, struct ArrowSchema *schema)
{
    for (size_t i = 0; i < children->size; i++) {
        struct quire_flatbuffer_table child = quire_flatbuffer_vector_table(children, i);
        QUIRE_TRY(check_damage(fields));
        QUIRE_TRY(read_field(fields, &child, depth + 1, schema->children[i]));
    }
    return 0;
}

static struct quire_flatbuffer_vector
find_children(struct fields *fields, const struct quire_flatbuffer_table *table, int field)
{
    struct quire_flatbuffer_vector children = quire_flatbuffer_vector(table, field, 4);
    if (children.size > fields->fields_left) fields->buffer->damaged = true;
    fields->fields_left -= fields->buffer->damaged ? 0 : children.size;
    return children;
}

/* On failure schema may be half made, and is released with its parent. */
static int read_field(struct fields *fields, const struct quire_flatbuffer_table *field, int depth,
                      struct ArrowSchema *schema)
{
    if (depth >= QUIRE_FIELD_DEPTH_MAX)
        return quire_fail(fields->error, QUIRE_LIMIT, OPERATION, "types nested deeper than %d",
                          QUIRE_FIELD_DEPTH_MAX);
    struct quire_flatbuffer_vector children =
        find_children(fields, field, QUIRE_ARROW_FIELD_CHILDREN);
    int64_t flags =
        quire_flatbuffer_u8(field, QUIRE_ARROW_FIELD_NULLABLE) != 0 ? ARROW_FLAG_NULLABLE : 0;
    QUIRE_TRY(read_name(fields, field));
    QUIRE_TRY(read_type(fields, field, children.size));
    if (fields->unknown_as_null && fields->format.data[0] == 'n') children.size = 0;
    struct quire_flatbuffer_table type = quire_flatbuffer_table(field, QUIRE_ARROW_FIELD_TYPE);
    if (quire_flatbuffer_u8(field, QUIRE_ARROW_FIELD_TYPE_TYPE) == QUIRE_ARROW_MAP &&
        quire_flatbuffer_u8(&type, QUIRE_ARROW_MAP_KEYS_SORTED) != 0)
        flags |= ARROW_FLAG_MAP_KEYS_SORTED;
    bool encoded = quire_flatbuffer_has(field, QUIRE_ARROW_FIELD_DICTIONARY);
    if (encoded) {
        struct quire_flatbuffer_table dictionary =
            quire_flatbuffer_table(field, QUIRE_ARROW_FIELD_DICTIONARY);
        QUIRE_TRY(read_dictionary(fields, &dictionary, &flags));
    }
    QUIRE_TRY(read_metadata(fields, field, QUIRE_ARROW_FIELD_CUSTOM_METADATA));
    struct ArrowSchema *values = NULL;
    QUIRE_TRY(make_node(fields, flags, encoded, children.size, schema, &values));
    return read_children(fields, &children, depth + encoded, values);
}

static int read_root(struct fields *fields, const struct quire_flatbuffer_table *table,
                     struct ArrowSchema *schema)
{
    if (quire_flatbuffer_i16(table, QUIRE_ARROW_SCHEMA_ENDIANNESS, QUIRE_ARROW_LITTLE) !=
        QUIRE_ARROW_LITTLE)
        return quire_fail(fields->error, QUIRE_UNSUPPORTED, OPERATION,
                          "the data is in big-endian byte order");
    struct quire_flatbuffer_vector children =
        find_children(fields, table, QUIRE_ARROW_SCHEMA_FIELDS);
    QUIRE_TRY(read_metadata(fields, table, QUIRE_ARROW_SCHEMA_CUSTOM_METADATA));
    const struct quire_schema_parts parts = {
        .format = "+s", .metadata = metadata_of(fields), .children_size = children.size};
    if (quire_schema_make(&parts, schema) != 0) return quire_fail_memory(fields->error, OPERATION);
    return read_children(fields, &children, 0, schema);
}

int quire_schema_table_read(const struct quire_flatbuffer_table *table, bool unknown_as_null,
                            struct ArrowSchema *schema, struct quire_buf *ids,
                            struct quire_error *error)
{
    if (table->buffer == NULL)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "there is no schema");
    size_t ids_before = ids != NULL ? ids->size : 0;
    QUIRE_CLEANUP(release_fields)
    struct fields fields = {.buffer = table->buffer,
                            .unknown_as_null = unknown_as_null,
                            .fields_left = table->buffer->size / 4,
                            .ids = ids,
                            .error = error};
    struct ArrowSchema made = {0};
    int code = read_root(&fields, table, &made);
    if (code != 0) {
        quire_schema_release(&made);
        if (ids != NULL) ids->size = ids_before;
        return code;
    }
    *schema = made;
    return 0;
}
