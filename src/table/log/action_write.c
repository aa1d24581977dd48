#include "table/log/action_write.h"

#include "base/cleanup.h"

static struct quire_json_writer begin(struct quire_buf *out, const char *action)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, action);
    quire_json_writer_begin_object(&writer);
    return writer;
}

static int end(struct quire_json_writer *writer)
{
    quire_json_writer_end_object(writer);
    quire_json_writer_end_object(writer);
    int code = quire_json_writer_finish(writer);
    return code != 0 ? code : quire_buf_push(writer->out, '\n');
}

static void write_text(struct quire_json_writer *writer, const struct quire_bytes *text)
{
    if (text->data == NULL)
        quire_json_writer_null(writer);
    else
        quire_json_writer_string_sized(writer, (const char *)text->data, text->size);
}

void quire_bytes_write(struct quire_json_writer *writer, const char *key,
                       const struct quire_bytes *text)
{
    quire_json_writer_key(writer, key);
    write_text(writer, text);
}

void quire_pairs_write(struct quire_json_writer *writer, const struct quire_pairs *pairs)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0};
    quire_json_writer_begin_object(writer);
    for (size_t i = 0; i < pairs->size; i++) {
        const struct quire_bytes *bytes = &pairs->items[i].key;
        quire_buf_clear(&key);
        if (quire_buf_append(&key, bytes->data, bytes->size) != 0 || quire_buf_terminate(&key) != 0)
            writer->code = QUIRE_MEMORY;
        if (writer->code != 0) return;
        quire_json_writer_key(writer, (const char *)key.data);
        write_text(writer, &pairs->items[i].value);
    }
    quire_json_writer_end_object(writer);
}

void quire_texts_write(struct quire_json_writer *writer, const struct quire_texts *texts)
{
    quire_json_writer_begin_array(writer);
    for (size_t i = 0; i < texts->size; i++)
        write_text(writer, &texts->items[i]);
    quire_json_writer_end_array(writer);
}

static void put_number(struct quire_json_writer *writer, const char *key, int64_t value)
{
    if (value == QUIRE_LOG_NONE) return;
    quire_json_writer_key(writer, key);
    quire_json_writer_i64(writer, value);
}

static void put_bool(struct quire_json_writer *writer, const char *key, bool value)
{
    quire_json_writer_key(writer, key);
    quire_json_writer_bool(writer, value);
}

static void put_text(struct quire_json_writer *writer, const char *key,
                     const struct quire_bytes *text)
{
    if (text->data != NULL) quire_bytes_write(writer, key, text);
}

int quire_protocol_write(const struct quire_protocol *protocol, struct quire_buf *out)
{
    struct quire_json_writer writer = begin(out, "protocol");
    put_number(&writer, "minReaderVersion", protocol->reader);
    put_number(&writer, "minWriterVersion", protocol->writer);
    if (protocol->reader >= 3) {
        quire_json_writer_key(&writer, "readerFeatures");
        quire_texts_write(&writer, &protocol->reader_features);
    }
    if (protocol->writer >= 7) {
        quire_json_writer_key(&writer, "writerFeatures");
        quire_texts_write(&writer, &protocol->writer_features);
    }
    return end(&writer);
}

int quire_metadata_write(const struct quire_metadata_action *metadata, struct quire_buf *out)
{
    struct quire_json_writer writer = begin(out, "metaData");
    put_text(&writer, "id", &metadata->id);
    put_text(&writer, "name", &metadata->name);
    put_text(&writer, "description", &metadata->description);
    quire_json_writer_key(&writer, "format");
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "provider");
    quire_json_writer_string(&writer, "parquet");
    quire_json_writer_key(&writer, "options");
    quire_json_writer_begin_object(&writer);
    quire_json_writer_end_object(&writer);
    quire_json_writer_end_object(&writer);
    put_text(&writer, "schemaString", &metadata->schema);
    quire_json_writer_key(&writer, "partitionColumns");
    quire_texts_write(&writer, &metadata->partitions);
    quire_json_writer_key(&writer, "configuration");
    quire_pairs_write(&writer, &metadata->configuration);
    put_number(&writer, "createdTime", metadata->created_ms);
    return end(&writer);
}

