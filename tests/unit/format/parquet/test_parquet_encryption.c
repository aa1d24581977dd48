/* Modules of every type, there and back, and every way in which one must not come back. */
#include "parquet_fixture.h"

#include "format/parquet/encryption.h"

static const uint8_t key_bytes[33] = "0123456789abcdef0123456789abcdef";

static struct quire_cipher_options options_of(size_t key_size, bool ctr)
{
    return (struct quire_cipher_options){.key = key_bytes,
                                         .key_size = key_size,
                                         .ctr_pages = ctr,
                                         .aad_prefix = "table",
                                         .aad_prefix_size = 5,
                                         .aad_file_unique = "\x01\x02\x03\x04\x05\x06\x07\x08",
                                         .aad_file_unique_size = 8};
}

static struct quire_parquet_cipher *cipher_of(struct quire_cipher_options options)
{
    struct quire_parquet_cipher *cipher = NULL;
    assert_int_equal(quire_cipher_new(&options, &cipher, NULL), 0);
    return cipher;
}

static struct quire_module_place place_of(int module)
{
    return (struct quire_module_place){(enum quire_parquet_module)module, 3, 258, 7};
}

static bool is_page(int module)
{
    return module == QUIRE_MODULE_DATA_PAGE || module == QUIRE_MODULE_DICTIONARY_PAGE;
}

static void encrypt(const struct quire_parquet_cipher *cipher, struct quire_module_place place,
                    const void *plain, size_t size, struct quire_buf *out)
{
    size_t before = out->size;
    assert_int_equal(quire_cipher_encrypt(cipher, &place, plain, size, out, NULL), 0);
    assert_int_equal(out->size - before, quire_cipher_overhead(cipher, place.module) + size);
}

/* The module in a block of its own; what came before in the buffer stays. */
static int decrypt(const struct quire_parquet_cipher *cipher, struct quire_module_place place,
                   const void *bytes, size_t size, const void *plain, size_t plain_size)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf back = {0};
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *copy = fixture_exact(bytes, size);
    struct quire_error error;
    size_t used = 12345;
    assert_int_equal(quire_buf_append_text(&back, "before"), 0);
    int code = quire_cipher_decrypt(cipher, &place, copy, size, &back, &used, &error);
    assert_memory_equal(back.data, "before", 6);
    if (code != 0) {
        assert_int_equal(back.size, 6);
        assert_int_equal(used, 12345);
        return code;
    }
    assert_int_equal(back.size, 6 + plain_size);
    if (plain_size > 0) assert_memory_equal(back.data + 6, plain, plain_size);
    assert_true(used <= size);
    return 0;
}

static void expect_round(const struct quire_parquet_cipher *cipher, int module, bool ctr)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, 70000};
    static uint8_t plain[70000];
    struct quire_random random;
    quire_random_seed(&random, 7);
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (uint8_t)quire_random_u64(&random);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
        size_t whole = 0;
        encrypt(cipher, place_of(module), plain, sizes[i], &out);
        assert_int_equal(out.size - sizes[i], ctr && is_page(module) ? 16 : 32);
        assert_int_equal(quire_cipher_module_size(out.data, &whole, NULL), 0);
        assert_int_equal(whole, out.size);
        assert_int_equal(quire_buf_append_text(&out, "what follows"), 0);
        assert_int_equal(decrypt(cipher, place_of(module), out.data, out.size, plain, sizes[i]), 0);
    }
}

static void test_round_trips(void **state)
{
    (void)state;
    for (size_t key_size = 16; key_size <= 32; key_size += 8) {
        for (int ctr = 0; ctr < 2; ctr++) {
            struct quire_parquet_cipher *cipher = cipher_of(options_of(key_size, ctr));
            for (int module = 0; module <= 9; module++)
                expect_round(cipher, module, ctr);
            quire_cipher_free(cipher);
        }
    }
    quire_cipher_free(NULL);
}

