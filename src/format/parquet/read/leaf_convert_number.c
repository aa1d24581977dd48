/* INT32 and INT64 to integers of other widths and to times of other units. A first pass
 * converts everything and notes whether all was in order; only when it was not, a second
 * one looks for the first that was not. */
#include <string.h>

#include "format/parquet/read/leaf_convert.h"

#define DAY_S  INT64_C(86400)
#define DAY_MS INT64_C(86400000)

#define DEFINE_RESIZE(from_name, from_type, to_name, to_type)                               \
    static size_t resize_##from_name##_##to_name(const struct quire_conversion *conversion, \
                                                 const void *in, void *out, size_t n)       \
    {                                                                                       \
        const from_type *from = in;                                                         \
        to_type *to = out;                                                                  \
        from_type low = (from_type)conversion->low, high = (from_type)conversion->high;     \
        bool wrong = false;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                    \
            to[i] = (to_type)from[i];                                                       \
            wrong |= from[i] < low || from[i] > high;                                       \
        }                                                                                   \
        size_t good = 0;                                                                    \
        while (wrong && good < n && from[good] >= low && from[good] <= high)                \
            good++;                                                                         \
        return wrong ? good : n;                                                            \
    }

DEFINE_RESIZE(i32, int32_t, i32, int32_t)
DEFINE_RESIZE(i64, int64_t, i64, int64_t)
DEFINE_RESIZE(i32, int32_t, i8, int8_t)
DEFINE_RESIZE(i32, int32_t, i16, int16_t)
DEFINE_RESIZE(i32, int32_t, i64, int64_t)
DEFINE_RESIZE(i64, int64_t, i8, int8_t)
DEFINE_RESIZE(i64, int64_t, i16, int16_t)
DEFINE_RESIZE(i64, int64_t, i32, int32_t)

/* Units: times the factor, or by the divisor, one of which is 1. */
#define DEFINE_RESCALE(from_name, from_type, to_name, to_type)                                   \
    static size_t rescale_##from_name##_##to_name(const struct quire_conversion *conversion,     \
                                                  const void *in, void *out, size_t n)           \
    {                                                                                            \
        const from_type *from = in;                                                              \
        to_type *to = out;                                                                       \
        for (size_t i = 0; i < n; i++) {                                                         \
            int64_t value = from[i];                                                             \
            if (conversion->divisor > 1) {                                                       \
                if (value % conversion->divisor != 0) return i;                                  \
                value /= conversion->divisor;                                                    \
            } else if (__builtin_mul_overflow(value, conversion->factor, &value)) {              \
                return i;                                                                        \
            }                                                                                    \
            to[i] = (to_type)value;                                                              \
            if (to[i] != value || value < conversion->low || value > conversion->high) return i; \
        }                                                                                        \
        return n;                                                                                \
    }

DEFINE_RESCALE(i32, int32_t, i32, int32_t)
DEFINE_RESCALE(i32, int32_t, i64, int64_t)
DEFINE_RESCALE(i64, int64_t, i32, int32_t)
DEFINE_RESCALE(i64, int64_t, i64, int64_t)

void quire_conversion_of_range(struct quire_conversion *conversion, int64_t low, int64_t high)
{
    bool wide = conversion->out_width == 8;
    conversion->low = !wide && low < INT32_MIN ? INT32_MIN : low;
    conversion->high = !wide && high > INT32_MAX ? INT32_MAX : high;
    conversion->run = wide ? resize_i64_i64 : resize_i32_i32;
}

static void set_bounds(const struct quire_field *field, struct quire_conversion *conversion)
{
    int bits = (int)conversion->out_width * 8;
    bool is_signed = !quire_kind_is_integer(field->kind) || quire_kind_is_signed(field->kind);
    conversion->low = is_signed ? (bits == 64 ? INT64_MIN : -(INT64_C(1) << (bits - 1))) : 0;
    conversion->high = bits == 64  ? INT64_MAX
                       : is_signed ? (INT64_C(1) << (bits - 1)) - 1
                                   : (INT64_C(1) << bits) - 1;
}

