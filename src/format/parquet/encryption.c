/* A module is the length of what follows, a nonce, the cipher text and, but for pages
 * under CTR, a tag (Encryption.md, 5.1). Nonces are drawn at random and counted: GCM and
 * CTR under one key draw from one supply, so that they never meet.
 *
 * Nothing is allocated for a module but the room in the caller's buffer: the associated
 * data goes to the cipher in two parts, the file's and the module's. */
#include "format/parquet/encryption.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "crypto/aes.h"

#define ENCRYPT "encrypt parquet"
#define DECRYPT "decrypt parquet"

#define LENGTH_BYTES 4
#define NONCE_BYTES  QUIRE_AEAD_NONCE_BYTES
#define TAG_BYTES    QUIRE_AEAD_TAG_BYTES
#define SUFFIX_MAX   7 /* type, row group, column, page */

/* Others read the length as a signed number. */
#define LENGTH_MAX ((size_t)INT32_MAX)

struct quire_parquet_cipher {
    struct quire_aead *gcm;
    struct quire_aes_ctr *ctr; /* of pages; NULL: they are GCM too */
    _Atomic uint64_t nonces_store;
    _Atomic uint64_t *nonces; /* its address: the one thing that changes, and so not const */
    size_t file_aad_size;
    uint8_t file_aad[]; /* prefix and file unique */
};

static const struct module_type {
    const char *name;
    bool has_page, is_page;
} types[] = {
    [QUIRE_MODULE_FOOTER] = {"footer", false, false},
    [QUIRE_MODULE_COLUMN_METADATA] = {"column metadata", false, false},
    [QUIRE_MODULE_DATA_PAGE] = {"data page", true, true},
    [QUIRE_MODULE_DICTIONARY_PAGE] = {"dictionary page", false, true},
    [QUIRE_MODULE_DATA_PAGE_HEADER] = {"data page header", true, false},
    [QUIRE_MODULE_DICTIONARY_PAGE_HEADER] = {"dictionary page header", false, false},
    [QUIRE_MODULE_COLUMN_INDEX] = {"column index", false, false},
    [QUIRE_MODULE_OFFSET_INDEX] = {"offset index", false, false},
    [QUIRE_MODULE_BLOOM_FILTER_HEADER] = {"bloom filter header", false, false},
    [QUIRE_MODULE_BLOOM_FILTER_BITSET] = {"bloom filter bitset", false, false},
};

/* --- The cipher ---------------------------------------------------------------------- */

int quire_cipher_new(const struct quire_cipher_options *options,
                     struct quire_parquet_cipher **cipher, struct quire_error *error)
{
    size_t aad_size = 0, size = 0;
    if (__builtin_add_overflow(options->aad_prefix_size, options->aad_file_unique_size,
                               &aad_size) ||
        aad_size > QUIRE_CRYPTO_BYTES_MAX)
        return quire_fail(error, QUIRE_LIMIT, "use key", "an AAD prefix of %zu bytes",
                          options->aad_prefix_size);
    size = sizeof(struct quire_parquet_cipher) + aad_size;
    struct quire_parquet_cipher *result = quire_alloc_zero(1, size);
    if (result == NULL) return quire_fail_memory(error, "use key");
    int code = quire_aes_gcm_new(options->key, options->key_size, &result->gcm, error);
    if (code == 0 && options->ctr_pages)
        code = quire_aes_ctr_new(options->key, options->key_size, &result->ctr, error);
    if (code != 0) {
        quire_cipher_free(result);
        return code;
    }
    if (options->aad_prefix_size > 0)
        memcpy(result->file_aad, options->aad_prefix, options->aad_prefix_size);
    if (options->aad_file_unique_size > 0)
        memcpy(result->file_aad + options->aad_prefix_size, options->aad_file_unique,
               options->aad_file_unique_size);
    result->file_aad_size = aad_size;
    result->nonces = &result->nonces_store;
    *cipher = result;
    return 0;
}

void quire_cipher_free(struct quire_parquet_cipher *cipher)
{
    if (cipher == NULL) return;
    quire_aead_free(cipher->gcm);
    quire_aes_ctr_free(cipher->ctr);
    quire_free(cipher);
}

/* NIST SP 800-38D, 8.2.2 and 8.3. */
static int draw_nonce(const struct quire_parquet_cipher *cipher, uint8_t *nonce,
                      struct quire_error *error)
{
    uint64_t drawn = atomic_fetch_add_explicit(cipher->nonces, 1, memory_order_relaxed);
    if (drawn >= QUIRE_AEAD_RANDOM_NONCES_MAX)
        return quire_fail(error, QUIRE_LIMIT, ENCRYPT, "more than 2^32 modules under one key");
    return quire_crypto_random(nonce, NONCE_BYTES, error);
}

