/* Making an encoder, and its symbols.
 *
 * The names of the schema are one local symbol table at the beginning. What dictionaries
 * and maps bring is found when a batch comes, before its rows are encoded, and appended
 * by a table that stands before them. A table that has grown past SYMBOLS_KEPT is begun
 * anew. */
#include "format/ion/ion_encode.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "format/format.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_text_put.h"
#include "format/json/json_shape.h"
#include "format/text/encode.h"

static const char operation[] = "write ion";

#define SYMBOLS_KEPT 100000

/* --- Symbols of batches ------------------------------------------------------------------ */

static int add_symbol(struct quire_ion_encoding *encoding, struct quire_bytes text, int64_t *id,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf repaired = {0};
    if (!quire_utf8_is_valid(text.data, text.size)) {
        if (encoding->options.invalid_utf8 != QUIRE_ION_UTF8_REPLACE)
            return quire_ion_fail_utf8(text, error);
        if (quire_utf8_repair(&repaired, text.data, text.size) != 0)
            return quire_fail_memory(error, operation);
        text = (struct quire_bytes){repaired.data, repaired.size};
    }
    int code = quire_ion_intern_add(&encoding->intern, (const char *)text.data, text.size, id);
    if (code == QUIRE_LIMIT)
        return quire_fail(error, code, operation, "one batch brings too many symbols");
    return code != 0 ? quire_fail_memory(error, operation) : 0;
}

static int add_dictionary(struct quire_ion_encoding *encoding, struct quire_ion_node *node,
                          const struct quire_view *values, struct quire_error *error)
{
    size_t size = (size_t)values->length;
    if (size > node->ids_capacity) {
        int64_t *ids = quire_realloc(node->ids, size * sizeof(*ids));
        if (ids == NULL) return quire_fail_memory(error, operation);
        node->ids = ids;
        node->ids_capacity = size;
    }
    node->ids_size = size;
    for (size_t i = 0; i < size; i++) {
        node->ids[i] = -1;
        if (quire_view_is_null(values, (int64_t)i)) continue;
        QUIRE_TRY(add_symbol(encoding, quire_view_bytes(values, (int64_t)i), &node->ids[i], error));
    }
    return 0;
}

static int add_keys(struct quire_ion_encoding *encoding, const struct quire_view *keys,
                    struct quire_error *error)
{
    for (int64_t i = 0; i < keys->length; i++) {
        struct quire_bytes key;
        int64_t id;
        if (!quire_ion_key_of(keys, i, &key)) continue;
        QUIRE_TRY(add_symbol(encoding, key, &id, error));
    }
    return 0;
}

static int add_symbols(struct quire_ion_encoding *encoding, struct quire_ion_node *node,
                       const struct quire_view *view, struct quire_error *error)
{
    const struct quire_view *children = view->children;
    if (node->how == QUIRE_ION_AS_SYMBOL)
        return add_dictionary(encoding, node, view->dictionary, error);
    if (node->how == QUIRE_ION_AS_ENTRY) children = view->dictionary;
    if (node->how == QUIRE_ION_AS_FIELDS) {
        children = view->children[0].children;
        QUIRE_TRY(add_keys(encoding, &children[0], error));
    }
    for (size_t i = 0; i < node->children_size; i++) {
        if (node->how == QUIRE_ION_AS_FIELDS && i == 0) continue;
        int code = add_symbols(encoding, &node->children[i], &children[i], error);
        if (code != 0) {
            if (code != QUIRE_MEMORY) quire_error_outer_column(error, children[i].field->name);
            return code;
        }
    }
    return 0;
}

/* The names of the schema, and what else is known beforehand, in the order of the first time. */
static int add_fixed(struct quire_ion_encoding *encoding, const struct quire_ion_node *node)
{
    int64_t id;
    for (size_t i = 0; i < node->children_size; i++) {
        const struct quire_ion_node *child = &node->children[i];
        QUIRE_TRY(add_fixed(encoding, child));
        if (node->how == QUIRE_ION_AS_STRUCT)
            QUIRE_TRY(quire_ion_intern_add(&encoding->intern, child->field->name,
                                           child->field->name_size, &id));
    }
    return 0;
}

/* The annotations that values may get. */
static int add_annotations(struct quire_ion_encoding *encoding)
{
    encoding->uuid_id = encoding->json_id = -1;
    if (encoding->options.uuids == QUIRE_ION_UUID_BLOB)
        QUIRE_TRY(quire_ion_intern_add(&encoding->intern, "uuid", 4, &encoding->uuid_id));
    return encoding->jsons ? quire_ion_intern_add(&encoding->intern, "json", 4, &encoding->json_id)
                           : 0;
}

static int begin_anew(struct quire_ion_encoding *encoding)
{
    quire_ion_intern_reset(&encoding->intern, QUIRE_ION_SYSTEM_MAX + 1);
    QUIRE_TRY(add_fixed(encoding, encoding->node));
    QUIRE_TRY(add_annotations(encoding));
    encoding->declared = 0;
    return 0;
}

/* A table of what is not declared yet. */
static int put_table(struct quire_ion_encoding *encoding, struct quire_buf *out)
{
    size_t size = quire_ion_intern_size(&encoding->intern);
    if (size == encoding->declared) return 0;
    QUIRE_TRY(quire_ion_put_table(&encoding->body, NULL, &encoding->intern, encoding->declared,
                                  encoding->declared > 0, out));
    encoding->declared = size;
    return 0;
}

