#include "table/files/file_columns.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/field.h"
#include "data/schema.h"
#include "quire/file.h"
#include "table/schema/delta_schema.h"

#define OPERATION "read table"

static bool same_id(const struct ArrowSchema *a, const struct ArrowSchema *b)
{
    size_t a_size = 0, b_size = 0;
    const char *key = QUIRE_DELTA_MAPPING_FILES;
    const char *left = a->metadata != NULL ? quire_metadata_get(a->metadata, key, &a_size) : NULL;
    const char *right = b->metadata != NULL ? quire_metadata_get(b->metadata, key, &b_size) : NULL;
    return left != NULL && right != NULL && a_size == b_size && memcmp(left, right, a_size) == 0;
}

/* The file's field of that id; NULL. */
static const struct ArrowSchema *find_id(const struct ArrowSchema *file,
                                         const struct ArrowSchema *wanted)
{
    for (int64_t i = 0; file != NULL && i < file->n_children; i++)
        if (same_id(file->children[i], wanted)) return file->children[i];
    return NULL;
}

static bool has_name(const struct ArrowSchema *file, const char *name)
{
    for (int64_t i = 0; file != NULL && i < file->n_children; i++)
        if (strcmp(file->children[i]->name, name) == 0) return true;
    return false;
}

/* The name of a field that the file lacks. */
static int name_missing(const struct ArrowSchema *file, const char *physical,
                        struct quire_buf *name, struct quire_error *error)
{
    int code = quire_buf_append_text(name, physical);
    if (code == 0) code = quire_buf_terminate(name);
    while (code == 0 && has_name(file, (const char *)name->data)) {
        code = quire_buf_append_text(name, "?");
        if (code == 0) code = quire_buf_terminate(name);
    }
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int rename_tree(const struct ArrowSchema *physical, const struct ArrowSchema *file,
                       const char *name, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct quire_schema_parts parts = {.format = physical->format,
                                             .name = name,
                                             .flags = physical->flags,
                                             .children_size = (size_t)physical->n_children};
    bool by_id = strcmp(physical->format, "+s") == 0;
    if (quire_schema_make(&parts, schema) != 0) return quire_fail_memory(error, OPERATION);
    for (int64_t i = 0; i < physical->n_children; i++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf missing = {0};
        const struct ArrowSchema *child = physical->children[i], *found = NULL;
        /* Entries of maps and items of lists have no ids. */
        bool has_id = by_id && child->metadata != NULL;
        if (has_id)
            found = find_id(file, child);
        else if (file != NULL && i < file->n_children)
            found = file->children[i];
        if (has_id && found == NULL) QUIRE_TRY(name_missing(file, child->name, &missing, error));
        const char *called = !has_id         ? child->name
                             : found != NULL ? found->name
                                             : (const char *)missing.data;
        QUIRE_TRY(rename_tree(child, found, called, schema->children[i], error));
    }
    return 0;
}

int quire_file_columns_by_id(const char *url, const struct ArrowSchema *physical,
                             struct quire_context *context, struct ArrowSchema *schema,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema file = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema made = {.release = NULL};
    const struct quire_read_options options = {.format = "parquet", .context = context};
    QUIRE_TRY(quire_file_read(url, &options, &stream, error));
    QUIRE_TRY(quire_stream_schema(&stream, &file, error));
    QUIRE_TRY(rename_tree(physical, &file, "", &made, error));
    *schema = made;
    made.release = NULL;
    return 0;
}
