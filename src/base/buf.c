/* Growing by half as much again keeps appending linear and wastes a third at most. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "quire/error.h"

#define BUF_CAPACITY_MIN ((size_t)64)

void quire_buf_release(struct quire_buf *buf)
{
    if (buf == NULL) return;
    quire_free(buf->data);
    memset(buf, 0, sizeof(*buf));
}

int quire_buf_grow(struct quire_buf *buf, size_t more)
{
    size_t needed;
    if (__builtin_add_overflow(buf->size, more, &needed)) return QUIRE_MEMORY;
    size_t capacity = buf->capacity + buf->capacity / 2;
    if (capacity < needed) capacity = needed;
    if (capacity < BUF_CAPACITY_MIN) capacity = BUF_CAPACITY_MIN;
    uint8_t *data = quire_realloc(buf->data, capacity);
    if (data == NULL) return QUIRE_MEMORY;
    buf->data = data;
    buf->capacity = capacity;
    return 0;
}

int quire_buf_printf(struct quire_buf *buf, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    int code = size < 0 ? QUIRE_INTERNAL : quire_buf_reserve(buf, (size_t)size + 1);
    if (code == 0) {
        vsnprintf((char *)quire_buf_end(buf), (size_t)size + 1, format, again);
        buf->size += (size_t)size;
    }
    va_end(again);
    return code;
}

int quire_buf_append_name(struct quire_buf *buf, const char *name)
{
    int code = quire_buf_push(buf, '`');
    for (; *name != '\0' && code == 0; name++) {
        code = quire_buf_push(buf, (uint8_t)*name);
        if (*name == '`' && code == 0) code = quire_buf_push(buf, '`');
    }
    return code == 0 ? quire_buf_push(buf, '`') : code;
}

int quire_buf_terminate(struct quire_buf *buf)
{
    int code = quire_buf_reserve(buf, 1);
    if (code == 0) *quire_buf_end(buf) = 0;
    return code;
}
