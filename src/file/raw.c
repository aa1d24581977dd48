/* Values of objects to another object without columns between.
 *
 *     object → format's copy → [codec] → upload (a temporary until commit)
 *
 * Where the last values begin is known once all are counted: then objects are read twice. */
#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/options.h"
#include "file/detect.h"
#include "file/object_in.h"
#include "file/spool.h"
#include "file/standard.h"
#include "quire/file.h"

struct raw_out {
    struct quire_store *store; /* NULL for standard output */
    char *key;
    struct quire_out *stored, *compressed, *plain;
};

static void raw_out_close(struct raw_out *out)
{
    quire_out_close(out->compressed);
    quire_out_close(out->stored); /* aborts what was not committed */
    quire_store_close(out->store);
    quire_store_key_free(out->key);
}

static int raw_out_open(const char *url, const struct quire_write_options *options,
                        const struct quire_format *target, struct quire_context *context,
                        struct raw_out *out, struct quire_error *error)
{
    const struct quire_codec *codec = NULL;
    int level = 0;
    const struct quire_put_options put = {
        .mode = options->mode == QUIRE_WRITE_CREATE ? QUIRE_PUT_CREATE_ONLY : QUIRE_PUT_OVERWRITE,
        .durability = options->durability,
        .no_parents = options->no_parents,
    };
    if (options->mode != QUIRE_WRITE_OVERWRITE && options->mode != QUIRE_WRITE_CREATE)
        return quire_fail(error, QUIRE_UNSUPPORTED, "write", "a raw copy does not append");
    QUIRE_TRY(quire_choose_codec(options->compression, url, target, &codec, &level, error));
    if (codec != NULL && codec->out_open == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, "write", "%s has no stream form", codec->name);
    if (strcmp(url, "-") == 0) {
        QUIRE_TRY(quire_standard_out(context, &out->stored, error));
    } else {
        QUIRE_TRY(quire_store_open(url, NULL, 0, &out->store, &out->key, error));
        QUIRE_TRY(quire_store_out_open(out->store, out->key, &put, &out->stored, error));
    }
    out->plain = out->stored;
    if (codec == NULL) return 0;
    QUIRE_TRY(codec->out_open(out->stored, level, quire_pool_threads(context->pool),
                              &out->compressed, error));
    out->plain = out->compressed;
    return 0;
}

static int raw_out_commit(struct raw_out *out, struct quire_write_result *result,
                          struct quire_error *error)
{
    if (out->compressed != NULL) QUIRE_TRY(out->compressed->ops->finish(out->compressed, error));
    QUIRE_TRY(out->store != NULL ? quire_store_out_commit(out->stored, NULL, error)
                                 : out->stored->ops->finish(out->stored, error));
    if (result != NULL) *result = (struct quire_write_result){-1, out->stored->written};
    return 0;
}

/* Options with the settings on them; the caller releases them by the table. */
static int make_options(const struct quire_option_table *table,
                        const struct quire_setting *settings, size_t settings_size, void **values,
                        struct quire_error *error)
{
    *values = quire_alloc_zero(1, table->struct_size);
    if (*values == NULL) return quire_fail_memory(error, "copy values");
    QUIRE_TRY(quire_options_init(table, *values, error));
    return quire_options_apply(table, *values, settings, settings_size, error);
}

static void free_options(const struct quire_option_table *table, void *values)
{
    if (values != NULL) quire_options_release(table, values);
    quire_free(values);
}

struct copying {
    const char *const *urls;
    size_t urls_size;
    const struct quire_read_options *read;
    const struct quire_format *target;
    void *target_options;
    struct quire_context *context;
};

/* An object whose values were counted. */
struct counted {
    int64_t values;
    struct quire_object_in object; /* one that can be read only once: open until it is copied */
    struct quire_in *kept;         /* its bytes; else NULL */
};

static int open_object(const struct copying *copying, const char *url,
                       struct quire_object_in *object, struct quire_error *error)
{
    QUIRE_TRY(quire_object_in_open(object, url, copying->read, copying->context, error));
    if (object->format->copy != NULL) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, "copy values",
                      "the format %s has no values outside of columns", object->format->name);
}

/* out NULL: only counts. */
static int copy_part(const struct copying *copying, const struct quire_object_in *object,
                     struct quire_in *in, struct quire_copy_part *part, struct quire_out *out,
                     struct quire_error *error)
{
    return object->format->copy(in, object->options, copying->target, copying->target_options, part,
                                copying->context, out, error);
}

static int copy_object(const struct copying *copying, const char *url, struct quire_copy_part *part,
                       struct quire_out *out, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_object_in_release) struct quire_object_in object = {.store = NULL};
    QUIRE_TRY(open_object(copying, url, &object, error));
    return copy_part(copying, &object, object.plain, part, out, error);
}

/* All, or the first `most` (< 0: all). */
static int copy_first(const struct copying *copying, int64_t most, struct quire_out *out,
                      struct quire_error *error)
{
    for (size_t i = 0; i < copying->urls_size && (i == 0 || most != 0); i++) {
        struct quire_copy_part part = {.most = most};
        int code = copy_object(copying, copying->urls[i], &part, out, error);
        if (code != 0) quire_error_path(error, copying->urls[i]);
        QUIRE_TRY(code);
        if (most > 0) most -= part.seen;
    }
    return 0;
}

