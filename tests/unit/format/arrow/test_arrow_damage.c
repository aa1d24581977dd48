/* Messages that say what cannot be: each is refused, by every way of reading, and says the
 * message and the byte. */
#include "arrow_source.h"

#include "base/context.h"
#include "format/arrow/message_frame.h"
#include "format/arrow/message_sink.h"
#include "memory_in.h"

/* One column of strings, three rows, as its message tells them. */
struct told {
    int64_t length; /* of the batch */
    struct quire_body_node node;
    struct {
        const void *data;
        int64_t size;
    } validity, offsets, bytes;
};

static const uint8_t all_valid[] = {7};
static const int32_t good_offsets[] = {0, 1, 2, 4};
static const struct told good = {
    3, {3, 0}, {NULL, 0}, {good_offsets, sizeof(good_offsets)}, {"abcd", 4}};

static void write_told(const struct told *told, struct memory_out *out)
{
    struct ArrowSchema schema;
    struct quire_field *field = NULL;
    struct quire_context *context = NULL;
    arrow_schema("s string", &schema);
    assert_int_equal(quire_field_open(&schema, &field, NULL), 0);
    assert_int_equal(quire_context_new(NULL, &context, NULL), 0);
    memory_out_init(out);
    QUIRE_CLEANUP(quire_message_sink_release)
    struct quire_message_sink sink = {.out = &out->out, .context = context, .align = 8};
    QUIRE_CLEANUP(quire_batch_body_release) struct quire_batch_body body = {.length = told->length};
    const struct quire_body_buffer buffers[] = {{told->validity.data, told->validity.size},
                                                {told->offsets.data, told->offsets.size},
                                                {told->bytes.data, told->bytes.size}};
    assert_int_equal(quire_buf_append(&body.nodes, &told->node, sizeof(told->node)), 0);
    assert_int_equal(quire_buf_append(&body.buffers, buffers, sizeof(buffers)), 0);
    assert_int_equal(quire_message_sink_schema(&sink, field, NULL), 0);
    assert_int_equal(quire_message_sink_batch(&sink, &body, NULL, NULL, NULL), 0);
    assert_int_equal(quire_message_sink_end(&sink, NULL), 0);
    quire_field_close(field);
    quire_schema_release(&schema);
    quire_context_free(context);
}

static void check(const struct told *told, int code, const char *cause)
{
    struct memory_out out;
    write_told(told, &out);
    for (int way = 0; way < ARROW_WAYS; way++) {
        struct quire_error error;
        int64_t rows = 0;
        quire_error_clear(&error);
        int got = arrow_drain((enum arrow_way)way, &out.buf, &rows, &error);
        if (got != code || strstr(error.cause, cause) == NULL)
            fail_msg("%d: %s, not %s", got, error.cause, cause);
        if (code == 0) continue;
        assert_non_null(strstr(error.cause, "message 2: "));
        assert_true(error.byte > 0);
    }
    quire_buf_release(&out.buf);
}

static void test_batches(void **state)
{
    static const int32_t negative[] = {-1, 1, 2, 4}, backwards[] = {0, 3, 2, 4},
                         beyond[] = {0, 1, 2, 5}, far_back[] = {0, 1, INT32_MIN, 4},
                         over[] = {0, INT32_MAX, -1, 4};
    struct told told = good;
    (void)state;
    check(&told, 0, "");
    told.length = 4;
    check(&told, QUIRE_CORRUPT, "a column has 3 rows in a batch of 4");
    told = good;
    told.node.length = -3;
    check(&told, QUIRE_CORRUPT, "length or null count");
    told = good;
    told.node.null_count = 4;
    check(&told, QUIRE_CORRUPT, "length or null count");
    told.node.null_count = 1;
    check(&told, QUIRE_CORRUPT, "0 bytes where 1 are needed");
    told.validity.data = all_valid;
    told.validity.size = 1;
    check(&told, QUIRE_CORRUPT, "not that of the validity bitmap");
    told = good;
    told.node.length = told.length = INT64_MAX;
    check(&told, QUIRE_CORRUPT, "longer than memory");
    told = good;
    told.offsets.size = 12;
    check(&told, QUIRE_CORRUPT, "12 bytes where 16 are needed");
    told = good;
    told.offsets.data = negative;
    check(&told, QUIRE_INPUT, "an offset is negative");
    told.offsets.data = backwards;
    check(&told, QUIRE_INPUT, "less than the one before");
    told.offsets.data = far_back;
    check(&told, QUIRE_INPUT, "less than the one before");
    told.offsets.data = over;
    check(&told, QUIRE_INPUT, "less than the one before");
    told.offsets.data = beyond;
    check(&told, QUIRE_CORRUPT, "past the bytes");
    told = good;
    told.bytes.data = "a\xff"
                      "cd";
    check(&told, QUIRE_INPUT, "is not UTF-8");
    told.bytes.data = "ab\xc3\xa9"; /* each string is cut, all of them together are not */
    static const int32_t cut[] = {0, 1, 3, 4};
    told.offsets.data = cut;
    check(&told, QUIRE_INPUT, "is not UTF-8");
}

/* Bytes of the message itself, each made another in turn: nothing of it may be believed. */
static void test_bytes(void **state)
{
    struct memory_out out;
    int64_t refused = 0;
    (void)state;
    write_told(&good, &out);
    for (size_t at = 0; at < out.buf.size; at++) {
        for (int change = 0; change < 4; change++) {
            static const uint8_t changes[] = {0x01, 0x80, 0xff, 0x08};
            int codes[ARROW_WAYS];
            QUIRE_CLEANUP(quire_buf_release) struct quire_buf copy = {0};
            assert_int_equal(quire_buf_append(&copy, out.buf.data, out.buf.size), 0);
            copy.data[at] ^= changes[change];
            for (int way = 0; way < ARROW_WAYS; way++) {
                struct quire_error error = {0};
                int64_t rows = 0;
                codes[way] = arrow_drain((enum arrow_way)way, &copy, &rows, &error);
            }
            assert_int_equal(codes[ARROW_MAPPED], codes[ARROW_ANYWHERE]);
            assert_int_equal(codes[ARROW_MAPPED] != 0, codes[ARROW_FORWARD] != 0);
            refused += codes[ARROW_MAPPED] != 0;
        }
    }
    assert_true(refused > (int64_t)out.buf.size);
    quire_buf_release(&out.buf);
}

/* A length that is a lie costs no memory before there are bytes. */
static void test_lies_about_length(void **state)
{
    struct memory_out out;
    struct quire_error error = {0};
    int64_t rows = 0;
    (void)state;
    memory_out_init(&out);
    static const uint8_t lie[] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x3f};
    assert_int_equal(quire_buf_append(&out.buf, lie, sizeof(lie)), 0);
    for (int way = 0; way < ARROW_WAYS; way++) {
        assert_int_equal(arrow_drain((enum arrow_way)way, &out.buf, &rows, &error), QUIRE_CORRUPT);
        assert_non_null(strstr(error.cause, "it ends within a message"));
    }
    quire_buf_release(&out.buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_lies_about_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
