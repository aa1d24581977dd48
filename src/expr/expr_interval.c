/* INTERVAL literals, and adding them: months first, at a month's last day where there is no such
 * day, then days, then the time (Spark SQL, "Literals", interval literal). A date stays one unless
 * hours or less are added. */
#include <string.h>

#include "base/checked.h"
#include "base/fail.h"
#include "base/text.h"
#include "expr/expr_parse.h"
#include "expr/expr_time.h"

#define UNIT_NAME_MAX 16
#define COUNT_MAX     INT64_C(1000000000000000) /* of any part of an interval, in its unit */

/* --- Units --------------------------------------------------------------------------------- */

enum part { MONTHS, DAYS, MICROS };
struct unit {
    const char *name; /* the plural has an s */
    enum part part;
    int64_t scale;
};
static const struct unit units[] = {
    {"year", MONTHS, 12},
    {"quarter", MONTHS, 3},
    {"month", MONTHS, 1},
    {"week", DAYS, 7},
    {"day", DAYS, 1},
    {"hour", MICROS, INT64_C(3600000000)},
    {"minute", MICROS, 60000000},
    {"second", MICROS, 1000000},
    {"millisecond", MICROS, 1000},
    {"microsecond", MICROS, 1},
};

static const struct unit *find_unit(const char *text, size_t size)
{
    char name[UNIT_NAME_MAX];
    if (size == 0 || size >= sizeof(name)) return NULL;
    memcpy(name, text, size);
    name[size] = '\0';
    for (int cut = 0; cut < 2; cut++) {
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
            if (quire_text_equal_ignore_case(name, units[i].name)) return &units[i];
        if ((name[size - 1] | 0x20) != 's') return NULL;
        name[size - 1] = '\0';
    }
    return NULL;
}

/* --- Numbers ------------------------------------------------------------------------------- */

struct scan {
    const char *at, *end;
};

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->end && *scan->at == ' ')
        scan->at++;
}

static bool take_sign(struct scan *scan, bool *negative)
{
    if (scan->at == scan->end || (*scan->at != '-' && *scan->at != '+')) return false;
    *negative = *scan->at++ == '-';
    return true;
}

static bool take_whole(struct scan *scan, int64_t *value)
{
    const char *from = scan->at;
    for (*value = 0; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++) {
        if (*value > COUNT_MAX / 10) return false;
        *value = *value * 10 + (*scan->at - '0');
    }
    return scan->at > from;
}

/* Of seconds: up to six digits after a point, in microseconds; false where there are more. */
static bool take_fraction(struct scan *scan, int64_t *micros)
{
    *micros = 0;
    if (scan->at == scan->end || *scan->at != '.') return true;
    scan->at++;
    for (int64_t place = 100000; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
         scan->at++, place /= 10) {
        if (place == 0) return false;
        *micros += (*scan->at - '0') * place;
    }
    return true;
}

static bool add_part(struct quire_interval *interval, const struct unit *unit, int64_t count,
                     int64_t micros)
{
    int64_t *part = unit->part == MONTHS ? &interval->months
                    : unit->part == DAYS ? &interval->days
                                         : &interval->micros;
    int64_t product;
    if (micros != 0 && unit->scale != 1000000) return false;
    return quire_checked_mul_i64(count, unit->scale, &product) &&
           quire_checked_add_i64(*part, product, part) &&
           quire_checked_add_i64(interval->micros, micros, &interval->micros) &&
           *part <= COUNT_MAX * 1000 && *part >= -COUNT_MAX * 1000;
}

/* A number and its unit, whose name is given or follows. */
static bool take_count(struct scan *scan, const struct unit *unit, struct quire_interval *interval)
{
    bool negative = false;
    int64_t count, micros;
    skip_blanks(scan);
    (void)take_sign(scan, &negative);
    skip_blanks(scan);
    if (!take_whole(scan, &count) || !take_fraction(scan, &micros)) return false;
    skip_blanks(scan);
    if (unit == NULL) {
        const char *name = scan->at;
        while (scan->at < scan->end && *scan->at != ' ')
            scan->at++;
        unit = find_unit(name, (size_t)(scan->at - name));
        if (unit == NULL) return false;
        skip_blanks(scan);
    }
    return add_part(interval, unit, negative ? -count : count, negative ? -micros : micros);
}

