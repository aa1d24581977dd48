/* Files in memory for what opens them: bytes that can be read anywhere, with a count of the
 * reads, and footers put behind them. */
#ifndef QUIRE_TESTS_PARQUET_INPUT_FIXTURE_H
#define QUIRE_TESTS_PARQUET_INPUT_FIXTURE_H

#include <stdatomic.h>

#include "base/fail.h"
#include "format/parquet/read/footer_reader.h"
#include "parquet_fixture.h"

struct fixture_in {
    struct quire_in in;
    const uint8_t *bytes;
    _Atomic int reads;
    _Atomic int64_t bytes_read;
};

static inline int fixture_read_at(struct quire_in *in, int64_t offset, void *bytes, size_t size,
                                  struct quire_error *error)
{
    struct fixture_in *input = (struct fixture_in *)in;
    if (offset < 0 || offset > in->size || size > (size_t)(in->size - offset))
        return quire_fail(error, QUIRE_CORRUPT, "read", "beyond the end");
    if (size > 0) memcpy(bytes, input->bytes + offset, size);
    input->reads++;
    input->bytes_read += (int64_t)size;
    return 0;
}

static inline struct fixture_in fixture_in_of(const void *bytes, size_t size)
{
    static const struct quire_in_ops ops = {.read_at = fixture_read_at};
    return (struct fixture_in){.in = {&ops, (int64_t)size}, .bytes = bytes};
}

/* The magic, `gap` zero bytes where columns would be, and the footer. */
static inline void fixture_file(const struct quire_file_metadata *metadata, size_t gap,
                                struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf footer = {0};
    assert_int_equal(quire_file_metadata_write(metadata, &footer), 0);
    const uint32_t size = (uint32_t)footer.size;
    assert_int_equal(quire_buf_append(out, "PAR1", 4), 0);
    for (size_t i = 0; i < gap; i++)
        assert_int_equal(quire_buf_push(out, 0), 0);
    assert_int_equal(quire_buf_append(out, footer.data, footer.size), 0);
    assert_int_equal(quire_buf_append(out, &size, sizeof(size)), 0);
    assert_int_equal(quire_buf_append(out, "PAR1", 4), 0);
}

#define FIXTURE_BINARY(text)                      \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

#endif
