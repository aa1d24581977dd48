/* Sorting: what comes out is what went in, in order, and the same whether it fits the memory
 * or stands in temporaries in between, of which none is left. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "fuzz.h"
#include "fuzz_batch.h"
#include "fuzz_order.h"
#include "fuzz_stream.h"
#include "quire/file.h"

#define BATCHES_MAX 6
#define NAMES_MAX   2

static char folder[] = "/tmp/quire-fuzz-sort-XXXXXX";

static void remove_folder(void)
{
    rmdir(folder);
}

static void make_folder(void)
{
    static bool made;
    if (made) return;
    FUZZ_CHECK(mkdtemp(folder) != NULL, "%s", folder);
    atexit(remove_folder);
    made = true;
}

static void check_folder(void)
{
    DIR *entries = opendir(folder);
    FUZZ_CHECK(entries != NULL, "%s", folder);
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        FUZZ_CHECK(strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0,
                   "%s is left", entry->d_name);
    closedir(entries);
}

/* A stream of batches made of the same bytes each time. */
static void make_stream(struct fuzz_bytes bytes, const struct ArrowSchema *schema,
                        struct ArrowArrayStream *stream)
{
    static const struct fuzz_batch_options fill = {.finite = false};
    struct ArrowArray batches[BATCHES_MAX];
    struct ArrowSchema copy = {.release = NULL};
    size_t size = 1 + fuzz_take_below(&bytes, BATCHES_MAX);
    for (size_t i = 0; i < size; i++)
        fuzz_take_batch(&bytes, schema, &fill, &batches[i]);
    FUZZ_CHECK(quire_schema_copy(schema, &copy, NULL) == 0, "no memory");
    FUZZ_CHECK(quire_stream_of_batches(&copy, batches, size, stream, NULL) == 0, "no memory");
}

/* --- Order ------------------------------------------------------------------------------- */

/* a may stand before b. A NaN is the greatest number, and so is first when descending. */
static bool in_order(const struct fuzz_value *a, const struct fuzz_value *b, bool descending)
{
    if (a->rank == 2 || b->rank == 2) return b->rank == 2;
    if (a->rank != b->rank) return descending ? a->rank > b->rank : a->rank < b->rank;
    if (a->rank == 1) return true;
    int order = fuzz_value_compare(a, b);
    return descending ? order >= 0 : order <= 0;
}

/* Reads a sorted stream: the values of its first column are in order. */
static void check_order(struct ArrowArrayStream *stream, bool descending)
{
    struct ArrowSchema schema = {.release = NULL};
    struct quire_field *root = NULL;
    struct quire_view *view = NULL;
    struct fuzz_value last = {0};
    bool first = true;
    FUZZ_CHECK(quire_stream_schema(stream, &schema, NULL) == 0, "no schema");
    FUZZ_CHECK(quire_field_open(&schema, &root, NULL) == 0, "no memory");
    FUZZ_CHECK(quire_view_new(root, &view, NULL) == 0, "no memory");
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        FUZZ_CHECK(quire_stream_next(stream, &batch, NULL) == 0, "it failed now");
        if (batch.release == NULL) break;
        FUZZ_CHECK(quire_view_set(view, &batch, NULL) == 0, "a view");
        for (int64_t row = 0; row < batch.length; row++) {
            struct fuzz_value value;
            if (!fuzz_value_of(&view->children[0], row, &value)) break;
            FUZZ_CHECK(first || in_order(&last, &value, descending), "row %lld", (long long)row);
            quire_buf_release(&last.bytes);
            last = value;
            first = false;
        }
        quire_array_release(&batch);
    }
    quire_buf_release(&last.bytes);
    quire_view_free(view);
    quire_field_close(root);
    quire_schema_release(&schema);
}

/* --- The rows ------------------------------------------------------------------------------- */

static int compare_lines(const void *a, const void *b)
{
    const char *const *one = a, *const *two = b;
    return strcmp(*one, *two);
}