/* --- Literals ------------------------------------------------------------------------------ */

/* '1-2' YEAR TO MONTH, '1 02:03:04.5' DAY TO SECOND, and parts of the latter: from a unit down to
 * another, each after its separator, with one sign for all. */
static bool take_range(struct scan *scan, const struct unit *from, const struct unit *to,
                       struct quire_interval *interval)
{
    static const char separators[] = {'-', ' ', ':', ':'};
    static const char *const steps[] = {"year", "month", "day", "hour", "minute", "second"};
    struct quire_interval made = {0};
    bool negative = false, inside = false;
    skip_blanks(scan);
    (void)take_sign(scan, &negative);
    for (size_t i = 0, n = sizeof(steps) / sizeof(steps[0]); i < n; i++) {
        const struct unit *unit = find_unit(steps[i], strlen(steps[i]));
        int64_t count, micros = 0;
        if (unit != from && !inside) continue;
        if (inside) {
            char separator = i == 1 ? separators[0] : separators[i - 2];
            if (i == 2 || scan->at == scan->end || *scan->at++ != separator) return false;
        }
        if (!take_whole(scan, &count)) return false;
        if (i == n - 1 && !take_fraction(scan, &micros)) return false;
        if (!add_part(&made, unit, negative ? -count : count, negative ? -micros : micros))
            return false;
        inside = true;
        if (unit != to) continue;
        interval->months += made.months;
        interval->days += made.days;
        interval->micros += made.micros;
        return true;
    }
    return false;
}

static int fail_interval(struct quire_expr_parser *parser, size_t at)
{
    return quire_expr_fail_at(parser->error, QUIRE_USAGE, at,
                              "no interval; one is INTERVAL 3 DAYS or INTERVAL '1 month 2 hours'");
}

static const struct unit *take_unit(struct quire_expr_parser *parser)
{
    const struct quire_expr_token *token = &parser->token;
    return token->kind == QUIRE_TOKEN_WORD ? find_unit(token->text, token->size) : NULL;
}

/* A number or a text, its unit, and another after TO. */
static int parse_part(struct quire_expr_parser *parser, size_t at, struct quire_interval *interval)
{
    bool minus = quire_parser_at_mark(parser, "-");
    struct quire_interval made = {0};
    if (minus || quire_parser_at_mark(parser, "+")) QUIRE_TRY(quire_parser_advance(parser));
    const struct quire_expr_token value = parser->token;
    if (value.kind != QUIRE_TOKEN_NUMBER && value.kind != QUIRE_TOKEN_STRING)
        return fail_interval(parser, at);
    QUIRE_TRY(quire_parser_advance(parser));
    const struct unit *unit = take_unit(parser), *to = NULL;
    struct scan scan = {value.text, value.text + value.size};
    if (unit != NULL) QUIRE_TRY(quire_parser_advance(parser));
    if (unit != NULL && quire_parser_at_word(parser, "to")) {
        QUIRE_TRY(quire_parser_advance(parser));
        to = take_unit(parser);
        if (to == NULL) return fail_interval(parser, at);
        QUIRE_TRY(quire_parser_advance(parser));
    }
    bool fine = to != NULL ? take_range(&scan, unit, to, &made) : take_count(&scan, unit, &made);
    while (fine && to == NULL && unit == NULL && scan.at < scan.end)
        fine = take_count(&scan, NULL, &made);
    if (!fine || scan.at != scan.end) return fail_interval(parser, at);
    int sign = minus ? -1 : 1;
    if (!quire_checked_add_i64(interval->months, sign * made.months, &interval->months) ||
        !quire_checked_add_i64(interval->days, sign * made.days, &interval->days) ||
        !quire_checked_add_i64(interval->micros, sign * made.micros, &interval->micros))
        return fail_interval(parser, at);
    return 0;
}

