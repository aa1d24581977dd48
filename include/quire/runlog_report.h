/* Questions to a run log: what happened in a period, where it goes, what is out of the ordinary,
 * and whether the rows keep their rules (docs/RUNLOG.md). Each answer is one JSON object. The
 * first two are SQL that runs on Spark as well. */
#ifndef QUIRE_RUNLOG_REPORT_H
#define QUIRE_RUNLOG_REPORT_H

#include "quire/batch.h"
#include "quire/context.h"
#include "quire/quality.h"
#include "quire/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

#define QUIRE_RUNLOG_SUMMARY_DAYS  7
#define QUIRE_RUNLOG_TRENDS_DAYS   30
#define QUIRE_RUNLOG_ANOMALIES_MAX 100 /* listed, unless limit says otherwise */

/* Zero means the default, and so does NULL in place of options. */
struct quire_runlog_report_options {
    int64_t days;      /* of the period, by created_at in UTC; below 0: the whole history */
    int64_t end_us;    /* the period ends before this, since 1970; 0: with today, see end_given */
    int64_t now_us;    /* what "now" is, for "today" and generated_at; 0: the clock */
    int64_t limit;     /* steps and anomalies listed; 0: all steps, 100 anomalies; below 0: all */
    const char *where; /* a condition on rows (docs/EXPRESSIONS.md); NULL: none */
    /* Of anomalies: what they are held against. */
    double min_validation_rate;    /* 95; below 0: none is too low; of check, see below */
    bool history;                  /* also against each step's own days before */
    const char *folder;            /* for temporaries without a name; NULL: /tmp */
    struct quire_context *context; /* NULL: one with the defaults */
    bool process_limit;            /* as in quire/sql.h */
    /* Of anomalies, too: rows that break one of these are some. NULL: none. */
    const struct quire_rules *rules;
    bool end_given; /* end_us counts where it is 0, the first instant of 1970, too */
    /* Of summary, trends and anomalies: where the text goes, in pieces, so that a list without a
     * limit is never held; *json is NULL then. NULL: all of it is *json. */
    struct quire_out *out;
    double max_invalid_rows_percent; /* of check, see below: 5; below 0: 0 */
};

/* Freed with quire_free. QUIRE_INPUT, naming the columns, for a table that is no run log: it
 * lacks run_id, phase, step_name or duration_secs. Other columns of a run log that it lacks are
 * null. QUIRE_USAGE for a condition that names what is not there. */
QUIRE_API int quire_runlog_summary(const char *table,
                                   const struct quire_runlog_report_options *options, char **json,
                                   struct quire_error *error);
QUIRE_API int quire_runlog_trends(const char *table,
                                  const struct quire_runlog_report_options *options, char **json,
                                  struct quire_error *error);
/* Both of one period, for which the table is read once: of as many days as the options say, else as
 * a summary has. */
QUIRE_API int quire_runlog_summary_and_trends(const char *table,
                                              const struct quire_runlog_report_options *options,
                                              char **summary, char **trends,
                                              struct quire_error *error);
QUIRE_API int quire_runlog_anomalies(const char *table,
                                     const struct quire_runlog_report_options *options, char **json,
                                     struct quire_error *error);

/* The rules that rows of a run log keep unless others are given: of those, the ones whose column is
 * in the schema (NULL: all). The caller frees *rules. */
QUIRE_API int quire_runlog_rules(const struct ArrowSchema *schema, struct quire_rules **rules,
                                 struct quire_error *error);

/* Holds the rows of a period (the whole history, unless days are given) against rules; NULL: those
 * of quire_runlog_rules, with the limits of options (min_validation_rate, below 0: 0, and
 * max_invalid_rows_percent); rules that are given have their own. *json has what
 * quire_quality_report gives, behind the members that all reports begin with. *verdict (may be
 * NULL) is filled in as well. */
QUIRE_API int quire_runlog_check(const char *table, const struct quire_rules *rules,
                                 const struct quire_runlog_report_options *options,
                                 struct quire_verdict *verdict, char **json,
                                 struct quire_error *error);

/* The SQL of a report ("summary", "trends" or "anomalies"), its parameters filled in: one SELECT a
 * question, each ended by a semicolon, over a table named log; over one named history where the
 * table lacks columns, which the text makes up for. Freed with quire_free. */
QUIRE_API int quire_runlog_report_sql(const char *table, const char *report,
                                      const struct quire_runlog_report_options *options, char **sql,
                                      struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
