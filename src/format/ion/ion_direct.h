/* The short way of records into columns: fields that come in the order of the schema,
 * with values as writers put them, go straight from the bytes to their columns.
 *
 * Whatever is not so is left where it stands to the reader, which knows all of Ion: the
 * short way takes nothing that it would refuse or read otherwise, and tells of nothing. */
#ifndef QUIRE_FORMAT_ION_DIRECT_H
#define QUIRE_FORMAT_ION_DIRECT_H

#include "base/civil.h"
#include "base/digits.h"
#include "format/ion/ion_decode.h"

enum quire_ion_direct_kind {
    QUIRE_ION_DIRECT_NONE, /* left to the reader */
    QUIRE_ION_DIRECT_INT64,
    QUIRE_ION_DIRECT_FLOAT64,
    QUIRE_ION_DIRECT_BOOL,
    QUIRE_ION_DIRECT_TIMESTAMP,
    QUIRE_ION_DIRECT_STRING,
    QUIRE_ION_DIRECT_UNWANTED
};

/* A member of the records' shape. */
struct quire_ion_direct {
    enum quire_ion_direct_kind kind;
    int64_t column;
    const char *text; /* "name:" as an encoder writes it; readable for 16 bytes at least */
    size_t text_size; /* 0: too long */
    unsigned head_mask;
};

/* What binary records ask of a member: its name as it stands in them, once it was met (a
 * VarUInt of one or two bytes, as 16 bits in the machine's order), and where its values go. */
struct quire_ion_lane {
    uint16_t bytes, mask;
    uint16_t size;
    uint16_t kind;               /* enum quire_ion_direct_kind */
    struct quire_column *column; /* NULL: not wanted */
    /* While a block is open: where the column's rows begin, and their validity or NULL. */
    uint8_t *values, *validity;
};
/* Does the name stand at `at`, where two bytes can be read? */
static inline bool quire_ion_lane_is(const struct quire_ion_lane *lane, const uint8_t *at)
{
    uint16_t name;
    memcpy(&name, at, 2);
    return (name & lane->mask) == lane->bytes;
}
/* Makes the names unknown: nothing is like them. */
static inline void quire_ion_lanes_forget(struct quire_ion_lane *lanes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        lanes[i] =
            (struct quire_ion_lane){.bytes = 1, .kind = lanes[i].kind, .column = lanes[i].column};
    }
}

/* For the members of a shape; all of it in arena. */
int quire_ion_direct_init(const struct quire_json_shape *shape, const struct quire_field *field,
                          struct quire_arena *arena, struct quire_ion_direct **direct);
/* The lanes into columns, with names unknown. */
void quire_ion_lanes_init(const struct quire_ion_decoding *decoding, struct quire_column *columns,
                          struct quire_ion_lane *lanes);
/* Notes the ID of a name that was met. */
void quire_ion_lane_note(struct quire_ion_lane *lane, int64_t id);

/* Begins the struct that a record most often is, at the top; false: not so. */
bool quire_ion_direct_begin(struct quire_ion_reader *reader, struct quire_ion_value *value);
/* Ends the struct in which the reader stands; false when there is more in it. */
static inline bool quire_ion_direct_end(struct quire_ion_reader *reader)
{
    bool ends = reader->binary ? reader->at == reader->frames[reader->depth - 1].end
                               : *reader->at == '}' && reader->at < reader->end;
    if (!ends) return false;
    reader->at += !reader->binary;
    reader->began = false;
    reader->depth--;
    return true;
}

/* Can whole binary records go to the columns at once? All of them are to have a lane. */
bool quire_ion_direct_has_blocks(const struct quire_ion_decoding *decoding,
                                 const struct quire_column *columns);
/* Takes whole binary records at the reader, some hundreds at most, and returns how many it
 * took; reader and columns stand then before the first that it did not take. */
int64_t quire_ion_direct_block(struct quire_ion_row *row, struct quire_column *columns);

/* Takes fields of the record in which the reader stands, from the member *next on, as long
 * as it can, and counts them in *filled; length: rows of the column before this one. */
void quire_ion_direct_binary(struct quire_ion_row *row, int64_t length, size_t *next,
                             size_t *filled);
void quire_ion_direct_text(struct quire_ion_row *row, struct quire_column *column, int64_t length,
                           size_t *next, size_t *filled);

/* --- Between the files of the short way ------------------------------------------------ */

struct quire_ion_direct_moment {
    uint64_t date; /* binary: the bytes of the offset, year, month and day */
    uint32_t year, month, day, hour, minute, second;
    uint64_t fraction; /* of fraction_digits, at most 9 */
    uint32_t fraction_digits;
    bool offset_known; /* and zero */
};

static inline bool quire_ion_direct_moment_exists(const struct quire_ion_direct_moment *moment)
{
    return moment->year >= 1 && moment->hour <= 23 && moment->minute <= 59 &&
           moment->second <= 59 && civil_exists(moment->year, moment->month, moment->day);
}

/* What the field's unit holds exactly; false otherwise. */
static inline bool quire_ion_direct_moment_value(const struct quire_field *field,
                                                 const struct quire_ion_direct_moment *moment,
                                                 int64_t *value)
{
    uint32_t digits = 3 * (uint32_t)field->unit;
    if (moment->fraction_digits > digits || (moment->offset_known && field->zone == NULL))
        return false;
    if (!quire_ion_direct_moment_exists(moment)) return false;
    if (field->unit == QUIRE_NANO && (moment->year < 1678 || moment->year > 2261)) return false;
    int64_t days = civil_to_days(moment->year, moment->month, moment->day);
    int64_t seconds =
        days * CIVIL_DAY_S + moment->hour * 3600 + moment->minute * 60 + moment->second;
    *value = seconds * (int64_t)quire_digits_power[digits] +
             (int64_t)(moment->fraction * quire_digits_power[digits - moment->fraction_digits]);
    return true;
}

static inline bool quire_ion_direct_put_moment(struct quire_column *column,
                                               const struct quire_ion_direct_moment *moment)
{
    int64_t value;
    return quire_ion_direct_moment_value(column->field, moment, &value) &&
           quire_column_append_i64(column, value) == 0;
}

/* Appends up to sixteen bytes, of which sixteen can be read. */
static inline bool quire_ion_direct_put_short(struct quire_column *column, const uint8_t *bytes,
                                              size_t size)
{
    size_t end = column->bytes.size + size;
    if (end > INT32_MAX || quire_buf_reserve(&column->bytes, 16) != 0 ||
        quire_buf_reserve(&column->values, 4) != 0 || quire_column_note_valid(column) != 0)
        return false;
    int32_t offset = (int32_t)end;
    memcpy(column->bytes.data + column->bytes.size, bytes, 16);
    memcpy(column->values.data + column->values.size, &offset, 4);
    column->bytes.size = end;
    column->values.size += 4;
    return true;
}

static inline bool quire_ion_direct_put_null(struct quire_column *column)
{
    return column->field->nullable && quire_column_append_null(column) == 0;
}

#endif
