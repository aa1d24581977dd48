#include "table/log/checkpoint_rows.h"

/* A row that is being built; the first failure stays. */
struct row {
    struct quire_builder *builder;
    struct quire_error *error;
    int code;
};

static void null(struct row *row)
{
    if (row->code == 0) row->code = quire_builder_null(row->builder, row->error);
}

static void text(struct row *row, const struct quire_bytes *bytes)
{
    if (bytes->data == NULL)
        null(row);
    else if (row->code == 0)
        row->code =
            quire_builder_text(row->builder, (const char *)bytes->data, bytes->size, row->error);
}

static void number(struct row *row, int64_t value)
{
    if (value == QUIRE_LOG_NONE)
        null(row);
    else if (row->code == 0)
        row->code = quire_builder_int(row->builder, value, row->error);
}

static void boolean(struct row *row, bool value)
{
    if (row->code == 0) row->code = quire_builder_bool(row->builder, value, row->error);
}

static void open(struct row *row)
{
    if (row->code == 0) row->code = quire_builder_begin(row->builder, row->error);
}

static void close(struct row *row)
{
    if (row->code == 0) row->code = quire_builder_end(row->builder, row->error);
}

static void texts(struct row *row, const struct quire_texts *list)
{
    open(row);
    for (size_t i = 0; i < list->size; i++)
        text(row, &list->items[i]);
    close(row);
}

static void pairs(struct row *row, const struct quire_pairs *map)
{
    open(row);
    for (size_t i = 0; i < map->size; i++) {
        text(row, &map->items[i].key);
        text(row, &map->items[i].value);
    }
    close(row);
}

/* Tags that are not there are null. */
static void tags(struct row *row, const struct quire_pairs *map)
{
    if (map->size == 0)
        null(row);
    else
        pairs(row, map);
}

static void deletion_vector(struct row *row, const struct quire_deletion_vector *deleted)
{
    if (deleted->storage.size == 0) {
        null(row);
        return;
    }
    open(row);
    text(row, &deleted->storage);
    text(row, &deleted->path);
    number(row, deleted->offset);
    number(row, deleted->size);
    number(row, deleted->cardinality);
    close(row);
}

/* Begins the action of a row: the columns before it are null. */
static struct row begin(struct quire_builder *builder, enum quire_log_column column,
                        struct quire_error *error)
{
    struct row row = {builder, error, 0};
    for (int i = 0; i < (int)column; i++)
        null(&row);
    open(&row);
    return row;
}

static int end(struct row *row)
{
    close(row);
    return row->code != 0 ? row->code : quire_builder_end_row(row->builder, row->error);
}

int quire_checkpoint_protocol(struct quire_builder *builder, const struct quire_protocol *protocol,
                              struct quire_error *error)
{
    struct row row = begin(builder, QUIRE_LOG_PROTOCOL, error);
    number(&row, protocol->reader);
    number(&row, protocol->writer);
    if (protocol->reader >= 3)
        texts(&row, &protocol->reader_features);
    else
        null(&row);
    if (protocol->writer >= 7)
        texts(&row, &protocol->writer_features);
    else
        null(&row);
    return end(&row);
}

int quire_checkpoint_metadata(struct quire_builder *builder,
                              const struct quire_metadata_action *metadata,
                              struct quire_error *error)
{
    static const struct quire_bytes parquet = {(const uint8_t *)"parquet", 7};
    static const struct quire_pairs none = {NULL, 0};
    struct row row = begin(builder, QUIRE_LOG_METADATA, error);
    text(&row, &metadata->id);
    text(&row, &metadata->name);
    text(&row, &metadata->description);
    open(&row);
    text(&row, metadata->provider.data != NULL ? &metadata->provider : &parquet);
    pairs(&row, &none);
    close(&row);
    text(&row, &metadata->schema);
    texts(&row, &metadata->partitions);
    pairs(&row, &metadata->configuration);
    number(&row, metadata->created_ms);
    return end(&row);
}

int quire_checkpoint_add(struct quire_builder *builder, const struct quire_add *add,
                         struct quire_error *error)
{
    struct row row = begin(builder, QUIRE_LOG_ADD, error);
    text(&row, &add->path);
    pairs(&row, &add->partitions);
    number(&row, add->size);
    number(&row, add->modified_ms);
    boolean(&row, false);
    text(&row, &add->stats);
    tags(&row, &add->tags);
    deletion_vector(&row, &add->deleted);
    number(&row, add->base_row_id);
    number(&row, add->row_commit_version);
    text(&row, &add->clustering_provider);
    return end(&row);
}

int quire_checkpoint_remove(struct quire_builder *builder, const struct quire_remove *action,
                            struct quire_error *error)
{
    struct row row = begin(builder, QUIRE_LOG_REMOVE, error);
    text(&row, &action->path);
    number(&row, action->deleted_ms);
    boolean(&row, false);
    boolean(&row, action->extended);
    if (action->extended)
        pairs(&row, &action->partitions);
    else
        null(&row);
    number(&row, action->size);
    tags(&row, &action->tags);
    deletion_vector(&row, &action->deleted);
    number(&row, action->base_row_id);
    number(&row, action->row_commit_version);
    return end(&row);
}

int quire_checkpoint_txn(struct quire_builder *builder, const struct quire_txn *txn,
                         struct quire_error *error)
{
    struct row row = begin(builder, QUIRE_LOG_TXN, error);
    text(&row, &txn->app);
    number(&row, txn->version);
    number(&row, txn->updated_ms);
    return end(&row);
}

int quire_checkpoint_domain(struct quire_builder *builder, const struct quire_domain *domain,
                            struct quire_error *error)
{
    struct row row = begin(builder, QUIRE_LOG_DOMAIN, error);
    text(&row, &domain->name);
    text(&row, &domain->configuration);
    boolean(&row, false);
    return end(&row);
}