/* --- Places -------------------------------------------------------------------------- */

static uint8_t *put_ordinal(uint8_t *out, int16_t ordinal)
{
    *out++ = (uint8_t)((uint16_t)ordinal & 0xff);
    *out++ = (uint8_t)((uint16_t)ordinal >> 8);
    return out;
}

/* The module's part of "AAD suffix"; returns its size. */
static size_t write_suffix(const struct quire_module_place *place, uint8_t *suffix)
{
    uint8_t *at = suffix;
    *at++ = (uint8_t)place->module;
    if (place->module != QUIRE_MODULE_FOOTER) {
        at = put_ordinal(at, place->row_group);
        at = put_ordinal(at, place->column);
    }
    if (types[place->module].has_page) at = put_ordinal(at, place->page);
    return (size_t)(at - suffix);
}

static int fail_place(int code, const struct quire_module_place *place, const char *operation,
                      const char *cause, struct quire_error *error)
{
    const char *name = types[place->module].name;
    if (place->module == QUIRE_MODULE_FOOTER)
        return quire_fail(error, code, operation, "%s: %s", name, cause);
    if (!types[place->module].has_page)
        return quire_fail(error, code, operation, "%s of row group %d, column %d: %s", name,
                          place->row_group, place->column, cause);
    return quire_fail(error, code, operation, "%s %d of row group %d, column %d: %s", name,
                      place->page, place->row_group, place->column, cause);
}

/* Ordinals are signed in the file; one that has wrapped would name another place. */
static int check_place(const struct quire_module_place *place, struct quire_error *error)
{
    bool has_column = place->module != QUIRE_MODULE_FOOTER;
    if ((has_column && (place->row_group < 0 || place->column < 0)) ||
        (types[place->module].has_page && place->page < 0))
        return fail_place(QUIRE_LIMIT, place, ENCRYPT, "an ordinal passes 32767", error);
    return 0;
}

static struct quire_aead_message message_of(const struct quire_parquet_cipher *cipher,
                                            const uint8_t *suffix, size_t suffix_size,
                                            const uint8_t *nonce)
{
    return (struct quire_aead_message){
        .nonce = nonce,
        .associated = {{cipher->file_aad, cipher->file_aad_size}, {suffix, suffix_size}}};
}

/* --- Modules ------------------------------------------------------------------------- */

static bool is_ctr(const struct quire_parquet_cipher *cipher, enum quire_parquet_module module)
{
    return cipher->ctr != NULL && types[module].is_page;
}

size_t quire_cipher_overhead(const struct quire_parquet_cipher *cipher,
                             enum quire_parquet_module module)
{
    assert((size_t)module < sizeof(types) / sizeof(types[0]));
    return LENGTH_BYTES + NONCE_BYTES + (is_ctr(cipher, module) ? 0 : TAG_BYTES);
}

/* The first block's counter is the nonce and 1 (Encryption.md, 4.2.2). */
static int apply_ctr(const struct quire_parquet_cipher *cipher, const uint8_t *nonce,
                     const void *in, size_t size, void *out, struct quire_error *error)
{
    uint8_t counter[QUIRE_AES_BLOCK_BYTES] = {[QUIRE_AES_BLOCK_BYTES - 1] = 1};
    memcpy(counter, nonce, NONCE_BYTES);
    return quire_aes_ctr_apply(cipher->ctr, counter, in, size, out, error);
}

int quire_cipher_encrypt(const struct quire_parquet_cipher *cipher,
                         const struct quire_module_place *place, const void *plain, size_t size,
                         struct quire_buf *out, struct quire_error *error)
{
    size_t overhead = quire_cipher_overhead(cipher, place->module);
    if (size > LENGTH_MAX - (overhead - LENGTH_BYTES))
        return fail_place(QUIRE_LIMIT, place, ENCRYPT, "a module passes 2147483647 bytes", error);
    QUIRE_TRY(check_place(place, error));
    if (quire_buf_reserve(out, overhead + size) != 0) return quire_fail_memory(error, ENCRYPT);
    uint8_t *at = quire_buf_end(out), *nonce = at + LENGTH_BYTES, *text = nonce + NONCE_BYTES;
    size_t length = overhead - LENGTH_BYTES + size;
    for (int i = 0; i < LENGTH_BYTES; i++)
        at[i] = (uint8_t)(length >> 8 * i);
    QUIRE_TRY(draw_nonce(cipher, nonce, error));
    if (is_ctr(cipher, place->module)) {
        QUIRE_TRY(apply_ctr(cipher, nonce, plain, size, text, error));
    } else {
        uint8_t suffix[SUFFIX_MAX];
        struct quire_aead_message message =
            message_of(cipher, suffix, write_suffix(place, suffix), nonce);
        message.in = plain;
        message.size = size;
        message.out = text;
        QUIRE_TRY(quire_aead_seal(cipher->gcm, &message, text + size, error));
    }
    out->size += overhead + size;
    return 0;
}

