/* Stands in for decryption where the library has none: weak, so that its own wins. */
#include "base/fail.h"
#include "format/parquet/encryption.h"

__attribute__((weak)) int quire_cipher_module_size(const void *bytes, size_t *size,
                                                   struct quire_error *error)
{
    (void)bytes, (void)size;
    return quire_fail(error, QUIRE_UNSUPPORTED, "decrypt", "built without decryption");
}

__attribute__((weak)) int quire_cipher_decrypt(const struct quire_parquet_cipher *cipher,
                                               const struct quire_module_place *place,
                                               const void *bytes, size_t size,
                                               struct quire_buf *plain, size_t *used,
                                               struct quire_error *error)
{
    (void)cipher, (void)place, (void)bytes, (void)size, (void)plain, (void)used;
    return quire_fail(error, QUIRE_UNSUPPORTED, "decrypt", "built without decryption");
}
