/* Streams: round trips in odd pieces, members, truncation, damage, sticky errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "codec/codec.h"
#include "codec_fixture.h"

static void each_codec(void (*run)(const struct quire_codec *codec))
{
    size_t size = 0;
    const struct quire_codec *const *rows = quire_codecs(&size);
    for (size_t i = 0; i < size; i++) {
        if (fixture_has_streams(rows[i])) run(rows[i]);
    }
}

static void write_stream(const struct quire_codec *codec, const uint8_t *bytes, size_t size,
                         struct quire_buf *out)
{
    assert_int_equal(fixture_write_stream(codec, 0, 1, bytes, size, SIZE_MAX / 2, out, NULL), 0);
}

static void expect_back(const struct quire_codec *codec, const struct quire_buf *packed,
                        size_t piece, size_t capacity, const uint8_t *bytes, size_t size)
{
    struct quire_buf back = {0};
    struct quire_error error;
    if (fixture_read_stream(codec, packed->data, packed->size, piece, capacity, &back, &error) != 0)
        fail_msg("%s: %s", codec->name, error.cause);
    assert_int_equal(back.size, size);
    if (size > 0) assert_memory_equal(back.data, bytes, size);
    quire_buf_release(&back);
}

static void round_trip(const struct quire_codec *codec, int level, unsigned threads,
                       const uint8_t *bytes, size_t size, size_t piece)
{
    struct quire_buf packed = {0};
    assert_int_equal(fixture_write_stream(codec, level, threads, bytes, size, piece, &packed, NULL),
                     0);
    expect_back(codec, &packed, SIZE_MAX, 65536, bytes, size);
    if (size <= 70000) {
        expect_back(codec, &packed, 1, 1, bytes, size);
        expect_back(codec, &packed, 3, 777, bytes, size);
    }
    quire_buf_release(&packed);
}

static void run_sizes(const struct quire_codec *codec)
{
    static const size_t sizes[] = {0, 1, 100, 65535, 65536, 65537, 3 << 20};
    uint8_t *bytes = malloc(3 << 20);
    assert_non_null(bytes);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        fixture_fill_text(bytes, sizes[i]);
        round_trip(codec, 0, 1, bytes, sizes[i], 1 << 20);
        fixture_fill_random(bytes, sizes[i]);
        round_trip(codec, 0, 1, bytes, sizes[i], 9973);
        round_trip(codec, 0, 3, bytes, sizes[i], 300000);
    }
    fixture_fill_text(bytes, 5000);
    round_trip(codec, 0, 1, bytes, 5000, 1);
    round_trip(codec, codec->level_min, 1, bytes, 5000, 100);
    round_trip(codec, codec->level_max, 1, bytes, 5000, 100);
    free(bytes);
    struct quire_out *stream = NULL;
    assert_int_equal(codec->out_open(NULL, codec->level_max + 1, 1, &stream, NULL), QUIRE_USAGE);
}

static void test_sizes(void **state)
{
    (void)state;
    each_codec(run_sizes);
}

static void run_members(const struct quire_codec *codec)
{
    static uint8_t bytes[3 * 5000];
    fixture_fill_text(bytes, sizeof(bytes));
    struct quire_buf packed = {0};
    for (size_t i = 0; i < 3; i++)
        write_stream(codec, bytes + i * 5000, 5000, &packed);
    write_stream(codec, bytes, 0, &packed);
    if (codec == &quire_codec_brotli) {
        struct quire_buf back = {0};
        assert_int_equal(fixture_read_stream(codec, packed.data, packed.size, 99, 99, &back, NULL),
                         QUIRE_CORRUPT);
        quire_buf_release(&back);
    } else {
        expect_back(codec, &packed, SIZE_MAX, 4096, bytes, sizeof(bytes));
        expect_back(codec, &packed, 1, 7, bytes, sizeof(bytes));
    }
    quire_buf_release(&packed);
}

static void test_members(void **state)
{
    (void)state;
    each_codec(run_members);
}

/* A stream may only end where its format says so; snappy says so after a chunk. */
static bool may_end(const struct quire_codec *codec, const uint8_t *bytes, size_t cut)
{
    if (codec == &quire_codec_none) return true;
    if (codec != &quire_codec_snappy) return false;
    size_t at = 0;
    while (at < cut)
        at += 4 + (bytes[at + 1] | (size_t)bytes[at + 2] << 8 | (size_t)bytes[at + 3] << 16);
    return at == cut && cut > 0;
}

