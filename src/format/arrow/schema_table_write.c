/* A field is a table of offsets, and after it what they lead to: its name, type,
 * dictionary encoding, children and metadata. Children are there even where there can be
 * none, because older readers insist on them. */
#include "base/fail.h"
#include "data/field_format.h"
#include "data/metadata.h"
#include "format/arrow/arrow_layout.h"
#include "format/arrow/schema_table.h"

#define OPERATION "write arrow schema"

struct fields {
    struct quire_flatbuffer_writer *writer;
    int64_t dictionaries; /* the id of the next */
    struct quire_error *error;
};

/* A type: its tag, and the fields of its table. */
struct type {
    uint8_t tag;
    uint8_t slots_size;
    struct quire_flatbuffer_slot slots[3];
};

#define SLOT(slot_id, slot_size, slot_value)                                           \
    {                                                                                  \
        .value = (uint64_t)(slot_value), .id = (slot_id), .size = (uint8_t)(slot_size) \
    }
#define OFFSET(id) SLOT(id, 4, 0)

/* Types that have no parameters beside their kind. */
static const uint8_t plain_tags[] = {
    [QUIRE_KIND_NULL] = QUIRE_ARROW_NULL,
    [QUIRE_KIND_BOOL] = QUIRE_ARROW_BOOL,
    [QUIRE_KIND_STRING] = QUIRE_ARROW_UTF8,
    [QUIRE_KIND_LARGE_STRING] = QUIRE_ARROW_LARGE_UTF8,
    [QUIRE_KIND_STRING_VIEW] = QUIRE_ARROW_UTF8_VIEW,
    [QUIRE_KIND_BINARY] = QUIRE_ARROW_BINARY,
    [QUIRE_KIND_LARGE_BINARY] = QUIRE_ARROW_LARGE_BINARY,
    [QUIRE_KIND_BINARY_VIEW] = QUIRE_ARROW_BINARY_VIEW,
    [QUIRE_KIND_LIST] = QUIRE_ARROW_LIST,
    [QUIRE_KIND_LARGE_LIST] = QUIRE_ARROW_LARGE_LIST,
    [QUIRE_KIND_LIST_VIEW] = QUIRE_ARROW_LIST_VIEW,
    [QUIRE_KIND_LARGE_LIST_VIEW] = QUIRE_ARROW_LARGE_LIST_VIEW,
    [QUIRE_KIND_STRUCT] = QUIRE_ARROW_STRUCT,
    [QUIRE_KIND_RUN_END] = QUIRE_ARROW_RUN_END_ENCODED,
};

static struct type integer_type(enum quire_kind kind)
{
    bool is_signed = quire_kind_is_signed(kind);
    int bits = 8 << (kind - (is_signed ? QUIRE_KIND_INT8 : QUIRE_KIND_UINT8));
    return (struct type){
        QUIRE_ARROW_INT,
        2,
        {SLOT(QUIRE_ARROW_INT_BIT_WIDTH, 4, bits), SLOT(QUIRE_ARROW_INT_IS_SIGNED, 1, is_signed)}};
}

static struct type unit_type(enum quire_arrow_type tag, int unit)
{
    return (struct type){(uint8_t)tag, 1, {SLOT(QUIRE_ARROW_UNIT, 2, unit)}};
}

static struct type time_type(const struct quire_field *field)
{
    struct type type = unit_type(QUIRE_ARROW_TIME, (int)field->unit);
    int bits = field->kind == QUIRE_KIND_TIME32 ? 32 : 64;
    type.slots[type.slots_size++] =
        (struct quire_flatbuffer_slot)SLOT(QUIRE_ARROW_TIME_BIT_WIDTH, 4, bits);
    return type;
}

static struct type timestamp_type(const struct quire_field *field)
{
    struct type type = unit_type(QUIRE_ARROW_TIMESTAMP, (int)field->unit);
    if (field->zone != NULL)
        type.slots[type.slots_size++] =
            (struct quire_flatbuffer_slot)OFFSET(QUIRE_ARROW_TIMESTAMP_ZONE);
    return type;
}

static struct type sized_type(enum quire_arrow_type tag, int32_t size)
{
    return (struct type){(uint8_t)tag, 1, {SLOT(QUIRE_ARROW_SIZE, 4, size)}};
}

static struct type decimal_type(const struct quire_field *field)
{
    return (struct type){QUIRE_ARROW_DECIMAL,
                         3,
                         {SLOT(QUIRE_ARROW_DECIMAL_PRECISION, 4, field->precision),
                          SLOT(QUIRE_ARROW_DECIMAL_SCALE, 4, field->scale),
                          SLOT(QUIRE_ARROW_DECIMAL_BIT_WIDTH, 4, field->width * 8)}};
}

