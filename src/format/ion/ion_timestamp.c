/* Calendar arithmetic is base's; here is what Ion asks on top: precisions, offsets of
 * minutes that may be unknown, and fractions of any length. */
#include "format/ion/ion_timestamp.h"

#include "base/civil.h"
#include "base/digits.h"
#include "base/fail.h"
#include "format/ion/ion_number.h"

bool quire_ion_timestamp_shift(struct quire_ion_timestamp *timestamp, int minutes)
{
    int64_t rest;
    int64_t days = civil_to_days(timestamp->year, timestamp->month, timestamp->day);
    int64_t total = (days * 24 + timestamp->hour) * 60 + timestamp->minute + minutes;
    struct civil_date date = civil_from_days(civil_floor(total, 24 * 60, &rest));
    if (date.year < 1 || date.year > 9999) return false;
    timestamp->year = (int16_t)date.year;
    timestamp->month = (uint8_t)date.month;
    timestamp->day = (uint8_t)date.day;
    timestamp->hour = (uint8_t)(rest / 60);
    timestamp->minute = (uint8_t)(rest % 60);
    return true;
}

bool quire_ion_timestamp_valid(const struct quire_ion_timestamp *timestamp)
{
    struct quire_ion_timestamp utc = *timestamp;
    if (timestamp->year < 1 || timestamp->year > 9999 || timestamp->hour > 23 ||
        timestamp->minute > 59 || timestamp->second > 59 || timestamp->offset < -1439 ||
        timestamp->offset > 1439 ||
        !civil_exists(timestamp->year, timestamp->month, timestamp->day))
        return false;
    return timestamp->offset == 0 || quire_ion_timestamp_shift(&utc, -timestamp->offset);
}

static char *put_offset(const struct quire_ion_timestamp *timestamp, char *put)
{
    int offset = timestamp->offset < 0 ? -timestamp->offset : timestamp->offset;
    if (timestamp->offset_known && offset == 0) {
        *put++ = 'Z';
        return put;
    }
    *put++ = timestamp->offset_known && timestamp->offset > 0 ? '+' : '-';
    quire_digits_put2(put, (uint32_t)offset / 60);
    put[2] = ':';
    quire_digits_put2(put + 3, (uint32_t)offset % 60);
    return put + 5;
}

static int put_fraction(const struct quire_ion_timestamp *timestamp, struct quire_buf *out)
{
    QUIRE_TRY(quire_buf_push(out, '.'));
    size_t start = out->size, wanted = timestamp->fraction_digits;
    QUIRE_TRY(quire_ion_number_digits(&timestamp->fraction, out));
    size_t size = out->size - start;
    if (size >= wanted) return 0;
    QUIRE_TRY(quire_buf_reserve(out, wanted - size));
    memmove(out->data + start + wanted - size, out->data + start, size);
    memset(out->data + start, '0', wanted - size);
    out->size = start + wanted;
    return 0;
}

int quire_ion_timestamp_print(const struct quire_ion_timestamp *timestamp, struct quire_buf *out)
{
    enum quire_ion_precision precision = timestamp->precision;
    QUIRE_TRY(quire_buf_reserve(out, 40));
    char *put = (char *)quire_buf_end(out);
    quire_digits_put4(put, (uint32_t)timestamp->year);
    put += 4;
    if (precision >= QUIRE_ION_MONTH) {
        *put++ = '-';
        quire_digits_put2(put, timestamp->month);
        put += 2;
    }
    if (precision >= QUIRE_ION_DAY) {
        *put++ = '-';
        quire_digits_put2(put, timestamp->day);
        put += 2;
    }
    if (precision != QUIRE_ION_DAY) *put++ = 'T';
    if (precision >= QUIRE_ION_MINUTE) {
        quire_digits_put2(put, timestamp->hour);
        put[2] = ':';
        quire_digits_put2(put + 3, timestamp->minute);
        put += 5;
    }
    if (precision >= QUIRE_ION_SECOND) {
        *put++ = ':';
        quire_digits_put2(put, timestamp->second);
        put += 2;
    }
    out->size = (size_t)((uint8_t *)put - out->data);
    if (precision == QUIRE_ION_FRACTION) QUIRE_TRY(put_fraction(timestamp, out));
    if (precision < QUIRE_ION_MINUTE) return 0;
    QUIRE_TRY(quire_buf_reserve(out, 8));
    put = put_offset(timestamp, (char *)quire_buf_end(out));
    out->size = (size_t)((uint8_t *)put - out->data);
    return 0;
}

bool quire_ion_timestamp_equal(const struct quire_ion_timestamp *a,
                               const struct quire_ion_timestamp *b)
{
    return a->precision == b->precision && a->offset_known == b->offset_known &&
           a->offset == b->offset && a->year == b->year && a->month == b->month &&
           a->day == b->day && a->hour == b->hour && a->minute == b->minute &&
           a->second == b->second && a->fraction_digits == b->fraction_digits &&
           quire_ion_number_equal(&a->fraction, &b->fraction);
}
