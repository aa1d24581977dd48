/* The chain is closed from the top down, because what is above reads what is below. */
#include "file/object_in.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/options.h"
#include "file/detect.h"
#include "file/source.h"
#include "file/spool.h"
#include "file/standard.h"

void quire_object_in_release(struct quire_object_in *object)
{
    if (object->options != NULL)
        quire_options_release(&object->format->decoder_options, object->options);
    quire_free(object->options);
    quire_in_close(object->plain); /* and all below it */
    quire_store_close(object->store);
    quire_store_key_free(object->key);
    *object = (struct quire_object_in){.store = NULL};
}

/* Opens the object and looks at its first bytes to put the codec above it. */
static int open_bytes(struct quire_object_in *object, const char *url,
                      const struct quire_read_options *options, struct quire_context *context,
                      struct quire_error *error)
{
    struct quire_in *bytes = NULL;
    if (strcmp(url, "-") == 0) {
        QUIRE_TRY(quire_standard_in(context, &bytes, error));
    } else {
        QUIRE_TRY(quire_store_open(url, NULL, 0, &object->store, &object->key, error));
        QUIRE_TRY(quire_store_in_open(object->store, object->key, &bytes, NULL, error));
    }
    int code = quire_source_open(bytes, &object->stored, error);
    if (code != 0) {
        quire_in_close(bytes);
        return code;
    }
    object->plain = object->stored;
    const uint8_t *first = NULL;
    size_t first_size = 0;
    QUIRE_TRY(quire_source_peek(object->stored, &first, &first_size, error));
    const struct quire_codec *codec = NULL;
    QUIRE_TRY(quire_detect_codec(options->compression, url, first, first_size, &codec, error));
    if (codec == NULL) return 0;
    if (codec->in_open == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, "read", "%s has no stream form", codec->name);
    struct quire_in *decompressed = NULL;
    QUIRE_TRY(codec->in_open(object->stored, &decompressed, error));
    object->plain = decompressed;
    struct quire_in *plain = NULL;
    QUIRE_TRY(quire_source_open(decompressed, &plain, error));
    object->plain = plain;
    return 0;
}

/* What comes once is kept in a temporary file when the format reads here and there. */
static int reach_anywhere(struct quire_object_in *object, const struct quire_read_options *options,
                          struct quire_context *context, struct quire_error *error)
{
    struct quire_in *spool = NULL, *source = NULL;
    if ((object->format->flags & QUIRE_FORMAT_RANDOM_IN) == 0 ||
        object->plain->ops->read_at != NULL)
        return 0;
    if (object->plain != object->stored)
        return quire_fail(error, QUIRE_UNSUPPORTED, "read",
                          "files of the format %s cannot be read compressed as a whole",
                          object->format->name);
    const char *folder = options->folder != NULL ? options->folder : "/tmp";
    QUIRE_TRY(quire_spool_open(object->stored, folder, context, &spool, error));
    int code = quire_source_open(spool, &source, error);
    if (code != 0) {
        quire_in_close(spool);
        return code;
    }
    quire_in_close(object->stored);
    object->stored = object->plain = source;
    return 0;
}

static int find_format(struct quire_object_in *object, const char *url,
                       const struct quire_read_options *options, struct quire_error *error)
{
    const uint8_t *first = NULL;
    size_t first_size = 0;
    const struct quire_format *format = NULL;
    bool looked_at = object->plain == object->stored;
    if (options->format == NULL && (looked_at || quire_format_of_path(url) == NULL))
        QUIRE_TRY(quire_source_peek(object->plain, &first, &first_size, error));
    QUIRE_TRY(quire_detect_format(options->format, url, first, first_size, &format, error));
    object->format = format;
    return 0;
}

int quire_object_in_open(struct quire_object_in *object, const char *url,
                         const struct quire_read_options *options, struct quire_context *context,
                         struct quire_error *error)
{
    QUIRE_TRY(open_bytes(object, url, options, context, error));
    QUIRE_TRY(find_format(object, url, options, error));
    QUIRE_TRY(reach_anywhere(object, options, context, error));
    const struct quire_option_table *table = &object->format->decoder_options;
    object->options = quire_alloc_zero(1, table->struct_size);
    if (object->options == NULL) return quire_fail_memory(error, "read");
    QUIRE_TRY(quire_options_init(table, object->options, error));
    return quire_options_apply(table, object->options, options->settings, options->settings_size,
                               error);
}
