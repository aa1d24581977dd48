/* A made schema is one block for its texts and pointers, and one for each child,
 * so that a consumer may move children out as the C Data Interface allows. */
#include "data/schema.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/field.h"

static void release_made(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++) {
        quire_schema_release(schema->children[i]);
        quire_free(schema->children[i]);
    }
    if (schema->dictionary != NULL) {
        quire_schema_release(schema->dictionary);
        quire_free(schema->dictionary);
    }
    quire_free(schema->private_data);
    memset(schema, 0, sizeof(*schema));
}

static int make_children(struct ArrowSchema *schema, const struct quire_schema_parts *parts)
{
    for (size_t i = 0; i < parts->children_size; i++) {
        schema->children[i] = quire_alloc_zero(1, sizeof(**schema->children));
        if (schema->children[i] == NULL) return QUIRE_MEMORY;
        schema->n_children++;
    }
    if (parts->dictionary) {
        schema->dictionary = quire_alloc_zero(1, sizeof(*schema->dictionary));
        if (schema->dictionary == NULL) return QUIRE_MEMORY;
    }
    return 0;
}

int quire_schema_make(const struct quire_schema_parts *parts, struct ArrowSchema *schema)
{
    const char *name = parts->name != NULL ? parts->name : "";
    size_t name_size = parts->name_size != 0 ? parts->name_size : strlen(name);
    size_t format_size = strlen(parts->format);
    size_t metadata_size = (size_t)quire_metadata_size(parts->metadata);
    size_t pointers_size = parts->children_size * sizeof(struct ArrowSchema *);
    char *block = quire_alloc(pointers_size + format_size + name_size + metadata_size + 2);
    if (block == NULL) return QUIRE_MEMORY;
    struct ArrowSchema made = {.flags = parts->flags,
                               .children = (struct ArrowSchema **)(void *)block,
                               .release = release_made,
                               .private_data = block};
    char *text = block + pointers_size;
    memcpy(text, parts->format, format_size + 1);
    made.format = text;
    text += format_size + 1;
    if (name_size > 0) memcpy(text, name, name_size);
    text[name_size] = '\0';
    made.name = text;
    text += name_size + 1;
    if (parts->metadata != NULL) {
        memcpy(text, parts->metadata, metadata_size);
        made.metadata = text;
    }
    int code = make_children(&made, parts);
    if (code != 0)
        release_made(&made);
    else
        *schema = made;
    return code;
}

void quire_schema_release(struct ArrowSchema *schema)
{
    if (schema != NULL && schema->release != NULL) schema->release(schema);
}

int quire_field_to_schema(const struct quire_field *field, struct ArrowSchema *schema,
                          struct quire_error *error)
{
    int64_t flags = (field->nullable ? ARROW_FLAG_NULLABLE : 0) |
                    (field->dictionary_ordered ? ARROW_FLAG_DICTIONARY_ORDERED : 0) |
                    (field->keys_sorted ? ARROW_FLAG_MAP_KEYS_SORTED : 0);
    const struct quire_schema_parts parts = {.format = field->format,
                                             .name = field->name,
                                             .name_size = field->name_size,
                                             .flags = flags,
                                             .metadata = field->metadata,
                                             .children_size = field->children_size,
                                             .dictionary = field->dictionary != NULL};
    struct ArrowSchema made;
    if (quire_schema_make(&parts, &made) != 0) return quire_fail_memory(error, "make schema");
    int code = 0;
    for (size_t i = 0; code == 0 && i < field->children_size; i++)
        code = quire_field_to_schema(&field->children[i], made.children[i], error);
    if (code == 0 && field->dictionary != NULL)
        code = quire_field_to_schema(field->dictionary, made.dictionary, error);
    if (code != 0)
        quire_schema_release(&made);
    else
        *schema = made;
    return code;
}

int quire_schema_copy(const struct ArrowSchema *schema, struct ArrowSchema *copy,
                      struct quire_error *error)
{
    struct quire_field *field = NULL;
    QUIRE_TRY(quire_field_open(schema, &field, error));
    int code = quire_field_to_schema(field, copy, error);
    quire_field_close(field);
    return code;
}