static int count_object(const struct copying *copying, const char *url, struct counted *counted,
                        struct quire_error *error)
{
    struct quire_copy_part part = {.most = -1};
    struct quire_object_in *object = &counted->object;
    const char *folder = copying->read->folder != NULL ? copying->read->folder : "/tmp";
    if (quire_file_rereadable(url)) {
        QUIRE_TRY(copy_object(copying, url, &part, NULL, error));
    } else {
        QUIRE_TRY(open_object(copying, url, object, error));
        QUIRE_TRY(quire_spool_open(object->plain, folder, copying->context, &counted->kept, error));
        QUIRE_TRY(copy_part(copying, object, counted->kept, &part, NULL, error));
        quire_spool_rewind(counted->kept);
    }
    counted->values = part.seen;
    return 0;
}

static void release_counted(struct counted *counted, size_t size)
{
    for (size_t i = 0; counted != NULL && i < size; i++) {
        quire_in_close(counted[i].kept);
        quire_object_in_release(&counted[i].object);
    }
    quire_free(counted);
}

static int copy_counted(const struct copying *copying, const struct counted *counted,
                        int64_t values, struct quire_out *out, struct quire_error *error)
{
    struct quire_copy_part part = {.most = -1};
    for (size_t i = 0; i < copying->urls_size; i++)
        part.skip += counted[i].values;
    part.skip = part.skip > values ? part.skip - values : 0;
    for (size_t i = 0; i < copying->urls_size; i++) {
        const struct counted *from = &counted[i];
        bool last = i + 1 == copying->urls_size;
        if (part.skip < from->values || last) {
            int code = from->kept != NULL
                           ? copy_part(copying, &from->object, from->kept, &part, out, error)
                           : copy_object(copying, copying->urls[i], &part, out, error);
            if (code != 0) quire_error_path(error, copying->urls[i]);
            QUIRE_TRY(code);
        }
        part.skip = part.skip > from->values ? part.skip - from->values : 0;
    }
    return 0;
}

static int copy_last(const struct copying *copying, int64_t values, struct quire_out *out,
                     struct quire_error *error)
{
    size_t size = copying->urls_size;
    struct counted *counted = quire_alloc_zero(size + 1, sizeof(*counted));
    if (counted == NULL) return quire_fail_memory(error, "copy values");
    int code = 0;
    for (size_t i = 0; i < size && code == 0; i++) {
        code = count_object(copying, copying->urls[i], &counted[i], error);
        if (code != 0) quire_error_path(error, copying->urls[i]);
    }
    if (code == 0) code = copy_counted(copying, counted, values, out, error);
    release_counted(counted, size);
    return code;
}

static int copy_all(struct copying *copying, const struct quire_raw_range *range,
                    const char *target_url, const struct quire_write_options *write,
                    struct quire_write_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(raw_out_close) struct raw_out out = {.store = NULL};
    const struct quire_option_table *table = &copying->target->encoder_options;
    int code = raw_out_open(target_url, write, copying->target, copying->context, &out, error);
    if (code == 0)
        code = make_options(table, write->settings, write->settings_size, &copying->target_options,
                            error);
    if (code != 0) quire_error_path(error, target_url);
    if (code == 0)
        code = range->which == QUIRE_RAW_LAST
                   ? copy_last(copying, range->values, out.plain, error)
                   : copy_first(copying, range->which == QUIRE_RAW_FIRST ? range->values : -1,
                                out.plain, error);
    if (code == 0) {
        code = raw_out_commit(&out, result, error);
        if (code != 0) quire_error_path(error, target_url);
    }
    free_options(table, copying->target_options);
    return code;
}

/* Settings are about columns, but for those of how values are found and laid out. */
static int check_settings(const struct quire_setting *settings, size_t size,
                          struct quire_error *error)
{
    static const char *const obeyed[] = {"ascii", "catalog", "pretty"};
    for (size_t i = 0; i < size; i++) {
        bool known = false;
        for (size_t j = 0; j < sizeof(obeyed) / sizeof(obeyed[0]); j++)
            known = known || strcmp(settings[i].name, obeyed[j]) == 0;
        if (!known)
            return quire_fail(error, QUIRE_USAGE, "copy values",
                              "values are copied as they are: %.100s does not go with it",
                              settings[i].name);
    }
    return 0;
}

int quire_file_copy_raw(const char *const *urls, size_t urls_size,
                        const struct quire_read_options *read, const struct quire_raw_range *range,
                        const char *target_url, const struct quire_write_options *write,
                        struct quire_write_result *result, struct quire_error *error)
{
    static const struct quire_read_options read_defaults = {0};
    static const struct quire_write_options write_defaults = {0};
    static const struct quire_raw_range everything = {QUIRE_RAW_ALL, 0};
    struct copying copying = {.urls = urls, .urls_size = urls_size};
    if (read == NULL) read = &read_defaults;
    if (write == NULL) write = &write_defaults;
    if (range == NULL) range = &everything;
    copying.read = read;
    QUIRE_TRY(check_settings(read->settings, read->settings_size, error));
    QUIRE_TRY(check_settings(write->settings, write->settings_size, error));
    int code = quire_choose_format(write->format, target_url, &copying.target, error);
    if (code != 0) {
        quire_error_path(error, target_url);
        return code;
    }
    if (urls_size > 1 && strcmp(copying.target->name, "json") == 0) {
        quire_fail(error, QUIRE_USAGE, "copy values",
                   "the values of several files are not one JSON document");
        quire_error_hint(error, "--to jsonl writes a value a line");
        return QUIRE_USAGE;
    }
    struct quire_context *own = NULL;
    copying.context = read->context != NULL ? read->context : write->context;
    if (copying.context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &own, error));
        copying.context = own;
    }
    code = copy_all(&copying, range, target_url, write, result, error);
    quire_context_free(own);
    return code;
}
