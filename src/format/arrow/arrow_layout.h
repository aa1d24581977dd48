/* Arrow's tables as FlatBuffers number them: the fields of each, in the order of
 * arrow/format/Schema.fbs and Message.fbs (a union takes two: its type and itself), and
 * the values of their enumerations. */
#ifndef QUIRE_ARROW_LAYOUT_H
#define QUIRE_ARROW_LAYOUT_H

/* MetadataVersion */
enum { QUIRE_ARROW_V4 = 3, QUIRE_ARROW_V5 = 4 };

enum quire_message_field {
    QUIRE_MESSAGE_VERSION,
    QUIRE_MESSAGE_HEADER_TYPE,
    QUIRE_MESSAGE_HEADER,
    QUIRE_MESSAGE_BODY_LENGTH,
    QUIRE_MESSAGE_CUSTOM_METADATA
};

enum quire_message_header {
    QUIRE_HEADER_SCHEMA = 1,
    QUIRE_HEADER_DICTIONARY_BATCH,
    QUIRE_HEADER_RECORD_BATCH
};

enum quire_batch_field {
    QUIRE_BATCH_LENGTH,
    QUIRE_BATCH_NODES,
    QUIRE_BATCH_BUFFERS,
    QUIRE_BATCH_COMPRESSION,
    QUIRE_BATCH_VARIADIC_COUNTS
};

enum quire_dictionary_batch_field {
    QUIRE_DICTIONARY_BATCH_ID,
    QUIRE_DICTIONARY_BATCH_DATA,
    QUIRE_DICTIONARY_BATCH_IS_DELTA
};

enum quire_compression_field { QUIRE_COMPRESSION_CODEC, QUIRE_COMPRESSION_METHOD };
enum { QUIRE_COMPRESSION_LZ4_FRAME, QUIRE_COMPRESSION_ZSTD }; /* CompressionType */
enum { QUIRE_COMPRESSION_BUFFER };                            /* BodyCompressionMethod */

/* The structs FieldNode {length, null_count} and Buffer {offset, length} of int64 each. */
#define QUIRE_ARROW_PAIR_BYTES 16

/* File.fbs: Footer, and the struct Block {offset, metaDataLength, bodyLength}. */
enum quire_footer_field {
    QUIRE_FOOTER_VERSION,
    QUIRE_FOOTER_SCHEMA,
    QUIRE_FOOTER_DICTIONARIES,
    QUIRE_FOOTER_RECORD_BATCHES,
    QUIRE_FOOTER_CUSTOM_METADATA
};
#define QUIRE_ARROW_BLOCK_BYTES           24
#define QUIRE_ARROW_BLOCK_METADATA_LENGTH 8 /* where it stands: an int32 */
#define QUIRE_ARROW_BLOCK_BODY_LENGTH     16

/* What a file begins with, padded to 8, and what it ends with, unpadded. */
#define QUIRE_ARROW_MAGIC      "ARROW1"
#define QUIRE_ARROW_MAGIC_SIZE 6

enum quire_arrow_schema_field {
    QUIRE_ARROW_SCHEMA_ENDIANNESS,
    QUIRE_ARROW_SCHEMA_FIELDS,
    QUIRE_ARROW_SCHEMA_CUSTOM_METADATA
};

enum quire_arrow_field_field {
    QUIRE_ARROW_FIELD_NAME,
    QUIRE_ARROW_FIELD_NULLABLE,
    QUIRE_ARROW_FIELD_TYPE_TYPE,
    QUIRE_ARROW_FIELD_TYPE,
    QUIRE_ARROW_FIELD_DICTIONARY,
    QUIRE_ARROW_FIELD_CHILDREN,
    QUIRE_ARROW_FIELD_CUSTOM_METADATA
};

enum quire_arrow_key_value_field { QUIRE_ARROW_KEY, QUIRE_ARROW_VALUE };

enum quire_arrow_dictionary_field {
    QUIRE_ARROW_DICTIONARY_ID,
    QUIRE_ARROW_DICTIONARY_INDEX_TYPE,
    QUIRE_ARROW_DICTIONARY_IS_ORDERED
};

/* The union Type. */
enum quire_arrow_type {
    QUIRE_ARROW_NULL = 1,
    QUIRE_ARROW_INT,
    QUIRE_ARROW_FLOATING_POINT,
    QUIRE_ARROW_BINARY,
    QUIRE_ARROW_UTF8,
    QUIRE_ARROW_BOOL,
    QUIRE_ARROW_DECIMAL,
    QUIRE_ARROW_DATE,
    QUIRE_ARROW_TIME,
    QUIRE_ARROW_TIMESTAMP,
    QUIRE_ARROW_INTERVAL,
    QUIRE_ARROW_LIST,
    QUIRE_ARROW_STRUCT,
    QUIRE_ARROW_UNION,
    QUIRE_ARROW_FIXED_SIZE_BINARY,
    QUIRE_ARROW_FIXED_SIZE_LIST,
    QUIRE_ARROW_MAP,
    QUIRE_ARROW_DURATION,
    QUIRE_ARROW_LARGE_BINARY,
    QUIRE_ARROW_LARGE_UTF8,
    QUIRE_ARROW_LARGE_LIST,
    QUIRE_ARROW_RUN_END_ENCODED,
    QUIRE_ARROW_BINARY_VIEW,
    QUIRE_ARROW_UTF8_VIEW,
    QUIRE_ARROW_LIST_VIEW,
    QUIRE_ARROW_LARGE_LIST_VIEW
};

/* The fields of types: where several types have one alike, it has the same number. */
enum {
    QUIRE_ARROW_INT_BIT_WIDTH = 0,
    QUIRE_ARROW_INT_IS_SIGNED = 1,
    QUIRE_ARROW_FLOAT_PRECISION = 0, /* half, single, double */
    QUIRE_ARROW_DECIMAL_PRECISION = 0,
    QUIRE_ARROW_DECIMAL_SCALE = 1,
    QUIRE_ARROW_DECIMAL_BIT_WIDTH = 2, /* 128 where it is absent */
    QUIRE_ARROW_UNIT = 0,              /* Date, Time, Timestamp, Interval, Duration */
    QUIRE_ARROW_TIME_BIT_WIDTH = 1,    /* 32 where it is absent */
    QUIRE_ARROW_TIMESTAMP_ZONE = 1,
    QUIRE_ARROW_UNION_MODE = 0, /* sparse, dense */
    QUIRE_ARROW_UNION_TYPE_IDS = 1,
    QUIRE_ARROW_SIZE = 0, /* byteWidth of FixedSizeBinary, listSize of FixedSizeList */
    QUIRE_ARROW_MAP_KEYS_SORTED = 0
};

enum { QUIRE_ARROW_DAYS, QUIRE_ARROW_MILLISECONDS }; /* DateUnit */
enum {
    QUIRE_ARROW_YEAR_MONTH,
    QUIRE_ARROW_DAY_TIME,
    QUIRE_ARROW_MONTH_DAY_NANO
};                                              /* IntervalUnit */
enum { QUIRE_ARROW_SPARSE, QUIRE_ARROW_DENSE }; /* UnionMode */
enum { QUIRE_ARROW_LITTLE, QUIRE_ARROW_BIG };   /* Endianness */

#endif
