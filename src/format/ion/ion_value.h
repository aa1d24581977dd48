/* The Ion data model as readers give it and writers take it: one event a value, and
 * one each where a container begins and ends (Ion 1.0, spec.md).
 *
 * Everything that an event points to belongs to its reader and is valid until the
 * next event. Numbers and fractions are exact at any size that the limits allow. */
#ifndef QUIRE_FORMAT_ION_VALUE_H
#define QUIRE_FORMAT_ION_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Containers within containers. */
#define QUIRE_ION_DEPTH_MAX 1024
/* Bytes of an integer's or coefficient's magnitude, and digits of a fraction. */
#define QUIRE_ION_NUMBER_BYTES_MAX    32768
#define QUIRE_ION_FRACTION_DIGITS_MAX 65536
/* Symbols that the tables in force at one place may declare. */
#define QUIRE_ION_SYMBOLS_MAX (INT64_C(1) << 40)
/* Annotations of one value. */
#define QUIRE_ION_ANNOTATIONS_MAX 65536

/* In the order of the binary type codes, which count negative integers too. */
enum quire_ion_type {
    QUIRE_ION_NULL,
    QUIRE_ION_BOOL,
    QUIRE_ION_INT,
    QUIRE_ION_FLOAT,
    QUIRE_ION_DECIMAL,
    QUIRE_ION_TIMESTAMP,
    QUIRE_ION_SYMBOL,
    QUIRE_ION_STRING,
    QUIRE_ION_CLOB,
    QUIRE_ION_BLOB,
    QUIRE_ION_LIST,
    QUIRE_ION_SEXP,
    QUIRE_ION_STRUCT
};

/* "null", "bool" … as the text format names them. */
extern const char *const quire_ion_type_names[13];

/* A shared table that a local one imports: for symbols whose text it would have. */
struct quire_ion_import {
    const char *name;
    size_t name_size;
    int64_t version, max_id;
};

/* A symbol is its text. Where that is unknown, it is its place in the shared table it
 * was imported from, or $0 (id 0), or a gap of a local table (symbols.md, Data Model). */
struct quire_ion_symbol {
    const char *text; /* NULL: unknown */
    size_t size;
    int64_t id;                            /* as it was given; -1: as text */
    const struct quire_ion_import *import; /* with unknown text: NULL for $0 and local gaps */
    int64_t position;                      /* in import, from 1 */
};

/* A sign and a magnitude: small, or where that is too narrow, big (big-endian, its
 * first byte not 0). Negative zero is for coefficients only. */
struct quire_ion_number {
    bool negative;
    uint64_t small;
    const uint8_t *big; /* NULL: small holds all */
    size_t big_size;
};

/* coefficient × 10^exponent. */
struct quire_ion_decimal {
    struct quire_ion_number coefficient;
    int32_t exponent;
};

enum quire_ion_precision {
    QUIRE_ION_YEAR,
    QUIRE_ION_MONTH,
    QUIRE_ION_DAY,
    QUIRE_ION_MINUTE,
    QUIRE_ION_SECOND,
    QUIRE_ION_FRACTION
};

/* Fields are local time, as the text format has them; those finer than the precision
 * are 1 (month, day) and 0. */
struct quire_ion_timestamp {
    enum quire_ion_precision precision;
    bool offset_known;
    int16_t offset; /* minutes east of UTC; 0 when not known */
    int16_t year;   /* 1..9999 */
    uint8_t month, day, hour, minute, second;
    uint32_t fraction_digits; /* 1 and more with QUIRE_ION_FRACTION, else 0 */
    struct quire_ion_number fraction;
};

struct quire_ion_bytes {
    const uint8_t *data;
    size_t size;
};

enum quire_ion_event {
    QUIRE_ION_VALUE, /* anything but a container that is not null */
    QUIRE_ION_BEGIN,
    QUIRE_ION_END,    /* of the innermost container */
    QUIRE_ION_NONE,   /* no more values at the top */
    QUIRE_ION_VERSION /* a version marker; told only to those who ask for system values */
};

struct quire_ion_value {
    enum quire_ion_event event;
    enum quire_ion_type type;
    bool null;
    bool single; /* FLOAT: stood in 32 bits */
    bool quoted; /* SYMBOL: stood in quotes or as an ID, so that it is no keyword or marker */
    bool named;  /* a field of a struct */
    struct quire_ion_symbol name;
    const struct quire_ion_symbol *annotations;
    size_t annotations_size;
    size_t at; /* the byte of the window where the value begins, annotations included */
    union {
        bool boolean;
        double real;
        struct quire_ion_number integer;
        struct quire_ion_decimal decimal;
        struct quire_ion_timestamp timestamp;
        struct quire_ion_symbol symbol;
        struct quire_ion_bytes bytes; /* STRING (UTF-8), CLOB, BLOB */
    };
    /* FLOAT read from text: its digits, which JSON can stand for beyond a double's. */
    struct quire_ion_bytes real_text;
};

/* Equality of the data model. */
bool quire_ion_symbol_equal(const struct quire_ion_symbol *a, const struct quire_ion_symbol *b);
bool quire_ion_symbol_is(const struct quire_ion_symbol *symbol, const char *text);
bool quire_ion_number_equal(const struct quire_ion_number *a, const struct quire_ion_number *b);
bool quire_ion_timestamp_equal(const struct quire_ion_timestamp *a,
                               const struct quire_ion_timestamp *b);

#endif
