#include "table/files/add_stats.h"

#include "base/cleanup.h"
#include "base/json_text.h"
#include "base/json_tree.h"

/* NULL where there are none, or none that can be understood. */
static const struct quire_json_node *parse(const struct quire_add *add, struct quire_arena *arena)
{
    struct quire_json_node *stats = NULL;
    size_t at;
    if (add->stats.data == NULL || quire_json_tree_parse((const char *)add->stats.data,
                                                         add->stats.size, arena, &stats, &at) != 0)
        return NULL;
    return stats;
}

int64_t quire_add_rows(const struct quire_add *add)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    int64_t rows = quire_json_tree_i64(parse(add, &arena), "numRecords", -1);
    if (rows >= 0 && add->deleted.storage.size > 0) rows -= add->deleted.cardinality;
    return rows;
}

int quire_add_stats_loosen(const struct quire_add *add, int64_t rows, struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    const struct quire_json_node *stats = parse(add, &arena);
    struct quire_json_writer writer = quire_json_writer_to(out);
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "numRecords");
    quire_json_writer_i64(&writer, rows);
    quire_json_writer_key(&writer, "tightBounds");
    quire_json_writer_bool(&writer, false);
    int code = 0;
    for (const struct quire_json_node *one = stats != NULL ? stats->first : NULL;
         one != NULL && code == 0; one = one->next) {
        if (strcmp(one->key, "numRecords") == 0 || strcmp(one->key, "tightBounds") == 0) continue;
        quire_json_writer_key(&writer, one->key);
        quire_json_writer_null(&writer);
        if (writer.code != 0) break;
        out->size -= 4; /* the null */
        code = quire_buf_append(out, one->raw, one->raw_size);
    }
    quire_json_writer_end_object(&writer);
    return code != 0 ? code : quire_json_writer_finish(&writer);
}
