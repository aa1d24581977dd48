/* The old object is read once to compare its header and once more to copy it; an
 * object store has no other way to append, and readers never see a half. */
#include "file/append.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/options.h"

#define COPY_BYTES ((size_t)256 << 10)

/* Settings that an append passes on to the reader of the old records. */
#define SETTINGS_MAX 256

int quire_append_condition(struct quire_store *store, const char *key,
                           struct quire_put_options *put, struct quire_object *object,
                           struct quire_error *error)
{
    int code = store->ops->head(store, key, object, error);
    if (code == QUIRE_NOT_FOUND) {
        put->mode = QUIRE_PUT_CREATE_ONLY;
        return 0;
    }
    QUIRE_TRY(code);
    put->mode = QUIRE_PUT_IF_MATCH;
    put->etag = object->etag;
    return 0;
}

static int compare_columns(const struct ArrowSchema *old, const struct ArrowSchema *new,
                           struct quire_error *error)
{
    if (old->n_children != new->n_children)
        return quire_fail(error, QUIRE_INPUT, "append",
                          "the records there have %lld columns, the new ones %lld",
                          (long long)old->n_children, (long long)new->n_children);
    for (int64_t i = 0; i < old->n_children; i++) {
        const char *there = old->children[i]->name, *here = new->children[i]->name;
        if (strcmp(there != NULL ? there : "", here != NULL ? here : "") == 0) continue;
        return quire_fail(error, QUIRE_INPUT, "append",
                          "column %lld is named \"%s\" there and \"%s\" in the new records",
                          (long long)i + 1, there, here);
    }
    return 0;
}

/* A format with a header line: its names must be those of the schema. */
static int check_header(const char *url, const struct quire_format *format,
                        const struct quire_write_options *options,
                        const struct ArrowSchema *schema, struct quire_context *context,
                        struct quire_error *error)
{
    if (!quire_options_has(&format->decoder_options, "infer")) return 0;
    struct quire_setting settings[SETTINGS_MAX] = {{"infer", "off"}};
    size_t size = 1;
    for (size_t i = 0; i < options->settings_size; i++) {
        const struct quire_setting *setting = &options->settings[i];
        if (strcmp(setting->name, "header") == 0 && strcmp(setting->value, "off") == 0) return 0;
        if (strcmp(setting->name, "header") == 0 || size == SETTINGS_MAX) continue;
        if (quire_options_has(&format->decoder_options, setting->name)) settings[size++] = *setting;
    }
    struct quire_read_options read = {
        .format = format->name,
        .settings = settings,
        .settings_size = size,
        .context = context,
    };
    struct ArrowArrayStream stream = {.release = NULL};
    struct ArrowSchema old = {.release = NULL};
    QUIRE_TRY(quire_file_read(url, &read, &stream, error));
    int code = quire_stream_schema(&stream, &old, error);
    if (code == 0) code = compare_columns(&old, schema, error);
    quire_schema_release(&old);
    quire_stream_release(&stream);
    return code;
}

static int copy_bytes(struct quire_in *in, struct quire_out *out, int64_t *copied,
                      uint8_t *last_byte, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *bytes = quire_alloc(COPY_BYTES);
    if (bytes == NULL) return quire_fail_memory(error, "append");
    for (;;) {
        size_t got = 0;
        QUIRE_TRY(in->ops->read(in, bytes, COPY_BYTES, &got, error));
        if (got == 0) return 0;
        QUIRE_TRY(quire_out_write(out, bytes, got, error));
        *copied += (int64_t)got;
        *last_byte = bytes[got - 1];
    }
}

int quire_append_copy(struct quire_store *store, const char *key, const char *url,
                      const struct quire_format *format, const struct quire_codec *codec,
                      const struct quire_write_options *options,
                      const struct ArrowSchema *schema, struct quire_context *context,
                      struct quire_out *out, bool *continues, struct quire_error *error)
{
    struct quire_in *in = NULL;
    struct quire_object object;
    int code = quire_store_in_open(store, key, &in, &object, error);
    if (code == QUIRE_NOT_FOUND || (code == 0 && object.size == 0)) {
        quire_in_close(in);
        return 0;
    }
    QUIRE_TRY(code);
    if (codec != NULL) {
        struct quire_in *plain = NULL;
        code = codec->in_open(in, &plain, error);
        if (code == 0) in = plain;
    }
    int64_t copied = 0;
    uint8_t last_byte = '\n';
    if (code == 0) code = check_header(url, format, options, schema, context, error);
    if (code == 0) code = copy_bytes(in, out, &copied, &last_byte, error);
    quire_in_close(in);
    QUIRE_TRY(code);
    *continues = copied > 0;
    return last_byte != '\n' ? quire_out_write(out, "\n", 1, error) : 0;
}