static struct type union_type(const struct quire_field *field)
{
    bool dense = field->format[2] == 'd';
    return (struct type){
        QUIRE_ARROW_UNION,
        2,
        {SLOT(QUIRE_ARROW_UNION_MODE, 2, dense ? QUIRE_ARROW_DENSE : QUIRE_ARROW_SPARSE),
         OFFSET(QUIRE_ARROW_UNION_TYPE_IDS)}};
}

static struct type type_of(const struct quire_field *field)
{
    enum quire_kind kind = field->kind;
    if (quire_kind_is_integer(kind)) return integer_type(kind);
    switch (kind) {
    case QUIRE_KIND_FLOAT16:
    case QUIRE_KIND_FLOAT32:
    case QUIRE_KIND_FLOAT64:
        return (struct type){QUIRE_ARROW_FLOATING_POINT,
                             1,
                             {SLOT(QUIRE_ARROW_FLOAT_PRECISION, 2, kind - QUIRE_KIND_FLOAT16)}};
    case QUIRE_KIND_DECIMAL: return decimal_type(field);
    case QUIRE_KIND_DATE32: return unit_type(QUIRE_ARROW_DATE, QUIRE_ARROW_DAYS);
    case QUIRE_KIND_DATE64: return unit_type(QUIRE_ARROW_DATE, QUIRE_ARROW_MILLISECONDS);
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_TIME64: return time_type(field);
    case QUIRE_KIND_TIMESTAMP: return timestamp_type(field);
    case QUIRE_KIND_DURATION: return unit_type(QUIRE_ARROW_DURATION, (int)field->unit);
    case QUIRE_KIND_INTERVAL_MONTHS: return unit_type(QUIRE_ARROW_INTERVAL, QUIRE_ARROW_YEAR_MONTH);
    case QUIRE_KIND_INTERVAL_DAY_TIME: return unit_type(QUIRE_ARROW_INTERVAL, QUIRE_ARROW_DAY_TIME);
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO:
        return unit_type(QUIRE_ARROW_INTERVAL, QUIRE_ARROW_MONTH_DAY_NANO);
    case QUIRE_KIND_FIXED_BINARY: return sized_type(QUIRE_ARROW_FIXED_SIZE_BINARY, field->width);
    case QUIRE_KIND_FIXED_LIST: return sized_type(QUIRE_ARROW_FIXED_SIZE_LIST, field->width);
    case QUIRE_KIND_MAP:
        return (struct type){
            QUIRE_ARROW_MAP, 1, {SLOT(QUIRE_ARROW_MAP_KEYS_SORTED, 1, field->keys_sorted)}};
    case QUIRE_KIND_UNION: return union_type(field);
    default: return (struct type){.tag = plain_tags[kind]};
    }
}

static void write_type_ids(struct quire_flatbuffer_writer *writer, uint32_t from,
                           const struct quire_field *field)
{
    int32_t ids[128];
    int count = quire_field_union_ids(field->format, ids);
    uint32_t first = quire_flatbuffer_put_vector(writer, from, (size_t)count, 4, 4);
    for (int i = 0; i < count; i++)
        quire_flatbuffer_put_scalar(writer, first + 4 * (uint32_t)i, (uint64_t)ids[i], 4);
}

static void write_type(struct quire_flatbuffer_writer *writer, uint32_t from,
                       const struct quire_field *field, struct type type)
{
    quire_flatbuffer_put_table(writer, from, type.slots, type.slots_size);
    if (field->kind == QUIRE_KIND_UNION) write_type_ids(writer, type.slots[1].position, field);
    if (field->kind == QUIRE_KIND_TIMESTAMP && field->zone != NULL)
        quire_flatbuffer_put_string(writer, type.slots[1].position, field->zone,
                                    strlen(field->zone));
}

void quire_key_values_write(struct quire_flatbuffer_writer *writer, uint32_t from,
                            const char *metadata)
{
    struct quire_metadata_pair pair = {.next = metadata};
    uint32_t count = 0;
    while (quire_metadata_next(&pair))
        count++;
    uint32_t at = quire_flatbuffer_put_vector(writer, from, count, 4, 4);
    pair = (struct quire_metadata_pair){.next = metadata};
    for (; quire_metadata_next(&pair); at += 4) {
        struct quire_flatbuffer_slot slots[] = {OFFSET(QUIRE_ARROW_KEY), OFFSET(QUIRE_ARROW_VALUE)};
        quire_flatbuffer_put_table(writer, at, slots, 2);
        quire_flatbuffer_put_string(writer, slots[0].position, pair.key, pair.key_size);
        quire_flatbuffer_put_string(writer, slots[1].position, pair.value, pair.value_size);
    }
}

