/* Several objects as one stream.
 *
 * The schema is settled first: each input is opened for its own, which is widened
 * with those before it. Then inputs are read one after the other with that
 * schema; a format that carries its types is cast to it. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "data/widen.h"
#include "file/evolve.h"
#include "quire/option.h"

struct read_all {
    struct quire_arena copies; /* of what the caller named, for urls and options */
    const char *const *urls;
    size_t urls_size, next;
    struct quire_read_options options;
    struct ArrowSchema schema; /* of all records, before the projection */
    struct ArrowSchema given;  /* what the stream gives */
    struct ArrowArrayStream now;
    struct ArrowSchema now_schema;
    bool cast;         /* now gives another type than given */
    int64_t delivered; /* rows */
};

static void free_all(struct read_all *all)
{
    quire_stream_release(&all->now);
    quire_schema_release(&all->now_schema);
    quire_schema_release(&all->schema);
    quire_schema_release(&all->given);
    quire_arena_release(&all->copies);
    quire_free(all);
}

static void cleanup_all(struct read_all **all)
{
    if (*all != NULL) free_all(*all);
}

static void close_all(void *source)
{
    free_all(source);
}

static int schema_of_all(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct read_all *all = source;
    return quire_schema_copy(&all->given, schema, error);
}

static int open_next(struct read_all *all, struct quire_error *error)
{
    const char *url = all->urls[all->next++];
    struct quire_read_options options = all->options;
    struct quire_record_counts *counts = options.records.counts;
    if (counts != NULL) {
        counts->file = (int64_t)all->next - 1;
        counts->file_first = all->delivered;
    }
    options.records.schema = &all->schema;
    QUIRE_TRY(quire_file_read(url, &options, &all->now, error));
    QUIRE_TRY(quire_stream_schema(&all->now, &all->now_schema, error));
    all->cast = !quire_schema_equal(&all->now_schema, &all->given, NULL);
    return 0;
}

static int next_of_all(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct read_all *all = source;
    batch->release = NULL;
    for (;;) {
        if (all->now.release == NULL) {
            if (all->next == all->urls_size) return 0;
            QUIRE_TRY(open_next(all, error));
        }
        struct ArrowArray got = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&all->now, &got, error));
        if (got.release == NULL) {
            quire_stream_release(&all->now);
            quire_schema_release(&all->now_schema);
            continue;
        }
        all->delivered += got.length;
        if (!all->cast) {
            *batch = got;
            return 0;
        }
        int code = quire_cast(&all->now_schema, &got, &all->given, NULL, batch, error);
        quire_array_release(&got);
        if (code != 0) quire_error_path(error, all->urls[all->next - 1]);
        return code;
    }
}

/* Does the file hold text whose types are guessed, as CSV does? */
static bool is_untyped(const struct read_all *all, const char *url)
{
    const struct quire_format *format = quire_format_of_path(url);
    const char *name = all->options.format;
    if (name != NULL && quire_format_find(name, &format, NULL) != 0) return false;
    return format != NULL && quire_options_has(&format->decoder_options, "infer");
}

/* Does the file carry its schema? */
static bool is_typed(const struct read_all *all, const char *url)
{
    const struct quire_format *format = quire_format_of_path(url);
    const char *name = all->options.format;
    if (name != NULL && quire_format_find(name, &format, NULL) != 0) return false;
    return format != NULL && (format->flags & QUIRE_FORMAT_TYPED) != 0;
}

/* Untyped text falls back to string. */
static struct quire_widening widening(const struct read_all *all, const char *url)
{
    const struct quire_record_policy *records = &all->options.records;
    return (struct quire_widening){
        .mixed = is_untyped(all, url)                 ? QUIRE_WIDEN_TEXT
                 : records->mixed == QUIRE_MIXED_JSON ? QUIRE_WIDEN_JSON
                                                      : QUIRE_WIDEN_ERROR,
        .floats = records->numbers == QUIRE_NUMBERS_FLOAT,
        .typed = is_typed(all, url) && is_typed(all, all->urls[0]),
    };
}

/* A column that was empty in every sample may hold anything later. */
static int settle_empty_columns(struct read_all *all, struct quire_error *error)
{
    struct ArrowSchema filled = {.release = NULL};
    if (!is_untyped(all, all->urls[0])) return 0;
    QUIRE_TRY(quire_schema_null_to_string(&all->schema, &filled, error));
    quire_schema_release(&all->schema);
    all->schema = filled;
    return 0;
}

/* What a look at it takes would be missing when it is read. */
static int fail_once(const char *url, struct quire_error *error)
{
    quire_fail(error, QUIRE_USAGE, "read",
               "among several inputs one that can be read only once (standard input, a pipe) needs "
               "a schema");
    quire_error_hint(error, "give the columns of all with --schema");
    quire_error_path(error, url);
    return QUIRE_USAGE;
}