static void run_truncation(const struct quire_codec *codec)
{
    static uint8_t bytes[2000];
    fixture_fill_text(bytes, sizeof(bytes));
    struct quire_buf packed = {0};
    write_stream(codec, bytes, sizeof(bytes), &packed);
    for (size_t cut = 0; cut < packed.size; cut++) {
        struct quire_buf back = {0};
        struct quire_error error;
        int code = fixture_read_stream(codec, packed.data, cut, 64, 100, &back, &error);
        if (may_end(codec, packed.data, cut)) {
            assert_int_equal(code, 0);
        } else {
            assert_int_equal(code, QUIRE_CORRUPT);
            assert_int_equal(error.byte, cut);
        }
        assert_true(back.size <= sizeof(bytes));
        if (back.size > 0) assert_memory_equal(back.data, bytes, back.size);
        quire_buf_release(&back);
    }
    quire_buf_release(&packed);
}

static void test_truncation(void **state)
{
    (void)state;
    each_codec(run_truncation);
}

static void run_garbage(const struct quire_codec *codec)
{
    if (codec == &quire_codec_none) return;
    static const char *const tails[] = {"x", "\x01", "garbage that follows", "\x1f\x8b\x08\x77"};
    static uint8_t bytes[2000];
    fixture_fill_text(bytes, sizeof(bytes));
    for (size_t i = 0; i < 4; i++) {
        struct quire_buf packed = {0}, back = {0};
        write_stream(codec, bytes, sizeof(bytes), &packed);
        assert_int_equal(quire_buf_append_text(&packed, tails[i]), 0);
        struct quire_error error;
        assert_int_equal(
            fixture_read_stream(codec, packed.data, packed.size, 50, 64, &back, &error),
            QUIRE_CORRUPT);
        assert_true(error.byte >= (int64_t)(packed.size - strlen(tails[i])));
        quire_buf_release(&packed);
        quire_buf_release(&back);
    }
}

static void test_garbage_after_the_end(void **state)
{
    (void)state;
    each_codec(run_garbage);
}

static void run_bit_flips(const struct quire_codec *codec)
{
    bool checked = codec != &quire_codec_none && codec != &quire_codec_brotli;
    static uint8_t bytes[1500];
    fixture_fill_text(bytes, sizeof(bytes));
    struct quire_buf packed = {0};
    write_stream(codec, bytes, sizeof(bytes), &packed);
    for (size_t bit = 0; bit < packed.size * 8; bit++) {
        struct quire_buf back = {0};
        packed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        int code = fixture_read_stream(codec, packed.data, packed.size, 4096, 4096, &back, NULL);
        assert_true(code == 0 || code == QUIRE_CORRUPT || code == QUIRE_LIMIT ||
                    code == QUIRE_UNSUPPORTED);
        /* Whoever keeps a checksum gives the right bytes, or none (a chunk may turn skippable). */
        if (code == 0 && checked && back.size > 0)
            assert_memory_equal(back.data, bytes, sizeof(bytes));
        packed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        quire_buf_release(&back);
    }
    quire_buf_release(&packed);
}

static void test_bit_flips(void **state)
{
    (void)state;
    each_codec(run_bit_flips);
}

static void test_gzip_padding(void **state)
{
    (void)state;
    if (!fixture_has_streams(&quire_codec_gzip)) skip();
    struct quire_buf packed = {0}, back = {0};
    write_stream(&quire_codec_gzip, (const uint8_t *)"abc", 3, &packed);
    for (int i = 0; i < 600; i++)
        assert_int_equal(quire_buf_push(&packed, 0), 0);
    expect_back(&quire_codec_gzip, &packed, 7, 100, (const uint8_t *)"abc", 3);
    assert_int_equal(quire_buf_push(&packed, 0x1f), 0);
    assert_int_equal(
        fixture_read_stream(&quire_codec_gzip, packed.data, packed.size, 7, 100, &back, NULL),
        QUIRE_CORRUPT);
    quire_buf_release(&packed);
    quire_buf_release(&back);
}

static void test_skippable_frames(void **state)
{
    (void)state;
    static const uint8_t frame[] = {0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'x', 'y', 'z'};
    const struct quire_codec *const codecs[] = {&quire_codec_zstd, &quire_codec_lz4};
    for (size_t i = 0; i < 2; i++) {
        if (codecs[i]->built_without != NULL) continue;
        struct quire_buf packed = {0};
        assert_int_equal(quire_buf_append(&packed, frame, sizeof(frame)), 0);
        write_stream(codecs[i], (const uint8_t *)"abc", 3, &packed);
        assert_int_equal(quire_buf_append(&packed, frame, sizeof(frame)), 0);
        expect_back(codecs[i], &packed, 1, 10, (const uint8_t *)"abc", 3);
        expect_back(codecs[i], &packed, 100, 10, (const uint8_t *)"abc", 3);
        quire_buf_release(&packed);
    }
}

