/* Footers written: the tables do it all. */
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
