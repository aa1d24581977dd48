/* Errors that say where in a document they are. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/model/model.h"

#define OPERATION "run log"

/* One reference token: "~" is "~0", "/" is "~1" (RFC 6901, section 3). */
static int append_token(struct quire_buf *out, const struct quire_model_place *place)
{
    if (place->key == NULL) return quire_buf_printf(out, "/%lld", (long long)place->index);
    int code = quire_buf_push(out, '/');
    for (size_t i = 0; code == 0 && i < place->key_size; i++) {
        char c = place->key[i];
        code = c == '~'   ? quire_buf_append_text(out, "~0")
               : c == '/' ? quire_buf_append_text(out, "~1")
                          : quire_buf_push(out, (uint8_t)c);
    }
    return code;
}

int quire_model_append_pointer(struct quire_buf *out, const struct quire_model_place *place)
{
    if (place == NULL) return 0;
    int code = quire_model_append_pointer(out, place->parent);
    return code != 0 ? code : append_token(out, place);
}

static int64_t outermost_index(const struct quire_model_place *place)
{
    int64_t index = QUIRE_NOWHERE;
    for (; place != NULL; place = place->parent)
        if (place->key == NULL) index = place->index;
    return index;
}

int quire_model_fail(const struct quire_model_place *place, struct quire_error *error,
                     const char *format, ...)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf pointer = {0};
    char cause[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(cause, sizeof(cause), format, arguments);
    va_end(arguments);
    if (quire_model_append_pointer(&pointer, place) != 0 || quire_buf_terminate(&pointer) != 0)
        return quire_fail_memory(error, OPERATION);
    const char *at = pointer.size > 0 ? (const char *)pointer.data : "";
    quire_fail(error, QUIRE_INPUT, OPERATION, "%.200s%s%s", at, at[0] != '\0' ? ": " : "", cause);
    int64_t index = outermost_index(place);
    char column[128] = "";
    if (place != NULL && place->key != NULL)
        snprintf(column, sizeof(column), "%.*s", (int)place->key_size, place->key);
    quire_error_at(error, index >= 0 ? index + 1 : QUIRE_NOWHERE, column[0] != '\0' ? column : NULL,
                   QUIRE_NOWHERE);
    return QUIRE_INPUT;
}
