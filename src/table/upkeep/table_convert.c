/* A folder of Parquet as version 0 of a table: an add action for each file that is below it. Files
 * of another table are none of it: that one deletes them when it likes, and has some that it has
 * deleted rows of, or that it never committed. */
#include "quire/table_convert.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/text.h"
#include "data/schema.h"
#include "format/parquet/read/footer_stats.h"
#include "table/files/file_stats_json.h"
#include "table/files/partition_folder.h"
#include "table/log/action_write.h"
#include "table/log/uri.h"
#include "table/place_check.h"
#include "table/schema/delta_schema.h"
#include "table/schema/delta_schema_write.h"
#include "table/schema/schema_union.h"
#include "table/table_create.h"
#include "table/upkeep/inner_tables.h"

#define OPERATION     "convert table"
#define STATS_COLUMNS 32

struct conversion {
    const struct quire_table_convert_options *options;
    struct quire_table_place place;
    struct quire_field *partitions; /* a struct of the columns that folders are named by; NULL */
    struct quire_schema_union schemas;
    struct quire_inner_tables inner;
    struct quire_buf lines; /* add actions */
    struct quire_table_convert_result result;

    /* The current file. */
    const char *path; /* below the table */
    const struct quire_object *object;
    struct quire_arena arena;
    struct quire_pairs values; /* of the partition columns, in their order */
};

static void release_conversion(struct conversion *conversion)
{
    quire_table_place_close(&conversion->place);
    quire_field_close(conversion->partitions);
    quire_schema_union_release(&conversion->schemas);
    quire_inner_tables_release(&conversion->inner);
    quire_buf_release(&conversion->lines);
    quire_arena_release(&conversion->arena);
}

static size_t partitions_size(const struct conversion *conversion)
{
    return conversion->partitions != NULL ? conversion->partitions->children_size : 0;
}

/* --- Files --------------------------------------------------------------------------------- */

/* Types that others would not read as what the table says. */
static int check_type(const struct quire_field *field, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf type = {0};
    bool odd = (quire_kind_is_integer(field->kind) && !quire_kind_is_signed(field->kind)) ||
               field->kind == QUIRE_KIND_FLOAT16 || field->extension == QUIRE_EXTENSION_UUID ||
               (field->kind == QUIRE_KIND_TIMESTAMP && field->unit == QUIRE_NANO);
    for (size_t i = 0; !odd && i < field->children_size; i++) {
        int code = check_type(&field->children[i], error);
        if (code != 0 && field->name_size > 0) quire_error_outer_column(error, field->name);
        QUIRE_TRY(code);
    }
    if (!odd) return 0;
    if (quire_field_type_text(field, &type) != 0 || quire_buf_terminate(&type) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
               "readers of tables do not know %.100s in files: the file is to be written anew",
               (const char *)type.data);
    quire_error_at(error, QUIRE_NOWHERE, field->name, QUIRE_NOWHERE);
    return QUIRE_UNSUPPORTED;
}

static bool is_partition(const struct conversion *conversion, const struct quire_field *field)
{
    for (size_t i = 0; i < partitions_size(conversion); i++)
        if (quire_text_equal_ignore_case(conversion->partitions->children[i].name, field->name))
            return true;
    return false;
}

/* The columns of a file without those that its folders name. *kept are the arena's. */
static int choose_columns(struct conversion *conversion, const struct quire_field *fields,
                          struct quire_field *chosen, struct quire_error *error)
{
    *chosen = *fields;
    chosen->children = quire_arena_alloc(&conversion->arena,
                                         (fields->children_size + 1) * sizeof(*fields->children));
    chosen->children_size = 0;
    if (chosen->children == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < fields->children_size; i++) {
        if (is_partition(conversion, &fields->children[i])) continue;
        chosen->children[chosen->children_size++] = fields->children[i];
    }
    return 0;
}

static int add_file(struct conversion *conversion, const struct quire_field *columns,
                    const struct quire_file_stats *stats, bool whole, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0}, path = {0};
    /* Statistics count the leaves of all columns that the file has. */
    if (quire_file_stats_json(columns, stats, whole ? STATS_COLUMNS : 0, &text) != 0 ||
        quire_uri_encode(conversion->path, strlen(conversion->path), &path) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct quire_add add = {
        .path = {path.data, path.size},
        .partitions = conversion->values,
        .size = conversion->object->size,
        .modified_ms = conversion->object->modified_us / 1000,
        .data_change = true,
        .stats = {text.data, text.size},
        .base_row_id = QUIRE_LOG_NONE,
        .row_commit_version = QUIRE_LOG_NONE,
    };
    if (quire_add_write(&add, &conversion->lines) != 0) return quire_fail_memory(error, OPERATION);
    conversion->result.files++;
    conversion->result.rows += stats->rows;
    conversion->result.bytes += conversion->object->size;
    return 0;
}

