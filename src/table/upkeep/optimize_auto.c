/* Putting files together by itself. Only partitions that the commit added rows to are looked at, so
 * that a table of many is not gone through for each; and only where it is worth it. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "table/upkeep/optimize_private.h"

#define OPERATION   QUIRE_OPTIMIZE_OPERATION
#define FILES_LEAST 50
#define SMALL_BYTES (INT64_C(64) << 20)

/* The values of a partition; texts are the tree's. */
static int read_values(const struct quire_json_node *object, struct quire_arena *arena,
                       struct quire_pairs *pairs)
{
    size_t size = object != NULL ? object->children_size : 0;
    *pairs = (struct quire_pairs){quire_arena_alloc(arena, (size + 1) * sizeof(*pairs->items)), 0};
    if (pairs->items == NULL) return QUIRE_MEMORY;
    for (const struct quire_json_node *one = size > 0 ? object->first : NULL; one != NULL;
         one = one->next) {
        struct quire_pair *pair = &pairs->items[pairs->size++];
        *pair = (struct quire_pair){{(const uint8_t *)one->key, one->key_size}, {NULL, 0}};
        if (one->kind == QUIRE_JSON_STRING)
            pair->value = (struct quire_bytes){(const uint8_t *)one->text, one->size};
    }
    return 0;
}

static int note_partition(struct quire_optimize *optimize, const struct quire_bytes *partition)
{
    const struct quire_bytes *known =
        (const struct quire_bytes *)(const void *)optimize->partitions.data;
    for (size_t i = 0; i < optimize->partitions.size / sizeof(*known); i++)
        if (known[i].size == partition->size &&
            memcmp(known[i].data, partition->data, partition->size) == 0)
            return 0;
    return quire_buf_append(&optimize->partitions, partition, sizeof(*partition));
}

/* Of an add that brings rows. */
static int take_line(struct quire_optimize *optimize, const char *line, size_t size)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    struct quire_pairs values;
    struct quire_bytes partition;
    size_t at;
    int code = quire_json_tree_parse(line, size, &arena, &root, &at);
    if (code != 0) return code == QUIRE_MEMORY ? code : 0;
    const struct quire_json_node *add = quire_json_tree_get(root, "add");
    if (add == NULL || !quire_json_tree_bool(add, "dataChange", false)) return 0;
    code = read_values(quire_json_tree_get(add, "partitionValues"), &arena, &values);
    if (code == 0)
        code = quire_optimize_partition(&optimize->columns, &values, &optimize->arena, &partition);
    return code != 0 ? code : note_partition(optimize, &partition);
}

int quire_optimize_choose(struct quire_optimize *optimize, struct quire_optimize_request *request,
                          struct quire_error *error)
{
    const char *at = (const char *)optimize->after->data, *end = at + optimize->after->size;
    while (at != end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL) stop = end;
        if (take_line(optimize, at, (size_t)(stop - at)) != 0)
            return quire_fail_memory(error, OPERATION);
        at = stop == end ? end : stop + 1;
    }
    request->partitions = &optimize->partitions;
    request->small_bytes = SMALL_BYTES;
    request->files_least = FILES_LEAST;
    return 0;
}

static bool adds_rows(const struct quire_buf *lines)
{
    static const char mark[] = "\"dataChange\":true";
    return memmem(lines->data, lines->size, mark, strlen(mark)) != NULL;
}

/* Whether it can or not: the commit stands, and the next one may try again. */
void quire_optimize_after(const char *url, const struct quire_buf *lines,
                          enum quire_durability durability)
{
    const struct quire_table_optimize_options options = {.durability = durability};
    struct quire_table_optimize_result result = {0};
    struct quire_optimize optimize = {.options = &options, .result = &result, .after = lines};
    if (adds_rows(lines)) (void)quire_optimize_run(&optimize, url, NULL);
}
