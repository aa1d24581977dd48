#include "table/table_create.h"

#include <strings.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "table/log/action_write.h"
#include "table/place_check.h"
#include "table/rows/identity.h"
#include "table/schema/delta_schema.h"
#include "table/schema/delta_schema_write.h"
#include "table/schema/metadata_change.h"
#include "table/schema/table_properties.h"

#define OPERATION "create table"

struct creation {
    struct quire_arena arena;
    struct quire_buf schema;
    struct quire_field *fields;
    struct quire_metadata_change change;
};

static void release_creation(struct creation *creation)
{
    quire_buf_release(&creation->schema);
    quire_field_close(creation->fields);
    quire_metadata_change_release(&creation->change);
    quire_arena_release(&creation->arena);
}

static struct quire_bytes bytes_of(const char *text)
{
    return text == NULL ? (struct quire_bytes){NULL, 0}
                        : (struct quire_bytes){(const uint8_t *)text, strlen(text)};
}

int quire_table_names_check(const struct quire_field *field, struct quire_error *error)
{
    for (size_t i = 0; i < field->children_size; i++) {
        const struct quire_field *child = &field->children[i];
        for (size_t j = 0; field->kind == QUIRE_KIND_STRUCT && j < i; j++) {
            if (strcasecmp(field->children[j].name, child->name) != 0) continue;
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "two columns are called \"%.200s\": a table's names differ by more "
                              "than case",
                              child->name);
        }
        QUIRE_TRY(quire_table_names_check(child, error));
    }
    return 0;
}

static int check_partitions(const struct quire_field *fields,
                            const struct quire_table_create_options *options,
                            struct quire_error *error)
{
    for (size_t i = 0; i < options->partition_by_size; i++) {
        const char *name = options->partition_by[i];
        int64_t column = quire_field_child(fields, name, strlen(name));
        if (column < 0)
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "there is no column \"%.200s\" to partition by", name);
        for (size_t j = 0; j < i; j++)
            if (strcmp(options->partition_by[j], name) == 0)
                return quire_fail(error, QUIRE_USAGE, OPERATION,
                                  "\"%.200s\" is twice among the columns to partition by", name);
        if (quire_kind_is_nested(fields->children[column].kind))
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "\"%.200s\" is nested: a table is not partitioned by it", name);
    }
    if (options->partition_by_size > 0 && options->partition_by_size == fields->children_size)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "a table is not partitioned by all of its columns");
    return 0;
}

int quire_table_create_parameters(const struct quire_texts *partitions, struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    struct quire_json_writer names = quire_json_writer_to(&list);
    quire_texts_write(&names, partitions);
    struct quire_json_writer writer = quire_json_writer_to(out);
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "partitionBy");
    quire_json_writer_string_sized(&writer, (const char *)list.data, list.size);
    quire_json_writer_end_object(&writer);
    int code = quire_json_writer_finish(&names);
    if (code == 0) code = quire_json_writer_finish(&writer);
    return code != 0 ? code : quire_buf_terminate(out);
}

/* What version 0 says of the table, but its properties. */
static int begin(struct creation *creation, const struct quire_table_create_options *options,
                 struct quire_error *error)
{
    static const struct quire_protocol oldest = {.reader = 1, .writer = 2};
    char id[QUIRE_COMMIT_MARK_SIZE];
    size_t partitions = options->partition_by_size;
    struct quire_bytes *names =
        quire_arena_alloc(&creation->arena, (partitions + 1) * sizeof(*names));
    if (names == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < partitions; i++)
        names[i] = bytes_of(options->partition_by[i]);
    quire_commit_mark(id);
    const struct quire_metadata_action metadata = {
        .id = bytes_of(id),
        .name = bytes_of(options->name),
        .description = bytes_of(options->description),
        .schema = {creation->schema.data, creation->schema.size},
        .partitions = {names, partitions},
        .created_ms = quire_commit_now_ms(),
    };
    return quire_metadata_change_open(&metadata, &oldest, true, &creation->change, error);
}

static int set_identity(struct creation *creation, const struct quire_table_identity *identity,
                        struct quire_error *error)
{
    struct quire_metadata_change *change = &creation->change;
    const struct quire_bytes given = bytes_of(identity->by_default ? "true" : "false");
    struct quire_delta_field *field = quire_delta_type_find(change->root, identity->column);
    if (field == NULL)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "there is no column \"%.200s\" to give values to", identity->column);
    if (field->type->kind != QUIRE_DELTA_PRIMITIVE || strcmp(field->type->name, "long") != 0 ||
        quire_delta_partition(&change->metadata, field->name) >= 0)
        return quire_fail(
            error, QUIRE_USAGE, OPERATION,
            "\"%.200s\" cannot be an identity column: that is of int64, and none that "
            "the table is partitioned by",
            field->name);
    if (quire_delta_field_set_number(&change->arena, field, QUIRE_IDENTITY_START,
                                     identity->start) != 0 ||
        quire_delta_field_set_number(&change->arena, field, QUIRE_IDENTITY_STEP,
                                     identity->step != 0 ? identity->step : 1) != 0 ||
        quire_delta_field_set(&change->arena, field, QUIRE_IDENTITY_GIVEN, &given) != 0)
        return quire_fail_memory(error, OPERATION);
    change->changed_schema = true;
    return quire_metadata_change_raise(change, "identityColumns", error);
}

