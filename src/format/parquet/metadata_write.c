/* Footers written: the tables do it, but where row groups, which may be very many, were
 * written out before. */
#include "base/fail.h"
#include "format/parquet/parquet_metadata.h"

int quire_file_metadata_write(const struct quire_file_metadata *metadata, struct quire_buf *out)
{
    return quire_thrift_write_struct(out, &quire_layout_file_metadata, metadata);
}

int quire_column_metadata_write(const struct quire_column_metadata *metadata, struct quire_buf *out)
{
    return quire_thrift_write_struct(out, &quire_layout_column_metadata, metadata);
}

int quire_file_crypto_metadata_write(const struct quire_file_crypto_metadata *metadata,
                                     struct quire_buf *out)
{
    return quire_thrift_write_struct(out, &quire_layout_file_crypto_metadata, metadata);
}

/* --- Around row groups --------------------------------------------------------------- */

static int write_structs(struct quire_buf *out, int16_t *last_id, int16_t id,
                         const struct quire_thrift_layout *layout, const void *items, size_t size)
{
    QUIRE_TRY(quire_thrift_write_field(out, last_id, id, QUIRE_THRIFT_LIST));
    QUIRE_TRY(quire_thrift_write_list(out, QUIRE_THRIFT_STRUCT, size));
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(
            quire_thrift_write_struct(out, layout, (const uint8_t *)items + i * layout->size));
    return 0;
}

static int write_binary(struct quire_buf *out, int16_t *last_id, int16_t id,
                        const struct quire_thrift_binary *binary)
{
    if (binary->data == NULL) return 0;
    QUIRE_TRY(quire_thrift_write_field(out, last_id, id, QUIRE_THRIFT_BINARY));
    return quire_thrift_write_binary(out, binary->data, binary->size);
}

/* The fields up to the row groups: 1 version, 2 schema, 3 num_rows. */
static int write_before(const struct quire_file_metadata *metadata, int16_t *last_id,
                        struct quire_buf *out)
{
    QUIRE_TRY(quire_thrift_write_field(out, last_id, 1, QUIRE_THRIFT_I32));
    QUIRE_TRY(quire_thrift_write_i64(out, metadata->version));
    QUIRE_TRY(write_structs(out, last_id, 2, &quire_layout_schema_element, metadata->schema.items,
                            metadata->schema.size));
    QUIRE_TRY(quire_thrift_write_field(out, last_id, 3, QUIRE_THRIFT_I64));
    return quire_thrift_write_i64(out, metadata->num_rows);
}

/* The fields after them: 5 key_value_metadata, 6 created_by, 7 column_orders,
 * 8 encryption_algorithm, 9 footer_signing_key_metadata. */
static int write_after(const struct quire_file_metadata *metadata, int16_t *last_id,
                       struct quire_buf *out)
{
    if (metadata->key_value_metadata.items != NULL)
        QUIRE_TRY(write_structs(out, last_id, 5, &quire_layout_key_value,
                                metadata->key_value_metadata.items,
                                metadata->key_value_metadata.size));
    QUIRE_TRY(write_binary(out, last_id, 6, &metadata->created_by));
    if (metadata->column_orders.items != NULL)
        QUIRE_TRY(write_structs(out, last_id, 7, &quire_layout_column_order,
                                metadata->column_orders.items, metadata->column_orders.size));
    if (metadata->encryption_algorithm != NULL) {
        QUIRE_TRY(quire_thrift_write_field(out, last_id, 8, QUIRE_THRIFT_STRUCT));
        QUIRE_TRY(quire_thrift_write_struct(out, &quire_layout_encryption_algorithm,
                                            metadata->encryption_algorithm));
    }
    QUIRE_TRY(write_binary(out, last_id, 9, &metadata->footer_signing_key_metadata));
    return quire_thrift_write_stop(out);
}

int quire_file_metadata_write_around(const struct quire_file_metadata *metadata,
                                     const struct quire_buf *row_groups, size_t row_groups_size,
                                     struct quire_buf *out)
{
    size_t size = out->size;
    int16_t last_id = 0;
    int code = write_before(metadata, &last_id, out);
    if (code == 0) code = quire_thrift_write_field(out, &last_id, 4, QUIRE_THRIFT_LIST);
    if (code == 0) code = quire_thrift_write_list(out, QUIRE_THRIFT_STRUCT, row_groups_size);
    if (code == 0) code = quire_buf_append(out, row_groups->data, row_groups->size);
    if (code == 0) code = write_after(metadata, &last_id, out);
    if (code != 0) out->size = size;
    return code;
}
