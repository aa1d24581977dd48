/* A run is a Parquet file without compression, named as temporaries are, so that what a
 * killed process leaves is swept as theirs is. */
#include "file/sort_runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/random.h"
#include "file/sort_layout.h"
#include "quire/batch.h"
#include "quire/store.h"

bool quire_sort_batch_is_full(const struct quire_context *context, const struct quire_column *batch)
{
    size_t max = context->budget.max / 8;
    return batch->length >= QUIRE_SORT_BATCH_ROWS ||
           (max > 0 && batch->length > 0 && quire_column_memory(batch) >= max);
}

static int grow(struct quire_sort_runs *runs)
{
    if (runs->size < runs->capacity) return 0;
    size_t capacity = runs->capacity + runs->capacity / 2 + 16;
    char **paths = quire_realloc(runs->paths, capacity * sizeof(*paths));
    if (paths == NULL) return QUIRE_MEMORY;
    runs->paths = paths;
    runs->capacity = capacity;
    return 0;
}

static char *make_path(const struct quire_sort_runs *runs)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf path = {0};
    int code = quire_buf_printf(&path, "%s/.sort.quire-%ld-%016" PRIx64 ".tmp", runs->folder,
                                (long)getpid(), quire_random_entropy());
    return code == 0 ? quire_strndup((const char *)path.data, path.size) : NULL;
}

static int write_run(const struct quire_sort_runs *runs, struct quire_writer *writer,
                     int (*next)(void *source, struct ArrowArray *batch, struct quire_error *error),
                     void *source, struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_context_check(runs->context, error));
        QUIRE_TRY(next(source, &batch, error));
        if (batch.release == NULL) return quire_writer_commit(writer, NULL, error);
        QUIRE_TRY(quire_writer_write(writer, &batch, error));
    }
}

int quire_sort_runs_add(struct quire_sort_runs *runs,
                        int (*next)(void *source, struct ArrowArray *batch,
                                    struct quire_error *error),
                        void *source, struct quire_error *error)
{
    static const struct quire_setting settings[] = {
        {"compression", "none"}, {"statistics", "off"}, {"page_index", "off"}};
    if (runs->layout.release == NULL)
        QUIRE_TRY(quire_sort_layout_schema(runs->schema, &runs->layout, error));
    if (grow(runs) != 0) return quire_fail_memory(error, "sort");
    char *path = make_path(runs);
    if (path == NULL) return quire_fail_memory(error, "sort");
    const struct quire_write_options options = {
        .format = "parquet",
        .compression = NULL,
        .settings = settings,
        .settings_size = sizeof(settings) / sizeof(settings[0]),
        .mode = QUIRE_WRITE_CREATE,
        .durability = QUIRE_DURABILITY_NONE,
        .context = runs->context,
    };
    struct quire_writer *writer = NULL;
    int code = quire_writer_open(path, &runs->layout, &options, &writer, error);
    if (code == 0) code = write_run(runs, writer, next, source, error);
    quire_writer_close(writer);
    if (code != 0) {
        quire_free(path);
        return code;
    }
    runs->paths[runs->size++] = path;
    return 0;
}

static void remove_run(char *path)
{
    unlink(path);
    quire_free(path);
}

void quire_sort_runs_release(struct quire_sort_runs *runs)
{
    quire_schema_release(&runs->layout);
    for (size_t i = 0; i < runs->size; i++)
        remove_run(runs->paths[i]);
    quire_free(runs->paths);
    runs->paths = NULL;
    runs->size = runs->capacity = 0;
}
