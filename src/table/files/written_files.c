#include "table/files/written_files.h"

#include "base/cleanup.h"
#include "base/json_tree.h"

static struct quire_bytes text_of(const struct quire_json_node *node)
{
    if (node == NULL || node->kind != QUIRE_JSON_STRING) return (struct quire_bytes){NULL, 0};
    return (struct quire_bytes){(const uint8_t *)node->text, node->size};
}

static int read_add(const struct quire_json_node *node, struct quire_arena *arena,
                    struct quire_add *add)
{
    const struct quire_json_node *values = quire_json_tree_get(node, "partitionValues");
    size_t size = values != NULL ? values->children_size : 0;
    *add = (struct quire_add){.path = text_of(quire_json_tree_get(node, "path")),
                              .size = quire_json_tree_i64(node, "size", QUIRE_LOG_NONE),
                              .modified_ms = QUIRE_LOG_NONE,
                              .base_row_id = QUIRE_LOG_NONE,
                              .row_commit_version = QUIRE_LOG_NONE};
    add->partitions.items = quire_arena_alloc(arena, (size + 1) * sizeof(struct quire_pair));
    if (add->partitions.items == NULL) return QUIRE_MEMORY;
    for (const struct quire_json_node *one = values != NULL ? values->first : NULL; one != NULL;
         one = one->next)
        add->partitions.items[add->partitions.size++] =
            (struct quire_pair){{(const uint8_t *)one->key, one->key_size}, text_of(one)};
    return quire_add_copy(arena, add);
}

int quire_written_files(const struct quire_buf *lines, struct quire_arena *arena,
                        struct quire_buf *files)
{
    const char *text = (const char *)lines->data;
    for (size_t at = 0; at < lines->size;) {
        QUIRE_CLEANUP(quire_arena_release) struct quire_arena scratch = {NULL, 0};
        const char *end = memchr(text + at, '\n', lines->size - at);
        size_t size = end != NULL ? (size_t)(end - text) - at : lines->size - at, wrong;
        struct quire_json_node *line = NULL;
        struct quire_add add;
        /* The lines are our own: only memory can lack. */
        if (quire_json_tree_parse(text + at, size, &scratch, &line, &wrong) != 0 ||
            read_add(quire_json_tree_get(line, "add"), arena, &add) != 0 ||
            quire_buf_append(files, &add, sizeof(add)) != 0)
            return QUIRE_MEMORY;
        at += size + 1;
    }
    return 0;
}