/* Opens each input for its schema and widens. */
static int settle_schema(struct read_all *all, struct quire_error *error)
{
    struct quire_read_options options = all->options;
    options.records.keep_null = true; /* an empty column of one file does not decide */
    options.records.columns = NULL;
    options.records.columns_size = 0;
    options.records.columns_given = false;
    options.records.counts = NULL;
    for (size_t i = 0; i < all->urls_size; i++) {
        if (!quire_file_rereadable(all->urls[i])) return fail_once(all->urls[i], error);
        struct ArrowArrayStream stream = {.release = NULL};
        struct ArrowSchema schema = {.release = NULL}, wider = {.release = NULL};
        QUIRE_TRY(quire_file_read(all->urls[i], &options, &stream, error));
        int code = quire_stream_schema(&stream, &schema, error);
        quire_stream_release(&stream);
        if (code == 0 && all->schema.release != NULL) {
            const struct quire_widening rules = widening(all, all->urls[i]);
            code = quire_schema_widen(&all->schema, &schema, &rules, &wider, error);
            if (code != 0) quire_error_path(error, all->urls[i]);
            quire_schema_release(&all->schema);
            quire_schema_release(&schema);
            schema = wider;
        }
        QUIRE_TRY(code);
        all->schema = schema;
    }
    return settle_empty_columns(all, error);
}

/* The projection of the schema, in its own order. */
static int settle_given(struct read_all *all, struct quire_error *error)
{
    struct quire_read_options options = all->options;
    options.records.schema = &all->schema;
    QUIRE_TRY(quire_file_read(all->urls[0], &options, &all->now, error));
    QUIRE_TRY(quire_stream_schema(&all->now, &all->now_schema, error));
    QUIRE_TRY(quire_stream_schema(&all->now, &all->given, error));
    all->next = 1;
    return 0;
}

/* NULL stays NULL. */
static int copy_text(struct read_all *all, const char *text, const char **copy,
                     struct quire_error *error)
{
    *copy = text != NULL ? quire_arena_strndup(&all->copies, text, strlen(text)) : NULL;
    return text == NULL || *copy != NULL ? 0 : quire_fail_memory(error, "read");
}

static int copy_texts(struct read_all *all, const char *const *texts, size_t size,
                      const char *const **copies, struct quire_error *error)
{
    const char **list = quire_arena_alloc(&all->copies, size * sizeof(*list));
    if (list == NULL) return quire_fail_memory(error, "read");
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(copy_text(all, texts[i], &list[i], error));
    *copies = list;
    return 0;
}

static int copy_settings(struct read_all *all, const struct quire_read_options *options,
                         struct quire_error *error)
{
    struct quire_setting *list =
        quire_arena_alloc(&all->copies, options->settings_size * sizeof(*list));
    if (list == NULL) return quire_fail_memory(error, "read");
    for (size_t i = 0; i < options->settings_size; i++) {
        QUIRE_TRY(copy_text(all, options->settings[i].name, &list[i].name, error));
        QUIRE_TRY(copy_text(all, options->settings[i].value, &list[i].value, error));
    }
    all->options.settings = list;
    return 0;
}

/* The stream outlives the call, so it keeps copies of what the options point to. */
static int copy_request(struct read_all *all, const char *const *urls, size_t urls_size,
                        const struct quire_read_options *options, struct quire_error *error)
{
    all->options = *options;
    all->urls_size = urls_size;
    QUIRE_TRY(copy_texts(all, urls, urls_size, &all->urls, error));
    QUIRE_TRY(copy_text(all, options->format, &all->options.format, error));
    QUIRE_TRY(copy_text(all, options->compression, &all->options.compression, error));
    QUIRE_TRY(copy_text(all, options->folder, &all->options.folder, error));
    QUIRE_TRY(copy_settings(all, options, error));
    if (!options->records.columns_given) {
        all->options.records.columns = NULL;
        all->options.records.columns_size = 0;
        return 0;
    }
    return copy_texts(all, options->records.columns, options->records.columns_size,
                      &all->options.records.columns, error);
}

int quire_file_read_all(const char *const *urls, size_t urls_size,
                        const struct quire_read_options *options, struct ArrowArrayStream *stream,
                        struct quire_error *error)
{
    static const struct quire_stream_ops ops = {schema_of_all, next_of_all, close_all};
    static const struct quire_read_options defaults = {0};
    if (options == NULL) options = &defaults;
    if (urls_size == 0) return quire_fail(error, QUIRE_USAGE, "read", "no input is named");
    if (urls_size == 1) return quire_file_read(urls[0], options, stream, error);
    QUIRE_CLEANUP(cleanup_all) struct read_all *all = quire_alloc_zero(1, sizeof(*all));
    if (all == NULL) return quire_fail_memory(error, "read");
    QUIRE_TRY(copy_request(all, urls, urls_size, options, error));
    all->options.records.extra = quire_evolve_second(&options->records);
    if (quire_evolve_wanted(&options->records))
        QUIRE_TRY(quire_evolve(urls, urls_size, options, &all->schema, error));
    else if (options->records.schema != NULL)
        QUIRE_TRY(quire_schema_copy(options->records.schema, &all->schema, error));
    else
        QUIRE_TRY(settle_schema(all, error));
    QUIRE_TRY(settle_given(all, error));
    QUIRE_TRY(quire_stream_wrap(&ops, all, stream, error));
    all = NULL;
    return 0;
}