/* Two modules never share a nonce, though they be the same in all else. */
static void test_nonces_differ(void **state)
{
    (void)state;
    for (int ctr = 0; ctr < 2; ctr++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
        struct quire_parquet_cipher *cipher = cipher_of(options_of(16, ctr));
        for (int i = 0; i < 100; i++)
            encrypt(cipher, place_of(QUIRE_MODULE_DATA_PAGE), "same", 4, &out);
        size_t one = out.size / 100;
        for (size_t i = 0; i < 100; i++) {
            for (size_t j = 0; j < i; j++)
                assert_memory_not_equal(out.data + i * one + 4, out.data + j * one + 4, 12);
        }
        quire_cipher_free(cipher);
    }
}

/* A module of one place is refused at every other. */
static void test_wrong_place(void **state)
{
    (void)state;
    struct quire_parquet_cipher *cipher = cipher_of(options_of(16, false));
    for (int module = 0; module <= 9; module++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
        bool has_column = module != QUIRE_MODULE_FOOTER;
        bool has_page = module == QUIRE_MODULE_DATA_PAGE || module == QUIRE_MODULE_DATA_PAGE_HEADER;
        encrypt(cipher, place_of(module), "text", 4, &out);
        for (int other = 0; other <= 9; other++)
            assert_int_equal(decrypt(cipher, place_of(other), out.data, out.size, "text", 4),
                             other == module ? 0 : QUIRE_CORRUPT);
        struct quire_module_place place = place_of(module);
        place.row_group = 4;
        assert_int_equal(decrypt(cipher, place, out.data, out.size, "text", 4),
                         has_column ? QUIRE_CORRUPT : 0);
        place = place_of(module);
        place.column = 2; /* the low byte is the same */
        assert_int_equal(decrypt(cipher, place, out.data, out.size, "text", 4),
                         has_column ? QUIRE_CORRUPT : 0);
        place = place_of(module);
        place.page = 8;
        assert_int_equal(decrypt(cipher, place, out.data, out.size, "text", 4),
                         has_page ? QUIRE_CORRUPT : 0);
    }
    quire_cipher_free(cipher);
}

/* Another key, another prefix, another file: refused, but for CTR pages, which nothing
 * protects. */
static void test_wrong_cipher(void **state)
{
    (void)state;
    for (int ctr = 0; ctr < 2; ctr++) {
        struct quire_cipher_options others[4];
        struct quire_parquet_cipher *cipher = cipher_of(options_of(16, ctr));
        for (int i = 0; i < 4; i++)
            others[i] = options_of(16, ctr);
        others[0].key = key_bytes + 1;
        others[1].aad_prefix = "Table";
        others[2].aad_prefix_size = 0;
        others[3].aad_file_unique = "\x01\x02\x03\x04\x05\x06\x07\x09";
        for (int i = 0; i < 4; i++) {
            struct quire_parquet_cipher *other = cipher_of(others[i]);
            for (int module = 0; module <= 9; module++) {
                QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
                encrypt(cipher, place_of(module), "text", 4, &out);
                if (!ctr || !is_page(module))
                    assert_int_equal(
                        decrypt(other, place_of(module), out.data, out.size, "text", 4),
                        QUIRE_CORRUPT);
                else if (i > 0)
                    assert_int_equal(
                        decrypt(other, place_of(module), out.data, out.size, "text", 4), 0);
            }
            quire_cipher_free(other);
        }
        quire_cipher_free(cipher);
    }
}

static void test_cut_off(void **state)
{
    (void)state;
    for (int ctr = 0; ctr < 2; ctr++) {
        struct quire_parquet_cipher *cipher = cipher_of(options_of(16, ctr));
        for (int module = 0; module <= 9; module++) {
            QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
            encrypt(cipher, place_of(module), "some text here", 14, &out);
            for (size_t size = 0; size < out.size; size++)
                assert_int_equal(decrypt(cipher, place_of(module), out.data, size, NULL, 0),
                                 QUIRE_CORRUPT);
        }
        quire_cipher_free(cipher);
    }
}

