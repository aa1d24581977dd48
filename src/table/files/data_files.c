/* The path of a file is noted before it stands, so that none is forgotten. */
#include "table/files/data_files.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/commit/commit.h"
#include "table/files/file_stats_json.h"
#include "table/files/made_folders.h"
#include "table/log/action_write.h"
#include "table/log/uri.h"

#define OPERATION      "write table"
#define CHANGES_FOLDER "_change_data/"

static int join_url(const struct quire_data_files *files, const char *path, struct quire_buf *url,
                    struct quire_error *error)
{
    if (quire_buf_printf(url, "%s%s", files->options->url, path) != 0 ||
        quire_buf_terminate(url) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int name_file(struct quire_data_files *files, const struct quire_buf *folder,
                     struct quire_buf *path)
{
    const struct quire_data_writer_options *options = files->options;
    char uuid[QUIRE_COMMIT_MARK_SIZE];
    quire_commit_mark(uuid);
    quire_buf_clear(path);
    QUIRE_TRY(quire_buf_append_text(path, options->changes ? CHANGES_FOLDER : ""));
    QUIRE_TRY(quire_buf_append(path, folder->data, folder->size));
    QUIRE_TRY(quire_buf_printf(path, "%s-%05zu-%s-c000.%.*s.parquet",
                               options->changes ? "cdc" : "part", files->parts++, uuid,
                               (int)strcspn(options->compression, ":"), options->compression));
    return quire_buf_terminate(path);
}

int quire_data_file_begin(struct quire_data_files *files, const struct quire_buf *folder,
                          struct quire_data_file *file, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    const struct quire_setting settings[] = {{"compression", files->options->compression}};
    const struct quire_write_options options = {
        .format = "parquet",
        .settings = settings,
        .settings_size = 1,
        .mode = QUIRE_WRITE_CREATE,
        .durability = files->options->durability,
        .context = files->context,
    };
    if (name_file(files, folder, &file->path) != 0 ||
        quire_made_folders_note(files->options->url, (const char *)file->path.data, &files->made) !=
            0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(join_url(files, (const char *)file->path.data, &url, error));
    return quire_writer_open((const char *)url.data, files->schema, &options, &file->writer, error);
}

static int64_t modified_ms(const struct quire_buf *url)
{
    struct quire_store *store = NULL;
    char *key = NULL;
    struct quire_object object = {0};
    if (quire_store_open((const char *)url->data, NULL, 0, &store, &key, NULL) == 0)
        (void)store->ops->head(store, key, &object, NULL);
    quire_store_key_free(key);
    quire_store_close(store);
    return object.modified_us / 1000;
}

/* The file stands: notes its action. */
static int add_file(struct quire_data_files *files, const struct quire_pairs *partitions,
                    const struct quire_data_file *file, int64_t bytes, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf stats = {0}, path = {0}, url = {0};
    const struct quire_data_writer_options *options = files->options;
    QUIRE_TRY(join_url(files, (const char *)file->path.data, &url, error));
    if (quire_file_stats_json_named(files->fields, quire_writer_stats(file->writer),
                                    options->stats_columns, options->stats_names, &stats) != 0 ||
        quire_uri_encode((const char *)file->path.data, file->path.size, &path) != 0)
        return quire_fail_memory(error, OPERATION);
    const char *clustering = options->clustering;
    const struct quire_add add = {
        .path = {path.data, path.size},
        .partitions = *partitions,
        .size = bytes,
        .modified_ms = modified_ms(&url),
        .data_change = !options->rearranges,
        .stats = {stats.data, stats.size},
        .clustering_provider = {(const uint8_t *)clustering,
                                clustering != NULL ? strlen(clustering) : 0},
        .base_row_id = QUIRE_LOG_NONE,
        .row_commit_version = QUIRE_LOG_NONE,
    };
    int code = options->changes ? quire_cdc_write(&add, &files->lines)
                                : quire_add_write(&add, &files->lines);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_data_file_end(struct quire_data_files *files, const struct quire_pairs *partitions,
                        struct quire_data_file *file, struct quire_error *error)
{
    struct quire_write_result result;
    if (quire_buf_append(&files->paths, file->path.data, file->path.size + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_writer_commit(file->writer, &result, error));
    QUIRE_TRY(add_file(files, partitions, file, result.bytes, error));
    if (quire_buf_append(&files->sizes, &result.bytes, sizeof(result.bytes)) != 0)
        return quire_fail_memory(error, OPERATION);
    files->totals.files++;
    files->totals.rows += result.rows;
    files->totals.bytes += result.bytes;
    quire_data_file_release(file);
    return 0;
}

void quire_data_file_release(struct quire_data_file *file)
{
    quire_writer_close(file->writer);
    quire_buf_release(&file->path);
    *file = (struct quire_data_file){.writer = NULL};
}

/* Files of a write that did not become part of the table. */
static void delete_files(struct quire_data_files *files)
{
    const char *end = (const char *)quire_buf_end(&files->paths);
    for (const char *path = (const char *)files->paths.data; path != end;
         path += strlen(path) + 1) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
        struct quire_store *store = NULL;
        char *key = NULL;
        if (join_url(files, path, &url, NULL) == 0 &&
            quire_store_open((const char *)url.data, NULL, 0, &store, &key, NULL) == 0) {
            const char *keys[] = {key};
            (void)store->ops->delete_many(store, keys, 1, NULL, NULL);
        }
        quire_store_key_free(key);
        quire_store_close(store);
    }
}

void quire_data_files_release(struct quire_data_files *files, bool keep)
{
    if (!keep) delete_files(files);
    if (!keep) quire_made_folders_undo(files->options->url, &files->made);
    quire_buf_release(&files->made);
    quire_buf_release(&files->lines);
    quire_buf_release(&files->paths);
    quire_buf_release(&files->sizes);
}
