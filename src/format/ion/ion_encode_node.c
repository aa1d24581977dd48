/* How the values of each field are written, settled before any batch comes: its kind of value,
 * its null, and its name in both forms. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_encode.h"
#include "format/ion/ion_text_put.h"

static const char operation[] = "write ion";

/* Room that text writers may use behind what they write. */
#define SLACK 32

static bool is_text(const struct quire_field *field)
{
    return quire_kind_is_string(field->kind);
}

static bool is_json(const struct quire_field *field)
{
    return is_text(field) && field->extension == QUIRE_EXTENSION_JSON;
}

static bool has_named_keys(const struct quire_field *map)
{
    const struct quire_field *key = &map->children[0].children[0];
    return is_text(key->kind == QUIRE_KIND_DICTIONARY ? key->dictionary : key);
}

static enum quire_ion_how how_of(const struct quire_field *field, bool uuid_blob)
{
    switch (field->kind) {
    case QUIRE_KIND_NULL: return QUIRE_ION_AS_NULL;
    case QUIRE_KIND_BOOL: return QUIRE_ION_AS_BOOL;
    case QUIRE_KIND_UINT64: return QUIRE_ION_AS_UINT64;
    case QUIRE_KIND_FLOAT16: return QUIRE_ION_AS_FLOAT16;
    case QUIRE_KIND_FLOAT32: return QUIRE_ION_AS_FLOAT32;
    case QUIRE_KIND_FLOAT64: return QUIRE_ION_AS_FLOAT64;
    case QUIRE_KIND_DECIMAL: return QUIRE_ION_AS_DECIMAL;
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_DATE64: return QUIRE_ION_AS_DATE;
    case QUIRE_KIND_TIMESTAMP: return QUIRE_ION_AS_TIMESTAMP;
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_STRING_VIEW: return is_json(field) ? QUIRE_ION_AS_JSON : QUIRE_ION_AS_STRING;
    case QUIRE_KIND_BINARY:
    case QUIRE_KIND_LARGE_BINARY:
    case QUIRE_KIND_BINARY_VIEW: return QUIRE_ION_AS_BLOB;
    case QUIRE_KIND_FIXED_BINARY:
        if (field->extension != QUIRE_EXTENSION_UUID) return QUIRE_ION_AS_BLOB;
        return uuid_blob ? QUIRE_ION_AS_UUID : QUIRE_ION_AS_WORDS;
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_LARGE_LIST_VIEW:
    case QUIRE_KIND_FIXED_LIST: return QUIRE_ION_AS_LIST;
    case QUIRE_KIND_STRUCT: return QUIRE_ION_AS_STRUCT;
    case QUIRE_KIND_MAP: return has_named_keys(field) ? QUIRE_ION_AS_FIELDS : QUIRE_ION_AS_LIST;
    case QUIRE_KIND_DICTIONARY:
        return is_text(field->dictionary) && !is_json(field->dictionary) ? QUIRE_ION_AS_SYMBOL
                                                                         : QUIRE_ION_AS_ENTRY;
    default: return quire_kind_is_integer(field->kind) ? QUIRE_ION_AS_INT : QUIRE_ION_AS_WORDS;
    }
}

static enum quire_ion_type null_type_of(enum quire_ion_how how)
{
    switch (how) {
    case QUIRE_ION_AS_NULL: return QUIRE_ION_NULL;
    case QUIRE_ION_AS_BOOL: return QUIRE_ION_BOOL;
    case QUIRE_ION_AS_INT:
    case QUIRE_ION_AS_UINT64: return QUIRE_ION_INT;
    case QUIRE_ION_AS_FLOAT16:
    case QUIRE_ION_AS_FLOAT32:
    case QUIRE_ION_AS_FLOAT64: return QUIRE_ION_FLOAT;
    case QUIRE_ION_AS_DECIMAL: return QUIRE_ION_DECIMAL;
    case QUIRE_ION_AS_DATE:
    case QUIRE_ION_AS_TIMESTAMP: return QUIRE_ION_TIMESTAMP;
    case QUIRE_ION_AS_BLOB:
    case QUIRE_ION_AS_UUID: return QUIRE_ION_BLOB;
    case QUIRE_ION_AS_SYMBOL: return QUIRE_ION_SYMBOL;
    case QUIRE_ION_AS_LIST: return QUIRE_ION_LIST;
    case QUIRE_ION_AS_STRUCT:
    case QUIRE_ION_AS_FIELDS: return QUIRE_ION_STRUCT;
    default: return QUIRE_ION_STRING;
    }
}