int quire_parser_interval(struct quire_expr_parser *parser, size_t at,
                          struct quire_expr_node **node)
{
    struct quire_interval interval = {0};
    QUIRE_TRY(parse_part(parser, at, &interval));
    while (parser->token.kind == QUIRE_TOKEN_NUMBER || parser->token.kind == QUIRE_TOKEN_STRING)
        QUIRE_TRY(parse_part(parser, at, &interval));
    QUIRE_TRY(quire_parser_node(parser, QUIRE_EXPR_LITERAL, at, node));
    (*node)->type.id = QUIRE_EXPR_INTERVAL;
    (*node)->value.interval = interval;
    return 0;
}

/* --- Adding -------------------------------------------------------------------------------- */

int quire_expr_bind_interval(struct quire_arena *arena, struct quire_expr_node *call,
                             struct quire_error *error)
{
    static const struct quire_expr_type date = {.id = QUIRE_EXPR_DATE};
    static const struct quire_expr_type instant = {.id = QUIRE_EXPR_TIMESTAMP, .unit = QUIRE_MICRO};
    size_t time = call->args[0]->type.id == QUIRE_EXPR_INTERVAL ? 1 : 0;
    const struct quire_expr_node *interval = call->args[1 - time];
    enum quire_expr_type_id id = call->args[time]->type.id;
    bool subtracts = call->function->name[0] == '-';
    bool timed = id == QUIRE_EXPR_DATE || quire_expr_is_timestamp(id) || id == QUIRE_EXPR_NULL;
    if (!timed || (subtracts && time == 1))
        return quire_expr_fail_at(error, QUIRE_USAGE, interval->at,
                                  "an interval is only added to dates and timestamps");
    if (interval->value.interval.micros != 0 || id == QUIRE_EXPR_NULL)
        QUIRE_TRY(quire_expr_as_time(arena, &call->args[time], &instant, error));
    else if (!quire_expr_is_timestamp(id))
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[time], &date, error));
    call->type = call->args[time]->type;
    /* Microseconds are not lost in a coarser unit. */
    if (quire_expr_is_timestamp(call->type.id) && call->type.unit < QUIRE_MICRO &&
        interval->value.interval.micros % 1000000 != 0) {
        call->type.unit = QUIRE_MICRO;
        QUIRE_TRY(quire_expr_cast_to(arena, &call->args[time], &call->type, error));
    }
    return 0;
}

static bool add_interval(const struct quire_vector *times, size_t row,
                         const struct quire_interval *interval, int64_t sign, int64_t *result)
{
    bool dated = times->type.id == QUIRE_EXPR_DATE;
    int64_t scale = dated ? 0 : quire_time_unit_scale(times->type.unit), of_day = 0, more = 0;
    int64_t days = dated ? times->integers[row] : quire_expr_split_time(times, row, &of_day);
    if (interval->months > INT32_MAX || interval->months < INT32_MIN) return false;
    if (interval->months != 0) days = quire_expr_add_months(days, sign * interval->months);
    if (!quire_checked_add_i64(days, sign * interval->days, &days)) return false;
    if (dated) {
        *result = days;
        return days <= INT32_MAX && days >= INT32_MIN;
    }
    more = scale > 1000000 ? 0 : interval->micros / (1000000 / scale);
    if (scale > 1000000 && !quire_checked_mul_i64(interval->micros, scale / 1000000, &more))
        return false;
    return quire_checked_mul_i64(days, QUIRE_EXPR_DAY_S * scale, result) &&
           quire_checked_add_i64(*result, of_day, result) &&
           quire_checked_add_i64(*result, sign * more, result);
}

int quire_expr_interval_kernel(struct quire_expr_eval *eval, const struct quire_expr_node *call,
                               const struct quire_vector *args, struct quire_vector *out)
{
    size_t time = args[0].type.id == QUIRE_EXPR_INTERVAL ? 1 : 0;
    const struct quire_interval *interval = &call->args[1 - time]->value.interval;
    int64_t sign = call->function->name[0] == '-' ? -1 : 1;
    for (size_t i = 0; i < eval->rows; i++)
        if (!out->null[i] && !add_interval(&args[time], i, interval, sign, &out->integers[i]))
            QUIRE_TRY(quire_eval_fail_row(eval, call, out, i, "the time is out of range"));
    return 0;
}
