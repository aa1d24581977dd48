#include "table/log/checksum.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/json_tree.h"
#include "table/log/action_write.h"

#define OPERATION "version checksum"
#define BYTES_MAX ((size_t)64 << 20)
/* Transactions and domains that one has; with more it says nothing of them. */
#define ACTIONS_MAX 1000

static int name_of(const struct quire_table_place *place, int64_t version, struct quire_buf *key,
                   struct quire_error *error)
{
    if (quire_buf_printf(key, "%s" QUIRE_LOG_FOLDER "%020" PRId64 ".crc", place->key, version) !=
            0 ||
        quire_buf_terminate(key) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* --- Writing --------------------------------------------------------------------------------- */

/* Puts the body of an action, which is a line {"name":body}, as a value. */
static int put_body(struct quire_json_writer *writer, const struct quire_buf *line,
                    const char *name)
{
    size_t before = strlen(name) + 4, behind = 2; /* {"": and }\n */
    quire_json_writer_null(writer);
    if (writer->code != 0) return writer->code;
    writer->out->size -= 4; /* the null */
    return quire_buf_append(writer->out, line->data + before, line->size - before - behind);
}

static int put_table(struct quire_json_writer *writer, const struct quire_snapshot *snapshot)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf line = {0};
    QUIRE_TRY(quire_metadata_write(&snapshot->metadata, &line));
    quire_json_writer_key(writer, "metadata");
    QUIRE_TRY(put_body(writer, &line, "metaData"));
    quire_buf_clear(&line);
    QUIRE_TRY(quire_protocol_write(&snapshot->protocol, &line));
    quire_json_writer_key(writer, "protocol");
    return put_body(writer, &line, "protocol");
}

static int put_txns(struct quire_json_writer *writer, const struct quire_snapshot *snapshot)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf line = {0};
    const struct quire_txn *txns = (const struct quire_txn *)(const void *)snapshot->txns.data;
    size_t n = snapshot->txns.size / sizeof(*txns);
    if (n > ACTIONS_MAX) return 0;
    quire_json_writer_key(writer, "setTransactions");
    quire_json_writer_begin_array(writer);
    for (size_t i = 0; i < n; i++) {
        quire_buf_clear(&line);
        int code = quire_txn_write(&txns[i], &line);
        if (code == 0) code = put_body(writer, &line, "txn");
        if (code != 0) return code;
    }
    quire_json_writer_end_array(writer);
    return 0;
}

static int put_domains(struct quire_json_writer *writer, const struct quire_snapshot *snapshot)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf line = {0};
    const struct quire_domain *domains =
        (const struct quire_domain *)(const void *)snapshot->domains.data;
    size_t n = snapshot->domains.size / sizeof(*domains);
    if (n > ACTIONS_MAX) return 0;
    quire_json_writer_key(writer, "domainMetadata");
    quire_json_writer_begin_array(writer);
    for (size_t i = 0; i < n; i++) {
        quire_buf_clear(&line);
        int code = quire_domain_write(&domains[i], &line);
        if (code == 0) code = put_body(writer, &line, "domainMetadata");
        if (code != 0) return code;
    }
    quire_json_writer_end_array(writer);
    return 0;
}

static void put_number(struct quire_json_writer *writer, const char *key, int64_t value)
{
    quire_json_writer_key(writer, key);
    quire_json_writer_i64(writer, value);
}

static int write_text(const struct quire_snapshot *snapshot, const struct quire_file_totals *totals,
                      const struct quire_checksum_options *options, struct quire_buf *out)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    quire_json_writer_begin_object(&writer);
    if (options->mark != NULL) {
        quire_json_writer_key(&writer, "txnId");
        quire_json_writer_string(&writer, options->mark);
    }
    put_number(&writer, "tableSizeBytes", totals->bytes);
    put_number(&writer, "numFiles", totals->files);
    put_number(&writer, "numMetadata", 1);
    put_number(&writer, "numProtocol", 1);
    if (options->stamp_ms != QUIRE_LOG_NONE)
        put_number(&writer, "inCommitTimestampOpt", options->stamp_ms);
    QUIRE_TRY(put_txns(&writer, snapshot));
    QUIRE_TRY(put_domains(&writer, snapshot));
    QUIRE_TRY(put_table(&writer, snapshot));
    quire_json_writer_end_object(&writer);
    return quire_json_writer_finish(&writer);
}

int quire_checksum_write(const struct quire_snapshot *snapshot,
                         const struct quire_file_totals *totals,
                         const struct quire_checksum_options *options, struct quire_error *error)
{
    const struct quire_put_options putting = {.mode = QUIRE_PUT_CREATE_ONLY,
                                              .durability = options->durability};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0}, text = {0};
    struct quire_store *store = snapshot->place.store;
    QUIRE_TRY(name_of(&snapshot->place, snapshot->version, &key, error));
    if (write_text(snapshot, totals, options, &text) != 0)
        return quire_fail_memory(error, OPERATION);
    return store->ops->put(store, (const char *)key.data, text.data, text.size, &putting, NULL,
                           error);
}

/* --- Reading --------------------------------------------------------------------------------- */