static int take_footer(void *user, const struct quire_field *fields,
                       const struct quire_file_stats *stats, struct quire_error *error)
{
    struct conversion *conversion = user;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf schema = {0};
    struct quire_field columns;
    QUIRE_TRY(choose_columns(conversion, fields, &columns, error));
    QUIRE_TRY(check_type(&columns, error));
    QUIRE_TRY(quire_delta_schema_write(&columns, &schema, error));
    const struct quire_bytes text = {schema.data, schema.size};
    QUIRE_TRY(quire_schema_union_add(&conversion->schemas, &text, conversion->path, error));
    return add_file(conversion, &columns, stats, columns.children_size == fields->children_size,
                    error);
}

static bool is_parquet(const char *path)
{
    static const char *const ends[] = {".parquet", ".parq"};
    size_t size = strlen(path);
    for (size_t i = 0; i < 2; i++)
        if (size > strlen(ends[i]) && strcmp(path + size - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

static int convert_file(struct conversion *conversion, const char *key, struct quire_error *error)
{
    struct quire_in *in = NULL;
    if (!is_parquet(conversion->path))
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "there is a file that is no Parquet below the folder: %.200s",
                          conversion->path);
    QUIRE_TRY(quire_partition_folders(conversion->path, conversion->options->partition_by,
                                      conversion->partitions, &conversion->arena,
                                      &conversion->values, error));
    QUIRE_TRY(quire_store_in_open(conversion->place.store, key, &in, NULL, error));
    int code = quire_parquet_footer_stats(in, take_footer, conversion, error);
    quire_in_close(in);
    return code;
}

/* Where a path leads into the log of a table below, *log is at the '/' before it. */
static int find_log(struct conversion *conversion, const char **log, struct quire_error *error)
{
    const char *path = conversion->path, *found = strstr(path, "/" QUIRE_LOG_FOLDER);
    *log = NULL;
    if (found == NULL) return 0;
    const char *folder = quire_arena_strndup(&conversion->arena, path, (size_t)(found + 1 - path));
    if (folder == NULL) return quire_fail_memory(error, OPERATION);
    if (!quire_partition_path_is_hidden(folder)) *log = found;
    return 0;
}

/* Refuses what is of a table below, be it a file or its log. */
static int check_inner(struct conversion *conversion, bool hidden, struct quire_error *error)
{
    const char *path = conversion->path, *log;
    bool inner = false;
    QUIRE_TRY(find_log(conversion, &log, error));
    if (log == NULL && !hidden)
        QUIRE_TRY(
            quire_inner_tables_has(&conversion->inner, &conversion->place, path, &inner, error));
    if (log == NULL && !inner) return 0;
    quire_fail(error, QUIRE_USAGE, OPERATION,
               "there is a table below the folder, whose files are its own");
    quire_error_hint(error, "move that table elsewhere, or convert the folders beside it");
    return QUIRE_USAGE;
}

static int take_object(void *user, const char *key, const struct quire_object *object,
                       struct quire_error *error)
{
    struct conversion *conversion = user;
    conversion->path = key + strlen(conversion->place.key);
    conversion->object = object;
    const bool hidden = quire_partition_path_is_hidden(conversion->path);
    int code = check_inner(conversion, hidden, error);
    if (code == 0 && !hidden) code = convert_file(conversion, key, error);
    quire_error_path(code != 0 ? error : NULL, conversion->path);
    quire_arena_release(&conversion->arena);
    return code;
}

/* --- The table ----------------------------------------------------------------------------- */

/* The columns of files, then those of folders. */
static int make_schema(struct conversion *conversion, struct ArrowSchema *schema,
                       struct quire_error *error)
{
    static const struct quire_protocol plain = {.reader = 1, .writer = 2};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema files = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema made = {.release = NULL};
    if (quire_delta_type_write(conversion->schemas.root, &text) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct quire_metadata_action metadata = {.schema = {text.data, text.size}};
    QUIRE_TRY(quire_delta_schema(&metadata, &plain, QUIRE_DELTA_LOGICAL, &files, error));
    const struct ArrowSchema *folders = conversion->options->partition_by;
    size_t own = (size_t)files.n_children, more = partitions_size(conversion);
    const struct quire_schema_parts parts = {.format = "+s", .children_size = own + more};
    if (quire_schema_make(&parts, &made) != 0) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < own + more; i++)
        QUIRE_TRY(quire_schema_copy(i < own ? files.children[i] : folders->children[i - own],
                                    made.children[i], error));
    *schema = made;
    made.release = NULL;
    return 0;
}

static void close_transaction(struct quire_transaction **transaction)
{
    quire_transaction_close(*transaction);
}

static int write_parameters(const struct conversion *conversion, const struct quire_texts *columns,
                            struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf list = {0};
    struct quire_json_writer names = quire_json_writer_to(&list);
    quire_texts_write(&names, columns);
    struct quire_json_writer writer = quire_json_writer_to(out);
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "numFiles");
    quire_json_writer_i64(&writer, conversion->result.files);
    quire_json_writer_key(&writer, "partitionedBy");
    quire_json_writer_string_sized(&writer, (const char *)list.data, list.size);
    quire_json_writer_key(&writer, "collectStats");
    quire_json_writer_bool(&writer, true);
    quire_json_writer_end_object(&writer);
    int code = quire_json_writer_finish(&names);
    if (code == 0) code = quire_json_writer_finish(&writer);
    return code != 0 ? code : quire_buf_terminate(out);
}

static int commit(struct conversion *conversion, const char *url, struct quire_error *error)
{
    QUIRE_CLEANUP(close_transaction) struct quire_transaction *transaction = NULL;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf parameters = {0};
    size_t size = partitions_size(conversion);
    QUIRE_CLEANUP(quire_cleanup_free)
    const char **names = quire_alloc_zero(size + 1, sizeof(*names));
    int64_t version;
    if (names == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < size; i++)
        names[i] = conversion->partitions->children[i].name;
    QUIRE_TRY(make_schema(conversion, &schema, error));
    const struct quire_table_create_options creation = {
        .partition_by = names,
        .partition_by_size = size,
        .properties = conversion->options->properties,
        .properties_size = conversion->options->properties_size,
    };
    const struct quire_transaction_options how = {.verb = OPERATION,
                                                  .durability = conversion->options->durability};
    QUIRE_TRY(quire_table_create_open(url, &schema, &creation, &how, &transaction, error));
    if (quire_delta_mapping(&transaction->metadata, &transaction->protocol) != QUIRE_DELTA_MAP_NONE)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "files that are there have the columns' own names: column mapping is set "
                          "afterwards");
    if (write_parameters(conversion, &transaction->metadata.partitions, &parameters) != 0 ||
        quire_buf_append(&transaction->lines, conversion->lines.data, conversion->lines.size) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct quire_commit_info info = {.operation = "CONVERT",
                                           .parameters = (const char *)parameters.data};
    return quire_transaction_commit(transaction, &info, &version, error);
}

static int convert(const char *url, struct conversion *conversion, struct quire_error *error)
{
    const struct ArrowSchema *folders = conversion->options->partition_by;
    struct quire_table_place *place = &conversion->place;
    if (folders != NULL) QUIRE_TRY(quire_field_open(folders, &conversion->partitions, error));
    QUIRE_TRY(quire_table_create_check(url, error));
    QUIRE_TRY(quire_table_check_outside(url, error));
    QUIRE_TRY(quire_table_place_open(url, place, error));
    QUIRE_TRY(
        place->store->ops->list(place->store, place->key, NULL, take_object, conversion, error));
    if (conversion->result.files == 0) {
        quire_fail(error, QUIRE_NOT_FOUND, OPERATION,
                   "there are no files of Parquet below the folder");
        quire_error_hint(error, "check the name; they are called *.parquet or *.parq");
        return QUIRE_NOT_FOUND;
    }
    return commit(conversion, url, error);
}

int quire_table_convert(const char *url, const struct quire_table_convert_options *options,
                        struct quire_table_convert_result *result, struct quire_error *error)
{
    static const struct quire_table_convert_options none = {.partition_by = NULL};
    QUIRE_CLEANUP(release_conversion)
    struct conversion conversion = {.options = options != NULL ? options : &none};
    int code = convert(url, &conversion, error);
    quire_error_path(code != 0 ? error : NULL, url);
    if (code == 0 && result != NULL) *result = conversion.result;
    return code;
}
