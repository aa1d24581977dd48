/* Arrow's schema messages: any bytes are read or refused, and what was read is written
 * and read again as the same. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "data/field.h"
#include "format/arrow/schema_message.h"
#include "fuzz.h"
#include "quire/batch.h"

/* The message of a schema; empty when it is none that can be opened. */
static void write_again(const struct ArrowSchema *schema, struct quire_buf *message)
{
    struct quire_error error = {0};
    struct quire_field *field = NULL;
    int code = quire_field_open(schema, &field, &error);
    if (code == 0)
        code = quire_schema_message_write(field, message, &error);
    else
        FUZZ_CHECK(code == QUIRE_USAGE, "%d %s", code, error.cause);
    if (code != 0) fuzz_check_error(code, &error);
    quire_field_close(field);
}

void fuzz_arrow_schema(const uint8_t *data, size_t size)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf first = {0}, second = {0}, ids = {0};
    struct ArrowSchema schema, again;
    struct quire_error error = {0};
    size_t used = 0, used_again = 0;
    int code = quire_schema_message_read_ids(data, size, &schema, &ids, &used, &error);
    if (code != 0) {
        FUZZ_CHECK(ids.size == 0, "ids of a message that was refused");
        fuzz_check_error(code, &error);
        return;
    }
    FUZZ_CHECK(used <= size, "%zu of %zu bytes", used, size);
    write_again(&schema, &first);
    if (first.size > 0) {
        code = quire_schema_message_read(first.data, first.size, &again, &used_again, &error);
        FUZZ_CHECK(code == 0, "%s", error.cause);
        FUZZ_CHECK(used_again == first.size, "%zu of %zu bytes", used_again, first.size);
        FUZZ_CHECK(quire_schema_equal(&schema, &again, &error), "%s", error.cause);
        write_again(&again, &second);
        FUZZ_CHECK(first.size == second.size && memcmp(first.data, second.data, first.size) == 0,
                   "it is written in two ways");
        quire_schema_release(&again);
    }
    quire_schema_release(&schema);
}