/* As integers of the field's width; equal widths mean the same bits. */
static bool resize(int32_t type, const struct quire_field *own, const struct quire_field *field,
                   struct quire_conversion *conversion)
{
    size_t width = conversion->out_width;
    if (width == conversion->in_width) return true;
    set_bounds(field, conversion);
    conversion->refusal = "a number beyond the range of the column's type";
    if (type == QUIRE_PARQUET_INT32) {
        /* An unsigned value of 32 bits is none of more bits as it stands. */
        if (own->kind == QUIRE_KIND_UINT32) return false;
        if (width == 8) conversion->low = INT32_MIN, conversion->high = INT32_MAX;
        conversion->run = width == 1 ? resize_i32_i8 : width == 2 ? resize_i32_i16 : resize_i32_i64;
    } else {
        conversion->run = width == 1 ? resize_i64_i8 : width == 2 ? resize_i64_i16 : resize_i64_i32;
    }
    return true;
}

static bool rescale(int32_t type, int64_t from, int64_t to, struct quire_conversion *conversion)
{
    bool wide = conversion->out_width == 8, from_wide = type == QUIRE_PARQUET_INT64;
    conversion->factor = to > from ? to / from : 1;
    conversion->divisor = from > to ? from / to : 1;
    conversion->low = INT64_MIN;
    conversion->high = INT64_MAX;
    if (from == to && wide == from_wide) return true;
    conversion->refusal = "a time that the column's unit cannot hold exactly";
    if (from_wide)
        conversion->run = wide ? rescale_i64_i64 : rescale_i64_i32;
    else
        conversion->run = wide ? rescale_i32_i64 : rescale_i32_i32;
    return true;
}

/* A time of day is at least 0 and less than a day (LogicalTypes.md, "TIME"). */
static bool keep_within_day(int64_t units, struct quire_conversion *conversion)
{
    if (conversion->run == NULL) {
        quire_conversion_of_range(conversion, 0, DAY_S * units - 1);
        conversion->refusal = "a time that is not within a day";
    }
    conversion->low = 0;
    conversion->high = DAY_S * units - 1;
    return true;
}

static bool is_time(enum quire_kind kind)
{
    return kind == QUIRE_KIND_TIME32 || kind == QUIRE_KIND_TIME64;
}

static bool has_unit(enum quire_kind kind)
{
    return kind == QUIRE_KIND_TIME32 || kind == QUIRE_KIND_TIME64 || kind == QUIRE_KIND_TIMESTAMP ||
           kind == QUIRE_KIND_DURATION;
}

bool quire_conversion_of_number(int32_t type, const struct quire_field *own,
                                const struct quire_field *field,
                                struct quire_conversion *conversion)
{
    enum quire_kind kind = field->kind;
    if (quire_kind_is_integer(kind)) return resize(type, own, field, conversion);
    if (has_unit(kind) && has_unit(own->kind)) {
        int64_t from = quire_time_unit_scale(own->unit), to = quire_time_unit_scale(field->unit);
        return rescale(type, from, to, conversion) &&
               (!is_time(kind) || keep_within_day(to, conversion));
    }
    if (has_unit(kind) || kind == QUIRE_KIND_INTERVAL_MONTHS)
        return conversion->in_width == conversion->out_width;
    if (kind == QUIRE_KIND_DATE32) return conversion->in_width == 4;
    if (kind != QUIRE_KIND_DATE64) return false;
    if (own->kind == QUIRE_KIND_DATE32) return rescale(type, 1, DAY_MS, conversion);
    if (own->kind == QUIRE_KIND_TIMESTAMP)
        return rescale(type, quire_time_unit_scale(own->unit), 1000, conversion);
    return conversion->in_width == 8;
}
