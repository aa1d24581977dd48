/* Windows grow only for values that are longer than them; the tail after the last
 * whole value opens the next window. */
#include "format/ion/ion_source.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/guard.h"
#include "format/ion/ion_split.h"

#define WINDOW_BYTES ((size_t)1 << 20)
#define BLOCK_BYTES  ((size_t)64 << 10)

int quire_ion_source_open(struct quire_ion_source *source, struct quire_in *in,
                          const struct quire_ion_catalog *catalog, size_t value_bytes_max,
                          struct quire_error *error)
{
    *source = (struct quire_ion_source){.value_bytes_max = value_bytes_max};
    QUIRE_TRY(quire_ion_unicode_in_open(in, &source->in, error));
    if (value_bytes_max < BLOCK_BYTES) source->value_bytes_max = BLOCK_BYTES;
    return quire_ion_reader_init(&source->reader, false, catalog, error);
}

void quire_ion_source_release(struct quire_ion_source *source)
{
    if (source->in == NULL) return;
    quire_ion_reader_release(&source->reader);
    quire_buf_unguard(&source->window);
    quire_buf_release(&source->window);
    quire_in_close(source->in);
    source->in = NULL;
}

static int fill(struct quire_ion_source *source, size_t wanted, struct quire_error *error)
{
    struct quire_buf *window = &source->window;
    quire_buf_unguard(window);
    if (source->start > 0) {
        window->size -= source->start;
        memmove(window->data, window->data + source->start, window->size);
        source->start = 0;
    }
    while (window->size < wanted && !source->ended) {
        size_t got = 0;
        if (quire_buf_reserve(window, BLOCK_BYTES + QUIRE_ION_PADDING) != 0)
            return quire_fail_memory(error, source->reader.operation);
        QUIRE_TRY(
            source->in->ops->read(source->in, quire_buf_end(window), BLOCK_BYTES, &got, error));
        window->size += got;
        source->ended = got == 0;
    }
    if (!source->began) source->reader.binary = quire_ion_is_binary(window->data, window->size);
    source->began = true;
    return 0;
}

static size_t split(const struct quire_ion_source *source)
{
    const uint8_t *bytes = source->window.data;
    size_t size = source->window.size;
    return source->reader.binary ? quire_ion_split_binary(bytes, size, NULL)
                                 : quire_ion_split_text(bytes, size);
}

/* Shows the reader the next whole values. */
static int next_window(struct quire_ion_source *source, struct quire_error *error)
{
    size_t wanted = WINDOW_BYTES, end = 0;
    for (;;) {
        QUIRE_TRY(fill(source, wanted, error));
        end = source->window.size;
        if (source->ended || end == 0) break;
        end = split(source);
        if (end > 0) break;
        if (wanted >= source->value_bytes_max) {
            quire_fail(error, QUIRE_LIMIT, source->reader.operation,
                       "a value does not end within %zu bytes", source->window.size);
            quire_error_at(error, QUIRE_NOWHERE, NULL, source->offset);
            return QUIRE_LIMIT;
        }
        wanted = 2 * wanted;
    }
    /* The reader stops at zeros after the window: the bytes there are kept aside. */
    if (quire_buf_reserve(&source->window, QUIRE_ION_PADDING) != 0)
        return quire_fail_memory(error, source->reader.operation);
    if (end == source->window.size) memset(quire_buf_end(&source->window), 0, QUIRE_ION_PADDING);
    quire_buf_guard(&source->window, end + QUIRE_ION_PADDING);
    quire_ion_reader_set(&source->reader, source->window.data, end, source->offset);
    source->start = end;
    source->offset += (int64_t)end;
    return 0;
}

int quire_ion_source_next(struct quire_ion_source *source, struct quire_ion_value *value,
                          struct quire_error *error)
{
    for (;;) {
        if (source->began) {
            QUIRE_TRY(quire_ion_next(&source->reader, value, error));
            bool ends = value->event == QUIRE_ION_NONE;
            if (!ends || (source->ended && source->start == source->window.size)) return 0;
        }
        QUIRE_TRY(next_window(source, error));
    }
}