/* Bytes that the text of a value takes at most; 0 when there is no bound. */
static size_t text_max_of(const struct quire_ion_node *node)
{
    switch (node->how) {
    case QUIRE_ION_AS_BOOL:
    case QUIRE_ION_AS_INT:
    case QUIRE_ION_AS_UINT64: return QUIRE_ION_FLOAT_TEXT_MAX;
    case QUIRE_ION_AS_FLOAT16:
    case QUIRE_ION_AS_FLOAT32:
    case QUIRE_ION_AS_FLOAT64: return QUIRE_ION_FLOAT_TEXT_MAX + SLACK;
    case QUIRE_ION_AS_DATE:
    case QUIRE_ION_AS_TIMESTAMP: return QUIRE_TIME_TEXT_MAX + SLACK;
    case QUIRE_ION_AS_WORDS: return quire_value_text_max(node->field) + 2 + SLACK;
    default: return 0;
    }
}

/* The symbol and the text of a field's name. */
static int name_node(struct quire_ion_encoding *encoding, struct quire_ion_node *node)
{
    const struct quire_field *field = node->field;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    int64_t id;
    QUIRE_TRY(quire_ion_intern_add(&encoding->intern, field->name, field->name_size, &id));
    node->name_size = (size_t)(quire_ion_put_varuint(node->name, (uint64_t)id) - node->name);
    QUIRE_TRY(quire_ion_put_symbol(&text, field->name, field->name_size));
    QUIRE_TRY(quire_buf_push(&text, ':'));
    node->name_text = quire_arena_strndup(&encoding->arena, (const char *)text.data, text.size);
    node->name_text_size = text.size;
    return node->name_text == NULL ? QUIRE_MEMORY : 0;
}

static int init_children(struct quire_ion_encoding *encoding, struct quire_ion_node *node,
                         const struct quire_field *fields, size_t size, bool named,
                         struct quire_error *error)
{
    node->children = quire_arena_alloc(&encoding->arena, (size + 1) * sizeof(*node->children));
    if (node->children == NULL) return quire_fail_memory(error, operation);
    memset(node->children, 0, (size + 1) * sizeof(*node->children));
    node->children_size = size;
    for (size_t i = 0; i < size; i++) {
        int code = quire_ion_node_init(encoding, &node->children[i], &fields[i], error);
        if (code != 0) {
            if (code != QUIRE_MEMORY && named) quire_error_outer_column(error, fields[i].name);
            return code;
        }
        if (named && name_node(encoding, &node->children[i]) != 0)
            return quire_fail_memory(error, operation);
    }
    return 0;
}

int quire_ion_node_init(struct quire_ion_encoding *encoding, struct quire_ion_node *node,
                        const struct quire_field *field, struct quire_error *error)
{
    if (field->kind == QUIRE_KIND_UNION || field->kind == QUIRE_KIND_RUN_END)
        return quire_fail(error, QUIRE_UNSUPPORTED, operation,
                          "unions and run-end encoded values have no Ion form here");
    node->field = field;
    node->how = how_of(field, encoding->options.uuids == QUIRE_ION_UUID_BLOB);
    node->null_type = null_type_of(node->how);
    if (node->how == QUIRE_ION_AS_WORDS) node->words = quire_value_writer_of(field);
    node->text_max = text_max_of(node);
    if (node->how == QUIRE_ION_AS_JSON) encoding->jsons = true;
    switch (node->how) {
    case QUIRE_ION_AS_SYMBOL: encoding->symbols_come = true; return 0;
    case QUIRE_ION_AS_ENTRY: {
        QUIRE_TRY(init_children(encoding, node, field->dictionary, 1, false, error));
        node->null_type = node->children->null_type;
        return 0;
    }
    case QUIRE_ION_AS_FIELDS:
        encoding->symbols_come = true;
        return init_children(encoding, node, field->children[0].children, 2, false, error);
    default:
        return init_children(encoding, node, field->children, field->children_size,
                             node->how == QUIRE_ION_AS_STRUCT, error);
    }
}
