/* AES-GCM against the test cases of "The Galois/Counter Mode of Operation" (McGrew and
 * Viega, appendix B), and what must not be opened. */
#include "crypto_fixture.h"

#include <pthread.h>

#include "crypto/aes.h"
#include "fault_alloc.h"

#define KEY_128 "feffe9928665731c6d6a8f9467308308"
#define NONCE   "cafebabefacedbaddecaf888"
#define AAD     "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define PLAIN                                                          \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" \
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"

static const struct vector {
    const char *key, *nonce, *aad, *plain, *cipher, *tag;
} vectors[] = {
    {"00000000000000000000000000000000", "000000000000000000000000", "", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {"00000000000000000000000000000000", "000000000000000000000000", "",
     "00000000000000000000000000000000", "0388dace60b6a392f328c2b971b2fe78",
     "ab6e47d42cec13bdf53a67b21257bddf"},
    {KEY_128, NONCE, AAD, PLAIN,
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {KEY_128 "feffe9928665731c", NONCE, AAD, PLAIN,
     "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c"
     "7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710",
     "2519498e80f1478f37ba55bd6d27618c"},
    {KEY_128 KEY_128, NONCE, AAD, PLAIN,
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};
#define VECTORS_SIZE (sizeof(vectors) / sizeof(vectors[0]))

/* Associated data is cut in two at every byte, and it makes no difference. */
static void expect_vector(struct quire_aead *aead, const struct vector *vector, size_t cut)
{
    struct fixture_bytes nonce = fixture_hex(vector->nonce), aad = fixture_hex(vector->aad);
    struct fixture_bytes plain = fixture_hex(vector->plain), cipher = fixture_hex(vector->cipher);
    struct fixture_bytes tag = fixture_hex(vector->tag);
    uint8_t out[FIXTURE_BYTES], made[QUIRE_AEAD_TAG_BYTES], only[QUIRE_AEAD_TAG_BYTES];
    struct quire_aead_message message = {
        .nonce = nonce.data,
        .associated = {{aad.data, cut}, {aad.data + cut, aad.size - cut}},
        .in = plain.data,
        .size = plain.size,
        .out = out,
    };
    assert_int_equal(quire_aead_seal(aead, &message, made, NULL), 0);
    assert_memory_equal(out, cipher.data, cipher.size);
    assert_memory_equal(made, tag.data, sizeof(made));
    message.out = NULL;
    assert_int_equal(quire_aead_seal(aead, &message, only, NULL), 0);
    assert_memory_equal(only, tag.data, sizeof(only));
    message.in = cipher.data;
    message.out = cipher.data; /* in place */
    assert_int_equal(quire_aead_open(aead, &message, tag.data, NULL), 0);
    assert_memory_equal(cipher.data, plain.data, plain.size);
}

static struct quire_aead *aead_of(const char *key)
{
    struct fixture_bytes bytes = fixture_hex(key);
    struct quire_aead *aead = NULL;
    assert_int_equal(quire_aes_gcm_new(bytes.data, bytes.size, &aead, NULL), 0);
    return aead;
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS_SIZE; i++) {
        struct quire_aead *aead = aead_of(vectors[i].key);
        for (size_t cut = 0; cut <= strlen(vectors[i].aad) / 2; cut++)
            expect_vector(aead, &vectors[i], cut);
        quire_aead_free(aead);
    }
}

/* Every bit of nonce, associated data, cipher text and tag counts. */
static void test_flipped_bits(void **state)
{
    (void)state;
    const struct vector *vector = &vectors[2];
    struct quire_aead *aead = aead_of(vector->key);
    struct fixture_bytes parts[] = {fixture_hex(vector->nonce), fixture_hex(vector->aad),
                                    fixture_hex(vector->cipher), fixture_hex(vector->tag)};
    uint8_t out[FIXTURE_BYTES];
    static const uint8_t zeros[FIXTURE_BYTES];
    struct quire_error error;
    struct quire_aead_message message = {.nonce = parts[0].data,
                                         .associated = {{parts[1].data, parts[1].size}},
                                         .in = parts[2].data,
                                         .size = parts[2].size,
                                         .out = out};
    for (size_t part = 0; part < 4; part++) {
        for (size_t bit = 0; bit < parts[part].size * 8; bit++) {
            parts[part].data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            memset(out, 0xff, sizeof(out));
            assert_int_equal(quire_aead_open(aead, &message, parts[3].data, &error), QUIRE_CORRUPT);
            assert_memory_equal(out, zeros, message.size);
            parts[part].data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    assert_int_equal(quire_aead_open(aead, &message, parts[3].data, &error), 0);
    quire_aead_free(aead);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const uint8_t key[33];
    uint8_t tag[QUIRE_AEAD_TAG_BYTES] = {0};
    struct quire_aead *aead = NULL;
    struct quire_error error;
    for (size_t size = 0; size <= sizeof(key); size++) {
        bool fits = size == 16 || size == 24 || size == 32;
        assert_int_equal(quire_aes_gcm_new(key, size, &aead, &error), fits ? 0 : QUIRE_USAGE);
        if (fits) quire_aead_free(aead);
    }
    aead = aead_of(KEY_128);
    struct quire_aead_message message = {.nonce = key, .size = QUIRE_CRYPTO_BYTES_MAX + 1};
    assert_int_equal(quire_aead_seal(aead, &message, tag, &error), QUIRE_LIMIT);
    assert_int_equal(quire_aead_open(aead, &message, tag, &error), QUIRE_LIMIT);
    message.size = 0;
    message.associated[1].size = QUIRE_CRYPTO_BYTES_MAX + 1;
    assert_int_equal(quire_aead_seal(aead, &message, tag, &error), QUIRE_LIMIT);
    quire_aead_free(aead);
    quire_aead_free(NULL);
}

/* A tag alone, of more than goes through the scratch at once. */
static void test_tag_only(void **state)
{
    (void)state;
    static uint8_t plain[3 * 4096 + 5], out[sizeof(plain)];
    struct quire_aead *aead = aead_of(KEY_128);
    uint8_t tag[QUIRE_AEAD_TAG_BYTES], only[QUIRE_AEAD_TAG_BYTES];
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (uint8_t)(i * 7);
    for (size_t size = sizeof(plain); size > 4000; size -= 511) {
        struct quire_aead_message message = {
            .nonce = "twelve bytes", .in = plain, .size = size, .out = out};
        assert_int_equal(quire_aead_seal(aead, &message, tag, NULL), 0);
        message.out = NULL;
        assert_int_equal(quire_aead_seal(aead, &message, only, NULL), 0);
        assert_memory_equal(tag, only, sizeof(tag));
    }
    quire_aead_free(aead);
}

#define THREADS 12 /* more than there are idle contexts */

static void *run_thread(void *aead)
{
    for (int i = 0; i < 300; i++)
        expect_vector(aead, &vectors[2], 3);
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct quire_aead *aead = aead_of(KEY_128);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_thread, aead), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    quire_aead_free(aead);
}

static void test_memory(void **state)
{
    (void)state;
    static const uint8_t key[16];
    struct quire_aead *aead = NULL;
    struct quire_error error;
    fault_alloc_arm(1);
    int code = quire_aes_gcm_new(key, sizeof(key), &aead, &error);
    assert_int_equal(fault_alloc_held(), 0);
    assert_true(fault_alloc_disarm());
    assert_int_equal(code, QUIRE_MEMORY);
    assert_null(aead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),         cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_what_is_refused), cmocka_unit_test(test_tag_only),
        cmocka_unit_test(test_threads),         cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
