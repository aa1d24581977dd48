/* Version 0 of a table. */
#include <strings.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "quire/table_write.h"
#include "table/action_write.h"
#include "table/commit.h"
#include "table/delta_schema_write.h"

#define OPERATION "create table"

struct creation {
    struct quire_arena arena;
    struct quire_buf schema, lines, parameters;
    struct quire_field *fields;
    struct quire_table_place place;
};

static void release_creation(struct creation *creation)
{
    quire_buf_release(&creation->schema);
    quire_buf_release(&creation->lines);
    quire_buf_release(&creation->parameters);
    quire_field_close(creation->fields);
    quire_table_place_close(&creation->place);
    quire_arena_release(&creation->arena);
}

static struct quire_bytes bytes_of(const char *text)
{
    return text == NULL ? (struct quire_bytes){NULL, 0}
                        : (struct quire_bytes){(const uint8_t *)text, strlen(text)};
}

static bool is_local_time(const struct quire_field *field)
{
    return field->kind == QUIRE_KIND_TIMESTAMP && field->zone == NULL;
}

/* The widest readers that the schema allows. A column that may not be null is an invariant to
 * engines that look at features (Spark). */
static void choose_protocol(const struct quire_field *fields, struct quire_bytes *features,
                            struct quire_protocol *protocol)
{
    bool local = quire_delta_schema_has(fields, is_local_time), not_null = false;
    for (size_t i = 0; i < fields->children_size; i++)
        not_null = not_null || !fields->children[i].nullable;
    *protocol = (struct quire_protocol){.reader = local ? 3 : 1, .writer = local ? 7 : 2};
    if (!local) return;
    features[0] = bytes_of("timestampNtz");
    features[1] = bytes_of("invariants");
    protocol->reader_features = (struct quire_texts){features, 1};
    protocol->writer_features = (struct quire_texts){features, 1 + not_null};
}

/* Names of one struct differ by more than case. */
static int check_names(const struct quire_field *field, struct quire_error *error)
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
        QUIRE_TRY(check_names(child, error));
    }
    return 0;
}

static int check_partitions(const struct quire_field *fields,
                            const struct quire_table_create_options *options,
                            struct quire_error *error)
{
    if (options->partition_by_size > 0 && options->partition_by_size >= fields->children_size)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "a table is not partitioned by all of its columns");
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
    return 0;
}

static int write_parameters(struct creation *creation, const struct quire_texts *partitions)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    struct quire_json_writer names = quire_json_writer_to(&list);
    quire_texts_write(&names, partitions);
    struct quire_json_writer writer = quire_json_writer_to(&creation->parameters);
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "partitionBy");
    quire_json_writer_string_sized(&writer, (const char *)list.data, list.size);
    quire_json_writer_end_object(&writer);
    int code = quire_json_writer_finish(&names);
    if (code == 0) code = quire_json_writer_finish(&writer);
    return code != 0 ? code : quire_buf_terminate(&creation->parameters);
}

/* The lines of the commit. */
static int write_lines(struct creation *creation, const struct quire_table_create_options *options,
                       const char *mark, int64_t now_ms, struct quire_error *error)
{
    char id[QUIRE_COMMIT_MARK_SIZE];
    struct quire_bytes features[2];
    struct quire_protocol protocol;
    size_t partitions = options->partition_by_size, properties = options->properties_size;
    struct quire_bytes *names =
        quire_arena_alloc(&creation->arena, (partitions + 1) * sizeof(*names));
    struct quire_pair *pairs =
        quire_arena_alloc(&creation->arena, (properties + 1) * sizeof(*pairs));
    if (names == NULL || pairs == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < partitions; i++)
        names[i] = bytes_of(options->partition_by[i]);
    for (size_t i = 0; i < properties; i++)
        pairs[i] = (struct quire_pair){bytes_of(options->properties[i].name),
                                       bytes_of(options->properties[i].value)};
    quire_commit_mark(id);
    choose_protocol(creation->fields, features, &protocol);
    const struct quire_metadata_action metadata = {
        .id = bytes_of(id),
        .name = bytes_of(options->name),
        .description = bytes_of(options->description),
        .schema = {creation->schema.data, creation->schema.size},
        .partitions = {names, partitions},
        .configuration = {pairs, properties},
        .created_ms = now_ms,
    };
    int code = write_parameters(creation, &metadata.partitions);
    const struct quire_commit_info info = {.operation = "CREATE TABLE",
                                           .parameters = (const char *)creation->parameters.data,
                                           .read_version = -1,
                                           .blind_append = true};
    if (code == 0) code = quire_commit_info_write(&info, mark, now_ms, &creation->lines);
    if (code == 0) code = quire_protocol_write(&protocol, &creation->lines);
    if (code == 0) code = quire_metadata_write(&metadata, &creation->lines);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_table_create(const char *url, const struct ArrowSchema *schema,
                       const struct quire_table_create_options *options, struct quire_error *error)
{
    static const struct quire_table_create_options none = {.partition_by = NULL};
    QUIRE_CLEANUP(release_creation) struct creation creation = {.fields = NULL};
    enum quire_commit_outcome outcome;
    char mark[QUIRE_COMMIT_MARK_SIZE];
    if (options == NULL) options = &none;
    QUIRE_TRY(quire_field_open(schema, &creation.fields, error));
    if (creation.fields->children_size == 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "a table has columns");
    QUIRE_TRY(check_names(creation.fields, error));
    QUIRE_TRY(check_partitions(creation.fields, options, error));
    QUIRE_TRY(quire_delta_schema_write(creation.fields, &creation.schema, error));
    quire_commit_mark(mark);
    QUIRE_TRY(write_lines(&creation, options, mark, quire_commit_now_ms(), error));
    int code = quire_table_place_open(url, &creation.place, error);
    if (code == 0)
        code = quire_commit_put(creation.place.store, creation.place.key, 0, &creation.lines, mark,
                                options->durability, &outcome, error);
    quire_error_path(code != 0 ? error : NULL, url);
    QUIRE_TRY(code);
    if (outcome == QUIRE_COMMIT_DONE || options->if_not_exists) return 0;
    code = quire_fail(error, QUIRE_EXISTS, OPERATION, "there is a table already");
    quire_error_path(error, url);
    return code;
}
