/* Readers of the key take the framed message, in base64 with padding. */
#include "base/base64.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "format/arrow/schema_message.h"
#include "format/parquet/schema_arrow.h"

int quire_parquet_arrow_schema_text(const struct quire_field *root, struct quire_buf *out,
                                    struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf message = {0};
    QUIRE_TRY(quire_schema_message_write(root, &message, error));
    size_t size = quire_base64_size(message.size);
    if (quire_buf_reserve(out, size) != 0) return quire_fail_memory(error, "write arrow schema");
    quire_base64_encode(message.data, message.size, (char *)quire_buf_end(out));
    out->size += size;
    return 0;
}