int quire_cipher_module_size(const void *bytes, size_t *size, struct quire_error *error)
{
    const uint8_t *at = bytes;
    uint32_t length =
        (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    if (length < NONCE_BYTES || length > LENGTH_MAX)
        return quire_fail(error, QUIRE_CORRUPT, DECRYPT, "a module of %u bytes", length);
    *size = LENGTH_BYTES + (size_t)length;
    return 0;
}

int quire_cipher_decrypt(const struct quire_parquet_cipher *cipher,
                         const struct quire_module_place *place, const void *bytes, size_t size,
                         struct quire_buf *plain, size_t *used, struct quire_error *error)
{
    size_t overhead = quire_cipher_overhead(cipher, place->module), whole = 0;
    if (size < overhead) return fail_place(QUIRE_CORRUPT, place, DECRYPT, "it is cut off", error);
    QUIRE_TRY(quire_cipher_module_size(bytes, &whole, error));
    if (whole > size) return fail_place(QUIRE_CORRUPT, place, DECRYPT, "it is cut off", error);
    if (whole < overhead)
        return fail_place(QUIRE_CORRUPT, place, DECRYPT, "too short for its tag", error);
    size_t text_size = whole - overhead;
    if (quire_buf_reserve(plain, text_size) != 0) return quire_fail_memory(error, DECRYPT);
    const uint8_t *nonce = (const uint8_t *)bytes + LENGTH_BYTES, *text = nonce + NONCE_BYTES;
    if (is_ctr(cipher, place->module)) {
        QUIRE_TRY(apply_ctr(cipher, nonce, text, text_size, quire_buf_end(plain), error));
    } else {
        uint8_t suffix[SUFFIX_MAX];
        struct quire_aead_message message =
            message_of(cipher, suffix, write_suffix(place, suffix), nonce);
        message.in = text;
        message.size = text_size;
        message.out = quire_buf_end(plain);
        int code = quire_aead_open(cipher->gcm, &message, text + text_size, error);
        if (code == QUIRE_CORRUPT)
            return fail_place(code, place, DECRYPT,
                              "another key, a module of another place or file, or damaged bytes",
                              error);
        QUIRE_TRY(code);
    }
    plain->size += text_size;
    *used = whole;
    return 0;
}

/* --- Signatures (Encryption.md, 5.5) --------------------------------------------------- */

/* The tag that the footer has under this nonce; its cipher text is not kept. */
static int tag_footer(const struct quire_parquet_cipher *cipher, const uint8_t *nonce,
                      const void *footer, size_t size, uint8_t *tag, struct quire_error *error)
{
    const uint8_t suffix = QUIRE_MODULE_FOOTER;
    struct quire_aead_message message = message_of(cipher, &suffix, sizeof(suffix), nonce);
    message.in = footer;
    message.size = size;
    return quire_aead_seal(cipher->gcm, &message, tag, error);
}

int quire_cipher_sign(const struct quire_parquet_cipher *cipher, const void *footer, size_t size,
                      struct quire_buf *out, struct quire_error *error)
{
    if (quire_buf_reserve(out, QUIRE_SIGNATURE_BYTES) != 0)
        return quire_fail_memory(error, ENCRYPT);
    uint8_t *nonce = quire_buf_end(out);
    QUIRE_TRY(draw_nonce(cipher, nonce, error));
    QUIRE_TRY(tag_footer(cipher, nonce, footer, size, nonce + NONCE_BYTES, error));
    out->size += QUIRE_SIGNATURE_BYTES;
    return 0;
}

int quire_cipher_verify(const struct quire_parquet_cipher *cipher, const void *footer, size_t size,
                        const void *signature, struct quire_error *error)
{
    uint8_t tag[TAG_BYTES];
    QUIRE_TRY(tag_footer(cipher, signature, footer, size, tag, error));
    if (quire_crypto_equal(tag, (const uint8_t *)signature + NONCE_BYTES, TAG_BYTES)) return 0;
    return quire_fail(error, QUIRE_CORRUPT, "verify parquet",
                      "the footer's signature is not of this key, file and footer");
}
