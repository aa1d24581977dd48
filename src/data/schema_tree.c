/* Field trees in an arena, as the parsers of schemas put them together. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "data/metadata.h"
#include "data/schema_text.h"

struct quire_field *quire_schema_add_child(struct quire_arena *arena, struct quire_field *field)
{
    size_t size = field->children_size;
    /* Room doubles whenever the count is a power of two. */
    if ((size & (size - 1)) == 0) {
        size_t room = size == 0 ? 1 : size * 2;
        struct quire_field *children = quire_arena_alloc(arena, room * sizeof(*children));
        if (children == NULL) return NULL;
        if (size > 0) memcpy(children, field->children, size * sizeof(*children));
        field->children = children;
    }
    struct quire_field *child = &field->children[field->children_size++];
    memset(child, 0, sizeof(*child));
    child->name = "";
    child->nullable = true;
    return child;
}

int quire_schema_set_extension(struct quire_arena *arena, struct quire_field *field,
                               const char *extension)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf built = {0};
    const char *name = QUIRE_METADATA_EXTENSION_NAME;
    const char *data = QUIRE_METADATA_EXTENSION_DATA;
    QUIRE_TRY(quire_metadata_append(&built, name, strlen(name), extension, strlen(extension)));
    QUIRE_TRY(quire_metadata_append(&built, data, strlen(data), "", 0));
    struct quire_metadata_pair pair = {.next = field->metadata};
    while (quire_metadata_next(&pair))
        QUIRE_TRY(
            quire_metadata_append(&built, pair.key, pair.key_size, pair.value, pair.value_size));
    field->metadata = quire_arena_strndup(arena, (const char *)built.data, built.size);
    return field->metadata != NULL ? 0 : QUIRE_MEMORY;
}
