/* AES-CTR against NIST SP 800-38A, F.5. */
#include "crypto_fixture.h"

#include "crypto/aes.h"

#define COUNTER "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define PLAIN                                                          \
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" \
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"

static const struct {
    const char *key, *cipher;
} vectors[] = {
    {"2b7e151628aed2a6abf7158809cf4f3c",
     "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
     "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"},
    {"8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
     "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94"
     "1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050"},
    {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
     "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"},
};

static void test_vectors(void **state)
{
    (void)state;
    struct fixture_bytes counter = fixture_hex(COUNTER), plain = fixture_hex(PLAIN);
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct fixture_bytes key = fixture_hex(vectors[i].key);
        struct fixture_bytes cipher = fixture_hex(vectors[i].cipher);
        struct quire_aes_ctr *ctr = NULL;
        uint8_t out[FIXTURE_BYTES];
        assert_int_equal(quire_aes_ctr_new(key.data, key.size, &ctr, NULL), 0);
        for (size_t size = 0; size <= plain.size; size++) {
            memset(out, 0, sizeof(out));
            assert_int_equal(quire_aes_ctr_apply(ctr, counter.data, plain.data, size, out, NULL),
                             0);
            assert_memory_equal(out, cipher.data, size);
            assert_int_equal(out[size], 0);
            assert_int_equal(quire_aes_ctr_apply(ctr, counter.data, out, size, out, NULL), 0);
            assert_memory_equal(out, plain.data, size);
        }
        quire_aes_ctr_free(ctr);
    }
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const uint8_t key[33];
    struct quire_aes_ctr *ctr = NULL;
    struct quire_error error;
    for (size_t size = 0; size <= sizeof(key); size++) {
        bool fits = size == 16 || size == 24 || size == 32;
        assert_int_equal(quire_aes_ctr_new(key, size, &ctr, &error), fits ? 0 : QUIRE_USAGE);
        if (fits) quire_aes_ctr_free(ctr);
    }
    assert_int_equal(quire_aes_ctr_new(key, 16, &ctr, &error), 0);
    assert_int_equal(quire_aes_ctr_apply(ctr, key, NULL, QUIRE_CRYPTO_BYTES_MAX + 1, NULL, &error),
                     QUIRE_LIMIT);
    quire_aes_ctr_free(ctr);
    quire_aes_ctr_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
