/* Values of objects to another object without columns between.
 *
 *     object → format's copy → [codec] → upload (a temporary until commit) */
#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/options.h"
#include "file/detect.h"
#include "file/object_in.h"
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

static int copy_object(const char *url, const struct quire_read_options *read,
                       const struct quire_format *target, const void *target_options,
                       struct quire_context *context, struct raw_out *out,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_object_in_release) struct quire_object_in object = {.store = NULL};
    QUIRE_TRY(quire_object_in_open(&object, url, read, context, error));
    if (object.format->copy == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, "copy values",
                          "the format %s has no values outside of columns", object.format->name);
    return object.format->copy(object.plain, object.options, target, target_options, context,
                               out->plain, error);
}

static int copy_all(const char *const *urls, size_t urls_size,
                    const struct quire_read_options *read, const char *target_url,
                    const struct quire_write_options *write, const struct quire_format *target,
                    struct quire_context *context, struct quire_write_result *result,
                    struct quire_error *error)
{
    QUIRE_CLEANUP(raw_out_close) struct raw_out out = {.store = NULL};
    void *options = NULL;
    int code = raw_out_open(target_url, write, target, context, &out, error);
    if (code == 0)
        code = make_options(&target->encoder_options, write->settings, write->settings_size,
                            &options, error);
    if (code != 0) quire_error_path(error, target_url);
    for (size_t i = 0; i < urls_size && code == 0; i++) {
        code = copy_object(urls[i], read, target, options, context, &out, error);
        if (code != 0) quire_error_path(error, urls[i]);
    }
    if (code == 0) {
        code = raw_out_commit(&out, result, error);
        if (code != 0) quire_error_path(error, target_url);
    }
    free_options(&target->encoder_options, options);
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
                        const struct quire_read_options *read, const char *target_url,
                        const struct quire_write_options *write, struct quire_write_result *result,
                        struct quire_error *error)
{
    static const struct quire_read_options read_defaults = {0};
    static const struct quire_write_options write_defaults = {0};
    const struct quire_format *target = NULL;
    if (read == NULL) read = &read_defaults;
    if (write == NULL) write = &write_defaults;
    QUIRE_TRY(check_settings(read->settings, read->settings_size, error));
    QUIRE_TRY(check_settings(write->settings, write->settings_size, error));
    int code = quire_choose_format(write->format, target_url, &target, error);
    if (code != 0) {
        quire_error_path(error, target_url);
        return code;
    }
    if (urls_size > 1 && strcmp(target->name, "json") == 0) {
        quire_fail(error, QUIRE_USAGE, "copy values",
                   "the values of several files are not one JSON document");
        quire_error_hint(error, "--to jsonl writes a value a line");
        return QUIRE_USAGE;
    }
    struct quire_context *context = read->context != NULL ? read->context : write->context;
    struct quire_context *own = NULL;
    if (context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &own, error));
        context = own;
    }
    code = copy_all(urls, urls_size, read, target_url, write, target, context, result, error);
    quire_context_free(own);
    return code;
}