static int batch_symbols(void *state, const struct quire_view *batch, struct quire_buf *out,
                         struct quire_error *error)
{
    struct quire_ion_encoding *encoding = state;
    if (quire_ion_intern_size(&encoding->intern) > encoding->fixed + SYMBOLS_KEPT &&
        begin_anew(encoding) != 0)
        return quire_fail_memory(error, operation);
    QUIRE_TRY(add_symbols(encoding, encoding->node, batch, error));
    return put_table(encoding, out) != 0 ? quire_fail_memory(error, operation) : 0;
}

static int begin(const void *state, struct quire_buf *out, struct quire_error *error)
{
    const struct quire_ion_encoding *encoding = state;
    if (!encoding->binary) return 0;
    int code = quire_buf_append(out, encoding->head.data, encoding->head.size);
    return code != 0 ? quire_fail_memory(error, operation) : 0;
}

/* --- Making it ------------------------------------------------------------------------------ */

static void free_ids(struct quire_ion_node *node)
{
    if (node == NULL) return;
    quire_free(node->ids);
    for (size_t i = 0; i < node->children_size; i++)
        free_ids(&node->children[i]);
}

static void encoding_free(void *state)
{
    struct quire_ion_encoding *encoding = state;
    if (encoding == NULL) return;
    free_ids(encoding->node);
    quire_field_close(encoding->root);
    quire_arena_release(&encoding->arena);
    quire_ion_intern_release(&encoding->intern);
    quire_ion_body_release(&encoding->body);
    quire_buf_release(&encoding->head);
    quire_free(encoding);
}

static int prepare(struct quire_ion_encoding *encoding, const struct ArrowSchema *schema,
                   struct quire_error *error)
{
    struct quire_json_shape shape;
    QUIRE_TRY(quire_field_open(schema, &encoding->root, error));
    if (quire_json_shape_init(&shape, encoding->root, NULL, &encoding->arena) != 0)
        return quire_fail_memory(error, operation);
    QUIRE_TRY(quire_json_shape_check(&shape, encoding->root, operation, error));
    quire_ion_intern_reset(&encoding->intern, QUIRE_ION_SYSTEM_MAX + 1);
    encoding->node = quire_arena_alloc(&encoding->arena, sizeof(*encoding->node));
    if (encoding->node == NULL) return quire_fail_memory(error, operation);
    memset(encoding->node, 0, sizeof(*encoding->node));
    QUIRE_TRY(quire_ion_node_init(encoding, encoding->node, encoding->root, error));
    if (add_annotations(encoding) != 0) return quire_fail_memory(error, operation);
    encoding->fixed = quire_ion_intern_size(&encoding->intern);
    if (quire_buf_append(&encoding->head, QUIRE_ION_VERSION_MARKER, 4) != 0 ||
        put_table(encoding, &encoding->head) != 0)
        return quire_fail_memory(error, operation);
    encoding->text_bounded = 64;
    for (size_t i = 0; i < encoding->node->children_size; i++)
        encoding->text_bounded +=
            encoding->node->children[i].name_text_size + encoding->node->children[i].text_max + 16;
    return 0;
}

static int encoder_new(const struct quire_format *format, bool binary,
                       const struct ArrowSchema *schema, const void *options,
                       struct quire_context *context, struct quire_out *out,
                       struct quire_encoder **encoder, struct quire_error *error)
{
    static const struct quire_text_encoding of_text = {
        .rows = quire_ion_encode_text, .begin = begin, .free = encoding_free};
    static const struct quire_text_encoding of_binary = {
        .rows = quire_ion_encode_binary, .begin = begin, .free = encoding_free};
    static const struct quire_text_encoding of_symbols = {.rows = quire_ion_encode_binary,
                                                          .begin = begin,
                                                          .free = encoding_free,
                                                          .batch = batch_symbols};
    struct quire_ion_encoding *encoding = quire_alloc_zero(1, sizeof(*encoding));
    if (encoding == NULL) return quire_fail_memory(error, operation);
    encoding->options = *(const struct quire_ion_encoder_options *)options;
    encoding->binary = binary;
    int code = prepare(encoding, schema, error);
    const struct quire_text_encoding *calls = !binary                  ? &of_text
                                              : encoding->symbols_come ? &of_symbols
                                                                       : &of_binary;
    if (code == 0)
        code = quire_text_encoder_new(format, calls, encoding, encoding->root, context, out,
                                      encoder, error);
    if (code != 0) encoding_free(encoding);
    return code;
}

int quire_ion_encoder_new(const struct ArrowSchema *schema, const void *options,
                          struct quire_context *context, struct quire_out *out,
                          struct quire_encoder **encoder, struct quire_error *error)
{
    return encoder_new(&quire_format_ion, true, schema, options, context, out, encoder, error);
}

int quire_ion_text_encoder_new(const struct ArrowSchema *schema, const void *options,
                               struct quire_context *context, struct quire_out *out,
                               struct quire_encoder **encoder, struct quire_error *error)
{
    return encoder_new(&quire_format_ion_text, false, schema, options, context, out, encoder,
                       error);
}
