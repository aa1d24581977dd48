/* Round times: parts of a day, days, months and years, in UTC. */
#include <math.h>
#include <stdio.h>

#include "base/civil.h"
#include "chart/chart_ticks.h"

/* Seconds below a month; then months. */
static const int64_t steps_s[] = {
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
};
static const int64_t steps_days[] = {1, 2, 3, 7, 14};
static const int64_t steps_months[] = {1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000};
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define WEEK_S      (7 * CIVIL_DAY_S)
#define MONTH_S     (30.4 * 86400)
/* Times beyond are drawn, but at no ticks: 300,000 years on either side. */
#define TIME_MOST 1e13

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static void tick_add(struct quire_chart_ticks *ticks, int64_t at, int64_t step_s)
{
    if (ticks->size == QUIRE_CHART_TICKS_MAX) return;
    if ((double)at < ticks->low || (double)at > ticks->high) return;
    struct quire_chart_tick *tick = &ticks->items[ticks->size++];
    int64_t rest;
    struct civil_date date = civil_from_days(civil_floor(at, CIVIL_DAY_S, &rest));
    tick->at = (double)at;
    if (step_s < CIVIL_DAY_S && rest != 0 && step_s < 60)
        snprintf(tick->text, sizeof(tick->text), "%02d:%02d:%02d", (int)(rest / 3600),
                 (int)(rest / 60 % 60), (int)(rest % 60));
    else if (step_s < CIVIL_DAY_S && rest != 0)
        snprintf(tick->text, sizeof(tick->text), "%02d:%02d", (int)(rest / 3600),
                 (int)(rest / 60 % 60));
    else
        snprintf(tick->text, sizeof(tick->text), "%u %s", date.day, months[date.month - 1]);
}

static void every_seconds(struct quire_chart_ticks *ticks, int64_t step_s)
{
    int64_t rest;
    /* Weeks begin on Mondays; the epoch was a Thursday. */
    int64_t from = step_s % WEEK_S == 0 ? 4 * CIVIL_DAY_S : 0;
    int64_t first = civil_floor((int64_t)floor(ticks->low) - from, step_s, &rest) * step_s + from;
    for (int64_t at = first; (double)at <= ticks->high; at += step_s)
        tick_add(ticks, at, step_s);
}

static void every_months(struct quire_chart_ticks *ticks, int64_t step)
{
    int64_t rest;
    struct civil_date date =
        civil_from_days(civil_floor((int64_t)floor(ticks->low), CIVIL_DAY_S, &rest));
    int64_t month = civil_floor(date.year * 12 + date.month - 1, step, &rest) * step;
    for (;; month += step) {
        int64_t of_year;
        int64_t year = civil_floor(month, 12, &of_year);
        double at = (double)(civil_to_days(year, (uint32_t)of_year + 1, 1) * CIVIL_DAY_S);
        if (at > ticks->high || ticks->size == QUIRE_CHART_TICKS_MAX) return;
        if (at < ticks->low) continue;
        struct quire_chart_tick *tick = &ticks->items[ticks->size++];
        tick->at = at;
        if (step >= 12)
            snprintf(tick->text, sizeof(tick->text), "%lld", (long long)year);
        else
            snprintf(tick->text, sizeof(tick->text), "%s %lld", months[of_year], (long long)year);
    }
}

void quire_chart_ticks_times(struct quire_chart_ticks *ticks, double low, double high, size_t count,
                             double step_min)
{
    *ticks = (struct quire_chart_ticks){.low = low, .high = high};
    if (!(high > low)) {
        ticks->low = low - CIVIL_DAY_S / 2.0;
        ticks->high = low + CIVIL_DAY_S / 2.0;
    }
    double span = ticks->high - ticks->low;
    if (fabs(ticks->low) > TIME_MOST || fabs(ticks->high) > TIME_MOST) return;
    double parts = count > 0 ? (double)count : 1;
    for (size_t i = 0; i < COUNT(steps_s); i++) {
        if ((double)steps_s[i] >= step_min && span / (double)steps_s[i] <= parts) {
            every_seconds(ticks, steps_s[i]);
            return;
        }
    }
    for (size_t i = 0; i < COUNT(steps_days); i++) {
        if (span / (double)(steps_days[i] * CIVIL_DAY_S) <= parts) {
            every_seconds(ticks, steps_days[i] * CIVIL_DAY_S);
            return;
        }
    }
    size_t i = 0;
    while (i + 1 < COUNT(steps_months) && span / MONTH_S / (double)steps_months[i] > parts)
        i++;
    every_months(ticks, steps_months[i]);
}