/* A frame head that asks for a window of 256 MB (RFC 8878, 3.1.1.1.2). */
static void test_zstd_window_limit(void **state)
{
    (void)state;
    if (quire_codec_zstd.built_without != NULL) skip();
    static const uint8_t head[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 1, 0, 0};
    struct quire_buf back = {0};
    struct quire_error error;
    assert_int_equal(
        fixture_read_stream(&quire_codec_zstd, head, sizeof(head), 99, 99, &back, &error),
        QUIRE_LIMIT);
    assert_non_null(strstr(error.hint, "128 MB"));
    quire_buf_release(&back);
}

static void test_snappy_chunks(void **state)
{
    (void)state;
    if (quire_codec_snappy.built_without != NULL) skip();
    /* The identifier, a padding chunk, "abc" plain with its masked CRC-32C, a skippable chunk. */
    static const uint8_t good[] = {0xff, 6,    0,   0,   's', 'N',  'a', 'P', 'p', 'Y',  0xfe,
                                   2,    0,    0,   'p', 'q', 0x01, 7,   0,   0,   0x6e, 0x57,
                                   0xf1, 0x21, 'a', 'b', 'c', 0x80, 0,   0,   0};
    struct quire_buf packed = {0}, back = {0};
    assert_int_equal(quire_buf_append(&packed, good, sizeof(good)), 0);
    expect_back(&quire_codec_snappy, &packed, 1, 2, (const uint8_t *)"abc", 3);
    packed.data[16] = 0x02; /* reserved, must not be skipped */
    assert_int_equal(
        fixture_read_stream(&quire_codec_snappy, packed.data, packed.size, 9, 9, &back, NULL),
        QUIRE_CORRUPT);
    packed.data[16] = 0x01;
    packed.data[20] ^= 1;
    assert_int_equal(
        fixture_read_stream(&quire_codec_snappy, packed.data, packed.size, 9, 9, &back, NULL),
        QUIRE_CORRUPT);
    quire_buf_release(&packed);
    quire_buf_release(&back);
}

static void run_sticky(const struct quire_codec *codec)
{
    static uint8_t bytes[400000];
    fixture_fill_random(bytes, sizeof(bytes));
    struct fixture_sink sink;
    fixture_sink_init(&sink);
    sink.size_max = 1000;
    struct quire_out *out = NULL;
    struct quire_error error;
    assert_int_equal(codec->out_open(&sink.base, 0, 1, &out, NULL), 0);
    int code = 0;
    for (int i = 0; i < 20 && code == 0; i++)
        code = quire_out_write(out, bytes, 400000, NULL);
    if (code == 0) code = out->ops->finish(out, NULL);
    assert_int_equal(code, QUIRE_FULL);
    sink.size_max = 0;
    assert_int_equal(quire_out_write(out, "a", 1, &error), QUIRE_FULL);
    assert_string_equal(error.cause, "the sink is full");
    assert_int_equal(out->ops->finish(out, &error), QUIRE_FULL);
    assert_int_equal(out->ops->finish(out, NULL), QUIRE_FULL);
    quire_out_close(out);
    free(sink.kept.data);
}

static void test_errors_are_sticky(void **state)
{
    (void)state;
    each_codec(run_sticky);
}

static void run_finish(const struct quire_codec *codec)
{
    struct fixture_sink sink;
    fixture_sink_init(&sink);
    struct quire_out *out = NULL;
    assert_int_equal(codec->out_open(&sink.base, 0, 1, &out, NULL), 0);
    assert_int_equal(quire_out_write(out, "abc", 3, NULL), 0);
    assert_int_equal(out->ops->finish(out, NULL), 0);
    size_t size = sink.kept.size;
    assert_int_equal(out->ops->finish(out, NULL), 0);
    assert_int_equal(sink.kept.size, size);
    assert_int_equal(out->written, 3);
    assert_int_equal(quire_out_write(out, "abc", 3, NULL), QUIRE_USAGE);
    assert_int_equal(out->written, 3);
    quire_out_close(out);
    assert_int_equal(sink.closed, 0);
    free(sink.kept.data);
}

static void test_finish_twice(void **state)
{
    (void)state;
    each_codec(run_finish);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_garbage_after_the_end),
        cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_gzip_padding),
        cmocka_unit_test(test_skippable_frames),
        cmocka_unit_test(test_zstd_window_limit),
        cmocka_unit_test(test_snappy_chunks),
        cmocka_unit_test(test_errors_are_sticky),
        cmocka_unit_test(test_finish_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