static void write_dictionary(struct fields *fields, uint32_t from, const struct quire_field *field)
{
    struct quire_flatbuffer_slot slots[] = {
        SLOT(QUIRE_ARROW_DICTIONARY_ID, 8, fields->dictionaries),
        OFFSET(QUIRE_ARROW_DICTIONARY_INDEX_TYPE),
        SLOT(QUIRE_ARROW_DICTIONARY_IS_ORDERED, 1, field->dictionary_ordered)};
    fields->dictionaries++;
    quire_flatbuffer_put_table(fields->writer, from, slots, 3);
    struct type index = integer_type(field->index_kind);
    quire_flatbuffer_put_table(fields->writer, slots[1].position, index.slots, index.slots_size);
}

static int write_field(struct fields *fields, uint32_t from, const struct quire_field *field);

static int write_children(struct fields *fields, uint32_t from, const struct quire_field *field)
{
    uint32_t at = quire_flatbuffer_put_vector(fields->writer, from, field->children_size, 4, 4);
    for (size_t i = 0; i < field->children_size; i++, at += 4)
        QUIRE_TRY(write_field(fields, at, &field->children[i]));
    return 0;
}

/* The type and children of a dictionary are those of its values; the rest is the field's. */
static int write_field(struct fields *fields, uint32_t from, const struct quire_field *field)
{
    bool encoded = field->kind == QUIRE_KIND_DICTIONARY;
    const struct quire_field *values = encoded ? field->dictionary : field;
    if (values->kind == QUIRE_KIND_DICTIONARY) {
        int code = quire_fail(fields->error, QUIRE_UNSUPPORTED, OPERATION,
                              "arrow messages cannot hold a dictionary of dictionaries");
        quire_error_at(fields->error, QUIRE_NOWHERE, field->name, QUIRE_NOWHERE);
        return code;
    }
    struct type type = type_of(values);
    struct quire_flatbuffer_slot slots[7] = {
        OFFSET(QUIRE_ARROW_FIELD_NAME),
        OFFSET(QUIRE_ARROW_FIELD_TYPE),
        OFFSET(QUIRE_ARROW_FIELD_CHILDREN),
        SLOT(QUIRE_ARROW_FIELD_NULLABLE, 1, field->nullable),
        SLOT(QUIRE_ARROW_FIELD_TYPE_TYPE, 1, type.tag),
    };
    size_t size = 5, dictionary = 0, metadata = 0;
    if (encoded) {
        dictionary = size;
        slots[size++] = (struct quire_flatbuffer_slot)OFFSET(QUIRE_ARROW_FIELD_DICTIONARY);
    }
    if (field->metadata != NULL) {
        metadata = size;
        slots[size++] = (struct quire_flatbuffer_slot)OFFSET(QUIRE_ARROW_FIELD_CUSTOM_METADATA);
    }
    quire_flatbuffer_put_table(fields->writer, from, slots, size);
    quire_flatbuffer_put_string(fields->writer, slots[0].position, field->name, field->name_size);
    write_type(fields->writer, slots[1].position, values, type);
    if (dictionary != 0) write_dictionary(fields, slots[dictionary].position, field);
    if (metadata != 0)
        quire_key_values_write(fields->writer, slots[metadata].position, field->metadata);
    return write_children(fields, slots[2].position, values);
}

int quire_schema_table_write(struct quire_flatbuffer_writer *writer, uint32_t from,
                             const struct quire_field *root, struct quire_error *error)
{
    struct fields fields = {.writer = writer, .error = error};
    struct quire_flatbuffer_slot slots[] = {
        SLOT(QUIRE_ARROW_SCHEMA_ENDIANNESS, 2, QUIRE_ARROW_LITTLE),
        OFFSET(QUIRE_ARROW_SCHEMA_FIELDS),
        OFFSET(QUIRE_ARROW_SCHEMA_CUSTOM_METADATA),
    };
    quire_flatbuffer_put_table(writer, from, slots, root->metadata != NULL ? 3 : 2);
    if (root->metadata != NULL) quire_key_values_write(writer, slots[2].position, root->metadata);
    return write_children(&fields, slots[1].position, root);
}