static void test_flipped_bits(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_module_place place = place_of(QUIRE_MODULE_DATA_PAGE_HEADER);
    struct quire_parquet_cipher *cipher = cipher_of(options_of(32, false));
    encrypt(cipher, place, "some text here", 14, &out);
    for (size_t bit = 0; bit < out.size * 8; bit++) {
        out.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(decrypt(cipher, place, out.data, out.size, NULL, 0), QUIRE_CORRUPT);
        out.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(decrypt(cipher, place, out.data, out.size, "some text here", 14), 0);
    quire_cipher_free(cipher);
}

/* Lengths that are too short for a nonce or a tag, that pass the bytes that are there, or
 * that are negative to others. */
static void test_length_lies(void **state)
{
    (void)state;
    static const struct {
        uint32_t length;
        int module_size, gcm, ctr;
    } cases[] = {
        {0, QUIRE_CORRUPT, QUIRE_CORRUPT, QUIRE_CORRUPT},
        {11, QUIRE_CORRUPT, QUIRE_CORRUPT, QUIRE_CORRUPT},
        {12, 0, QUIRE_CORRUPT, 0},
        {27, 0, QUIRE_CORRUPT, 0},
        {28, 0, QUIRE_CORRUPT, 0},
        {41, 0, QUIRE_CORRUPT, 0},
        {60, 0, 0, 0},
        {61, 0, QUIRE_CORRUPT, QUIRE_CORRUPT},
        {INT32_MAX, 0, QUIRE_CORRUPT, QUIRE_CORRUPT},
        {UINT32_C(1) << 31, QUIRE_CORRUPT, QUIRE_CORRUPT, QUIRE_CORRUPT},
        {UINT32_MAX, QUIRE_CORRUPT, QUIRE_CORRUPT, QUIRE_CORRUPT},
    };
    static const uint8_t plain[48];
    struct quire_module_place place = place_of(QUIRE_MODULE_DICTIONARY_PAGE);
    for (int ctr = 0; ctr < 2; ctr++) {
        struct quire_parquet_cipher *cipher = cipher_of(options_of(16, ctr));
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
        encrypt(cipher, place, plain, ctr ? 48 : 32, &out);
        assert_int_equal(out.size, 64);
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            size_t whole = 0, text = cases[i].length - (ctr ? 12 : 28);
            for (int byte = 0; byte < 4; byte++)
                out.data[byte] = (uint8_t)(cases[i].length >> 8 * byte);
            assert_int_equal(quire_cipher_module_size(out.data, &whole, NULL),
                             cases[i].module_size);
            if (cases[i].module_size == 0) assert_int_equal(whole, (size_t)cases[i].length + 4);
            assert_int_equal(decrypt(cipher, place, out.data, out.size, plain, text),
                             ctr ? cases[i].ctr : cases[i].gcm);
        }
        quire_cipher_free(cipher);
    }
}