/* The same lines in the order of their text. */
static void sort_lines(struct quire_buf *text)
{
    const char *lines[BATCHES_MAX * 16];
    struct quire_buf sorted = {0};
    char *rest = NULL;
    size_t size = 0;
    FUZZ_CHECK(quire_buf_push(text, '\0') == 0, "no memory");
    for (char *line = strtok_r((char *)text->data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        lines[size++] = line;
    qsort((void *)lines, size, sizeof(lines[0]), compare_lines);
    for (size_t i = 0; i < size; i++)
        FUZZ_CHECK(quire_buf_printf(&sorted, "%s\n", lines[i]) == 0, "no memory");
    quire_buf_release(text);
    *text = sorted;
}

struct sorting {
    const struct ArrowSchema *schema;
    struct fuzz_bytes rows;
    const char *names[NAMES_MAX];
    size_t names_size;
};

/* memory 0: all that a context has at least. Opens the sorted stream, or says why not. */
static int open_sorted(const struct sorting *sorting, struct quire_context *context,
                       struct ArrowArrayStream *sorted, struct quire_error *error)
{
    struct ArrowArrayStream stream = {.release = NULL};
    make_stream(sorting->rows, sorting->schema, &stream);
    quire_error_clear(error);
    int code = quire_stream_sort(&stream, sorting->names, sorting->names_size, folder, context,
                                 sorted, error);
    if (code != 0) fuzz_check_error(code, error);
    if (code != 0) quire_stream_release(&stream);
    return code;
}

static int sort(const struct sorting *sorting, size_t memory, struct quire_buf *text)
{
    const struct quire_context_options options = {1, QUIRE_MEMORY_MIN, NULL};
    struct quire_context *context = NULL;
    struct ArrowArrayStream sorted = {.release = NULL};
    struct quire_error error;
    int64_t rows = 0;
    FUZZ_CHECK(quire_context_new(&options, &context, NULL) == 0, "no context");
    if (memory > 0) context->budget.max = memory; /* less than a user may set */
    int code = open_sorted(sorting, context, &sorted, &error);
    if (code == 0) {
        code = fuzz_stream_text(&sorted, text, &rows, &error);
        /* Of structs without fields, which a temporary cannot hold. */
        FUZZ_CHECK(code == 0 || (memory > 0 && code == QUIRE_UNSUPPORTED), "%s", error.cause);
    }
    quire_stream_release(&sorted);
    quire_context_free(context);
    check_folder();
    return code;
}

/* Both columns, and which way. */
static void take_names(struct fuzz_bytes *bytes, struct sorting *sorting)
{
    static const char *const names[NAMES_MAX][2] = {{"c0", "-c0"}, {"c1", "-c1"}};
    size_t choice = fuzz_take_below(bytes, 8);
    sorting->names[0] = names[0][choice & 1];
    sorting->names[1] = names[1][choice >> 1 & 1];
    sorting->names_size = choice & 4 && sorting->schema->n_children > 1 ? 2 : 1;
}

void fuzz_sort_round(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf given = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf held = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf spilled = {0};
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArrayStream stream = {.release = NULL};
    struct sorting sorting = {.schema = &schema};
    struct quire_error error;
    int64_t rows = 0;
    make_folder();
    size_t memory = 1 + 512 * fuzz_take_below(&bytes, 32);
    fuzz_take_schema(&bytes, &schema);
    take_names(&bytes, &sorting);
    sorting.rows = bytes;
    if (sort(&sorting, 0, &held) == 0) {
        if (sort(&sorting, memory, &spilled) == 0) fuzz_check_text(&held, &spilled);
        const struct quire_context_options options = {1, QUIRE_MEMORY_MIN, NULL};
        struct quire_context *context = NULL;
        FUZZ_CHECK(quire_context_new(&options, &context, NULL) == 0, "no context");
        FUZZ_CHECK(open_sorted(&sorting, context, &stream, &error) == 0, "it failed now");
        check_order(&stream, sorting.names[0][0] == '-');
        quire_stream_release(&stream);
        quire_context_free(context);
        make_stream(bytes, &schema, &stream);
        FUZZ_CHECK(fuzz_stream_text(&stream, &given, &rows, &error) == 0, "%s", error.cause);
        quire_stream_release(&stream);
        sort_lines(&given);
        sort_lines(&held);
        fuzz_check_text(&given, &held);
    }
    quire_schema_release(&schema);
}