static int prepare(struct creation *creation, const struct ArrowSchema *schema,
                   const struct quire_table_create_options *options, struct quire_error *error)
{
    QUIRE_TRY(quire_field_open(schema, &creation->fields, error));
    if (creation->fields->children_size == 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "a table has one column at least");
    QUIRE_TRY(quire_table_names_check(creation->fields, error));
    QUIRE_TRY(check_partitions(creation->fields, options, error));
    QUIRE_TRY(quire_delta_schema_write(creation->fields, &creation->schema, error));
    QUIRE_TRY(begin(creation, options, error));
    for (size_t i = 0; i < options->properties_size; i++)
        QUIRE_TRY(quire_table_properties_set(&creation->change, options->properties[i].name,
                                             options->properties[i].value, error));
    for (size_t i = 0; i < options->identities_size; i++)
        QUIRE_TRY(set_identity(creation, &options->identities[i], error));
    return quire_metadata_change_finish(&creation->change, error);
}

int quire_table_create_check(const char *url, struct quire_error *error)
{
    struct quire_snapshot *snapshot = NULL;
    struct quire_error missing;
    quire_error_clear(&missing);
    int code = quire_snapshot_open(url, -1, &snapshot, &missing);
    quire_snapshot_free(snapshot);
    if (code == QUIRE_NOT_FOUND) return 0;
    if (code == 0) return quire_fail(error, QUIRE_EXISTS, OPERATION, "there is a table already");
    if (error != NULL) *error = missing;
    return code;
}

int quire_table_create_open(const char *url, const struct ArrowSchema *schema,
                            const struct quire_table_create_options *options,
                            const struct quire_transaction_options *how,
                            struct quire_transaction **transaction, struct quire_error *error)
{
    QUIRE_CLEANUP(release_creation) struct creation creation = {.fields = NULL};
    QUIRE_TRY(prepare(&creation, schema, options, error));
    QUIRE_TRY(quire_table_create_check(url, error));
    QUIRE_TRY(quire_table_check_outside(url, error));
    return quire_transaction_create(url, how, &creation.change.metadata, &creation.change.protocol,
                                    transaction, error);
}

int quire_table_create_or_open(const char *url, struct ArrowArrayStream *rows,
                               const struct quire_table_create_options *create,
                               const struct quire_transaction_options *how,
                               struct quire_transaction **transaction, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    struct quire_error missing;
    quire_error_clear(&missing);
    int code = quire_transaction_open(url, how, transaction, &missing);
    if (code != QUIRE_NOT_FOUND || create == NULL) {
        if (code != 0 && error != NULL) *error = missing;
        return code;
    }
    QUIRE_TRY(quire_stream_schema(rows, &schema, error));
    quire_error_clear(&missing);
    code = quire_table_create_open(url, &schema, create, how, transaction, &missing);
    /* Another writer made it meanwhile. */
    if (code == QUIRE_EXISTS) return quire_transaction_open(url, how, transaction, error);
    if (code != 0 && error != NULL) *error = missing;
    return code;
}

static void close_transaction(struct quire_transaction **transaction)
{
    quire_transaction_close(*transaction);
}

static int create(const char *url, const struct ArrowSchema *schema,
                  const struct quire_table_create_options *options, struct quire_error *error)
{
    QUIRE_CLEANUP(close_transaction) struct quire_transaction *transaction = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf parameters = {0};
    const struct quire_transaction_options how = {.verb = OPERATION,
                                                  .durability = options->durability};
    int64_t version;
    QUIRE_TRY(quire_table_create_open(url, schema, options, &how, &transaction, error));
    if (quire_table_create_parameters(&transaction->metadata.partitions, &parameters) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct quire_commit_info info = {.operation = "CREATE TABLE",
                                           .parameters = (const char *)parameters.data};
    return quire_transaction_commit(transaction, &info, &version, error);
}

int quire_table_create(const char *url, const struct ArrowSchema *schema,
                       const struct quire_table_create_options *options, struct quire_error *error)
{
    static const struct quire_table_create_options none = {.partition_by = NULL};
    struct quire_error failed;
    if (options == NULL) options = &none;
    quire_error_clear(&failed);
    int code = create(url, schema, options, &failed);
    if (code == 0 || (code == QUIRE_EXISTS && options->if_not_exists)) return 0;
    quire_error_path(&failed, url);
    if (error != NULL) *error = failed;
    return code;
}
