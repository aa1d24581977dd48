/* Schemas as JSON, with all metadata:
 *
 *     {"fields":[{"name":N,"type":T,"nullable":B,"metadata":{K:V},"children":[...],
 *      "dictionary":{...}}],"metadata":{K:V}}
 *
 * A type is the text of the schema language. children and dictionary only carry
 * the metadata of nested fields, by position, and stand only where there is some.
 * A metadata value that is not UTF-8 is {"base64":V}. */
#include "base/base64.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "data/metadata.h"
#include "data/schema_text.h"
#include "quire/batch.h"

#define OPERATION "print schema"

static int write_value(struct quire_json_writer *writer, const char *value, size_t size)
{
    if (quire_utf8_is_valid(value, size)) {
        quire_json_writer_string_sized(writer, value, size);
        return 0;
    }
    QUIRE_CLEANUP(quire_cleanup_free) char *text = quire_alloc(quire_base64_size(size) + 1);
    if (text == NULL) return QUIRE_MEMORY;
    char *end = quire_base64_encode((const uint8_t *)value, size, text);
    quire_json_writer_begin_object(writer);
    quire_json_writer_key(writer, "base64");
    quire_json_writer_string_sized(writer, text, (size_t)(end - text));
    quire_json_writer_end_object(writer);
    return 0;
}

static bool has_metadata(const struct quire_field *field)
{
    struct quire_metadata_pair pair = {.next = field->metadata};
    while (quire_metadata_next(&pair)) {
        if (!quire_metadata_is_extension(field, &pair)) return true;
    }
    return false;
}

/* Keys that are not UTF-8 are repaired: JSON has no place for them. */
static int write_metadata(struct quire_json_writer *writer, const struct quire_field *field)
{
    if (!has_metadata(field)) return 0;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0};
    struct quire_metadata_pair pair = {.next = field->metadata};
    quire_json_writer_key(writer, "metadata");
    quire_json_writer_begin_object(writer);
    while (quire_metadata_next(&pair)) {
        if (quire_metadata_is_extension(field, &pair)) continue;
        quire_buf_clear(&key);
        QUIRE_TRY(quire_utf8_repair(&key, (const uint8_t *)pair.key, pair.key_size));
        QUIRE_TRY(quire_buf_terminate(&key));
        quire_json_writer_key(writer, (const char *)key.data);
        QUIRE_TRY(write_value(writer, pair.value, pair.value_size));
    }
    quire_json_writer_end_object(writer);
    return 0;
}

static bool has_metadata_inside(const struct quire_field *field)
{
    const struct quire_field *dictionary = field->dictionary;
    if (dictionary != NULL && (has_metadata(dictionary) || has_metadata_inside(dictionary)))
        return true;
    for (size_t i = 0; i < field->children_size; i++) {
        const struct quire_field *child = &field->children[i];
        if (has_metadata(child) || has_metadata_inside(child)) return true;
    }
    return false;
}

/* Two containers a level: quire_json_writer's limit is reached at 31 levels of
 * types that have metadata inside, and reported by finish. */
static int write_inside(struct quire_json_writer *writer, const struct quire_field *field)
{
    QUIRE_TRY(write_metadata(writer, field));
    if (!has_metadata_inside(field)) return 0;
    if (field->dictionary != NULL) {
        quire_json_writer_key(writer, "dictionary");
        quire_json_writer_begin_object(writer);
        QUIRE_TRY(write_inside(writer, field->dictionary));
        quire_json_writer_end_object(writer);
        return 0;
    }
    quire_json_writer_key(writer, "children");
    quire_json_writer_begin_array(writer);
    for (size_t i = 0; i < field->children_size; i++) {
        quire_json_writer_begin_object(writer);
        QUIRE_TRY(write_inside(writer, &field->children[i]));
        quire_json_writer_end_object(writer);
    }
    quire_json_writer_end_array(writer);
    return 0;
}

static int write_field(struct quire_json_writer *writer, const struct quire_field *field)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf type = {0};
    QUIRE_TRY(quire_field_type_text(field, &type));
    quire_json_writer_begin_object(writer);
    quire_json_writer_key(writer, "name");
    quire_json_writer_string_sized(writer, field->name, field->name_size);
    quire_json_writer_key(writer, "type");
    quire_json_writer_string_sized(writer, (const char *)type.data, type.size);
    quire_json_writer_key(writer, "nullable");
    quire_json_writer_bool(writer, field->nullable);
    QUIRE_TRY(write_inside(writer, field));
    quire_json_writer_end_object(writer);
    return 0;
}

static int write_root(struct quire_json_writer *writer, const struct quire_field *root)
{
    quire_json_writer_begin_object(writer);
    quire_json_writer_key(writer, "fields");
    quire_json_writer_begin_array(writer);
    for (size_t i = 0; i < root->children_size; i++)
        QUIRE_TRY(write_field(writer, &root->children[i]));
    quire_json_writer_end_array(writer);
    QUIRE_TRY(write_metadata(writer, root));
    quire_json_writer_end_object(writer);
    QUIRE_TRY(quire_json_writer_finish(writer));
    return quire_buf_terminate(writer->out);
}

int quire_schema_print_json(const struct ArrowSchema *schema, char **text,
                            struct quire_error *error)
{
    struct quire_field *root = NULL;
    QUIRE_TRY(quire_field_open(schema, &root, error));
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    int code = 0;
    if (root->kind != QUIRE_KIND_STRUCT)
        code = quire_fail(error, QUIRE_USAGE, OPERATION, "the schema is not of a table");
    else
        code = write_root(&writer, root);
    quire_field_close(root);
    if (code == 0) *text = (char *)QUIRE_STEAL(out.data);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    if (code == QUIRE_LIMIT)
        return quire_fail(error, code, OPERATION, "metadata nested too deep for JSON");
    return code;
}