static void test_signature(void **state)
{
    (void)state;
    static uint8_t footer[10000];
    struct quire_error error;
    struct quire_cipher_options other_options = options_of(16, false);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_parquet_cipher *cipher = cipher_of(options_of(16, true));
    other_options.aad_file_unique_size = 7;
    struct quire_parquet_cipher *other = cipher_of(other_options);
    for (size_t i = 0; i < sizeof(footer); i++)
        footer[i] = (uint8_t)(i * 31);
    for (size_t size = 0; size <= sizeof(footer); size += 1250) {
        quire_buf_clear(&out);
        assert_int_equal(quire_cipher_sign(cipher, footer, size, &out, NULL), 0);
        assert_int_equal(out.size, QUIRE_SIGNATURE_BYTES);
        assert_int_equal(quire_cipher_verify(cipher, footer, size, out.data, NULL), 0);
        assert_int_equal(quire_cipher_verify(other, footer, size, out.data, &error), QUIRE_CORRUPT);
    }
    for (size_t bit = 0; bit < QUIRE_SIGNATURE_BYTES * 8; bit++) {
        out.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(quire_cipher_verify(cipher, footer, sizeof(footer), out.data, &error),
                         QUIRE_CORRUPT);
        out.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t byte = 0; byte < sizeof(footer); byte += 97) {
        footer[byte] ^= 1;
        assert_int_equal(quire_cipher_verify(cipher, footer, sizeof(footer), out.data, &error),
                         QUIRE_CORRUPT);
        footer[byte] ^= 1;
    }
    /* It is the nonce and tag of the encrypted footer, no more. */
    quire_buf_clear(&out);
    struct quire_module_place place = {.module = QUIRE_MODULE_FOOTER};
    encrypt(cipher, place, footer, sizeof(footer), &out);
    memmove(out.data + 16, out.data + out.size - 16, 16);
    assert_int_equal(quire_cipher_verify(cipher, footer, sizeof(footer), out.data + 4, NULL), 0);
    quire_cipher_free(cipher);
    quire_cipher_free(other);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    struct quire_error error;
    struct quire_cipher_options options = options_of(16, false);
    struct quire_parquet_cipher *cipher = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    for (options.key_size = 0; options.key_size <= 33; options.key_size++) {
        bool fits = options.key_size == 16 || options.key_size == 24 || options.key_size == 32;
        assert_int_equal(quire_cipher_new(&options, &cipher, &error), fits ? 0 : QUIRE_USAGE);
        if (fits) quire_cipher_free(cipher);
    }
    options = options_of(16, false);
    options.aad_prefix_size = SIZE_MAX;
    assert_int_equal(quire_cipher_new(&options, &cipher, &error), QUIRE_LIMIT);
    cipher = cipher_of(options_of(16, false));
    struct quire_module_place place = place_of(QUIRE_MODULE_DATA_PAGE);
    assert_int_equal(quire_cipher_encrypt(cipher, &place, "", (size_t)INT32_MAX - 27, &out, &error),
                     QUIRE_LIMIT);
    place.page = -1;
    assert_int_equal(quire_cipher_encrypt(cipher, &place, "", 0, &out, &error), QUIRE_LIMIT);
    place.module = QUIRE_MODULE_DICTIONARY_PAGE; /* has no use for it */
    assert_int_equal(quire_cipher_encrypt(cipher, &place, "", 0, &out, &error), 0);
    place.row_group = -1;
    assert_int_equal(quire_cipher_encrypt(cipher, &place, "", 0, &out, &error), QUIRE_LIMIT);
    place.module = QUIRE_MODULE_FOOTER;
    assert_int_equal(quire_cipher_encrypt(cipher, &place, "", 0, &out, &error), 0);
    assert_int_equal(out.size, 64);
    quire_cipher_free(cipher);
}

static int run_all(struct quire_error *error)
{
    struct quire_cipher_options options = options_of(16, true);
    struct quire_module_place place = place_of(QUIRE_MODULE_COLUMN_INDEX);
    struct quire_parquet_cipher *cipher = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf back = {0};
    size_t used = 0;
    int code = quire_cipher_new(&options, &cipher, error);
    if (code == 0) code = quire_cipher_sign(cipher, "footer", 6, &out, error);
    if (code == 0) code = quire_cipher_encrypt(cipher, &place, key_bytes, 32, &out, error);
    if (code == 0)
        code = quire_cipher_decrypt(cipher, &place, out.data + QUIRE_SIGNATURE_BYTES, 64, &back,
                                    &used, error);
    quire_cipher_free(cipher);
    return code;
}

static void test_memory(void **state)
{
    (void)state;
    struct quire_error error;
    for (int64_t n = 1;; n++) {
        fault_alloc_arm(n);
        int code = run_all(&error);
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        assert_int_equal(held, 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
        assert_true(n < 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),     cmocka_unit_test(test_nonces_differ),
        cmocka_unit_test(test_wrong_place),     cmocka_unit_test(test_wrong_cipher),
        cmocka_unit_test(test_cut_off),         cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_length_lies),     cmocka_unit_test(test_signature),
        cmocka_unit_test(test_what_is_refused), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
