/* Values that cannot be: texts that are not UTF-8, and what the column's type has no room
 * for. A value fails the reading, or is noted and what stands in its place is made null. */
#include "base/fail.h"
#include "format/parquet/read/leaf_append.h"

#define OPERATION "read parquet"

const char *quire_leaf_refusal(const struct quire_leaf *leaf)
{
    return leaf->shape == QUIRE_LEAF_BYTES ? "a text that is not UTF-8" : leaf->conversion.refusal;
}

static int fail(const struct quire_leaf *leaf, struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, OPERATION, "%s", quire_leaf_refusal(leaf));
    if (leaf->on_bad == QUIRE_ON_BAD_NULL)
        quire_error_hint(error, "the column is not null, so that its bad values cannot be");
    else if (leaf->shape == QUIRE_LEAF_BYTES)
        quire_error_hint(error, "invalid_utf8=replace puts U+FFFD in its place");
    else if (leaf->type == QUIRE_PARQUET_INT96 && leaf->target->unit == QUIRE_NANO)
        quire_error_hint(error, "int96_unit=us reaches further");
    return QUIRE_INPUT;
}

int quire_leaf_refuse(struct quire_leaf *leaf, size_t value, struct quire_error *error)
{
    int64_t number = (int64_t)(leaf->taken + value);
    if (leaf->on_bad == QUIRE_ON_BAD_REJECT ||
        (leaf->on_bad == QUIRE_ON_BAD_NULL && leaf->field->nullable))
        return quire_buf_append(&leaf->refused, &number, sizeof(number)) == 0
                   ? 0
                   : quire_fail_memory(error, OPERATION);
    leaf->failed = number;
    return fail(leaf, error);
}

int quire_leaf_check_refused(struct quire_leaf *leaf, const uint32_t *indices, size_t n,
                             size_t done, struct quire_error *error)
{
    const struct quire_buf *refused = &leaf->dictionary.refused;
    if (refused->size == 0) return 0;
    for (size_t i = 0; i < n; i++)
        if (refused->data[indices[i]] != 0) QUIRE_TRY(quire_leaf_refuse(leaf, done + i, error));
    return 0;
}

int quire_leaf_convert_scratch(struct quire_leaf *leaf, uint8_t *out, size_t n, size_t first,
                               int (*refuse)(struct quire_leaf *leaf, size_t value,
                                             struct quire_error *error),
                               struct quire_error *error)
{
    const struct quire_conversion *conversion = &leaf->conversion;
    const uint8_t *in = leaf->scratch.data;
    for (size_t i = 0;; i++) {
        uint8_t *to = out + i * leaf->out_width;
        size_t good = conversion->run(conversion, in + i * conversion->in_width, to, n - i);
        i += good;
        if (i == n) return 0;
        memset(out + i * leaf->out_width, 0, leaf->out_width);
        QUIRE_TRY(refuse(leaf, first + i, error));
    }
}