static void put_deletion_vector(struct quire_json_writer *writer,
                                const struct quire_deletion_vector *deleted)
{
    if (deleted->storage.size == 0) return;
    quire_json_writer_key(writer, "deletionVector");
    quire_json_writer_begin_object(writer);
    quire_bytes_write(writer, "storageType", &deleted->storage);
    quire_bytes_write(writer, "pathOrInlineDv", &deleted->path);
    put_number(writer, "offset", deleted->offset);
    put_number(writer, "sizeInBytes", deleted->size);
    put_number(writer, "cardinality", deleted->cardinality);
    quire_json_writer_end_object(writer);
}

int quire_add_write(const struct quire_add *add, struct quire_buf *out)
{
    struct quire_json_writer writer = begin(out, "add");
    quire_bytes_write(&writer, "path", &add->path);
    quire_json_writer_key(&writer, "partitionValues");
    quire_pairs_write(&writer, &add->partitions);
    put_number(&writer, "size", add->size);
    put_number(&writer, "modificationTime", add->modified_ms);
    put_bool(&writer, "dataChange", add->data_change);
    put_text(&writer, "stats", &add->stats);
    if (add->tags.size > 0) {
        quire_json_writer_key(&writer, "tags");
        quire_pairs_write(&writer, &add->tags);
    }
    put_deletion_vector(&writer, &add->deleted);
    put_number(&writer, "baseRowId", add->base_row_id);
    put_number(&writer, "defaultRowCommitVersion", add->row_commit_version);
    put_text(&writer, "clusteringProvider", &add->clustering_provider);
    return end(&writer);
}

int quire_remove_write(const struct quire_add *add, int64_t deleted_ms, bool data_change,
                       struct quire_buf *out)
{
    struct quire_json_writer writer = begin(out, "remove");
    quire_bytes_write(&writer, "path", &add->path);
    put_number(&writer, "deletionTimestamp", deleted_ms);
    put_bool(&writer, "dataChange", data_change);
    put_bool(&writer, "extendedFileMetadata", true);
    quire_json_writer_key(&writer, "partitionValues");
    quire_pairs_write(&writer, &add->partitions);
    put_number(&writer, "size", add->size);
    put_deletion_vector(&writer, &add->deleted);
    put_number(&writer, "baseRowId", add->base_row_id);
    put_number(&writer, "defaultRowCommitVersion", add->row_commit_version);
    return end(&writer);
}

int quire_cdc_write(const struct quire_add *file, struct quire_buf *out)
{
    struct quire_json_writer writer = begin(out, "cdc");
    quire_bytes_write(&writer, "path", &file->path);
    quire_json_writer_key(&writer, "partitionValues");
    quire_pairs_write(&writer, &file->partitions);
    put_number(&writer, "size", file->size);
    put_bool(&writer, "dataChange", false);
    return end(&writer);
}

int quire_tombstone_write(const struct quire_remove *action, struct quire_buf *out)
{
    struct quire_json_writer writer = begin(out, "remove");
    quire_bytes_write(&writer, "path", &action->path);
    put_number(&writer, "deletionTimestamp", action->deleted_ms);
    put_bool(&writer, "dataChange", action->data_change);
    if (action->extended) {
        put_bool(&writer, "extendedFileMetadata", true);
        quire_json_writer_key(&writer, "partitionValues");
        quire_pairs_write(&writer, &action->partitions);
    }
    put_number(&writer, "size", action->size);
    if (action->tags.size > 0) {
        quire_json_writer_key(&writer, "tags");
        quire_pairs_write(&writer, &action->tags);
    }
    put_deletion_vector(&writer, &action->deleted);
    put_number(&writer, "baseRowId", action->base_row_id);
    put_number(&writer, "defaultRowCommitVersion", action->row_commit_version);
    return end(&writer);
}

int quire_txn_write(const struct quire_txn *txn, struct quire_buf *out)
{
    struct quire_json_writer writer = begin(out, "txn");
    quire_bytes_write(&writer, "appId", &txn->app);
    put_number(&writer, "version", txn->version);
    put_number(&writer, "lastUpdated", txn->updated_ms);
    return end(&writer);
}

int quire_domain_write(const struct quire_domain *domain, struct quire_buf *out)
{
    struct quire_json_writer writer = begin(out, "domainMetadata");
    quire_bytes_write(&writer, "domain", &domain->name);
    quire_bytes_write(&writer, "configuration", &domain->configuration);
    put_bool(&writer, "removed", domain->removed);
    return end(&writer);
}
