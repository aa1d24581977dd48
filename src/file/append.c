/* The old object is read to see that its records are whole, so that new ones do not
 * end up inside a torn one, and once more to copy it; an object store has no other
 * way to append, and readers never see a half. */
#include "file/append.h"

#include <string.h>

#include "base/buf.h"
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
    if (object->size < 0) { /* reading what is there would wait for a writer */
        quire_fail(error, QUIRE_UNSUPPORTED, "append", "this is not a file on a disk");
        quire_error_hint(error, "pipes and devices can only be written to");
        return QUIRE_UNSUPPORTED;
    }
    put->mode = QUIRE_PUT_IF_MATCH;
    put->etag = object->etag;
    return 0;
}

/* Names count where the records there begin with them. */
static int compare_columns(const struct ArrowSchema *old, const struct ArrowSchema *new, bool named,
                           struct quire_error *error)
{
    if (old->n_children != new->n_children)
        return quire_fail(error, QUIRE_INPUT, "append",
                          "the records there have %lld column%s, the new ones %lld",
                          (long long)old->n_children, old->n_children == 1 ? "" : "s",
                          (long long)new->n_children);
    for (int64_t i = 0; named && i < old->n_children; i++) {
        const char *there = old->children[i]->name, *here = new->children[i]->name;
        if (strcmp(there != NULL ? there : "", here != NULL ? here : "") == 0) continue;
        quire_fail(error, QUIRE_INPUT, "append",
                   "column %lld is named \"%s\" there and \"%s\" in the new records",
                   (long long)i + 1, there != NULL ? there : "", here != NULL ? here : "");
        quire_error_hint(error, "--select puts columns in the order that the file has");
        return QUIRE_INPUT;
    }
    return 0;
}

/* What the encoder's option `header` comes to, as canonical text: "on", "off", "quoted". */
static int header_choice(const struct quire_option_table *table,
                         const struct quire_write_options *options, struct quire_buf *choice,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) void *values = quire_alloc_zero(1, table->struct_size);
    if (values == NULL) return quire_fail_memory(error, "append");
    int code = quire_options_init(table, values, error);
    if (code == 0)
        code = quire_options_apply(table, values, options->settings, options->settings_size, error);
    if (code == 0 &&
        (quire_options_print(quire_options_find(table, "header"), values, choice) != 0 ||
         quire_buf_terminate(choice) != 0))
        code = quire_fail_memory(error, "append");
    quire_options_release(table, values);
    return code;
}

/* How the old records are read: with those of the writer's settings that a reader
 * has too. *header says whether they begin with the names of the columns. */
static int old_settings(const struct quire_format *format,
                        const struct quire_write_options *options, struct quire_setting *settings,
                        size_t *size, bool *header, struct quire_error *error)
{
    const struct quire_option_table *decoder = &format->decoder_options;
    *size = 0;
    *header = false;
    for (size_t i = 0; i < options->settings_size && *size < SETTINGS_MAX - 2; i++) {
        const struct quire_option *row = quire_options_find(decoder, options->settings[i].name);
        if (row == NULL || strcmp(row->name, "header") == 0) continue;
        settings[(*size)++] = options->settings[i];
    }
    if (!quire_options_has(&format->encoder_options, "header")) return 0;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf choice = {0};
    QUIRE_TRY(header_choice(&format->encoder_options, options, &choice, error));
    *header = strcmp((const char *)choice.data, "off") != 0;
    settings[(*size)++] = (struct quire_setting){"header", *header ? "on" : "off"};
    settings[(*size)++] = (struct quire_setting){"infer", "off"};
    return 0;
}

/* Reads the old records to their end, without any column: a torn one is found. */
static int drain(const char *url, const struct quire_read_options *read, struct quire_error *error)
{
    struct ArrowArrayStream stream = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    QUIRE_TRY(quire_file_read(url, read, &stream, error));
    int code = 0;
    do {
        quire_array_release(&batch);
        code = quire_stream_next(&stream, &batch, error);
    } while (code == 0 && batch.release != NULL);
    quire_stream_release(&stream);
    if (code != 0)
        quire_error_hint(error, "nothing was appended: the records already there are not whole");
    return code;
}

/* The old records must be whole, and those of a table have the columns of schema, by the
 * names in its header. */
static int check_old(const struct quire_append *append, struct quire_error *error)
{
    struct quire_setting settings[SETTINGS_MAX];
    struct quire_read_options read = {
        .format = append->format->name,
        .settings = settings,
        .records = {.mixed = QUIRE_MIXED_JSON,
                    .numbers = QUIRE_NUMBERS_FLOAT,
                    .extra = QUIRE_EXTRA_IGNORE},
        .context = append->context,
    };
    bool header = false;
    QUIRE_TRY(old_settings(append->format, append->options, settings, &read.settings_size, &header,
                           error));
    if (quire_options_has(&append->format->encoder_options, "header")) {
        struct ArrowArrayStream stream = {.release = NULL};
        struct ArrowSchema old = {.release = NULL};
        QUIRE_TRY(quire_file_read(append->url, &read, &stream, error));
        int code = quire_stream_schema(&stream, &old, error);
        if (code == 0) code = compare_columns(&old, append->schema, header, error);
        quire_schema_release(&old);
        quire_stream_release(&stream);
        QUIRE_TRY(code);
    }
    read.records.columns_given = true;
    return drain(append->url, &read, error);
}

/* Reads until the block is full or the input ends. */
static int read_block(struct quire_in *in, uint8_t *bytes, size_t *size, struct quire_error *error)
{
    size_t got = 1;
    for (*size = 0; *size < COPY_BYTES && got > 0; *size += got)
        QUIRE_TRY(in->ops->read(in, bytes + *size, COPY_BYTES - *size, &got, error));
    return 0;
}

static int copy_bytes(const struct quire_format *format, struct quire_in *in, struct quire_out *out,
                      int64_t *copied, uint8_t *last_byte, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *bytes = quire_alloc(COPY_BYTES);
    if (bytes == NULL) return quire_fail_memory(error, "append");
    for (;;) {
        size_t got = 0;
        QUIRE_TRY(read_block(in, bytes, &got, error));
        if (got == 0) return 0;
        if (*copied == 0 && format->append_check != NULL)
            QUIRE_TRY(format->append_check(bytes, got, error));
        QUIRE_TRY(quire_out_write(out, bytes, got, error));
        *copied += (int64_t)got;
        *last_byte = bytes[got - 1];
    }
}

int quire_append_copy(const struct quire_append *append, struct quire_out *out, bool *continues,
                      struct quire_error *error)
{
    struct quire_in *in = NULL;
    struct quire_object object;
    int code = quire_store_in_open(append->store, append->key, &in, &object, error);
    if (code == QUIRE_NOT_FOUND || (code == 0 && object.size == 0)) {
        quire_in_close(in);
        return 0;
    }
    QUIRE_TRY(code);
    if (append->codec != NULL) {
        struct quire_in *plain = NULL;
        code = append->codec->in_open(in, &plain, error);
        if (code == 0) in = plain;
    }
    int64_t copied = 0;
    uint8_t last_byte = '\n';
    if (code == 0) code = check_old(append, error);
    if (code == 0) code = copy_bytes(append->format, in, out, &copied, &last_byte, error);
    quire_in_close(in);
    QUIRE_TRY(code);
    *continues = copied > 0;
    bool lines = (append->format->flags & QUIRE_FORMAT_NO_LINES) == 0;
    return lines && last_byte != '\n' ? quire_out_write(out, "\n", 1, error) : 0;
}
