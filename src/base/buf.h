/* A growable run of bytes: what text is built in and what blocks are read into.
 *
 * Zero-initialise to use; quire_buf_release frees. Appending fails only when
 * memory is out, and then leaves the content as it was. Hot loops reserve once
 * and write through quire_buf_end, then set size themselves. */
#ifndef QUIRE_BASE_BUF_H
#define QUIRE_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "quire/export.h"

struct quire_buf {
    uint8_t *data; /* capacity bytes; NULL while capacity is 0 */
    size_t size;
    size_t capacity;
};

void quire_buf_release(struct quire_buf *buf);

/* Makes room for `more` bytes after size, growing by half as much again at
 * least. 0 or QUIRE_MEMORY. */
int quire_buf_grow(struct quire_buf *buf, size_t more);

static inline int quire_buf_reserve(struct quire_buf *buf, size_t more)
{
    if (__builtin_expect(buf->capacity - buf->size >= more, 1)) return 0;
    return quire_buf_grow(buf, more);
}

static inline uint8_t *quire_buf_end(struct quire_buf *buf)
{
    return buf->size > 0 ? buf->data + buf->size : buf->data; /* NULL + 0 is undefined */
}

/* The address of byte number `at`; NULL while there is no memory. */
static inline uint8_t *quire_buf_at(const struct quire_buf *buf, size_t at)
{
    return buf->data != NULL ? buf->data + at : NULL;
}

static inline void quire_buf_clear(struct quire_buf *buf)
{
    buf->size = 0;
}

static inline int quire_buf_append(struct quire_buf *buf, const void *bytes, size_t size)
{
    int code = quire_buf_reserve(buf, size);
    if (code != 0) return code;
    if (size > 0) memcpy(buf->data + buf->size, bytes, size);
    buf->size += size;
    return 0;
}

static inline int quire_buf_push(struct quire_buf *buf, uint8_t byte)
{
    int code = quire_buf_reserve(buf, 1);
    if (code != 0) return code;
    buf->data[buf->size++] = byte;
    return 0;
}

static inline int quire_buf_append_text(struct quire_buf *buf, const char *text)
{
    return quire_buf_append(buf, text, strlen(text));
}

/* Appends formatted text (no terminating zero is counted or kept). */
int quire_buf_printf(struct quire_buf *buf, const char *format, ...) QUIRE_PRINTF(2, 3);

/* Appends a name between backquotes, which stand doubled within it: a column's, in expressions,
 * schemas and queries. */
int quire_buf_append_name(struct quire_buf *buf, const char *name);

/* Puts a zero after the content without counting it, so that data is a C string. */
int quire_buf_terminate(struct quire_buf *buf);

#endif
