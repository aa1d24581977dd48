/* The first bytes of the object are looked at to put the codec above it. */
#include "file/object_in.h"

#include <string.h>

#include "base/fail.h"
#include "file/detect.h"
#include "file/source.h"
#include "file/standard.h"

void quire_object_in_close(struct quire_object_in *object)
{
    quire_in_close(object->plain); /* and all below it */
    quire_store_close(object->store);
    quire_store_key_free(object->key);
    *object = (struct quire_object_in){.store = NULL};
}

int quire_object_in_open(const char *url, const char *compression, struct quire_context *context,
                         struct quire_object_in *object, struct quire_error *error)
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
    QUIRE_TRY(quire_detect_codec(compression, url, first, first_size, &codec, error));
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
