/* Windows grow only for values that are longer than them; the tail after the last
 * whole value opens the next window. */
#include "format/ion/ion_source.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/ion/ion_split.h"

#define WINDOW_BYTES ((size_t)1 << 20)
#define BLOCK_BYTES  ((size_t)64 << 10)

int quire_ion_source_open(struct quire_ion_source *source, struct quire_in *in,
                          const struct quire_ion_catalog *catalog, size_t value_bytes_max,
                          struct quire_error *error)
{
    *source = (struct quire_ion_source){.in = in, .value_bytes_max = value_bytes_max};
    if (value_bytes_max < BLOCK_BYTES) source->value_bytes_max = BLOCK_BYTES;
    return quire_ion_reader_init(&source->reader, false, catalog, error);
}

void quire_ion_source_release(struct quire_ion_source *source)
{
    if (source->in == NULL) return;
    quire_ion_reader_release(&source->reader);
    quire_buf_release(&source->window);
    quire_buf_release(&source->encoded);
    source->in = NULL;
}

/* Up to a block more, into the buffer. */
static int read_block(struct quire_ion_source *source, struct quire_buf *buf,
                      struct quire_error *error)
{
    size_t got = 0;
    if (quire_buf_reserve(buf, BLOCK_BYTES + QUIRE_ION_PADDING) != 0)
        return quire_fail_memory(error, source->reader.operation);
    QUIRE_TRY(source->in->ops->read(source->in, quire_buf_end(buf), BLOCK_BYTES, &got, error));
    buf->size += got;
    source->ended = got == 0;
    return 0;
}

/* The first bytes tell binary from text, and the form of text. */
static int begin(struct quire_ion_source *source, struct quire_error *error)
{
    struct quire_buf *encoded = &source->encoded;
    source->began = true;
    while (encoded->size < 4 && !source->ended)
        QUIRE_TRY(read_block(source, encoded, error));
    source->reader.binary = quire_ion_is_binary(encoded->data, encoded->size);
    if (!source->reader.binary) source->form = quire_ion_unicode_of(encoded->data, encoded->size);
    if (source->form != QUIRE_ION_UTF8) return 0;
    struct quire_buf swapped = source->window;
    source->window = *encoded;
    *encoded = swapped;
    return 0;
}

static int convert(struct quire_ion_source *source, struct quire_error *error)
{
    struct quire_buf *encoded = &source->encoded;
    size_t used = 0;
    int code = 0;
    bool fine = quire_ion_unicode_convert(source->form, encoded->data, encoded->size,
                                          &source->window, &used, &code);
    if (code != 0) return quire_fail_memory(error, source->reader.operation);
    bool torn = fine && source->ended && used < encoded->size;
    encoded->size -= used;
    memmove(encoded->data, encoded->data + used, encoded->size);
    if (fine && !torn) return 0;
    quire_fail(error, QUIRE_INPUT, source->reader.operation,
               torn ? "the input ends within a character" : "the text is not UTF-16 or UTF-32");
    quire_error_at(error, QUIRE_NOWHERE, NULL,
                   source->offset + (int64_t)(source->window.size - source->start));
    return QUIRE_INPUT;
}

static int fill(struct quire_ion_source *source, size_t wanted, struct quire_error *error)
{
    struct quire_buf *window = &source->window;
    if (!source->began) QUIRE_TRY(begin(source, error));
    if (source->start > 0) {
        window->size -= source->start;
        memmove(window->data, window->data + source->start, window->size);
        source->start = 0;
    }
    bool converts = source->form != QUIRE_ION_UTF8;
    if (converts && source->encoded.size > 0) QUIRE_TRY(convert(source, error));
    while (window->size < wanted && !source->ended) {
        QUIRE_TRY(read_block(source, converts ? &source->encoded : window, error));
        if (converts) QUIRE_TRY(convert(source, error));
    }
    return 0;
}

static size_t split(const struct quire_ion_source *source)
{
    const uint8_t *bytes = source->window.data;
    size_t size = source->window.size;
    return source->reader.binary ? quire_ion_split_binary(bytes, size)
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
            if (!ends || (source->ended && source->start == source->window.size &&
                          source->encoded.size == 0))
                return 0;
        }
        QUIRE_TRY(next_window(source, error));
    }
}