static int add_file(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct quire_file_totals *totals = user;
    (void)error;
    totals->files++;
    totals->bytes += add->size > 0 ? add->size : 0;
    return 0;
}

int quire_snapshot_totals(struct quire_snapshot *snapshot, struct quire_file_totals *totals,
                          struct quire_error *error)
{
    struct quire_file_totals counted = {0, 0};
    QUIRE_TRY(quire_snapshot_each_file(snapshot, add_file, &counted, error));
    *totals = counted;
    return 0;
}

static int read_text(const struct quire_table_place *place, int64_t version, struct quire_buf *text,
                     struct quire_arena *arena, struct quire_json_node **root,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0};
    struct quire_object object;
    size_t at;
    QUIRE_TRY(name_of(place, version, &key, error));
    const char *name = (const char *)key.data;
    QUIRE_TRY(place->store->ops->head(place->store, name, &object, error));
    if (object.size < 0 || (uint64_t)object.size > BYTES_MAX)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "it is too long to be one");
    if (quire_buf_reserve(text, (size_t)object.size + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_store_get(place->store, name, 0, text->data, (size_t)object.size, &text->size,
                              error));
    int code = quire_json_tree_parse((const char *)text->data, text->size, arena, root, &at);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    return code == 0 && (*root)->kind == QUIRE_JSON_OBJECT
               ? 0
               : quire_fail(error, QUIRE_CORRUPT, OPERATION, "it is no JSON object");
}

static int totals_of(const struct quire_json_node *root, struct quire_file_totals *totals,
                     struct quire_error *error)
{
    const struct quire_file_totals read = {
        .files = quire_json_tree_i64(root, "numFiles", -1),
        .bytes = quire_json_tree_i64(root, "tableSizeBytes", -1),
    };
    if (read.files < 0 || read.bytes < 0)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "it has no numFiles or tableSizeBytes");
    *totals = read;
    return 0;
}

int quire_checksum_totals(const struct quire_table_place *place, int64_t version,
                          struct quire_file_totals *totals, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    QUIRE_TRY(read_text(place, version, &text, &arena, &root, error));
    return totals_of(root, totals, error);
}

/* --- Comparing: what it does not say, cannot differ ------------------------------------------ */

static int differ(struct quire_buf *difference, const char *name, int64_t recorded, int64_t counted)
{
    if (recorded == counted) return 0;
    return quire_buf_printf(difference, "%s%s is %" PRId64 ", and the log says %" PRId64,
                            difference->size > 0 ? "; " : "", name, recorded, counted);
}

static int differ_text(struct quire_buf *difference, const struct quire_json_node *object,
                       const char *name, const struct quire_bytes *text)
{
    const char *recorded = quire_json_tree_text(object, name);
    if (recorded == NULL || quire_bytes_equal_text(text, recorded)) return 0;
    return quire_buf_printf(difference, "%s%s differs", difference->size > 0 ? "; " : "", name);
}

static int differ_member(struct quire_buf *difference, const struct quire_json_node *object,
                         const char *name, int64_t counted)
{
    if (object == NULL || quire_json_tree_get(object, name) == NULL) return 0;
    return differ(difference, name, quire_json_tree_i64(object, name, -1), counted);
}

int quire_checksum_compare(struct quire_snapshot *snapshot, struct quire_buf *difference,
                           struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    struct quire_file_totals recorded = {0, 0}, counted = {0, 0};
    QUIRE_TRY(read_text(&snapshot->place, snapshot->version, &text, &arena, &root, error));
    QUIRE_TRY(totals_of(root, &recorded, error));
    QUIRE_TRY(quire_snapshot_totals(snapshot, &counted, error));
    const struct quire_json_node *metadata = quire_json_tree_get(root, "metadata");
    const struct quire_json_node *protocol = quire_json_tree_get(root, "protocol");
    const struct quire_json_node *txns = quire_json_tree_get(root, "setTransactions");
    const struct quire_json_node *domains = quire_json_tree_get(root, "domainMetadata");
    int code = differ(difference, "numFiles", recorded.files, counted.files);
    if (code == 0) code = differ(difference, "tableSizeBytes", recorded.bytes, counted.bytes);
    if (code == 0) code = differ_text(difference, metadata, "id", &snapshot->metadata.id);
    if (code == 0)
        code = differ_text(difference, metadata, "schemaString", &snapshot->metadata.schema);
    if (code == 0)
        code = differ_member(difference, protocol, "minReaderVersion", snapshot->protocol.reader);
    if (code == 0)
        code = differ_member(difference, protocol, "minWriterVersion", snapshot->protocol.writer);
    if (code == 0 && txns != NULL && txns->kind == QUIRE_JSON_ARRAY)
        code = differ(difference, "the number of setTransactions", (int64_t)txns->children_size,
                      (int64_t)(snapshot->txns.size / sizeof(struct quire_txn)));
    if (code == 0 && domains != NULL && domains->kind == QUIRE_JSON_ARRAY)
        code = differ(difference, "the number of domainMetadata", (int64_t)domains->children_size,
                      (int64_t)(snapshot->domains.size / sizeof(struct quire_domain)));
    if (code == 0) code = quire_buf_terminate(difference);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}
